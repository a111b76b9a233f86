"""From a card to the runs that show whether it is right."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from fixcards.ecosystems import PYPI
from fixcards.ecosystems.pypi import parse_requirement
from fixcards.records.card import Card, Fix
from fixcards.records.evidence import Others, run_name
from fixcards.records.script import requirements
from fixcards.records.verdict import executable_fixes
from fixcards.verify.interpreters import Interpreter, choose_interpreters, runs_wheel
from fixcards.verify.package_index import ReleaseInfo, ReleaseList, resolution_day
from fixcards.verify.unavailable import EnvironmentUnavailable

MAX_SWEEP_RUNS = 80
"""Maximum of releases that a sweep runs."""

MAX_CONTROLS = 4
"""Runs that are tried to find one in which the unchanged program passes, where no other run shows it."""

Role = Literal["broken", "fix", "install", "latest", "control", "stub", "disguised", "edge", "release"]


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """One environment in which the card's code is to run."""

    role: Role
    release: str | None
    requires: tuple[str, ...]
    code: str
    exclude_newer: date | None
    interpreters: tuple[Interpreter, ...]
    """Those that may run it, best first; none where `missing` says why."""
    build: tuple[str, ...] = ()
    overrides: tuple[str, ...] = ()
    """Packages for which `requires` counts and what other distributions require of them doesn't."""
    fix: int | None = None
    missing: EnvironmentUnavailable | None = None
    others: Others | None = None
    """Of an `install` run, what it does with everything that the line doesn't name."""
    preferred_lock: str = ""
    """The lock whose releases stay as far as the requirements allow it; empty where none do."""
    edge: str | None = None
    """Of an `edge` run, which one it is."""
    note: str | None = None
    """Where the run isn't quite as the card says: how it differs, for the reader."""

    @property
    def name(self) -> str:
        """The role, with the number of the fix, for messages."""
        return run_name(self.role, self.fix, self.others, self.edge)

    def interpreter(self, version: str) -> Interpreter:
        """Return the one of its interpreters that has a version."""
        return next(each for each in self.interpreters if each.version == version)

    def on(self, interpreter: Interpreter) -> PlannedRun:
        """Return the run on one interpreter, or as missing where that one can't run it."""
        if interpreter in self.interpreters:
            return replace(self, interpreters=(interpreter,))
        detail = f"can't run on Python {interpreter.version} as the broken run does"
        return replace(self, interpreters=(), missing=self.missing or EnvironmentUnavailable("interpreter", detail))


@dataclass(frozen=True, slots=True)
class Plan:
    """The runs of one card. The broken run and the fixes share the interpreters and the day."""

    broken: PlannedRun
    fixes: tuple[PlannedRun, ...]
    latest: tuple[PlannedRun, ...]
    """The newest release as the card installs it; then, in case that can't be, with fewer of the card's bounds."""

    @property
    def runs(self) -> list[PlannedRun]:
        """All runs in the order of the evidence, without second choices."""
        return [self.broken, *self.fixes, *self.latest[:1]]


def plan(card: Card, releases: ReleaseList, installed: Sequence[Interpreter]) -> Plan:
    """Return the runs of a card: the last affected release, each executable fix, the newest release."""
    version = card.versions.named_broken
    affected = releases.get(version) if version else None
    fixed = releases.get(card.versions.fixed) if card.versions.fixed else None
    day = card.reproduction.exclude_newer or _latest_day(affected, fixed)
    planner = _RunPlanner(card, installed)
    broken = planner.make("broken", affected, day, on_index=version is None or affected is not None)
    fixes = tuple(planner.fix_run(number, fix, releases, broken) for number, fix in executable_fixes(card))
    newest = releases.newest
    if card.about_python:
        here = {each.minor for each in installed}
        newest = next((each for each in reversed(releases.releases) if each.line in here), None)
    latest = tuple(planner.latest_runs(newest)) if newest is not None else ()
    return Plan(broken, fixes, latest)


def sweep_run(card: Card, release: ReleaseInfo, installed: Sequence[Interpreter]) -> PlannedRun:
    """Return the run of one release of a sweep, with the releases of its day or of the card's, whichever is later."""
    day = resolution_day(card.reproduction.exclude_newer, release.uploaded)
    return _RunPlanner(card, installed).make("release", release, day)


