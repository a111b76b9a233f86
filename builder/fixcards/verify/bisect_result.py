"""The result of a bisection: every run, and everything that follows from them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from fixcards.verify.bisect import FAILING, ReleaseSearch, State, Stretch, TurningPoint
from fixcards.verify.failure_signature import FailureSignature, signature_of
from fixcards.verify.package_index import ReleaseInfo
from fixcards.verify.script_runner import Script, ScriptRun


@dataclass(frozen=True, slots=True)
class TestedRelease:
    """A release that was run, or could not be."""

    __test__ = False  # no class of tests

    release: ReleaseInfo
    state: State
    run: ScriptRun


@dataclass(frozen=True, slots=True)
class Alias:
    """Other words in which the same failure is printed."""

    error: str
    releases: tuple[str, ...]


@dataclass(frozen=True)
class BisectResult:
    """What the runs of one script show. Everything else is computed from them."""

    script: Script
    signature: FailureSignature | None
    """None where no run failed."""
    releases: tuple[ReleaseInfo, ...]
    """The releases that could be run, lowest version first."""
    tested: tuple[TestedRelease, ...]
    """In the order in which they were run."""
    set_aside: dict[str, str]
    """Releases that were not tried, each with the reason."""
    max_runs: int
    executions: int = 0
    """How often the script was run, now or by an earlier command: a release may be run in more than one environment."""
    seconds: float = 0.0
    notes: tuple[str, ...] = ()
    """What a reader has to know of single runs, in sentences."""

    @cached_property
    def states(self) -> dict[str, State]:
        """The state of each release that was run or could not be."""
        return {each.release.version: each.state for each in self.tested}

    @cached_property
    def _search(self) -> ReleaseSearch:
        return ReleaseSearch(self.releases)

    @cached_property
    def turning_points(self) -> list[TurningPoint]:
        """All changes of the state, lowest version first."""
        return self._search.turning_points(self.states)

    @cached_property
    def stretches(self) -> list[Stretch]:
        """The releases between them, lowest version first."""
        return self._search.stretches(self.states)

    @property
    def is_settled(self) -> bool:
        """Whether a release fails, and it is certain which is the last that does and the first after it that passes."""
        return self._search.is_settled(self.states)

    @cached_property
    def last_failing(self) -> ReleaseInfo | None:
        """The highest release that fails, as described or in other words; None where none does."""
        return max((r for r in self._with(FAILING)), key=lambda each: each.parsed, default=None)

    @cached_property
    def first_passing(self) -> ReleaseInfo | None:
        """The lowest release above the last failing one that passes; None where none does."""
        last = self.last_failing
        if last is None:
            return None
        above = [each for each in self._with({"passes"}) if each.parsed > last.parsed]
        return min(above, key=lambda each: each.parsed, default=None)

    @cached_property
    def first_failing(self) -> ReleaseInfo | None:
        """The lowest release of the stretch that ends with the last failing one."""
        failing = [each for each in self.stretches if each.state in FAILING]
        if not failing:
            return None
        first = failing[-1]
        for each in reversed(self.stretches[: self.stretches.index(first)]):
            if each.state not in FAILING:
                break
            first = each
        return first.first

    @cached_property
    def last_passing(self) -> ReleaseInfo | None:
        """The highest release below the first failing one, if it passes; None where that isn't so."""
        first = self.first_failing
        below = [each for each in self.stretches if first is not None and each.last.parsed < first.parsed]
        return below[-1].last if below and below[-1].state == "passes" else None

    @cached_property
    def affected(self) -> tuple[str, ...]:
        """The releases that fail, as specifiers: one for each stretch, lowest first."""
        specifiers: list[str] = []
        first: str | None = None
        """The release that a stretch begins with; empty where nothing below it was run."""
        stretches = self.stretches
        for before, each, after in zip([None, *stretches], stretches, [*stretches[1:], None], strict=False):
            if each.state not in FAILING:
                continue
            if before is None or before.state not in FAILING:
                first = each.first.version if before is not None or each.first != self.releases[0] else ""
            if after is None:
                specifiers.append(f">={first}" if first else f">={self.releases[0].version}")
            elif after.state not in FAILING:
                end = f"<{after.first.version}" if self._are_neighbours(each, after) else f"<={each.last.version}"
                specifiers.append(f">={first},{end}" if first else end)
        return tuple(specifiers)

    def _are_neighbours(self, below: Stretch, above: Stretch) -> bool:
        """Return whether the releases of the second stretch are fixed, and nothing between them wasn't run."""
        points = (point for point in self.turning_points if point.below == below.last)
        return above.state == "passes" and not any(point.untested for point in points)

    @property
    def fixed(self) -> str | None:
        """The first release that passes after the last that fails."""
        return self.first_passing.version if self.first_passing is not None else None

    @cached_property
    def aliases(self) -> tuple[Alias, ...]:
        """Other words of the same failure, in the order of the releases."""
        words: dict[str, list[str]] = {}
        for each in sorted(self.tested, key=lambda each: each.release.parsed):
            if each.state == "reworded":
                words.setdefault(failure_of(each.run).error, []).append(each.release.version)
        return tuple(Alias(error, tuple(versions)) for error, versions in words.items())

    def tested_release(self, version: str) -> TestedRelease:
        """Return the run of a release. Raises `KeyError` for one that wasn't run."""
        for each in self.tested:
            if each.release.version == version:
                return each
        raise KeyError(version)

    def _with(self, states: frozenset[State] | set[State]) -> Iterator[ReleaseInfo]:
        return (each.release for each in self.tested if each.state in states)


def failure_of(run: ScriptRun) -> FailureSignature:
    """Return the signature of a run that failed."""
    return signature_of(run.output, run.packages, exit_status=run.exit, hangs=run.stopped == "time")
