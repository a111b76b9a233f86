"""The promise of the interface: no file depends on anything that its key leaves out."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from fixcards.build.page import DataFile
from fixcards.build.task import BuildTask
from fixcards.errors import FixcardsError
from fixcards.exports import interface
from fixcards.exports.interface import (
    CARD,
    CARD_DAYS,
    CARD_INPUTS,
    CARD_LIST,
    DAY,
    HISTORY,
    LIBRARY_INPUTS,
    LIST_INPUTS,
    PREVIEWS,
    REPORTS,
    SITE_NAME,
    SITE_URL,
    SUMMARIES,
    CardExport,
    Export,
    Input,
    Inputs,
    LibraryExport,
    Summaries,
    cache_key,
)
from fixcards.exports.registry import CARD_EXPORTS, LIBRARY_EXPORTS, LIST_EXPORTS
from fixcards.records.card_facts import card_facts
from fixcards.records.history import CardDays, CardHistory
from fixcards.records.library import Library
from fixcards.records.reader_reports import ReportCounts
from fixcards.site import site
from fixcards.site.followed_lists import followed_lists
from fixcards.site.settings import SiteSettings
from fixcards.site.site import Site
from tests.discoveries import EXPLAINED
from tests.sites import LIBRARY, TODAY, files, library, outputs, settings

EXPORTS: tuple[Export, ...] = (*CARD_EXPORTS, *LIST_EXPORTS, *LIBRARY_EXPORTS)
ALL_INPUTS = CARD_INPUTS | LIST_INPUTS | LIBRARY_INPUTS


class Titles(LibraryExport):
    """A tiny format: a title a line."""

    inputs = frozenset({SUMMARIES, SITE_NAME})

    def files(self, inputs: Inputs) -> Iterator[DataFile]:
        titles = [inputs[SITE_NAME], *(card.title for card in inputs[SUMMARIES].cards.values())]
        yield DataFile("titles.txt", "\n".join(titles).encode())


class Title(CardExport):
    """A tiny format: the title of a card."""

    inputs = frozenset({CARD})

    def files(self, inputs: Inputs) -> Iterator[DataFile]:
        yield DataFile(f"{inputs[CARD].path}/title.txt", inputs[CARD].card.title.encode())


def _keys(cards: Library | None = None, on: SiteSettings | None = None) -> dict[str, bytes]:
    whole = Site(cards or library(LIBRARY), on or settings())
    return {task.name: task.key for task in (*whole.library_tasks(), *whole.page_tasks())}


def _changed(**change: Any) -> set[str]:
    """Return the names of the tasks whose keys a change of the settings changes."""
    before, after = _keys(), _keys(on=dataclasses.replace(settings(), **change))
    return {name for name, key in after.items() if before[name] != key}


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: type(export).__name__)
def test_each_declared_input_changes_the_key_and_no_other_does(export: Export) -> None:
    digests = {each: each.name.encode() for each in ALL_INPUTS}
    key = cache_key(export.inputs, digests)
    changes = {each for each in digests if cache_key(export.inputs, {**digests, each: b"changed"}) != key}
    assert changes == export.inputs


def test_two_inputs_with_swapped_digests_have_another_key() -> None:
    assert cache_key([DAY, SITE_URL], {DAY: b"a", SITE_URL: b"b"}) != cache_key(
        [DAY, SITE_URL], {DAY: b"b", SITE_URL: b"a"}
    )


def test_every_input_has_a_name_of_its_own() -> None:
    inputs = [value for value in vars(interface).values() if isinstance(value, Input)]
    assert set(inputs) == ALL_INPUTS
    assert len({each.name for each in inputs}) == len(inputs)


@pytest.mark.parametrize("missing", sorted(ALL_INPUTS, key=lambda each: each.name))
def test_an_export_that_reads_what_it_does_not_declare_fails(missing: Input[Any]) -> None:
    class Careless(LibraryExport):
        inputs = frozenset()

        def files(self, inputs: Inputs) -> Iterator[DataFile]:
            yield DataFile("x", str(inputs[missing]).encode())

    values = dict.fromkeys(ALL_INPUTS, "value")
    with pytest.raises(FixcardsError, match=f"reads the input '{missing.name}', which it does not declare"):
        list(Careless().make(values))


def test_an_export_that_does_not_declare_the_day_has_no_judgement() -> None:
    cards = library(LIBRARY)
    facts = card_facts(cards.cards["lantern-12"], cards.evidence["lantern-12"], TODAY)
    values = {CARD: facts, DAY: TODAY, REPORTS: ReportCounts()}
    assert Inputs(frozenset({CARD, DAY, REPORTS}), values)[CARD].judgement.verdict == "partly verified"
    with pytest.raises(FixcardsError, match="no day was given"):
        _ = Inputs(frozenset({CARD}), values)[CARD].judgement


def test_an_export_of_one_card_cannot_declare_the_whole_library() -> None:
    with pytest.raises(TypeError, match="Greedy can't have summaries"):

        class Greedy(CardExport):
            inputs = frozenset({SUMMARIES})


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: type(export).__name__)
def test_the_files_of_an_export_are_the_same_each_time(export: Export, tmp_path: Path) -> None:
    shutil.copytree(LIBRARY, tmp_path / "cards")
    (tmp_path / "cards" / "demo").mkdir()
    (tmp_path / "cards" / "demo" / "7.yaml").write_text(
        EXPLAINED, encoding="utf-8"
    )  # so that each has something to say
    cards = library(tmp_path / "cards")
    facts = card_facts(cards.cards["lantern-12"], cards.evidence["lantern-12"], TODAY)
    values: dict[Input[Any], Any] = dict.fromkeys(ALL_INPUTS, "") | {
        CARD: facts,
        DAY: TODAY,
        SITE_URL: "https://cards.example.org/",
        SUMMARIES: Summaries(cards.summaries, cards.summary_digests, cards.cache_file),
        HISTORY: CardHistory.without_git(cards),
        PREVIEWS: True,
        CARD_DAYS: CardDays("2025-01-01", "2025-02-02", "2025-03-03"),
        CARD_LIST: next(followed_lists(cards, CardHistory.without_git(cards))),
    }
    first, second = list(export.make(values)), list(export.make(values))
    assert first == second != []


def test_a_changed_setting_makes_the_exports_that_show_it_again() -> None:
    assert {"export:CardsJson", "export:SearchIndex"} <= _changed(site_url="https://other.example/")
    assert not {"export:RecordSchemas", "export:AnswerSchemas"} & _changed(site_url="https://other.example/")


def test_a_new_day_makes_what_shows_confidence_again_and_no_card_that_was_never_run() -> None:
    cards = library(LIBRARY)
    executed = {cards.summaries[card_id].path[:-1] for card_id in cards.with_evidence}
    assert _changed(today=TODAY + timedelta(days=1)) == {"export:CardsJson", "export:ListData", *executed}


def test_a_changed_card_makes_the_exports_of_all_cards_again() -> None:
    cards = library(LIBRARY)
    changed = dataclasses.replace(cards, summary_digests={**cards.summary_digests, "lantern-34": b"other"})
    before, after = _keys(), _keys(changed)
    names = {name for name, key in after.items() if before[name] != key}
    # Those of the related cards show it, too.
    assert {"export:CardsJson", "export:SearchIndex", "lantern/12"} <= names
    assert not {"export:RecordSchemas", "export:AnswerSchemas"} & names


def test_a_new_format_is_a_module_and_a_line_in_the_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site, "CARD_EXPORTS", (*CARD_EXPORTS, Title()))
    monkeypatch.setattr(site, "LIBRARY_EXPORTS", (*LIBRARY_EXPORTS, Titles()))
    contents = files()
    assert contents["lantern/12/title.txt"] == b"Lantern goes out when the wick is trimmed twice"
    lines = contents["titles.txt"].decode().split("\n")
    assert lines[0] == "fixcards"
    assert "Lantern goes out when the wick is trimmed twice" in lines
    assert "export:Titles" in _changed(site_name="other")
    assert "export:Titles" not in _changed(site_url="https://other.example/")


def test_a_task_has_a_name_that_is_no_address_of_a_page() -> None:
    tasks: list[BuildTask] = list(Site(library(LIBRARY), settings()).library_tasks())
    assert all(":" in task.name for task in tasks)
    assert len({task.name for task in tasks}) == len(LIBRARY_EXPORTS)


def test_no_two_files_have_one_path_and_each_is_a_text_that_ends_its_last_line() -> None:
    contents = [file for file in outputs() if isinstance(file, DataFile)]
    assert len({file.path for file in contents}) == len(contents)
    for file in contents:
        if Path(file.path).suffix in {".json", ".py"} and not file.path.startswith("search/"):
            assert file.content.endswith(b"\n"), file.path
            json.loads(file.content) if file.path.endswith(".json") else compile(file.content, file.path, "exec")
