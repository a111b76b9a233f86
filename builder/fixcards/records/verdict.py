"""How sure we are of a card: verdict and confidence, one function of the card, its evidence and the day.

Nothing here is typed in by hand. The tables below are shown on the site as they stand.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from fixcards.records.card import Card, Fix
from fixcards.records.evidence import OUTSIDE, Evidence, Run, run_digest

InstallState = Literal["works", "fails", "not executed"]
Verdict = Literal["verified", "partly verified", "not executed", "stale", "disputed", "retired"]
VERDICTS: tuple[str, ...] = get_args(Verdict)

MEANINGS: dict[str, str] = {
    "verified": "The broken release failed as described and every executable fix passed, three times each, in "
    "isolation; so did every line to copy; the same program passed somewhere, and, unless the card is about Python, "
    "did not fail as described without the package's code nor pass by another release number.",
    "partly verified": "It was executed, and not every run showed what the card says.",
    "not executed": "No run of this card is on record. Its facts come from the upstream thread alone.",
    "stale": "The card was changed after it was executed; the runs shown belong to its earlier form.",
    "disputed": "The card may be wrong: its authors say why, or a reader reported that a fix failed and has no answer "
    "yet.",
    "retired": "The card turned out to be wrong or useless and is kept so that its address stays.",
}

WEIGHTS: tuple[tuple[str, float, str], ...] = (
    ("upstream", 0.10, "the upstream fix is linked"),
    ("broken", 0.40, "the affected release failed as described, in every repetition"),
    ("fixes", 0.30, "the executable fixes passed (the share of them that did)"),
    ("latest", 0.10, "the newest release was run and did what the card says"),
    ("sweep", 0.08, "running every release confirmed the affected range"),
)
"""What raises the confidence, and by how much. The sum is 0.98: runs show what happened on one kind of machine
and never that nothing else can happen, so 1.0 is never reached."""

STALE_FACTOR = 0.5
"""Evidence of an earlier form of the card counts half."""
FLAKY_FACTOR = 0.5
"""Repetitions that differ make everything that was run count half."""
HALF_LIFE_DAYS = 730
"""Age after which what was run counts half: indexes, interpreters and platforms move on."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The certainty of a card. `confidence` is between 0 and 0.98, to two decimals."""

    verdict: Verdict
    confidence: float
    reasons: tuple[str, ...]
    reproduced: bool
    flaky: bool
    confidence_terms: tuple[float, float]
    """Of the confidence, what the card earns by itself, and what its runs earned on their day."""


def judge(
    card: Card,
    evidence: Evidence | None,
    today: date,
    executable: Sequence[tuple[int, Fix]] | None = None,
    *,
    reported: bool = False,
) -> Judgement:
    """Return verdict and confidence of `card` on the day `today`.

    A card's status goes first, then the digest of what was run, then the runs. Age lowers the confidence
    (by half every `HALF_LIFE_DAYS`) and never changes the verdict. `executable` is the result of `executable_fixes`,
    for a caller that has it already. `reported` says that a reader's report that a fix failed has no answer yet.
    """
    executable = executable_fixes(card) if executable is None else executable
    upstream = 1.0 if card.pr else 0.0
    reached = {"upstream": upstream}
    factor = 1.0
    broken_failed = flaky = stale = False
    day = today
    if evidence is not None:
        broken_failed = bool(_conclusive_runs(evidence, "broken", "failed-as-described"))
        broken_failed = broken_failed and not any(map(_is_fake, evidence.runs))
        flaky = any(run.flaky for run in evidence.runs)
        stale = evidence.digest != run_digest(card)
        reached |= dict(_reached_weights(card, evidence, broken_failed, executable))
        day = evidence.last_verified
        factor *= FLAKY_FACTOR if flaky else 1.0
        factor *= STALE_FACTOR if stale else 1.0
    weights = {name: weight for name, weight, _ in WEIGHTS}
    by_runs = sum(weight * reached.get(name, 0.0) for name, weight in weights.items() if name != "upstream")
    terms = weights["upstream"] * upstream, by_runs * factor
    reasons = tuple(words for name, _, words in WEIGHTS if reached.get(name, 0.0) > 0)
    complete = broken_failed and reached.get("fixes") == 1.0 and not flaky
    complete = complete and evidence is not None and _is_complete(card, evidence)
    verdict = _verdict(card, evidence, reported=reported, stale=stale, complete=complete)
    return Judgement(verdict, confidence(terms, day, today), reasons, broken_failed, flaky, terms)


def confidence(terms: tuple[float, float], day: date, today: date) -> float:
    """Return the confidence on the day `today` of a card that was last verified on `day`."""
    upstream, by_runs = terms
    age = max(0, (today - day).days)
    return round(upstream + by_runs * math.pow(0.5, age / HALF_LIFE_DAYS), 2)


def executable_fixes(card: Card) -> list[tuple[int, Fix]]:
    """Return the fixes that can be run, with their numbers from 1.

    Those with requirements or code of their own, and upgrades, which default to `versions.fixed`.
    """
    return [
        (number, fix)
        for number, fix in enumerate(card.fixes, start=1)
        if fix.requires is not None or fix.code is not None or (fix.kind == "upgrade" and card.versions.fixed)
    ]


