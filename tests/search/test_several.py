"""Several folders and sites, searched as if they were one."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import jsonschema
import pytest

from fixcards.matching.index.entry import Entry
from fixcards.matching.index.reader import Index
from fixcards.matching.json_response import SCHEMA
from fixcards.search.answer import Answer
from fixcards.search.finder import Finder
from fixcards.search.text_report import lines
from tests import sites

QUIET = b"2026-01-01 09:00:00 step %d compiled without a word\n"
LINE = "AttributeError: module 'numpy' has no attribute 'float'"


@pytest.fixture(scope="module")
def halves(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The cards of the snapshot in two folders, which share one card."""
    folder = tmp_path_factory.mktemp("halves")
    packages = sorted(path.name for path in sites.SNAPSHOT.iterdir() if path.is_dir())
    for number, name in enumerate(packages):
        shutil.copytree(sites.SNAPSHOT / name, folder / ("own" if number % 2 else "shared") / name)
    shutil.copytree(sites.SNAPSHOT / "httpx", folder / "own" / "httpx", dirs_exist_ok=True)
    shutil.copytree(sites.SNAPSHOT / "httpx", folder / "shared" / "httpx", dirs_exist_ok=True)
    return folder / "own", folder / "shared"


@pytest.fixture(scope="module")
def both(halves: tuple[Path, Path]) -> Finder:
    return Finder.of_all(map(Finder.of_cards, halves))


def traceback(card_id: str) -> str:
    return sites.library(sites.SNAPSHOT).cards[card_id].signature.traceback or ""


def answer(finder: Finder, text: str | bytes) -> Answer:
    return finder.answer(io.BytesIO(text.encode() if isinstance(text, str) else text))


def printed(answer: Answer) -> str:
    return "\n".join("".join(span.text for span in line) for line in lines(answer, 8))


def entry(card_id: str, message: str, **more: str) -> Entry:
    package = card_id.rpartition("-")[0]
    return Entry(card_id, package, (message,), message.partition(":")[0], title=f"{package} fails", **more)


def named(name: str, *entries: Entry) -> Finder:
    index = Index.of(entries, f"https://{name}.example.org/")
    index.name = name
    return Finder(index)


def test_every_card_is_an_answer_as_if_all_lay_in_one_folder(both: Finder) -> None:
    whole = Finder.of_cards(sites.SNAPSHOT)
    for card_id, card in sites.library(sites.SNAPSHOT).cards.items():
        text = card.signature.traceback or card.signature.error
        expected = [(each.entry.id, each.tier) for each in whole.match(text)]
        assert [(each.entry.id, each.tier) for each in both.match(text)] == expected, card_id


def test_results_say_where_they_are_from(both: Finder, halves: tuple[Path, Path]) -> None:
    own, shared = map(str, halves)
    (match,) = both.match(traceback("httpx-271"))
    assert match.sources == (own, shared)
    result = answer(both, traceback("docker-3256"))
    assert result.matches[0].sources == ((own if (halves[0] / "docker").is_dir() else shared),)
    text = sites.words(printed(answer(both, traceback("httpx-271"))))
    assert f"verified), in {own} and {shared} why" in text


def test_one_folder_alone_says_nothing_of_places(halves: tuple[Path, Path]) -> None:
    finder = Finder.of_all([Finder.of_cards(halves[0])])
    text = printed(answer(finder, traceback("httpx-271")))
    assert "httpx-271" in text
    assert ", in " not in text.split("why")[0]


def test_the_better_match_of_two_cards_with_one_id_counts_else_that_of_the_first() -> None:
    exact = entry("lamp-7", "lamp.NoWick: wick is too short in every lamp of the house")
    vague = entry("lamp-7", "lamp.NoWick: something else")
    text = "lamp.NoWick: wick is too short in every lamp of the house"
    for finders in ([named("one", vague), named("two", exact)], [named("two", exact), named("one", vague)]):
        (match,) = Finder.of_all(finders).match(text)
        assert match.sources[0] == "two"
        assert match.entry.templates == exact.templates
    (match,) = Finder.of_all([named("one", exact), named("two", exact)]).match(text)
    assert match.sources == ("one", "two")
    assert match.tier == named("one", exact).match(text)[0].tier


def test_two_cards_that_only_a_frame_could_tell_apart_are_ambiguous_across_folders_too() -> None:
    text = "lamp.NoWick: wick is too short in every lamp of the house"
    lamp, torch = entry("lamp-7", text), entry("torch-9", text)
    together = named("all", lamp, torch).match(text)
    apart = Finder.of_all([named("one", lamp), named("two", torch)]).match(text)
    assert [(each.entry.id, each.tier, each.reasons) for each in apart] == [
        (each.entry.id, each.tier, each.reasons) for each in together
    ]


def test_links_lead_to_the_site_of_each_card() -> None:
    one = named("one", entry("lamp-7", "lamp.NoWick: wick is too short indeed", display={"path": "lamp/7/"}))
    two = named("two", entry("torch-9", "torch.NoCell: cell is not charged enough", display={"path": "torch/9/"}))
    result = answer(
        Finder.of_all([one, two]), "lamp.NoWick: wick is too short indeed\n\ntorch.NoCell: cell is not charged enough\n"
    )
    assert {result.url(each) for each in result.matches} == {
        "https://one.example.org/lamp/7/", "https://two.example.org/torch/9/",
    }  # fmt: skip
    data = result.as_dict()
    jsonschema.validate(data, SCHEMA)
    assert sorted((each["url"], each["sources"]) for each in data["matches"]) == [
        ("https://one.example.org/lamp/7/", ["one"]), ("https://two.example.org/torch/9/", ["two"]),
    ]  # fmt: skip


def test_a_large_log_is_searched_in_all_of_them(both: Finder) -> None:
    quiet = b"".join(QUIET % number for number in range(20_000))
    one, other = traceback("docker-3256").encode(), traceback("transforms3d-56").encode()
    log = quiet + one + quiet + other + quiet + one
    assert len(log) > 1 << 20
    whole = answer(Finder.of_cards(sites.SNAPSHOT), log)
    result = answer(both, log)
    assert [(each.entry.id, each.tier, result.times(each.entry.id)) for each in result.matches] == [
        (each.entry.id, each.tier, whole.times(each.entry.id)) for each in whole.matches
    ]


def test_cards_left_out_are_counted_over_all_folders(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name / "demo").mkdir(parents=True)
        (tmp_path / name / "demo" / "7.yaml").write_text("nothing: here\n", encoding="utf-8")
    finder = Finder.of_all([Finder.of_cards(tmp_path / "a"), Finder.of_cards(tmp_path / "b")])
    assert finder.excluded_cards == 2
    assert [part.excluded_cards for part in finder.parts] == [1, 1]


def test_no_finder_at_all_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="no finder"):
        Finder.of_all([])
