"""The lines to copy: what a reader has to have afterwards, for each program, with what came of running them."""

from __future__ import annotations

import shlex

import pytest
from bs4 import BeautifulSoup

from fixcards.records.card_facts import card_facts
from fixcards.records.evidence import Outcome
from fixcards.site.card_page import CardPageData, card_page
from tests.site.card_page import assert_sound, changed, fix_with
from tests.sites import LIBRARY, TODAY, library, page, settings, soup, words


def test_the_line_of_the_fix_stands_before_its_prose() -> None:
    box = page("lantern/12").select_one(".fc-fix")
    assert box.text.index("pip install") < box.text.index("Install 1.4 or later.")


def test_the_lines_of_each_program_can_be_copied() -> None:
    tree = page("lantern/12")
    assert_sound(tree)
    copied = {tree.find(id=button["data-copy"]).text for button in tree.select("button[data-copy]")}
    assert {
        'pip install "lantern>=1.4"',
        'uv add "lantern>=1.4"',
        'poetry add "lantern>=1.4"',
        "lantern>=1.4",
        'pip install "wick<2.5"',
    } <= copied


@pytest.mark.parametrize(
    ("fix", "command"),
    [
        (fix_with(install=["lantern>=1.4", "wick>=2.6"]), 'pip install "lantern>=1.4" "wick>=2.6"'),
        (fix_with(requires=["lantern==1.2.9", "wick==2.5"]), None),
        (fix_with(kind="upgrade"), None),
        (fix_with(kind="workaround"), None),
        (
            fix_with(install=["lantern==1.2.9; python_version < '3.9'"]),
            "pip install \"lantern==1.2.9; python_version < '3.9'\"",
        ),
    ],
)
def test_a_line_is_what_the_card_says_and_never_derived_from_what_was_run(
    fix: list[dict[str, object]], command: str | None
) -> None:
    box = changed("lantern-12", fixes=fix).find(id="fix-command")
    assert (box.text if box else None) == command


@pytest.mark.parametrize("inside", ["$(touch ran)", "`touch ran`", '" ; touch ran ; "', "%COMSPEC%", "!x", "a\\b"])
def test_nothing_in_a_requirement_acts_in_the_shell_that_it_is_pasted_into(inside: str) -> None:
    quote = '"' if "'" in inside else "'"
    requirement = f"lantern==1.2.9; platform_version == {quote}{inside}{quote}"
    command = changed("lantern-12", fixes=fix_with(install=[requirement])).find(id="fix-command").text
    assert shlex.split(command) == ["pip", "install", requirement]
    assert command.partition("install ")[2].startswith("'")


def page_where(**outcomes: Outcome) -> BeautifulSoup:
    """Return the page of a card whose line of the first fix had these outcomes, by what was done with the others."""
    cards = library(LIBRARY)
    evidence = cards.evidence["lantern-12"]
    runs = [
        run.model_copy(update={"outcome": outcomes.get(run.others or "", run.outcome)}) if run.fix == 1 else run
        for run in evidence.runs
    ]
    facts = card_facts(cards.cards["lantern-12"], evidence.model_copy(update={"runs": tuple(runs)}), TODAY)
    return soup(card_page(CardPageData(facts), settings()).body())


def test_the_page_says_what_came_of_running_a_line() -> None:
    sentence = "Tested on 2026-03-01: works with your other packages kept; works with the newest of everything else."
    assert sentence in words(page_where().select_one(".fc-fix").text)
    failing = words(page_where(newest="failed-otherwise").select_one(".fc-fix .fc-notice").text)
    assert failing.startswith("This line does not work any more. ")
    assert failing.endswith("works with your other packages kept; fails with the newest of everything else.")


def test_a_line_that_was_never_run_says_so() -> None:
    tree = changed("lantern-12", fixes=[*fix_with(install=["lantern>=1.4"]), *fix_with(install=["wick<2"])])
    assert "This line has not been tested yet." in words(tree.find(id="option-2").find_parent("details").text)
