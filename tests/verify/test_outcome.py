from __future__ import annotations

import pytest

from fixcards.records.card import Card
from fixcards.verify.outcome import classify_run
from fixcards.verify.sandbox import JobResult, Limits

from .conftest import a_card

LIMITS = Limits().as_dict()
PRINTED = "RuntimeError: the frobnicator is out of frobs (3 left)\n"


def shown(text: str, ended: int | None, stopped=None, **changes):
    card = Card.model_validate(a_card("pass", **changes))
    return classify_run(card, JobResult(ended, text.encode(), 0.1, 0.1, stopped), text, LIMITS)


@pytest.mark.parametrize(
    ("text", "ended", "outcome"),
    [
        (PRINTED, 1, "failed-as-described"),
        (f"\x1b[31m{PRINTED}\x1b[0m", 1, "failed-as-described"),
        (f"E   {PRINTED}", 3, "failed-as-described"),
        (PRINTED, 0, "passed"),
        ("", 0, "passed"),
        ("RuntimeError: something else\n", 1, "failed-otherwise"),
        ("passed\n", 1, "failed-otherwise"),
        (PRINTED, -9, "failed-as-described"),
        ("", -11, "failed-otherwise"),
    ],
)
def test_a_failure_takes_both_the_exit_status_and_the_signature(text, ended, outcome):
    assert shown(text, ended).outcome == outcome


def test_an_alias_counts_and_the_error_itself_is_preferred():
    signature = {"error": "RuntimeError: out of frobs", "aliases": ["no frobs at {place}"]}
    found = shown("no frobs at home\nRuntimeError: out of frobs\n", 1, signature=signature)
    assert (found.outcome, found.matched) == ("failed-as-described", "RuntimeError: out of frobs")
    assert shown("no frobs at home\n", 1, signature=signature).matched == "no frobs at home"


def test_a_failure_that_ends_with_0_is_told_by_what_it_prints():
    expect = {"reproduction": {"expect": {"exit": 0}}}
    assert shown(PRINTED, 0, **expect).outcome == "failed-as-described"
    assert shown("all well\n", 0, **expect).outcome == "passed"
    assert shown(PRINTED, 1, **expect).outcome == "failed-otherwise"
    assert shown(PRINTED, 1, **expect).reason == "ended with 1, not with 0 as expected"


def test_another_text_stands_in_for_the_signature():
    expect = {"reproduction": {"expect": {"output": "AssertionError: lost {n} bytes"}}}
    assert shown("AssertionError: lost 5 bytes\n", 1, **expect).outcome == "failed-as-described"
    assert shown(PRINTED, 1, **expect).outcome == "failed-otherwise"


def test_a_hang_is_the_symptom_only_where_the_card_says_so():
    expect = {"reproduction": {"expect": {"timeout": 2}}}
    found = shown("", None, "time", **expect)
    assert (found.outcome, found.matched) == ("failed-as-described", "still running after 2 s")
    assert shown("", 0, **expect).outcome == "passed"
    assert shown("", None, "time").outcome == "failed-otherwise"
    assert shown("", None, "memory", **expect).outcome == "failed-otherwise"


def test_a_hang_may_need_a_text_as_well():
    expect = {"reproduction": {"expect": {"timeout": 2, "output": "waiting for {what}"}}}
    assert shown("waiting for the lock\n", None, "time", **expect).matched == "waiting for the lock"
    assert shown("", None, "time", **expect).outcome == "failed-otherwise"


def test_a_crash_is_told_in_the_words_of_a_shell():
    signature = {"error": "Segmentation fault"}
    assert shown("", -11, signature=signature).outcome == "failed-as-described"


@pytest.mark.parametrize("stopped", ["time", "output", "memory", "processes", "cancelled"])
def test_a_stopped_run_says_which_limit_it_went_over(stopped):
    found = shown(PRINTED, None, stopped)
    assert found.outcome == "failed-otherwise"
    assert found.reason
