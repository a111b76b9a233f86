from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from fixcards.records.card import Card
from fixcards.records.evidence import Evidence, run_digest
from fixcards.records.verdict import (
    HALF_LIFE_DAYS,
    MEANINGS,
    VERDICTS,
    WEIGHTS,
    differing_runs,
    executable_fixes,
    judge,
)

DAY = date(2024, 6, 1)
BROKEN, FIRST_FIX, SECOND_FIX, LATEST, STUB, DISGUISED, INSTALL_HERE, INSTALL_NEWEST = range(8)
Change = Callable[["Case"], object]


class Case:
    """A card and its evidence as plain data, to be changed; all is well at the start."""

    def __init__(self, card: dict[str, Any], evidence: Evidence) -> None:
        self.card = card
        self.evidence: dict[str, Any] | None = evidence.model_dump(mode="json")
        self.day = DAY
        self.stale = False

    def run(self, number: int, **changes: object) -> None:
        assert self.evidence
        self.evidence["runs"][number] |= changes

    def outcome(self, number: int, *outcomes: str) -> None:
        self.run(number, outcome=outcomes[0], repetitions=list(outcomes) if len(outcomes) > 1 else [outcomes[0]] * 3)

    def drop(self, *numbers: int) -> None:
        assert self.evidence
        self.evidence["runs"] = [run for at, run in enumerate(self.evidence["runs"]) if at not in numbers]

    def no_control(self) -> None:
        """Leave no run in which the unchanged program passes: the one fix has code of its own."""
        assert self.evidence
        del self.card["fixes"][0]
        self.drop(FIRST_FIX, LATEST)
        self.run(1, fix=1)
        self.evidence["releases"] = []

    def control(self, *outcomes: str) -> None:
        assert self.evidence
        run = self.evidence["runs"][0] | {"role": "control", "outcome": outcomes[0], "repetitions": list(outcomes)}
        self.evidence["runs"].append(run)

    def no_evidence(self) -> None:
        self.evidence = None

    def judged(self) -> tuple[str, float]:
        card = Card.model_validate(self.card)
        evidence = None
        if self.evidence is not None:
            digest = self.evidence["digest"] if self.stale else run_digest(card)
            evidence = Evidence.model_validate(self.evidence | {"digest": digest})
        judgement = judge(card, evidence, self.day)
        return judgement.verdict, judgement.confidence


@pytest.fixture
def case(data: dict, evidence: Evidence) -> Case:
    return Case(data, evidence)


def age(days: int) -> Change:
    def change(case: Case) -> None:
        case.day = DAY + timedelta(days=days)

    return change


def changed_afterwards(where: str, **changes: object) -> Change:
    def change(case: Case) -> None:
        case.card[where].update(**changes)
        case.stale = True

    return change


def status(state: str) -> Change:
    return lambda case: case.card.update(status={"state": state, "reason": "Somebody said so."})


