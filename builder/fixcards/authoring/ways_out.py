"""The ways out of a failure that runs show: an upgrade, a pin of the second package, a pin of the package itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from fixcards.authoring.partner import Partner
from fixcards.authoring.runs import Runs, usable_interpreters
from fixcards.ecosystems import PYPI
from fixcards.verify.bisect_result import BisectResult
from fixcards.verify.script_runner import Script, ScriptRun

_MAX_TRIES = 3
"""Releases of a second package that are tried below the first one that fails."""


@dataclass(frozen=True, slots=True)
class MeasuredFix:
    """A way out that was run and passed."""

    kind: str
    package: str
    install: str
    """Requirement that a reader has afterwards."""
    requires: tuple[str, ...]
    """Requirements of the run, with `{version}` for the release under test."""


@dataclass
class WaysOut:
    """Tries ways out on the interpreter of the failing run, with the releases of the card's day."""

    runs: Runs
    script: Script
    failing: ScriptRun
    day: date | None
    refused: dict[str, str]
    """Requirements that are no way out, each with the reason."""

    def passing(self, bisection: BisectResult, partner: Partner | None) -> Iterator[MeasuredFix]:
        """Yield the ways out that pass, best first."""
        under_test, *others = self.script.requirements("{version}")
        head, package = under_test.partition("==")[0], self.script.package
        upgraded = False
        if bisection.fixed:
            requires = (f"{head}=={bisection.fixed}", *others)
            fix = MeasuredFix("upgrade", package, f"{head}>={bisection.fixed}", requires)
            upgraded = self._passes(fix)
            yield from [fix] * upgraded
        pinned = False
        if partner is not None:
            rest = [text for text in others if PYPI.requirement_name(text) != partner.package]
            for fix in _of_partner(partner, (under_test, *rest), self.day):
                if not (pinned and fix.kind == "pin") and self._passes(fix):
                    pinned = True
                    yield fix
        below, first = bisection.last_passing, bisection.first_failing
        if below is not None and first is not None and not (pinned and upgraded):
            fix = MeasuredFix("pin", package, f"{head}<{first.version}", (f"{head}=={below.version}", *others))
            yield from [fix] * self._passes(fix)

    def _passes(self, fix: MeasuredFix) -> bool:
        script = self.script
        requires = [text.replace("{version}", self.failing.release) for text in fix.requires]
        of_package = [text for text in requires if PYPI.requirement_name(text) == script.package]
        others = [text for text in requires if PYPI.requirement_name(text) != script.package]
        extras = [text for text in script.requires if PYPI.requirement_name(text) == script.package]
        runner = self.runs.runner(replace(script, requires=(*extras, *others)))
        release = runner.index.releases(script.package).get(PYPI.exact_releases(of_package[0])[0])
        if release is None:
            return False
        usable = usable_interpreters(runner.script, release, self.day)
        usable = [each for each in usable if each.version == self.failing.python]
        run = runner.run(release, usable, self.day)
        self.runs.count(run, f"with {', '.join(requires)}")
        if run.reason is None and not run.failed:
            return True
        self.refused[fix.install] = run.reason or "it fails, too"
        return False


def _of_partner(partner: Partner, requires: tuple[str, ...], day: date | None) -> Iterator[MeasuredFix]:
    """Yield the ways out by the second package: releases below the first that fails, then the one that is fixed.

    Those that were uploaded by the day of the card come first, for all its runs take the releases of that day.
    """
    first = partner.first_failing
    if first is not None:
        passing = partner.passing_below(first)
        passing.sort(key=lambda each: day is not None and (each.uploaded is None or each.uploaded > day))
        for release in passing[:_MAX_TRIES]:
            pin = f"{partner.package}=={release.version}"
            yield MeasuredFix("pin", partner.package, f"{partner.package}<{first}", (*requires, pin))
    if partner.fixed is not None:
        pin = f"{partner.package}=={partner.fixed}"
        yield MeasuredFix("upgrade", partner.package, f"{partner.package}>={partner.fixed}", (*requires, pin))
