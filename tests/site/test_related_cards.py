from __future__ import annotations

import copy
import gc
import time
from pathlib import Path
from typing import Any

import pytest

from fixcards.records.card import Card
from fixcards.records.loader import load
from fixcards.records.summary import Summary, summary
from fixcards.site.related_cards import MAX_RELATED, find_related, related_cards


@pytest.fixture
def library(data: dict) -> Library:
    return Library(data)


class Library:
    """Cards by id, each with an error line of its own."""

    def __init__(self, data: dict[str, Any]) -> None:
        self._data = data
        self.cards: dict[str, Summary] = {}

    def add(
        self,
        card_id: str,
        error: str,
        *,
        aliases: tuple[str, ...] = (),
        names: tuple[str, ...] = (),
        cause: str = "demo-99",
    ) -> None:
        package, _, number = card_id.rpartition("-")
        data = copy.deepcopy(self._data)
        data |= {"package": package, "issue": f"https://github.com/example/{package}/issues/{number}"}
        data["signature"] = {"error": error}
        if aliases:
            data["signature"]["aliases"] = list(aliases)
        if cause:
            data["cause"] = cause
        if names:
            data["related"] = list(names)
        self.cards[card_id] = summary(Card.model_validate(data), None)

    def of(self, card_id: str) -> list[str]:
        return find_related(self.cards)[card_id]


def test_named_cards_come_first_then_similar_failures_then_the_same_package(library: Library) -> None:
    library.add("demo-7", "AttributeError: module transport has no attribute Pool", names=("zoo-1",))
    library.add("zoo-1", "ValueError: the elephant is out")
    library.add("other-2", "AttributeError: module transport has no attribute Pool")
    library.add("demo-8", "TimeoutError: gave up")
    assert library.of("demo-7") == ["zoo-1", "other-2", "demo-8"]


def test_the_cause_comes_before_what_a_card_names(library: Library) -> None:
    library.add("demo-7", "AttributeError: no Pool", names=("zoo-1",), cause="transport-3")
    library.add("zoo-1", "ValueError: the elephant is out")
    library.add("transport-3", "KeyError: left")
    assert library.of("demo-7") == ["transport-3", "zoo-1"]


def test_a_cause_shows_all_that_it_breaks_before_the_nearest_others(library: Library) -> None:
    library.add("transport-3", "AttributeError: no Pool", cause="")
    victims = [f"pack{number:02}-1" for number in range(MAX_RELATED + 3)]
    for victim in victims:
        library.add(victim, "AttributeError: no Pool", cause="transport-3")
    library.add("transport-4", "KeyError: left", cause="")
    assert library.of("transport-3")[: len(victims)] == victims
    assert set(library.of("transport-3")[len(victims) :]) == {"transport-4"}


def test_rare_words_make_failures_similar_and_common_ones_do_not(library: Library) -> None:
    for number in range(1, 40):
        library.add(f"pack{number}-1", f"AttributeError: module has no attribute name{number}")
    library.add("left-1", "AttributeError: module has no attribute soft_unicode")
    library.add("right-1", "ImportError: cannot import soft_unicode")
    assert library.of("left-1")[0] == "right-1"
    assert library.of("right-1") == ["left-1"]


def test_placeholders_make_nothing_similar(library: Library) -> None:
    library.add("demo-7", "Stalled: {placeholder_of_a_host}")
    library.add("zoo-1", "Refused: {placeholder_of_a_host}")
    assert library.of("demo-7") == []


def test_other_wordings_of_a_failure_count(library: Library) -> None:
    library.add("demo-7", "Stalled for ever", aliases=("elephant escaped",))
    library.add("zoo-1", "elephant escaped")
    assert library.of("demo-7") == ["zoo-1"]


def test_of_the_same_package_the_nearest_numbers_are_related(library: Library) -> None:
    for number in (1, 20, 30, 31, 33, 40, 50, 60, 1000):
        library.add(f"demo-{number}", f"Word{number}x")
    assert library.of("demo-31") == ["demo-30", "demo-33", "demo-40", "demo-20", "demo-50", "demo-60"]
    assert library.of("demo-1") == ["demo-20", "demo-30", "demo-31", "demo-33", "demo-40", "demo-50"]
    assert library.of("demo-1000") == ["demo-60", "demo-50", "demo-40", "demo-33", "demo-31", "demo-30"]


def test_no_card_is_related_to_itself_or_twice_or_to_one_that_does_not_exist(library: Library) -> None:
    library.add("demo-7", "AttributeError: elephant", names=("demo-7", "demo-8", "demo-8", "gone-1"))
    library.add("demo-8", "AttributeError: elephant")
    assert library.of("demo-7") == ["demo-8"]


def test_packages_whose_names_start_alike_are_not_the_same(library: Library) -> None:
    library.add("a-1", "Alpha broke")
    library.add("a-1-1", "Beta broke")
    library.add("a-1-2", "Gamma broke")
    assert library.of("a-1-2") == ["a-1-1"]
    assert library.of("a-1") == []


def test_a_card_has_a_handful_of_related_cards_at_most(library: Library) -> None:
    for number in range(1, 30):
        library.add(f"demo-{number}", "Elephant escaped")
    assert all(len(ids) == MAX_RELATED for ids in find_related(library.cards).values())


def test_a_library_without_cards_has_no_related_ones() -> None:
    assert find_related({}) == {}


def test_a_package_with_thousands_of_cards_takes_no_longer_for_each(library: Library) -> None:
    library.add("demo-1", "Elephant escaped")
    first = library.cards["demo-1"]

    def seconds(size: int) -> float:
        cards = {f"demo-{n}": first._replace(id=f"demo-{n}", key=str(n)) for n in range(1, size + 1)}
        gc.disable()  # a collection takes as long as the rest where other tests have left much behind
        try:
            start = time.process_time()
            find_related(cards)
            return time.process_time() - start
        finally:
            gc.enable()

    small = seconds(500)
    assert seconds(4000) < 8 * small * 3 + 0.1


def test_related_cards_are_computed_again_when_a_card_goes(tmp_path: Path, text: str) -> None:
    folder = tmp_path / "cards" / "demo"
    folder.mkdir(parents=True)
    (folder / "7.yaml").write_text(text, encoding="utf-8")
    (folder / "8.yaml").write_text(text.replace("/7", "/8"), encoding="utf-8")
    before = related_cards(load(folder.parent, cached=True))
    assert related_cards(load(folder.parent, cached=True)) == before == {"demo-7": ["demo-8"], "demo-8": ["demo-7"]}
    (folder / "8.yaml").unlink()
    assert related_cards(load(folder.parent, cached=True)) == {"demo-7": []}
