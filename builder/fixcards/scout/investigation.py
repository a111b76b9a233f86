"""From a break to a finding: culprit, first bad release, range of the victim, and the name that vanished."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import date

from fixcards.scout.build_culprit import find_builder
from fixcards.scout.culprit import CulpritRuns, find_partner, first_bad
from fixcards.scout.finding import PYTHON, Culprit, Finding, Kind, Side
from fixcards.scout.probe import Break
from fixcards.scout.probe_runner import ProbeRunner, changed
from fixcards.scout.replay import Replay
from fixcards.scout.vanished import vanished_name
from fixcards.scout.victim_range import victim_range
from fixcards.verify.bisect import FAILING
from fixcards.verify.final_releases import FINAL_RELEASE_DAYS
from fixcards.verify.interpreters import Interpreter, installed_interpreters
from fixcards.verify.unavailable import EnvironmentUnavailable


@dataclass(frozen=True, slots=True)
class Unexplained:
    """A break without a culprit: it can't be told from the runs what makes the difference."""

    broken: Break
    reason: str


def investigate(broken: Break, runner: ProbeRunner) -> tuple[Finding | Unexplained, list[Break]]:
    """Return the finding of a break, and other breaks that were met on the way.

    Raises `FixcardsError` where the index can't be reached, or may be asked no more.
    """
    start = time.monotonic()
    replay = Replay(broken, runner)
    if broken.axis == "partner" and broken.step in {"build", "resolve"}:
        runs = find_builder(replay)
        reason = "no upload of a build requirement explains the day from which on it fails"
    elif broken.axis == "partner":
        runs = find_partner(replay)
        reason = "no single package makes the difference"
    elif broken.axis == "interpreter":
        runs = _interpreter(replay)
        reason = "with the same releases it fails on the older interpreter, too, or can't be installed there"
    else:
        good = broken.control.requires[0].partition("==")[2]
        runs = first_bad(replay, broken.package, good, broken.release)
        reason = "its own releases before it do not show where it began"
    if runs is None:
        return Unexplained(broken, reason), replay.others
    return _finding(replay, runs, start), replay.others


def _finding(replay: Replay, runs: CulpritRuns, start: float) -> Finding:
    broken, culprit = replay.broken, runs.culprit
    victims = victim_range(replay, culprit)
    kind: Kind = broken.step if broken.step in {"build", "resolve"} else broken.axis
    release = replay.runner.index.releases(broken.package).get(broken.release)
    vanished = vanished_name(replay, runs) if broken.step not in {"build", "resolve"} else None
    return Finding(
        kind=kind,
        step=broken.step,
        package=broken.package,
        release=broken.release,
        uploaded=release.uploaded if release is not None else None,
        program=broken.program,
        suspect=runs.suspect,
        control=runs.control,
        culprit=culprit,
        signature=broken.signature,
        lowest_failing=victims.lowest,
        highest_failing=victims.highest,
        fixed=victims.fixed.version if victims.fixed is not None else None,
        fixed_uploaded=victims.fixed.uploaded if victims.fixed is not None else None,
        build=broken.build,
        vanished=vanished,
        listed=broken.listed,
        seconds=round(time.monotonic() - start, 3),
        runs=replay.cost.runs,
    )


def _interpreter(replay: Replay) -> CulpritRuns | None:
    """Return the interpreter as the culprit: the lowest one above the control's on which it fails, and the last before.

    The control is installed with the releases of the suspect. Where the older interpreter takes another release of one
    of them, that may make the difference, so it is no control.
    """
    suspect, control = replay.suspect, replay.spec(replay.broken.control)
    try:
        preferred = replay.runner.lock(suspect)
    except EnvironmentUnavailable:
        preferred = ""
    alike = changed(control, *control.requires, preferred=preferred)
    state, passing = replay.run(alike)
    if state != "passes":
        return None
    newer = [
        each for each in installed_interpreters() if control.interpreter.minor < each.minor <= suspect.interpreter.minor
    ]
    passed = [(control.interpreter, passing)]
    for each in newer:
        state, side = replay.run(replace(suspect, interpreter=each))
        if state == "passes":
            passed.append((each, side))
        elif state in FAILING:
            nearest = next((each for each in reversed(passed) if _has_releases_of(each[1], side)), None)
            if nearest is None:
                return None
            last, passing = nearest
            culprit = Culprit(PYTHON, _minor(last), _minor(each), _day(last), _day(each))
            return CulpritRuns(culprit, side, passing)
    return None


def _has_releases_of(other: Side, side: Side) -> bool:
    return all(other.packages.get(name, release) == release for name, release in side.packages.items())


def _minor(python: Interpreter) -> str:
    return ".".join(map(str, python.minor))


def _day(python: Interpreter) -> date | None:
    return FINAL_RELEASE_DAYS.get(python.minor)