@pytest.mark.parametrize(
    ("changes", "verdict", "confidence"),
    [
        # Everything was shown: 0.10 + 0.40 + 0.30 + 0.10 + 0.08.
        ([], "verified", 0.98),
        # Without any run there is the upstream fix, or nothing.
        ([Case.no_evidence], "not executed", 0.10),
        ([Case.no_evidence, lambda c: c.card.pop("pr")], "not executed", 0.0),
        ([lambda c: c.card.pop("pr")], "verified", 0.88),
        # The broken release.
        ([lambda c: c.outcome(BROKEN, "passed")], "partly verified", 0.58),
        ([lambda c: c.outcome(BROKEN, "failed-otherwise")], "partly verified", 0.58),
        ([lambda c: c.outcome(BROKEN, "could-not-run")], "partly verified", 0.58),
        ([lambda c: c.drop(BROKEN)], "partly verified", 0.58),
        ([lambda c: c.run(BROKEN, repetitions=["failed-as-described"] * 2)], "partly verified", 0.58),
        # Runs without isolation count nothing; what isolates does not matter.
        ([lambda c: c.evidence.update(isolation="none")], "partly verified", 0.18),
        ([lambda c: c.evidence.update(isolation="container")], "verified", 0.98),
        # Without the package's code the program must not fail as described: nothing counts as reproduced then.
        ([lambda c: c.outcome(STUB, "failed-as-described")], "partly verified", 0.58),
        ([lambda c: c.drop(STUB)], "partly verified", 0.98),
        ([lambda c: c.outcome(STUB, "could-not-run")], "partly verified", 0.98),
        ([lambda c: c.outcome(STUB, "passed")], "verified", 0.98),
        # Somewhere the same program has to pass: a program that always fails shows nothing.
        ([lambda c: c.no_control()], "partly verified", 0.80),
        ([lambda c: c.no_control(), lambda c: c.control("passed")], "verified", 0.80),
        ([lambda c: c.no_control(), lambda c: c.control("failed-as-described")], "partly verified", 0.80),
        ([lambda c: c.no_control(), lambda c: c.control("passed", "failed-otherwise")], "partly verified", 0.45),
        # The fixes count by the share of them that passed.
        ([lambda c: c.outcome(FIRST_FIX, "failed-as-described")], "partly verified", 0.83),
        ([lambda c: c.drop(SECOND_FIX)], "partly verified", 0.83),
        ([lambda c: c.drop(FIRST_FIX, SECOND_FIX)], "partly verified", 0.68),
        ([lambda c: c.run(SECOND_FIX, fix=1)], "partly verified", 0.83),
        ([lambda c: c.card["fixes"][1].pop("code"), lambda c: c.drop(SECOND_FIX)], "verified", 0.98),
        # The newest release.
        ([lambda c: c.drop(LATEST)], "verified", 0.88),
        ([lambda c: c.outcome(LATEST, "failed-as-described")], "verified", 0.88),
        ([lambda c: c.card["versions"].pop("fixed")], "verified", 0.88),
        (
            [lambda c: c.card["versions"].pop("fixed"), lambda c: c.outcome(LATEST, "failed-as-described")],
            "verified",
            0.98,
        ),
        # The sweep.
        ([lambda c: c.evidence.update(releases=[])], "verified", 0.90),
        ([lambda c: c.evidence["releases"][0].update(state="passes")], "verified", 0.90),
        ([lambda c: c.evidence["releases"][3].update(state="fails")], "verified", 0.90),
        ([lambda c: c.evidence["releases"][0].update(state="not-testable")], "verified", 0.98),
        ([lambda c: c.evidence["releases"][0].update(state="inferred-passes")], "verified", 0.98),
        ([lambda c: [r.update(state="unknown") for r in c.evidence["releases"]]], "verified", 0.90),
        # Repetitions that differ: what was run counts half, and what differs not at all.
        ([lambda c: c.outcome(LATEST, "passed", "passed", "failed-otherwise")], "partly verified", 0.49),
        ([lambda c: c.outcome(BROKEN, "failed-as-described", "passed", "passed")], "partly verified", 0.34),
        # Evidence of an earlier form of the card counts half; a change of prose leaves it as it is.
        ([changed_afterwards("reproduction", code="import demo\n")], "stale", 0.54),
        ([changed_afterwards("versions", affected=">=1.1,<=1.10")], "stale", 0.50),
        ([changed_afterwards("signature", traceback="Traceback")], "verified", 0.98),
        # Age lowers the confidence by half every two years, and never changes the verdict.
        ([age(HALF_LIFE_DAYS)], "verified", 0.54),
        ([age(2 * HALF_LIFE_DAYS)], "verified", 0.32),
        ([age(100 * HALF_LIFE_DAYS)], "verified", 0.10),
        ([age(-30)], "verified", 0.98),
        ([age(HALF_LIFE_DAYS), changed_afterwards("reproduction", code="import demo\n")], "stale", 0.32),
        # The status goes first.
        ([status("disputed")], "disputed", 0.98),
        ([status("retired")], "retired", 0.98),
        ([status("retired"), Case.no_evidence], "retired", 0.10),
        ([status("disputed"), changed_afterwards("reproduction", code="import demo\n")], "disputed", 0.54),
    ],
)
def test_a_card_is_as_certain_as_its_evidence(
    case: Case, changes: list[Change], verdict: str, confidence: float
) -> None:
    for change in changes:
        change(case)
    assert case.judged() == (verdict, confidence)


def edge(outcome: str, fix: int | None = None, name: str = "lowest") -> Change:
    def change(case: Case) -> None:
        assert case.evidence
        run = case.evidence["runs"][BROKEN] | {"role": "edge", "edge": name, "fix": fix}
        case.evidence["runs"].append(run | {"outcome": outcome, "repetitions": [outcome]})

    return change