def control_runs(
    card: Card, releases: ReleaseList, broken: PlannedRun, installed: Sequence[Interpreter]
) -> Iterator[PlannedRun]:
    """Yield runs of the unchanged program in which it may pass, likeliest first.

    The releases outside the affected range that are nearest to the broken one, then the broken release on interpreters
    that the reproduction does not name, the nearest below those first.
    """
    planner = _RunPlanner(card, installed)
    order = [release.version for release in releases.releases]
    at = order.index(broken.release) if broken.release in order else len(order)
    others = [
        (abs(number - at), release)
        for number, release in enumerate(releases.releases)
        if not release.parsed.is_prerelease and release.version not in card.versions.affected_set
    ]
    nearest = [release for _, release in sorted(others, key=lambda each: each[0])[: MAX_CONTROLS // 2]]
    runs = [planner.make("control", release, broken.exclude_newer) for release in nearest]
    affected = releases.get(broken.release) if broken.release else None
    elsewhere = planner.make("control", affected, broken.exclude_newer, any_python=True)
    rest = [each for each in elsewhere.interpreters if each not in broken.interpreters]
    lowest = min((each.minor for each in broken.interpreters), default=(0, 0))
    rest.sort(key=lambda each: (each.minor > lowest, abs(each.minor[1] - lowest[1])))
    runs += [elsewhere.on(each) for each in rest]
    yield from [run for run in runs if not run.missing][:MAX_CONTROLS]


class _RunPlanner:
    """Plans the runs of one card."""

    def __init__(self, card: Card, installed: Sequence[Interpreter]) -> None:
        self.card = card
        self.installed = installed

    def make(
        self,
        role: Role,
        release: ReleaseInfo | None,
        day: date | None,
        *,
        on_index: bool = True,
        any_python: bool = False,
    ) -> PlannedRun:
        card = self.card
        version = release.version if release else card.versions.named_broken
        python = None if any_python else card.reproduction.python
        specifiers = [python, release.requires_python if release else None]
        built = release is not None and card.package in card.reproduction.build and release.source
        usable = choose_interpreters(self.installed, specifiers, day, None if built else release)
        missing = None
        if not on_index:
            missing = EnvironmentUnavailable("resolution", f"the index offers no {card.package} {version}")
        elif not usable:
            missing = _no_interpreter(specifiers, self.installed, release)
        return PlannedRun(
            role=role,
            release=version,
            requires=requirements(card, version),
            code=card.reproduction.code,
            exclude_newer=day,
            interpreters=tuple(usable),
            build=self._build(release, usable),
            overrides=card.reproduction.overrides,
            missing=missing,
        )

    def latest_runs(self, newest: ReleaseInfo) -> Iterator[PlannedRun]:
        """Yield the run of the newest release, then other runs that tell whether it still fails.

        Old cards name interpreters that it doesn't support, and second packages that it can't be installed with. A
        reader who upgrades leaves those behind. So it may run on any interpreter, then with any second packages.
        """
        day = resolution_day(self.card.reproduction.exclude_newer, newest.uploaded)
        planned = self.make("latest", newest, day)
        yield planned
        note = ""
        if not planned.interpreters:
            planned = self.make("latest", newest, day, any_python=True)
            note = f" on a Python outside of {self.card.reproduction.python}"
            yield replace(planned, note=f"The newest release can only be run{note}.")
        package = self.card.package
        pinned = [
            text for text in planned.requires if PYPI.requirement_name(text) != package and re.search("[=<>~!]", text)
        ]
        if pinned:
            free = tuple(PYPI.requirement_name(text) if text in pinned else text for text in planned.requires)
            yield replace(
                planned,
                requires=free,
                note=f"The newest release can't be installed with {', '.join(pinned)}; it was run without "
                f"{'this bound' if len(pinned) == 1 else 'these bounds'}{note}.",
            )

    def fix_run(self, number: int, fix: Fix, releases: ReleaseList, broken: PlannedRun) -> PlannedRun:
        """Return the run of a fix, on the day and the interpreters of the broken run: only the fix differs."""
        requires = requirements(self.card, broken.release, fix)
        version = _pinned(requires, self.card.package)
        release = releases.get(version) if version else None
        usable = broken.interpreters
        missing = None
        if release is not None:
            usable = tuple(choose_interpreters(usable, [release.requires_python], broken.exclude_newer))
            if not usable and broken.interpreters:
                detail = f"{version} needs Python {release.requires_python}, unlike the broken run"
                missing = EnvironmentUnavailable("interpreter", detail)
        return PlannedRun(
            role="fix",
            release=version,
            requires=requires,
            code=fix.code if fix.code is not None else self.card.reproduction.code,
            exclude_newer=broken.exclude_newer,
            interpreters=usable,
            build=self._build(release, usable),
            overrides=self.card.reproduction.overrides,
            fix=number,
            missing=missing or (broken.missing if not usable else None),
        )

    def _build(self, release: ReleaseInfo | None, usable: Sequence[Interpreter]) -> tuple[str, ...]:
        """Return the distributions that may be built: not the package itself where the release has wheels."""
        names = self.card.reproduction.build
        if release is not None and usable and runs_wheel(usable[0], release):
            names = tuple(name for name in names if name != self.card.package)
        return names


def in_sweep(releases: ReleaseList) -> list[ReleaseInfo]:
    """Return the releases that a sweep covers: finals, and pre-releases of lines that have no final."""
    lines = {release.line for release in releases.releases if not release.parsed.is_prerelease}
    return [each for each in releases.releases if not each.parsed.is_prerelease or each.line not in lines]


def _latest_day(*releases: ReleaseInfo | None) -> date | None:
    days = [release.uploaded for release in releases if release is not None and release.uploaded]
    return resolution_day(None, max(days, default=None))


def _pinned(requires: Sequence[str], package: str) -> str | None:
    """Return the version of `package` that the requirements pin."""
    for text in requires:
        if PYPI.requirement_name(text) == package:
            pins = parse_requirement(text).specifier
            return next((pin.version for pin in pins if re.fullmatch("===?", pin.operator)), None)
    return None


def _no_interpreter(
    specifiers: Sequence[str | None], installed: Sequence[Interpreter], release: ReleaseInfo | None
) -> EnvironmentUnavailable:
    needed = " and ".join(dict.fromkeys(text for text in specifiers if text)) or "any"
    have = ", ".join(each.version for each in installed) or "none"
    if release is not None and choose_interpreters(installed, specifiers, None):
        detail = f"{release.version} has none for a Python {needed} (installed: {have})"
        return EnvironmentUnavailable("no wheel", detail)
    return EnvironmentUnavailable("interpreter", f"needs Python {needed} (installed: {have})")
