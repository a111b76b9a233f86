"""From a package to its candidates: its releases of past days with today's dependencies, and its newest release."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from fixcards.scout.candidate import Candidate, Control
from fixcards.scout.finding import Kind
from fixcards.verify.environment import EnvironmentSpec
from fixcards.verify.final_releases import FINAL_RELEASE_DAYS
from fixcards.verify.interpreters import Interpreter, choose_interpreters, runs_wheel
from fixcards.verify.package_index import ReleaseInfo, ReleaseList

MAX_CONTROLS = 6
_NEAR = 2
"""Interpreters next to that of the suspect: releases before it are tried after these, older interpreters last."""
MAX_INTERPRETERS = 3
"""Interpreters on which a release of a past day is tried, until its control can be installed."""
_SUPPORTED_YEARS = 5
"""Years for which an interpreter gets fixes after its first final release (PEP 602)."""


class CandidateSource:
    """Makes candidates of one package. With `build`, releases without a wheel count, too."""

    def __init__(self, releases: ReleaseList, installed: Sequence[Interpreter], today: date, *, build: bool) -> None:
        self._package = releases.package
        self._today = today
        self._installed = installed
        self._build = build
        self._finals = [
            each
            for each in releases.releases
            if not each.yanked
            and not each.parsed.is_prerelease
            and each.uploaded is not None
            and each.uploaded <= today
            and (each.wheels or build)
        ]

    @property
    def newest(self) -> ReleaseInfo | None:
        """The newest release that can be probed."""
        return self._finals[-1] if self._finals else None

    def of_days(self, days: Sequence[date]) -> Iterator[list[Candidate]]:
        """Yield each release that was the newest one on one of `days`, with the dependencies of today.

        Each on several interpreters, best first: on a new one, wheels of a past day may be missing. A candidate is
        compared with itself on these days, the last one first. A release that is the newest today, too, is one: its
        dependencies may have changed.
        """
        by_release: dict[str, list[date]] = {}
        for day in sorted(set(days), reverse=True):
            if (release := self._newest_on(day)) is not None:
                by_release.setdefault(release.version, []).append(day)
        for version, its_days in by_release.items():
            release = next(each for each in self._finals if each.version == version)
            pythons = self._interpreters(release, its_days[-1])[:MAX_INTERPRETERS]
            candidates = []
            for python in pythons:
                controls = [Control("partner", self._spec(version, python, day)) for day in its_days[:MAX_CONTROLS]]
                suspect = self._spec(version, python, self._today)
                candidates.append(Candidate(self._package, version, suspect, tuple(controls)))
            if candidates:
                yield candidates

    def of_newest(self) -> Iterator[Candidate]:
        """Yield the newest release on each supported interpreter.

        It is compared with itself on older interpreters, and with the releases before it, of other lines first.
        """
        release = self.newest
        if release is None:
            return
        pythons = self._by_age(release)
        for position in range(len(pythons) - 1, -1, -1):
            python = pythons[position]
            if not is_supported(python, self._today):
                return
            controls = self._on_older(release, pythons[:position])
            if position == len(pythons) - 1:
                controls[_NEAR:_NEAR] = self._earlier(release, python)
            if controls:
                yield self._candidate(release, python, controls)

    def on_new_interpreter(self, days: Sequence[date]) -> Iterator[Candidate]:
        """Yield each release that was the newest one on one of `days`, the oldest first, on the newest interpreter.

        A program that pins a package moves to a later Python. It is compared with itself on older ones, with the
        dependencies of today. The newest release is left to `of_newest`.
        """
        releases = dict.fromkeys(self._newest_on(day) for day in sorted(days))
        for release in releases:
            if release is None or release == self.newest:
                continue
            pythons = self._by_age(release)
            if len(pythons) > 1 and is_supported(pythons[-1], self._today):
                yield self._candidate(release, pythons[-1], self._on_older(release, pythons[:-1]))

    def uploaded_since(self, day: date) -> bool:
        """Return whether the newest release was uploaded on `day` or later."""
        newest = self.newest
        return newest is not None and newest.uploaded is not None and newest.uploaded >= day

    def _by_age(self, release: ReleaseInfo) -> list[Interpreter]:
        """Return the interpreters that a release can be installed on, the oldest first, whether still supported or not.

        An old one is a good control: what passed there for the last time fails on all that are supported.
        """
        return sorted(self._interpreters(release, self._today), key=lambda each: each.minor)

    def _on_older(self, release: ReleaseInfo, older: Sequence[Interpreter]) -> list[Control]:
        """Return a release on older interpreters as controls, the nearest first."""
        return [Control("interpreter", self._spec(release.version, each, self._today)) for each in reversed(older)]

    def _candidate(self, release: ReleaseInfo, python: Interpreter, controls: Sequence[Control]) -> Candidate:
        suspect = self._spec(release.version, python, self._today)
        return Candidate(self._package, release.version, suspect, tuple(controls[:MAX_CONTROLS]))

    def _earlier(self, release: ReleaseInfo, python: Interpreter) -> list[Control]:
        """Return the release before one, and the last one of the line before, as controls."""
        kind: Kind = "release"
        before = [each for each in self._finals if each.parsed < release.parsed and self._runs_on(each, python)]
        other_lines = [each for each in before if each.line != release.line]
        chosen = dict.fromkeys(each.version for each in (*before[-1:], *other_lines[-1:]))
        return [Control(kind, self._spec(version, python, self._today)) for version in chosen]

    def _newest_on(self, day: date) -> ReleaseInfo | None:
        return next((each for each in reversed(self._finals) if each.uploaded and each.uploaded <= day), None)

    def _interpreters(self, release: ReleaseInfo, day: date) -> list[Interpreter]:
        usable = choose_interpreters(self._installed, [release.requires_python], day + timedelta(days=1), release)
        return usable if self._build else [each for each in usable if runs_wheel(each, release)]

    def _runs_on(self, release: ReleaseInfo, python: Interpreter) -> bool:
        return bool(choose_interpreters([python], [release.requires_python], None, release))

    def _spec(self, version: str, python: Interpreter, day: date) -> EnvironmentSpec:
        release = next(each for each in self._finals if each.version == version)
        build = (self._package,) if self._build and not runs_wheel(python, release) else ()
        return EnvironmentSpec((f"{self._package}=={version}",), python, day, build)


def is_supported(python: Interpreter, today: date) -> bool:
    """Return whether an interpreter still gets fixes; one that is too new to be in the table does."""
    first = FINAL_RELEASE_DAYS.get(python.minor)
    return first is None or (today - first).days < _SUPPORTED_YEARS * 365 + 31
