"""What a card's page shows of what was executed."""

from __future__ import annotations

from typing import get_args

import pytest

from fixcards.records.evidence import Outcome
from fixcards.records.verdict import VERDICTS, judge
from tests.site.card_page import changed, fix_with, proof, section
from tests.sites import LIBRARY, TODAY, library, page, words


@pytest.mark.parametrize(
    ("path", "verdict"),
    [
        ("lantern/34", "verified"),
        ("lantern/12", "partly verified"),
        ("lantern/56", "not executed"),
        ("mooring/7", "stale"),
        ("mooring/8", "disputed"),
        ("mooring/9", "retired"),
    ],
)
def test_a_badge_with_the_verdict_comes_before_anything_else(path: str, verdict: str) -> None:
    tree = page(path)
    badge = tree.select_one(".fc-badge")
    assert badge.text == verdict
    assert badge.find_parent("header") is not None
    assert proof(tree)["Verdict"].startswith(verdict)


def test_the_library_of_the_tests_has_every_verdict_and_outcome() -> None:
    cards = library(LIBRARY)
    assert {judge(card, cards.evidence.get(card.id), TODAY).verdict for card in cards.cards.values()} == set(VERDICTS)
    assert {run.outcome for evidence in cards.evidence.values() for run in evidence.runs} == set(get_args(Outcome))


def test_each_run_shows_what_was_installed_what_it_printed_and_when() -> None:
    runs = page("lantern/12").select(".fc-run")
    assert [words(run.summary.text) for run in runs] == [
        "Broken release, lantern 1.3: failed as described",
        "Option A, lantern 1.4: passed",
        "Option B, lantern 1.3: failed otherwise",
        "Option C: could not run",
        "Newest release, lantern 2.0: passed",
        "The broken release without the code of the package, lantern 1.3: failed otherwise",
        "The broken release under another number, lantern 1.3: failed as described",
        "The line of option A, everything else kept, lantern 1.4: passed",
        "The line of option A, everything else the newest, lantern 2.0: passed",
        "The line of option C, everything else kept, lantern 1.3: passed",
        "The line of option C, everything else the newest, lantern 2.0: passed",
    ]
    facts = [{term.text: words(term.find_next("dd").text) for term in run.select("dt")} for run in runs]
    assert facts[0] == {
        "When": "2026-03-01, 3 times, 0.21 s each",
        "Where": "Python 3.12.1, linux-x86_64, isolation: bubblewrap",
        "Ended with": "exit status 1",
        "Installed": "lantern 1.3, wick 2.5",
    }
    assert facts[2]["When"] == "2026-03-01, 3 times (outcomes differ), 0.21 s each"
    assert facts[2]["Ended with"] == "exit status 3; exit status 3, and the signature is not in the output"
    assert facts[3] == {
        "When": "2026-03-02, 1 time, 0.00 s each",
        "Where": "Python unknown, linux-x86_64, isolation: bubblewrap",
        "Ended with": "no exit status; resolution: wick==2.0 was never released",
        "Installed": "nothing",
    }
    assert runs[2].select_one("pre").text == "<b>no oil</b> & no match"


def test_notes_about_the_runs_stand_above_them() -> None:
    assert "wick differs between the broken and the newest run." in section(page("lantern/12"), "certainty").text


def test_options_show_the_outcome_of_their_run() -> None:
    facts = [words(option.select_one(".fc-row-facts").text) for option in page("lantern/12").select(".fc-option")]
    assert facts == [
        "Upgrade recommended passed run on 2026-03-01",
        "Change your code failed otherwise run on 2026-03-01",
        "Pin could not run run on 2026-03-02",
        "Work around advice, not executable",
    ]


def test_options_without_a_run_do_not_claim_a_test() -> None:
    assert not [option for option in page("mooring/8").select(".fc-option") if "Tested with" in option.text]
    facts = [words(option.select_one(".fc-row-facts").text) for option in page("mooring/8").select(".fc-option")]
    assert facts == ["Upgrade recommended can be executed, no run on record"]


def test_runs_of_an_earlier_form_of_the_card_are_marked_as_such() -> None:
    assert "before the card was changed" in page("mooring/7").select_one(".fc-option").text


def test_evidence_about_options_and_reports_that_the_card_no_longer_has_stays_on_the_page() -> None:
    tree = changed("lantern-12", fixes=fix_with())
    assert "Option C: could not run" in words(tree.text)
    assert "option D worked for 1" in words(tree.text)


def test_a_reproduction_that_cannot_be_executed_says_why() -> None:
    assert "It can't be executed: It needs a real flame." in section(page("lantern/56"), "reproduction").text
