"""The section of pytest's summary with the known failures of packages.

`print_section` is what the distribution pytest-fixcards calls (`integrations/pytest-fixcards`). Other releases of it
may be installed beside this one, so new parameters have defaults, and none goes away.
"""

from __future__ import annotations

import io
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fixcards.characters import visible
from fixcards.errors import FixcardsError
from fixcards.matching.score.matcher import Match, sort_key
from fixcards.search.brief_report import brief_lines, sure_matches
from fixcards.search.card_sources import CardSources
from fixcards.search.finder import Finder
from fixcards.search.text_report import WIDTH, Line, row, text_width

MAX_SECONDS = 2
"""Seconds after which no further failure is looked up. A run with hundreds of different ones is rare."""
MAX_NOTICES = 10
"""Notices of one step that GitHub displays."""
_MAX_KEY = 300
_WITHOUT_DIGITS = str.maketrans("", "", "0123456789")


@dataclass
class _ExplainedTests:
    """A card with the tests that it explains."""

    match: Match
    url: str
    tests: list[str] = field(default_factory=list)


def print_section(reporter: Any, reports: Sequence[Any], folder: Path, cards: Sequence[str]) -> None:
    """Print the section below what pytest has printed, where a report shows a known failure.

    `reporter` is pytest's terminal reporter, `reports` are its reports of tests and collections that failed. `folder`
    is the root of the project, whose settings count, unless `cards` names folders. What goes wrong here is one line,
    and never an error of the test run.
    """
    try:
        sources = CardSources.at_hand(cards, folder=folder)
        failures, left = _look_up(sources.finder(), reports)
        _print(reporter, failures, (*sources.notes, *([_left_out(left)] if left and failures else [])))
    except FixcardsError as error:
        reporter.write_line(f"fixcards: {visible(str(error))}")
    except Exception as error:  # noqa: BLE001 - whatever it is, the run of the tests has nothing to do with it
        reporter.write_line(f"fixcards: could not look up the failures: {visible(repr(error))}")


def _look_up(finder: Finder, reports: Iterable[Any]) -> tuple[list[_ExplainedTests], int]:
    """Return the known failures, best first, and the number of reports for which there was no time."""
    end = time.monotonic() + MAX_SECONDS
    by_card: dict[str, _ExplainedTests] = {}
    answers: dict[object, list[_ExplainedTests]] = {}
    left = 0
    for report in reports:
        key = _key(report)
        if key not in answers:
            if time.monotonic() > end:
                left += 1
                continue
            answer = finder.answer(io.BytesIO(str(report.longreprtext).encode("utf-8", "replace")))
            matches = sure_matches(answer)
            answers[key] = [
                by_card.setdefault(each.entry.id, _ExplainedTests(each, answer.url(each))) for each in matches
            ]
        for failure in answers[key]:
            failure.tests.append(str(report.nodeid))
    return sorted(by_card.values(), key=lambda each: sort_key(each.match)), left


def _key(report: Any) -> object:
    """Return a value that reports of one failure share: a hundred tests often fail at one place."""
    crash = getattr(report.longrepr, "reprcrash", None)
    if crash is None:
        return str(report.longreprtext).translate(_WITHOUT_DIGITS)
    return crash.path, crash.lineno, str(crash.message)[:_MAX_KEY].translate(_WITHOUT_DIGITS)


def _print(reporter: Any, failures: Sequence[_ExplainedTests], notes: Sequence[str]) -> None:
    if not failures:
        for note in notes:
            reporter.write_line(f"fixcards: {visible(note)}")
        return
    columns = min(WIDTH, reporter._tw.fullwidth)  # noqa: SLF001 - has no other name
    reporter.section("known failures of packages")
    for number, failure in enumerate(failures):
        if number:
            reporter.write_line("")
        for line in _lines(failure, columns):
            for span in line:
                reporter.write(visible(span.text), bold=span.bold, **({span.color: True} if span.color else {}))
            reporter.write_line("")
    for note in notes:
        reporter.write_line(f"fixcards: {visible(note)}")
    if os.environ.get("GITHUB_ACTIONS") == "true":
        for failure in failures[:MAX_NOTICES]:
            reporter.write_line(_notice(failure))


def _lines(failure: _ExplainedTests, columns: int) -> Iterator[Line]:
    yield from brief_lines(failure.match, failure.url, columns)
    first, *more = dict.fromkeys(failure.tests)
    yield from row("test", first + (f" and {len(more):,} more" if more else ""), text_width(columns))


def _left_out(number: int) -> str:
    return f"{number:,} more failures were not looked up; pipe the output into: fixcards match"


def _notice(failure: _ExplainedTests) -> str:
    """Return the line by which GitHub shows the card beside the change."""
    entry = failure.match.entry
    fix = f" Fix: {failure.match.fixes[0].title}." if failure.match.fixes else ""
    return f"::notice title={_property(f'Known failure: {entry.id}')}::{_data(f'{entry.title}.{fix} {failure.url}')}"


def _data(text: str) -> str:
    return visible(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
