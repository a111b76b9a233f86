"""Rules about evidence and its card: `FC31x` hold it to what the program could have written, `FC32x` to what it shows.

They can't prove that a run took place: a file that is typed by hand can keep to them. What counts is a second run.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timezone
from itertools import groupby
from typing import Any

from packaging.version import Version

from fixcards.ecosystems import ecosystem
from fixcards.ecosystems.pypi import parse_requirement
from fixcards.records.card import Card, Expect
from fixcards.records.evidence import OUTSIDE, Evidence, Run, lock_digest, run_digest
from fixcards.records.identity import is_discovery_id
from fixcards.records.printed_signature import prints_signature
from fixcards.records.rules.rule import Finding, rule
from fixcards.records.script import requirements
from fixcards.records.verdict import executable_fixes

_AGAIN = "run `fixcards verify` again"
_ONCE = ("broken", "latest", "control", "stub", "disguised")
_MAX_CLOCK_DIFFERENCE = 1
"""Days by which clocks may differ."""


@rule("FC310")
def duplicate_key(text: str) -> Iterator[Finding]:
    """No key stands twice in evidence: programs would read different files."""
    duplicates: list[str] = []

    def look(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        if len(set(keys)) < len(keys):
            duplicates.append(next(key for key in keys if keys.count(key) > 1))
        return dict(pairs)

    json.loads(text, object_pairs_hook=look)
    for key in duplicates[:1]:
        yield Finding(f"has the key {key[:80]!r} twice", _AGAIN)


@rule("FC311")
def runs_incomplete(evidence: Evidence, card: Card) -> Iterator[Finding]:
    """Evidence begins with the broken run and has each other run once: fixes, newest release, and so on."""
    roles: list[str] = [run.role for run in evidence.runs]
    if roles[0] != "broken":
        yield Finding("does not begin with the broken run", _AGAIN, ("runs", 0, "role"))
    for role in _ONCE:
        if roles.count(role) > 1:
            yield Finding(f"has {roles.count(role)} runs with the role {role}", _AGAIN, ("runs", roles.index(role)))
    fixes = [run.fix for run in evidence.runs if run.role == "fix"]
    names = [run.name for run in evidence.runs]
    for at, run in enumerate(evidence.runs):
        numbered = run.role in {"fix", "install", "edge"}
        odd = run.role != "edge" and (run.fix is not None) != numbered
        odd = odd or (run.others is not None, run.edge is not None) != (run.role == "install", run.role == "edge")
        if odd or (numbered and names.count(run.name) > 1):
            yield Finding(f"has a run with the role {run.role} of fix {run.fix}", _AGAIN, ("runs", at))
    if _is_of(evidence, card) and fixes != [number for number, _ in executable_fixes(card)]:
        yield Finding("does not have a run for each fix of the card that can be executed", _AGAIN, ("runs",))


@rule("FC312")
def outcome_contradicted(evidence: Evidence, card: Card) -> Iterator[Finding]:
    """The outcome of a run follows from its exit status, its repetitions and what it printed."""
    expect = card.reproduction.expect
    longest = 2 * float(evidence.limits.get("wall_seconds", 1e6)) + 10
    for at, run in enumerate(evidence.runs):
        if run.seconds > longest:
            yield Finding(f"took {run.seconds:g} s, more than its limit", _AGAIN, ("runs", at, "seconds"))
        for message in _contradictions(run, expect, needs_packages=not card.about_python):
            yield Finding(f"says {run.outcome} of a run that {message}", _AGAIN, ("runs", at, "outcome"))


def _contradictions(run: Run, expect: Expect | None, *, needs_packages: bool) -> Iterator[str]:
    during = expect.during if expect else None
    expected_exit, hangs = (expect.exit, expect.timeout is not None) if expect else (None, False)
    if run.outcome not in run.repetitions:
        yield "never had this outcome"
    # Before a program is reached nothing is installed; what fails otherwise there may have been installed or not.
    empty = {"could-not-run"} | ({"failed-as-described"} if during else set())
    may_be_empty = not needs_packages or (during is not None and run.outcome != "passed")
    if run.packages if run.outcome in empty else not (run.packages or may_be_empty):
        yield "installed packages" if run.packages else "installed nothing"
    if run.outcome == "passed":
        if run.exit != 0:
            yield f"ended with {run.exit}" if run.exit is not None else "did not end by itself"
        if run.matched:
            yield "printed the signature"
    elif run.outcome == "failed-as-described":
        if not (hangs and run.exit is None):
            yield from _unlike_described(run.exit, expected_exit)
        if not run.matched:
            yield "did not print the signature"
    elif not run.reason:
        yield "gives no reason"


def _unlike_described(status: int | None, expected: int | None) -> Iterator[str]:
    if status is None:
        yield "did not end by itself"
    elif status != expected if expected is not None else status == 0:
        yield f"ended with {status}"


@rule("FC313")
def signature_not_printed(evidence: Evidence, card: Card) -> Iterator[Finding]:
    """What a failing run printed fits the signature of the card, and is in its output where that is complete.

    A found card stores the output of its broken run alone.
    """
    if not _is_of(evidence, card):
        return
    for at, run in enumerate(evidence.runs):
        if run.outcome == "passed" and prints_signature(card, run.output):
            yield Finding("contains the signature of the card, though the run passed", _AGAIN, ("runs", at, "output"))
        if run.outcome != "failed-as-described" or run.exit is None:
            continue
        if run.exit < 0 and card.signature.exception:
            message = f"ended by signal {-run.exit}, though the card names an exception"
            yield Finding(message, _AGAIN, ("runs", at, "exit"))
        if not prints_signature(card, run.matched or ""):
            yield Finding("does not fit the signature of the card", _AGAIN, ("runs", at, "matched"))
        elif (
            run.role != "edge"
            and (run.output or run.role == "broken" or card.explained)
            and len(run.output) < 3000
            and not prints_signature(card, run.output)
            and (run.exit or 0) >= 0
        ):
            yield Finding("does not contain the signature of the card", _AGAIN, ("runs", at, "output"))


@rule("FC314")
def release_not_of_role(evidence: Evidence, card: Card) -> Iterator[Finding]:
    """The broken run has an affected release, a fix the releases that it names; each installs what it says."""
    if not _is_of(evidence, card):
        return
    for at, run in enumerate(evidence.runs):
        if run.packages and not card.about_python and run.packages.get(card.package) != run.release:
            yield Finding(f"installed no {card.package} {run.release}", _AGAIN, ("runs", at, "release"))
        if run.release is None or run.outcome == "could-not-run":
            continue
        if run.edge == OUTSIDE and run.release in card.versions.affected_set:
            yield Finding(f"{run.release} is an affected release", _AGAIN, ("runs", at, "release"))
        of_affected = run.role in {"broken", "stub", "disguised", "edge"} and run.edge != OUTSIDE
        if of_affected and run.release not in card.versions.affected_set:
            yield Finding(f"{run.release} is not an affected release", _AGAIN, ("runs", at, "release"))
        if run.packages and run.role != "edge" and run.fix is not None and run.fix <= len(card.fixes):
            yield from _missing_pins(evidence, card, at, run) if run.role == "fix" else _missing_line(card, at, run)
    newest = max((Version(each.version) for each in evidence.releases if _is_final(each.version)), default=None)
    for at, run in enumerate(evidence.runs):
        if run.role == "latest" and run.release and newest and Version(run.release) < newest:
            yield Finding(
                f"{run.release} is not the newest release: {newest} is listed", _AGAIN, ("runs", at, "release")
            )


def _missing_pins(evidence: Evidence, card: Card, at: int, run: Run) -> Iterator[Finding]:
    registry = ecosystem(card.ecosystem)
    broken = evidence.runs[0].release
    for text in requirements(card, broken, card.fixes[(run.fix or 1) - 1]):
        name, releases = registry.requirement_name(text), registry.exact_releases(text)
        installed = run.packages.get(name)
        if len(releases) == 1 and installed is not None and Version(installed) != Version(next(iter(releases))):
            yield Finding(f"installed {name} {installed}, and the fix says {text}", _AGAIN, ("runs", at, "packages"))


def _missing_line(card: Card, at: int, run: Run) -> Iterator[Finding]:
    for text in card.fixes[(run.fix or 1) - 1].install or ():
        requirement = parse_requirement(text)
        installed = run.packages.get(ecosystem(card.ecosystem).requirement_name(text))
        if installed is None and requirement.marker is None:
            yield Finding(
                f"did not install {requirement.name}, and the line says {text}", _AGAIN, ("runs", at, "packages")
            )
        elif installed is not None and not requirement.specifier.contains(installed, prereleases=True):
            message = f"installed {requirement.name} {installed}, and the line says {text}"
            yield Finding(message, _AGAIN, ("runs", at, "packages"))


@rule("FC315")
def lock_contradicted(evidence: Evidence, card: Card) -> Iterator[Finding]:
    """The digest of each environment is that of its packages and of their files; a found card stores neither."""
    if is_discovery_id(evidence.card) and not evidence.distributions:
        return
    for at, run in enumerate(evidence.runs):
        try:
            expected = lock_digest(run.packages, evidence.distributions) if run.packages else ""
        except KeyError as missing:
            yield Finding(f"lists no files of {missing.args[0]}", _AGAIN, ("runs", at, "packages"))
            continue
        if run.lock_digest != expected:
            yield Finding("is not the digest of the packages of the run", _AGAIN, ("runs", at, "lock_digest"))
    installed = {f"{name}=={version}" for run in evidence.runs for name, version in run.packages.items()}
    for name in sorted(evidence.distributions.keys() - installed)[:1]:
        yield Finding(f"lists files of {name[:100]}, which no run installed", _AGAIN, ("distributions",))


@rule("FC316")
def date_impossible(evidence: Evidence, card: Card) -> Iterator[Finding]:
    """Runs are not in the future, nor before the day whose releases they took."""
    # Numbers of days: the first and the last day of the calendar have no neighbours.
    latest = datetime.now(timezone.utc).date().toordinal() + _MAX_CLOCK_DIFFERENCE
    for at, run in enumerate(evidence.runs):
        if run.date.toordinal() > latest:
            yield Finding(f"{run.date} is in the future", _AGAIN, ("runs", at, "date"))
        if run.exclude_newer and run.date.toordinal() < run.exclude_newer.toordinal() - _MAX_CLOCK_DIFFERENCE:
            message = f"{run.date} is before {run.exclude_newer}, whose releases it took"
            yield Finding(message, _AGAIN, ("runs", at, "date"))
    newest = max((each.uploaded.toordinal() for each in evidence.releases if each.uploaded), default=0)
    if (
        evidence.last_verified.toordinal() <= latest
        and newest > evidence.last_verified.toordinal() + _MAX_CLOCK_DIFFERENCE
    ):
        yield Finding("lists a release that was uploaded after the runs", "run `fixcards verify --sweep` again")


@rule("FC320")
def fails_without_the_package(evidence: Evidence, card: Card) -> Iterator[Finding]:
    """A reproduction does not fail as described where stubs are in place of the package's code.

    A program that prints or raises the message itself, never imports the package, looks only at its version, puts
    something else in its place, or loops by itself fails without it, too. The library has to fail.
    """
    for at in _runs(evidence, card, "stub", "failed-as-described"):
        yield Finding(
            f"the program fails as described without any code of {card.package}",
            "write a reproduction in which the library fails, not the program",
            ("runs", at, "outcome"),
        )


@rule("FC321")
def frames_not_seen(evidence: Evidence, card: Card) -> Iterator[Finding]:
    """The frames of a card's signature occurred in its broken run, in this order; one that was stopped shows none."""
    broken = evidence.runs[0]
    if not _is_of(evidence, card) or broken.outcome != "failed-as-described" or broken.exit is None:
        return
    rest = iter(broken.frames)
    for frame, _ in groupby(card.signature.frames):  # a function that calls itself, or one of its name, counts once
        if frame not in rest:
            yield Finding(
                f"the broken run did not show the frame {frame} of the card, or not in this order",
                "take the frames from the output of the reproduction",
                ("runs", 0, "frames"),
            )
            return


@rule("FC322")
def passes_under_another_number(evidence: Evidence, card: Card) -> Iterator[Finding]:
    """A reproduction does not pass where only the number of the broken release is another: it must not look at it."""
    for at in _runs(evidence, card, "disguised", "passed"):
        yield Finding(
            f"the program passes when {card.package} {evidence.runs[at].release} has the number of another release",
            "write a reproduction that shows the failure, not the release",
            ("runs", at, "outcome"),
        )


def _runs(evidence: Evidence, card: Card, role: str, outcome: str) -> list[int]:
    """Return the places of the runs with a role and an outcome, none where the card was changed since."""
    runs = enumerate(evidence.runs)
    return [at for at, run in runs if (run.role, run.outcome) == (role, outcome) and _is_of(evidence, card)]


def _is_final(version: str) -> bool:
    return not Version(version).is_prerelease


def _is_of(evidence: Evidence, card: Card) -> bool:
    """Return whether the card is as it was when it was executed."""
    return evidence.digest == run_digest(card)