@pytest.mark.parametrize(
    ("change", "names"),
    [
        (lambda c: c.outcome(BROKEN, "passed"), ["broken"]),
        (lambda c: c.outcome(SECOND_FIX, "failed-as-described"), ["fix 2"]),
        (lambda c: c.outcome(INSTALL_HERE, "failed-otherwise"), ["install 1 (kept)"]),
        (lambda c: (c.outcome(INSTALL_HERE, "could-not-run"), c.outcome(INSTALL_NEWEST, "could-not-run")),
         ["install 1 (kept)", "install 1 (newest)"]),
        (lambda c: c.outcome(STUB, "failed-as-described"), ["stub"]),
        (lambda c: c.outcome(STUB, "could-not-run"), ["stub"]),
        (lambda c: c.outcome(DISGUISED, "passed"), ["disguised"]),
        (lambda c: c.outcome(DISGUISED, "could-not-run"), ["disguised"]),
        (lambda c: c.outcome(LATEST, "passed", "passed", "failed-otherwise"), ["latest"]),
        (edge("passed"), ["lowest edge"]),
        (edge("failed-as-described", 1), ["lowest edge with fix 1"]),
        (edge("failed-as-described", name="outside"), ["outside edge"]),
    ],
)  # fmt: skip
def test_each_run_that_keeps_a_card_from_being_verified_is_named(case: Case, change: Change, names: list[str]) -> None:
    assert case.judged()[0] == "verified"
    change(case)
    assert case.judged()[0] == "partly verified"
    assert [run.name for run in differing_runs(Evidence.model_validate(case.evidence))] == names


@pytest.mark.parametrize(
    "change",
    [
        lambda c: c.outcome(INSTALL_HERE, "could-not-run"),
        lambda c: c.outcome(LATEST, "failed-as-described"),
        lambda c: c.outcome(STUB, "passed"),
        lambda c: c.outcome(DISGUISED, "failed-otherwise"),
        edge("failed-otherwise"),
        edge("could-not-run"),
        edge("passed", 1),
    ],
)
def test_a_run_that_speaks_against_nothing_is_not_named(case: Case, change: Change) -> None:
    change(case)
    assert case.judged()[0] == "verified"
    assert list(differing_runs(Evidence.model_validate(case.evidence))) == []


def test_every_verdict_has_a_meaning_and_is_reached_above() -> None:
    assert set(MEANINGS) == set(VERDICTS)
    marks = test_a_card_is_as_certain_as_its_evidence.pytestmark  # type: ignore[attr-defined]
    assert {verdict for _, verdict, _ in marks[0].args[1]} == set(VERDICTS)


def test_nothing_is_ever_quite_certain() -> None:
    assert sum(weight for _, weight, _ in WEIGHTS) == pytest.approx(0.98)


def test_the_reasons_are_those_weights_that_were_earned(card: Card, evidence: Evidence) -> None:
    words = {name: text for name, _, text in WEIGHTS}
    assert judge(card, evidence, DAY).reasons == tuple(words.values())
    assert judge(card, None, DAY).reasons == (words["upstream"],)
    half = evidence.model_copy(update={"runs": evidence.runs[:2], "releases": ()})
    assert judge(card, half, DAY).reasons == (words["upstream"], words["broken"], words["fixes"])


def test_a_judgement_says_whether_the_failure_was_reproduced_and_is_flaky(card: Card, evidence: Evidence) -> None:
    assert judge(card, evidence, DAY).reproduced
    assert not judge(card, evidence, DAY).flaky
    assert not judge(card, None, DAY).reproduced
    differing = evidence.runs[LATEST].model_copy(update={"repetitions": ("passed", "passed", "failed-otherwise")})
    flaky = evidence.model_copy(update={"runs": (*evidence.runs[:LATEST], differing)})
    assert judge(card, flaky, DAY).flaky
    assert judge(card, flaky, DAY).reproduced


@pytest.mark.parametrize(
    ("change", "numbers"),
    [
        (lambda data: None, [1, 2]),
        (lambda data: data["fixes"][1].pop("code"), [1]),
        (lambda data: data["fixes"][0].pop("requires"), [1, 2]),
        (lambda data: (data["fixes"][0].pop("requires"), data["versions"].pop("fixed")), [2]),
        (lambda data: data["fixes"][1].update(code="x", kind="configuration"), [1, 2]),
    ],
)
def test_a_fix_can_be_run_when_it_says_what_to_install_or_to_run(
    data: dict, change: Callable[[dict], object], numbers: list[int]
) -> None:
    change(data)
    assert [number for number, _ in executable_fixes(Card.model_validate(data))] == numbers
