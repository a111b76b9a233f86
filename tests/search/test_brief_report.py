"""What is offered unasked: what is surely it, once, with a line that can be pasted into a shell."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from fixcards.matching.index.entry import Entry, FixOption
from fixcards.matching.index.reader import Index
from fixcards.search.brief_report import brief_lines, line_to_copy, sure_matches, text_of
from fixcards.search.finder import Finder
from tests.card_data import LAMP

FRAMES = 'Traceback (most recent call last):\n  File "/v/site-packages/lamp/burner.py", line 6, in light\n    raise\n'
TEXT = "lamp.burner.NoWick: no wick in the hall"


def sure(*entries: Entry, text: str = TEXT) -> list[str]:
    return [each.entry.id for each in sure_matches(Finder(Index.of(entries)).answer(io.BytesIO(text.encode())))]


def line_of(*fixes: FixOption, failed: str = "") -> str:
    display = {**LAMP.display, **({"failed_lines": failed} if failed else {})}
    (match,) = Finder(Index.of([replace(LAMP, fixes=fixes, display=display)])).match(TEXT)
    return line_to_copy(match)


def test_the_card_of_a_change_is_left_out_where_that_of_its_victim_stands() -> None:
    cause = Entry(
        "oil-1", "oil", LAMP.templates, LAMP.exception, cause="oil-1", title="oil is gone", display=LAMP.display
    )
    victim = replace(LAMP, cause="oil-1")
    assert sure(cause, victim, text=FRAMES + TEXT) == ["lamp-7"]


def test_what_only_resembles_a_card_is_not_offered() -> None:
    assert sure(LAMP, text="no wick in") == []
    assert sure(LAMP) == ["lamp-7"]


@pytest.mark.parametrize(
    ("install", "line"),
    [
        (("lamp>=3.0",), "pip install 'lamp>=3.0'"),
        (("lamp==3.0", "oil[fine]>=2,<3"), "pip install lamp==3.0 'oil[fine]>=2,<3'"),
        (("lamp",), "pip install lamp"),
        (("lamp!=1!2.0",), "pip install 'lamp!=1!2.0'"),
    ],
)
def test_a_line_can_be_pasted(install: tuple[str, ...], line: str) -> None:
    assert line_of(FixOption("Upgrade", "upgrade", install)) == line


@pytest.mark.parametrize(
    "requirement",
    [
        "lamp; touch /tmp/x",
        "lamp'; touch x'",
        "$(touch x)",
        "`x`",
        "-r/etc/passwd",
        "--index-url=x",
        "lamp\nx",
        "a b",
        "",
        "lamp" + ">=1!" * 5000 + "'",
    ],
)
def test_what_is_more_than_names_and_releases_is_no_line_to_paste(requirement: str) -> None:
    assert line_of(FixOption("Hostile", "upgrade", (requirement,))) == ""
    good = FixOption("Good", "pin", ("lamp<2",))
    assert line_of(FixOption("Hostile", "upgrade", (requirement,)), good) == "pip install 'lamp<2'"


def test_a_line_that_did_not_work_when_it_was_executed_is_not_offered() -> None:
    fixes = FixOption("First", "upgrade", ("lamp>=3",)), FixOption("Second", "pin", ("lamp<2",))
    assert line_of(*fixes, failed="First") == "pip install 'lamp<2'"
    assert line_of(*fixes, failed="First\nSecond") == ""


def test_the_fix_of_the_line_is_named_where_it_is_not_the_first() -> None:
    fixes = FixOption("Put a wick in", "code-change"), FixOption("Upgrade lamp", "upgrade", ("lamp>=3",))
    (match,) = Finder(Index.of([replace(LAMP, fixes=fixes)])).match(TEXT)
    lines = text_of(brief_lines(match, "https://cards.example.org/lamp/7/", 80)).splitlines()
    assert lines[1:] == [
        "  fix     Put a wick in",
        "  or      Upgrade lamp",
        "  copy    pip install 'lamp>=3'",
        "  card    https://cards.example.org/lamp/7/",
    ]
