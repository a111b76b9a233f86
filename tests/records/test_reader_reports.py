from __future__ import annotations

from pathlib import Path

import pytest

from fixcards.records.loader import load
from fixcards.records.reader_reports import ReportCounts, count_reports, write_reports

from .conftest import Folder


def test_reports_are_counted_by_card_and_fix() -> None:
    titles = ["[demo-7] fix 1 worked", "[demo-7] fix 2 worked", "[demo-7] fix 1 worked ", "[demo-7] no fix worked"]
    assert count_reports(titles) == {"demo-7": ReportCounts(worked={1: 2, 2: 1}, failed=1)}
    assert count_reports(titles)["demo-7"].total == 4


@pytest.mark.parametrize(
    "title",
    [
        "",
        "fix 1 worked",
        "[demo] fix 1 worked",
        "[demo-7] fix 0 worked",
        "[demo-7] fix 100 worked",
        "[demo-7] fix 1 worked, I think",
        "Re: [demo-7] fix 1 worked",
        "[demo--7] no fix worked",
        "[-demo-7] no fix worked",
        "[Demo-7] no fix worked",
        "[demo-0] no fix worked",
        "[demo-9999999999999] no fix worked",
        "[a-" + "1-" * 30_000 + "] no fix worked",
    ],
)
def test_other_titles_are_passed_over(title: str) -> None:
    assert count_reports([title]) == {}


def test_what_anybody_may_write_into_a_title_can_be_read_back(folder: Folder) -> None:
    cards = folder({})
    cards.mkdir()
    counted = count_reports(
        ["[b-2] fix 99 worked", "[a-1] no fix worked", "[a--1] no fix worked", "[a-b-999999999999] fix 1 worked"]
    )
    write_reports(cards, counted)
    library = load(cards)
    assert library.problems == ()
    assert library.reports == counted
    assert list(library.reports) == ["a-1", "a-b-999999999999", "b-2"]


def test_nothing_was_counted_where_there_is_no_file(folder: Folder, text: str) -> None:
    assert load(folder({"demo/7.yaml": text})).reports == {}


def test_a_folder_instead_of_the_file_is_described(folder: Folder) -> None:
    cards = folder({"tally.json/x": ""})
    problem, inside = load(cards).problems
    assert inside.code == "FC042"
    assert str(problem) == f"{Path('cards/tally.json')}:1:1: FC001 is a folder with the name of a record (rename it)"
