"""From a card to the runs that show whether it is true."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from packaging.requirements import Requirement
from packaging.version import InvalidVersion, Version

from fixcards.ecosystems import PYPI
from fixcards.records.card import Card, Fix
from fixcards.records.script import requirements
from fixcards.records.verdict import executable_fixes
from fixcards.verify.environment import EnvironmentUnavailable
from fixcards.verify.interpreters import Interpreter, choose_interpreters, runs_wheel
from fixcards.verify.package_index import ReleaseInfo, ReleaseList, resolution_day

HEAVY_BYTES = 5_000_000
"""Size of a wheel from which on a package is swept by bisection."""
MAX_SWEEP_RUNS = 80
"""Most releases that a sweep runs; a package with more finals is swept by bisection, too."""

Role = Literal["broken", "fix", "latest", "release"]


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """One environment in which the card's code is to run."""

    role: Role
    release: str | None
    requires: tuple[str, ...]
    code: str
    exclude_newer: date | None
    interpreters: tuple[Interpreter, ...]
    """Those that may run it, best first; none where `missing` says what is missing."""
    build: tuple[str, ...] = ()
    fix: int | None = None
    missing: EnvironmentUnavailable | None = None
    note: str | None = None
    """What a reader must know of the run, where it isn't quite as the card says."""

    @property
    def name(self) -> str:
        """What it is called in messages."""
        return f"fix {self.fix}" if self.fix else self.role


@dataclass(frozen=True, slots=True)
class Plan:
    """The runs of one card. Broken and fixes come with the same interpreters and the same day."""

    broken: PlannedRun
    fixes: tuple[PlannedRun, ...]
    latest: tuple[PlannedRun, ...]
    """The newest release as the card installs it; then, for when that can't be had, with less of the card's bounds."""

    @property
    def runs(self) -> list[PlannedRun]:
        """All of them, in the order in which evidence has them, without second choices."""
        return [self.broken, *self.fixes, *self.latest[:1]]


def plan(card: Card, listing: ReleaseList, installed: Sequence[Interpreter]) -> Plan:
    """Return the runs of a card: the last affected release, each executable fix, the newest release."""
    release = card.versions.named_broken
    offer = listing.get(release) if release else None
    fixed = listing.get(card.versions.fixed) if card.versions.fixed else None
    day = card.reproduction.exclude_newer or _latest_day(offer, fixed)
    trials = _RunPlanner(card, installed)
    broken = trials.make("broken", offer, day, listing_has=release is None or offer is not None)
    fixes = []
    for number, fix in executable_fixes(card):
        fixes.append(trials.fix_run(number, fix, listing, broken))
    newest = listing.newest
    latest = tuple(trials.latest_runs(newest)) if newest is not None else ()
    return Plan(broken, tuple(fixes), latest)


def sweep_run(card: Card, offer: ReleaseInfo, installed: Sequence[Interpreter]) -> PlannedRun:
    """Return the run of one release of a sweep, with the releases of its day or of the card's, whichever is later."""
    day = resolution_day(card.reproduction.exclude_newer, offer.uploaded)
    return _RunPlanner(card, installed).make("release", offer, day)