def has_control(card: Card, evidence: Evidence) -> bool:
    """Return whether the reproduction passed somewhere without a word of it changed.

    That may be a fix without code of its own, the newest release, a release of the sweep, or a run made for this.
    A run with an altered package is none: a program that passes there shows nothing about the package. Of a card about
    Python itself only another Python is one: what is installed shows nothing about it.
    """
    for run in evidence.runs:
        if run.role in {"stub", "disguised", "edge"} or (card.about_python and run.role != "control"):
            continue
        unchanged = run.fix is None or (run.fix <= len(card.fixes) and card.fixes[run.fix - 1].code is None)
        if unchanged and run.outcome == "passed" and not run.flaky and evidence.isolation != "none":
            return True
    return any(release.state == "passes" for release in evidence.releases)


def install_states(card: Card, evidence: Evidence | None) -> dict[int, InstallState]:
    """Return for each fix with `install`, by its number from 1, whether the line works for a reader.

    It works where the program passed with the reader's other packages kept and with the newest of them. Where one of
    the two can't be resolved, the other decides: the resolver then refuses, and the reader installs nothing broken.
    """
    states: dict[int, InstallState] = {}
    for number, fix in enumerate(card.fixes, start=1):
        if fix.install is None:
            continue
        runs = [run for run in (evidence.runs if evidence else ()) if (run.role, run.fix) == ("install", number)]
        ran = [run for run in runs if run.outcome != "could-not-run"]
        if {run.others for run in runs} != {"kept", "newest"}:
            states[number] = "not executed"
        elif ran and all(run.outcome == "passed" and run.conclusive for run in ran):
            states[number] = "works"
        else:
            states[number] = "fails"
    return states


def differing_runs(evidence: Evidence) -> Iterator[Run]:
    """Yield the runs that keep a card from being verified: each did not show what the card says.

    An altered run is one of them also where it could not be made, and any run where its repetitions differ. Of a line
    to copy that only one of its two runs could be made for, the other decides, as in `install_states`.
    """
    ran = {run.fix for run in evidence.runs if run.role == "install" and run.outcome != "could-not-run"}
    for run in evidence.runs:
        if run.role == "install" and run.outcome == "could-not-run" and run.fix in ran:
            continue  # the resolver refuses this one, and a reader installs nothing that fails
        if run.role in {"broken", "fix", "install"}:
            differs = not run.as_it_should
        elif run.role in {"stub", "disguised"}:
            differs = run.outcome == "could-not-run" or _is_fake(run)
        else:
            differs = contradicts(run)
        if differs or run.flaky:
            yield run


def _is_fake(run: Run) -> bool:
    """Return whether the program fails without the code of the package, or passes by the number of a release."""
    return (run.role, run.outcome) in {("stub", "failed-as-described"), ("disguised", "passed")}


def contradicts(run: Run) -> bool:
    """Return whether a run at an edge refutes the card.

    An affected release passes, a fix leaves the failure, or the release before the affected ones fails as described.
    One that could not run says nothing. One that fails otherwise is a finding for the reader: a range that is open
    below begins with releases that lack what the program uses.
    """
    passes_rightly = run.fix is not None or run.edge == OUTSIDE
    return run.role == "edge" and run.outcome == ("failed-as-described" if passes_rightly else "passed")


def _is_complete(card: Card, evidence: Evidence) -> bool:
    """Return whether there is a control, each line to copy works, and there were runs with an altered package.

    What those show is judged with the broken run.
    """
    expect = card.reproduction.expect
    altered: set[str] = {run.role for run in evidence.runs if run.outcome != "could-not-run"}
    never_reached = expect is not None and expect.during is not None
    if never_reached or card.about_python:  # there is no package whose code could be altered
        altered |= {"stub", "disguised"}
    if any(contradicts(run) for run in evidence.runs):
        return False
    lines = install_states(card, evidence).values()
    return has_control(card, evidence) and altered >= {"stub", "disguised"} and all(state == "works" for state in lines)


def _verdict(card: Card, evidence: Evidence | None, *, reported: bool, stale: bool, complete: bool) -> Verdict:
    if card.status.state == "retired":
        return "retired"
    if card.status.state == "disputed" or reported:
        return "disputed"
    if evidence is None:
        return "not executed"
    if stale:
        return "stale"
    return "verified" if complete else "partly verified"


def _reached_weights(
    card: Card, evidence: Evidence, broken_failed: bool, executable: Sequence[tuple[int, Fix]]
) -> Iterator[tuple[str, float]]:
    """Yield how far each weight that depends on runs is earned, 0 to 1."""
    yield "broken", 1.0 if broken_failed else 0.0
    passed = {run.fix for run in _conclusive_runs(evidence, "fix", "passed")}
    yield "fixes", sum(number in passed for number, _ in executable) / len(executable) if executable else 0.0
    expected = "passed" if card.versions.fixed else "failed-as-described"
    yield "latest", 1.0 if _conclusive_runs(evidence, "latest", expected) else 0.0
    swept = [release for release in evidence.releases if release.state in {"fails", "passes"}]
    agrees = all((r.state == "fails") == (r.version in card.versions.affected_set) for r in swept)
    yield "sweep", 1.0 if swept and agrees else 0.0


def _conclusive_runs(evidence: Evidence, role: str, outcome: str) -> list[Run]:
    return [
        run
        for run in evidence.runs
        if run.role == role and run.outcome == outcome and run.conclusive and evidence.isolation != "none"
    ]
