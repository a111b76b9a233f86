from __future__ import annotations

from pathlib import Path

import pytest

from fixcards.records.loader import load
from fixcards.records.reader_reports import (
    ReaderReport,
    ReportCounts,
    UnansweredReport,
    count_reports,
    exported_reports,
    write_reports,
)

from .conftest import Folder


def closed(*titles: str) -> list[ReaderReport]:
    return [ReaderReport(title, answered=True) for title in titles]


def test_reports_are_counted_by_card_and_fix() -> None:
    counted = count_reports(
        closed(
            "[demo-7] fix 1 worked",
            "[demo-7] fix 2 worked",
            "[demo-7] fix 1 worked ",
            "[demo-7] fix 2 failed",
            "[demo-7] no fix worked",
        )
    )
    assert counted == {"demo-7": ReportCounts(worked={1: 2, 2: 1}, failed_fixes={2: 1}, failed=1)}
    assert counted["demo-7"].total == 5


def test_a_failure_is_unanswered_while_its_issue_is_open() -> None:
    url = "https://code.example.org/cards/issues/4"
    reports = [
        ReaderReport("[demo-7] fix 2 failed", answered=False, url=url),
        ReaderReport("[demo-7] no fix worked", answered=False),
        ReaderReport("[demo-8] fix 1 failed", answered=True, url=url),
        ReaderReport("[demo-9] fix 1 worked", answered=False, url=url),
    ]
    unanswered = {card_id: counts.unanswered for card_id, counts in count_reports(reports).items()}
    assert unanswered["demo-7"] == (UnansweredReport(fix=2, url=url), UnansweredReport())
    assert unanswered["demo-8"] == unanswered["demo-9"] == ()


GITHUB_COMMAND = """[{"title": "[demo-7] no fix worked", "state": "OPEN", "url": "https://github.com/a/b/issues/1"},
 {"title": "[demo-7] fix 1 worked", "state": "CLOSED", "url": "https://github.com/a/b/issues/2"}]"""
GITHUB_API = """[{"url": "https://api.github.com/repos/a/b/issues/1", "html_url": "https://github.com/a/b/issues/1",
  "title": "[demo-7] no fix worked", "state": "open", "labels": [{"name": "fix-report"}]},
 {"url": "https://api.github.com/repos/a/b/issues/3", "html_url": "https://github.com/a/b/pull/3", "state": "open",
  "title": "[demo-7] no fix worked", "pull_request": {"url": "https://api.github.com/repos/a/b/pulls/3"}}]
[{"url": "https://api.github.com/repos/a/b/issues/2", "html_url": "https://github.com/a/b/issues/2",
  "title": "[demo-7] fix 1 worked", "state": "closed", "pull_request": null}]"""
GITLAB = """[{"id": 76, "iid": 1, "project_id": 4, "title": "[demo-7] no fix worked", "state": "opened",
  "web_url": "https://github.com/a/b/issues/1", "labels": ["fix-report"], "confidential": false}]
[{"id": 77, "iid": 2, "project_id": 4, "title": "[demo-7] fix 1 worked", "state": "closed",
  "web_url": "https://github.com/a/b/issues/2"}]
"""


@pytest.mark.parametrize("export", [GITHUB_COMMAND, GITHUB_API, GITLAB], ids=["gh", "GitHub API", "GitLab"])
def test_the_exports_of_the_trackers_are_counted_alike(export: str) -> None:
    assert count_reports(exported_reports(export)) == {
        "demo-7": ReportCounts(
            worked={1: 1}, failed=1, unanswered=(UnansweredReport(url="https://github.com/a/b/issues/1"),)
        )
    }


@pytest.mark.parametrize(
    ("export", "message"),
    [
        ("nothing", "not JSON"),
        ("", "is empty"),
        (" \n", "is empty"),
        ("[" * 100_000, "not JSON"),
        ('{"message": "Not Found"}', "not a JSON list of issues"),
        ("[1]", "not a JSON list of issues that have a `title`"),
        ('[{"state": "open"}]', "not a JSON list of issues that have a `title`"),
        ('[{"title": "[demo-7] no fix worked"}]', "export `title`, `state` and `url`"),
        ('[{"title": "x", "state": 1}]', "export `title`, `state` and `url`"),
    ],
)
def test_an_export_that_lacks_something_is_refused_and_says_what(export: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        exported_reports(export)


def test_an_address_that_no_page_may_link_is_left_out() -> None:
    (report,) = exported_reports('[{"title": "[demo-7] no fix worked", "state": "open", "url": "javascript:alert(1)"}]')
    assert report == ReaderReport("[demo-7] no fix worked", answered=False, url=None)


def test_a_card_with_an_unanswered_failure_is_disputed_until_it_is_answered(folder: Folder, text: str) -> None:
    cards = folder({"demo/7.yaml": text})
    before = load(cards)
    write_reports(cards, count_reports([ReaderReport("[demo-7] fix 1 failed", answered=False)]))
    library = load(cards)
    assert library.problems == ()
    assert library.summaries["demo-7"].verdict == "disputed"
    assert library.summary_digests != before.summary_digests
    write_reports(cards, count_reports([ReaderReport("[demo-7] fix 1 failed", answered=True)]))
    answered = load(cards)
    assert answered.summaries == before.summaries
    assert answered.summary_digests == before.summary_digests


def test_a_retired_card_stays_retired(folder: Folder, text: str) -> None:
    cards = folder({"demo/7.yaml": text + "status: {state: retired, reason: It was wrong.}\n"})
    write_reports(cards, count_reports([ReaderReport("[demo-7] no fix worked", answered=False)]))
    assert load(cards).summaries["demo-7"].verdict == "retired"


@pytest.mark.parametrize(
    "title",
    [
        "",
        "fix 1 worked",
        "[demo] fix 1 worked",
        "[demo-7] fix 0 worked",
        "[demo-7] fix 100 worked",
        "[demo-7] fix 1 worked, I think",
        "[demo-7] fix 0 failed",
        "[demo-7] fix failed",
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
    assert count_reports(closed(title)) == {}


def test_what_anybody_may_write_into_a_title_can_be_read_back(folder: Folder) -> None:
    cards = folder({})
    cards.mkdir()
    counted = count_reports(
        closed("[b-2] fix 99 worked", "[a-1] no fix worked", "[a--1] no fix worked", "[a-b-999999999999] fix 1 worked")
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