class _RunPlanner:
    """Makes the trials of one card."""

    def __init__(self, card: Card, installed: Sequence[Interpreter]) -> None:
        self.card = card
        self.installed = installed

    def make(
        self,
        role: Role,
        offer: ReleaseInfo | None,
        day: date | None,
        *,
        listing_has: bool = True,
        any_python: bool = False,
    ) -> PlannedRun:
        card = self.card
        release = offer.version if offer else card.versions.named_broken
        specifiers = [None if any_python else card.reproduction.python, offer.requires_python if offer else None]
        usable = choose_interpreters(
            self.installed, specifiers, day, offer if offer and not _built(card, offer) else None
        )
        missing = None
        if not listing_has:
            missing = EnvironmentUnavailable("resolution", f"the index offers no {card.package} {release}")
        elif not usable:
            missing = _no_interpreter(specifiers, self.installed, offer)
        return PlannedRun(
            role=role,
            release=release,
            requires=requirements(card, release),
            code=card.reproduction.code,
            exclude_newer=day,
            interpreters=tuple(usable),
            build=self._build(offer, usable),
            missing=missing,
        )

    def latest_runs(self, offer: ReleaseInfo) -> Iterator[PlannedRun]:
        """Yield the run of the newest release, then what else says whether it still fails.

        Old cards name interpreters that it doesn't take, and second packages that it can't be installed with; who
        upgrades to it leaves those behind. So it may run on any interpreter, then with any second packages.
        """
        day = resolution_day(self.card.reproduction.exclude_newer, offer.uploaded)
        first = self.make("latest", offer, day)
        yield first
        note = ""
        if not first.interpreters:
            first = self.make("latest", offer, day, any_python=True)
            note = f" on a Python outside of {self.card.reproduction.python}"
            yield replace(first, note=f"The newest release can only be run{note}.")
        pinned = [text for text in first.requires if _name(text) != self.card.package and re.search("[=<>~!]", text)]
        if pinned:
            free = tuple(_name(text) if text in pinned else text for text in first.requires)
            yield replace(
                first,
                requires=free,
                note=f"The newest release can't be installed with {', '.join(pinned)}; it was run without "
                f"{'this bound' if len(pinned) == 1 else 'these bounds'}{note}.",
            )

    def fix_run(self, number: int, fix: Fix, listing: ReleaseList, broken: PlannedRun) -> PlannedRun:
        """A fix runs on the day and the interpreters of the broken run: both differ in what it changes alone."""
        requires = requirements(self.card, broken.release, fix)
        release = _pinned(requires, self.card.package)
        offer = listing.get(release) if release else None
        usable = broken.interpreters
        missing = None
        if offer is not None:
            usable = tuple(choose_interpreters(usable, [offer.requires_python], broken.exclude_newer))
            if not usable and broken.interpreters:
                wanted = offer.requires_python
                missing = EnvironmentUnavailable(
                    "interpreter", f"{release} needs Python {wanted}, unlike the broken run"
                )
        return PlannedRun(
            role="fix",
            release=release,
            requires=requires,
            code=fix.code if fix.code is not None else self.card.reproduction.code,
            exclude_newer=broken.exclude_newer,
            interpreters=usable,
            build=self._build(offer, usable),
            fix=number,
            missing=missing or (broken.missing if not usable else None),
        )

    def _build(self, offer: ReleaseInfo | None, usable: Sequence[Interpreter]) -> tuple[str, ...]:
        """Return what may be built: not the package itself where the release has wheels."""
        names = self.card.reproduction.build
        if offer is not None and usable and runs_wheel(usable[0], offer):
            names = tuple(name for name in names if name != self.card.package)
        return names


def in_sweep(listing: ReleaseList) -> list[ReleaseInfo]:
    """Return the releases that a sweep looks at: finals, and pre-releases of lines that have no final."""
    finals = {offer.line for offer in listing.releases if not offer.parsed.is_prerelease}
    return [offer for offer in listing.releases if not offer.parsed.is_prerelease or offer.line not in finals]


def is_heavy(offers: Sequence[ReleaseInfo]) -> bool:
    """Return whether a package is swept by bisection inside each line instead of release by release."""
    return len(offers) > MAX_SWEEP_RUNS or max((offer.size for offer in offers), default=0) > HEAVY_BYTES


def lines_of(offers: Sequence[ReleaseInfo], near: str | None) -> Iterator[list[ReleaseInfo]]:
    """Yield the releases of each major.minor line, the line of the release `near` first, then by distance from it."""
    lines: dict[tuple[int, int], list[ReleaseInfo]] = {}
    for offer in offers:
        lines.setdefault(offer.line, []).append(offer)
    order = sorted(lines)
    try:
        parsed = Version(near or "0")
    except InvalidVersion:
        parsed = Version("0")
    centre = sum(line < (parsed.major, parsed.minor) for line in order)
    for _, line in sorted((abs(at - centre), line) for at, line in enumerate(order)):
        yield lines[line]


def _built(card: Card, offer: ReleaseInfo) -> bool:
    return card.package in card.reproduction.build and offer.source


def _latest_day(*offers: ReleaseInfo | None) -> date | None:
    days = [offer.uploaded for offer in offers if offer is not None and offer.uploaded]
    return resolution_day(None, max(days, default=None))


def _pinned(requires: Sequence[str], package: str) -> str | None:
    """Return the release of `package` that the requirements name."""
    for text in requires:
        if _name(text) == package:
            pins = Requirement(text).specifier
            return next((pin.version for pin in pins if re.fullmatch("===?", pin.operator)), None)
    return None


def _name(requirement: str) -> str:
    return PYPI.requirement_name(requirement)


def _no_interpreter(
    specifiers: Sequence[str | None], installed: Sequence[Interpreter], offer: ReleaseInfo | None
) -> EnvironmentUnavailable:
    wanted = " and ".join(dict.fromkeys(text for text in specifiers if text)) or "any"
    have = ", ".join(each.version for each in installed) or "none"
    if offer is not None and choose_interpreters(installed, specifiers, None):
        return EnvironmentUnavailable("no wheel", f"{offer.version} has none for a Python {wanted} (installed: {have})")
    return EnvironmentUnavailable("interpreter", f"needs Python {wanted} (installed: {have})")
