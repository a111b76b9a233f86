from __future__ import annotations

import pytest

from fixcards.records.card import Card
from fixcards.verify.outcome import classify_run
from fixcards.verify.sandbox import JobResult, Limits

from .conftest import a_card

LIMITS = Limits().as_dict()
STACK = """Fatal Python error: Aborted

Current thread 0x0 (most recent call first):
  File "/venv/lib/python3.11/site-packages/frobs/lock.py", line 3 in wait
  File "/repro/repro.py", line 2 in <module>
"""
PRINTED = "RuntimeError: the frobnicator is out of frobs (3 left)\n"


def outcome_of(text: str, status: int | None, stopped=None, **changes):
    card = Card.model_validate(a_card("pass", **changes))
    return classify_run(card, card.reproduction.code, JobResult(status, text.encode(), 0.1, 0.1, stopped), LIMITS)


@pytest.mark.parametrize(
    ("text", "status", "outcome"),
    [
        (PRINTED, 1, "failed-as-described"),
        (f"\x1b[31m{PRINTED}\x1b[0m", 1, "failed-as-described"),
        (f"E   {PRINTED}", 3, "failed-as-described"),
        (PRINTED, 0, "failed-otherwise"),
        ("", 0, "passed"),
        ("RuntimeError: something else\n", 1, "failed-otherwise"),
        ("passed\n", 1, "failed-otherwise"),
        (PRINTED, -9, "failed-as-described"),
        ("", -11, "failed-otherwise"),
    ],
)
def test_a_failure_takes_both_the_exit_status_and_the_signature(text, status, outcome):
    assert outcome_of(text, status).outcome == outcome


def test_an_alias_counts_and_the_error_itself_is_preferred():
    signature = {"error": "RuntimeError: out of frobs", "aliases": ["no frobs at {place}"]}
    outcome = outcome_of("no frobs at home\nRuntimeError: out of frobs\n", 1, signature=signature)
    assert (outcome.outcome, outcome.matched) == ("failed-as-described", "RuntimeError: out of frobs")
    assert outcome_of("no frobs at home\n", 1, signature=signature).matched == "no frobs at home"


def test_a_failure_that_ends_with_0_needs_the_signature():
    expect = {"reproduction": {"expect": {"exit": 0}}}
    assert outcome_of(PRINTED, 0, **expect).outcome == "failed-as-described"
    assert outcome_of("all well\n", 0, **expect).outcome == "passed"
    assert outcome_of(PRINTED, 1, **expect).outcome == "failed-otherwise"
    assert outcome_of(PRINTED, 1, **expect).reason == "ended with 1, not with 0 as expected"


def test_another_text_stands_in_for_the_signature():
    expect = {"reproduction": {"expect": {"output": "AssertionError: lost {n} bytes"}}}
    assert outcome_of("AssertionError: lost 5 bytes\n", 1, **expect).outcome == "failed-as-described"
    assert outcome_of(PRINTED, 1, **expect).outcome == "failed-otherwise"


def test_a_hang_is_the_symptom_only_where_the_card_says_so():
    expect = {"reproduction": {"expect": {"timeout": 2}}}
    outcome = outcome_of(STACK, None, "time", **expect)
    assert (outcome.outcome, outcome.matched) == ("failed-as-described", "still running after 2 s")
    assert outcome_of("", None, "time", **expect).outcome == "failed-otherwise"
    assert outcome_of("", 0, **expect).outcome == "passed"
    assert outcome_of("", None, "time").outcome == "failed-otherwise"
    assert outcome_of("", None, "memory", **expect).outcome == "failed-otherwise"


def test_a_hang_may_need_a_text_as_well():
    expect = {"reproduction": {"expect": {"timeout": 2, "output": "waiting for {what}"}}}
    assert outcome_of(f"waiting for the lock\n{STACK}", None, "time", **expect).matched == "waiting for the lock"
    assert outcome_of("", None, "time", **expect).outcome == "failed-otherwise"


def test_a_crash_has_the_text_that_a_shell_prints():
    signature = {"error": "Segmentation fault"}
    assert outcome_of("", -11, signature=signature).outcome == "failed-as-described"


@pytest.mark.parametrize("stopped", ["time", "output", "memory", "processes", "cancelled"])
def test_a_stopped_run_says_which_limit_it_went_over(stopped):
    outcome = outcome_of(PRINTED, None, stopped)
    assert outcome.outcome == "failed-otherwise"
    assert outcome.reason
