"""Bisecting: the releases of a package at which the failure of a script begins and ends, by executing it.

    script = Script(code, "flask", requires=("itsdangerous==2.1.0",), python="<3.11")
    result = bisect_script(script, cache, error="cannot import name 'json'", finished=print)
    result.last_failing, result.first_passing       # 1.1.4 and 2.0.0: the end of the failure
    result.last_passing, result.first_failing       # its beginning, None where it was always there
    result.affected, result.fixed                   # as a card has them: (">=0.10,<2.0.0",) and "2.0.0"
    result.signature.error, .exception, .frames     # the line with placeholders, and the rest of a card's signature
    result.aliases                                  # other wordings of the same failure, each with its releases
    result.tested                                   # every run: release, state, output, packages, interpreter, day
    result.is_settled                               # False where the runs did not suffice: use a higher max_runs

Nothing here prints or knows cards. Runs are stored below `cache`, so a call that was interrupted goes on where it
stopped, and a second one with the same script executes nothing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

from packaging.version import InvalidVersion, Version

from fixcards.ecosystems import PYPI
from fixcards.errors import FixcardsError
from fixcards.verify.bisect import FAILING, ReleaseSearch, State, usual_runs
from fixcards.verify.bisect_result import BisectResult, TestedRelease, failure_of
from fixcards.verify.failure_signature import FailureSignature
from fixcards.verify.interpreters import Interpreter, choose_interpreters, installed_interpreters, runs_wheel
from fixcards.verify.own_failure import own_failure
from fixcards.verify.package_index import ReleaseInfo, resolution_day
from fixcards.verify.sandbox import Limits
from fixcards.verify.script_runner import Script, ScriptRun, ScriptRunner


def bisect_script(
    script: Script,
    cache: Path,
    *,
    error: str | None = None,
    start: str | None = None,
    prereleases: bool = False,
    max_runs: int | None = None,
    isolation: str = "auto",
    limits: Limits | None = None,
    stop: threading.Event | None = None,
    fresh: bool = False,
    started: Callable[[ReleaseInfo], None] = lambda release: None,
    finished: Callable[[TestedRelease], None] = lambda tested: None,
) -> BisectResult:
    """Run a script on releases of its package until it is clear which fail; return all that the runs show.

    `error` is the text of the failure, with placeholders where it varies; without it the newest release that fails says
    what the failure is. `start` is a release to begin at. `cache` is the folder of `fixcards verify`. At most
    `max_runs` releases are run, by default 12 among 200, and more where there are more.

    Raises `FixcardsError` where the index has no such package or can't be reached, or nothing here can run any release.
    """
    runner = ScriptRunner(script, cache, isolation, limits, stop, fresh=fresh)
    bisection = Bisection(runner, error, start, prereleases=prereleases, max_runs=max_runs)
    for tested in bisection.steps(started):
        finished(tested)
    return bisection.result()


@dataclass(frozen=True, slots=True)
class _Attempt:
    """An environment in which a release is tried."""

    interpreters: tuple[Interpreter, ...]
    day: date | None


class Bisection:
    """One bisection in progress. `result` may be asked for at any time."""

    def __init__(
        self,
        runner: ScriptRunner,
        error: str | None = None,
        start: str | None = None,
        *,
        prereleases: bool = False,
        max_runs: int | None = None,
    ) -> None:
        self.runner = runner
        self.script = runner.script
        self._installed = installed_interpreters()
        self._set_aside: dict[str, str] = {}
        self._releases = self._candidates(prereleases)
        self._search = ReleaseSearch(self._releases, self._start(start))
        self.max_runs = max_runs if max_runs is not None else usual_runs(len(self._releases))
        self.signature = FailureSignature(error, given=True) if error else None
        self._source: Version | None = None
        """The release that the signature was taken from."""
        self._runs: dict[str, ScriptRun] = {}
        self._release_of = {release.version: release for release in self._releases}
        self._day_note = ""
        self._constant: set[str] = set()
        """Failures of another kind that a release printed in every environment in which it was tried."""
        self._tried: set[tuple[str, str | None, date | None]] = set()
        self.runs = 0
        self._pins_day = self._day_of_pins()
        self._start_time = time.monotonic()

    def steps(self, started: Callable[[ReleaseInfo], None] = lambda release: None) -> Iterator[TestedRelease]:
        """Run releases until the question is settled or the runs are used up; yield each as it was judged then."""
        while self.runs < self.max_runs and len(self._runs) - len(self._conclusive()) < 2 * self.max_runs:
            release = self._search.next_release(self.states())
            if release is None:
                break
            started(release)
            self._run(release)
            yield self._tested(release)
            self._compare_with_its_day(release)
            for other in self._second_tries():
                yield self._tested(other)
        for release in self._unlike_neighbours():
            yield self._tested(release)

    def states(self) -> dict[str, State]:
        """Return the state of each release that was run, by the signature as it is now."""
        return {version: self._state(run) for version, run in self._runs.items()}

    def result(self) -> BisectResult:
        """Return all that the runs have shown so far."""
        return BisectResult(
            script=self.script,
            signature=self.signature,
            releases=tuple(self._releases),
            tested=tuple(self._tested(self._release_of[version]) for version in self._runs),
            set_aside=self._set_aside,
            max_runs=self.max_runs,
            executions=self.runs,
            seconds=round(time.monotonic() - self._start_time, 3),
            notes=tuple(self._notes()),
        )

    def _tested(self, release: ReleaseInfo) -> TestedRelease:
        run = self._runs[release.version]
        return TestedRelease(release, self._state(run), run)

    def _state(self, run: ScriptRun) -> State:
        if run.reason is not None:
            return "not-testable"
        if not run.failed:
            return "passes"
        if run.stopped not in {None, "time"}:
            return "differs"
        return self.signature.likeness(run.output, failure_of(run)) if self.signature is not None else "differs"

    def _run(self, release: ReleaseInfo) -> None:
        """Run a release in the first environment in which it passes or fails as described, else in the first at all."""
        best: ScriptRun | None = None
        errors: list[str] = []
        for attempt in self._attempts(release):
            if best is not None and best.reason is None and self.runs >= self.max_runs:
                break
            run = self.runner.run(release, attempt.interpreters, attempt.day)
            self._tried.add((release.version, run.python, run.exclude_newer))
            self.runs += run.reason is None
            conclusive = self._state(run) in {"passes", *FAILING} or (self.signature is None and run.failed)
            if best is None or best.reason is not None or conclusive:
                best = run
            # What another release prints in each of its environments needs no other environment here.
            if conclusive or (run.failed and failure_of(run).error in self._constant):
                break
            if run.failed:
                errors.append(failure_of(run).error)
        if len(errors) > 1 and len(set(errors)) == 1:
            self._constant.add(errors[0])
        self._runs[release.version] = best or ScriptRun(release.version, None, None, reason="interpreter: none fits")
        self._learn(release)

    def _learn(self, release: ReleaseInfo) -> None:
        """Take the signature from the newest release that fails; a given one takes what its text is printed with."""
        run = self._runs[release.version]
        if not run.failed or run.stopped not in {None, "time"}:
            return
        signature, failure = self.signature, failure_of(run)
        if signature is not None and signature.given:
            if self._source is None and self._state(run) == "fails":
                self.signature, self._source = signature.completed(failure), release.parsed
        elif self._source is None or (release.parsed > self._source and self._state(run) == "differs"):
            self.signature, self._source = failure, release.parsed

    def _attempts(self, release: ReleaseInfo) -> Iterator[_Attempt]:
        """Yield the environments of a release: that of its nearest neighbour, today's, that of its own day.

        The interpreter and the day stay the same as long as that works, so that neighbours differ in nothing else.
        """
        neighbour = self._neighbour(release)
        days: list[date | None] = []
        if neighbour is not None and self.script.exclude_newer is None:
            days.append(resolution_day(neighbour.exclude_newer, release.uploaded) if neighbour.exclude_newer else None)
        days.append(resolution_day(self._day(), release.uploaded) if self._day() else None)
        if self.script.exclude_newer is None and release.uploaded is not None:
            days.append(resolution_day(self._pins_day, release.uploaded))
        seen: set[tuple[str, date | None]] = set()
        for number, day in enumerate(dict.fromkeys(days)):
            usable = self._usable(release, day)
            if number == 0:
                usable.sort(key=lambda each: neighbour is None or each.version != neighbour.python)
            attempt = _Attempt(tuple(usable), day)
            if usable and (usable[0].version, day) not in seen:
                seen.add((usable[0].version, day))
                yield attempt

    def _neighbour(self, release: ReleaseInfo) -> ScriptRun | None:
        """Return the run of the nearest release that passed or failed as described."""
        position = self._releases.index(release)
        near = [(abs(self._releases.index(each) - position), each) for each in self._conclusive()]
        return self._runs[min(near, key=lambda pair: pair[0])[1].version] if near else None

    def _conclusive(self) -> list[ReleaseInfo]:
        states = self.states()
        return [self._release_of[each] for each, state in states.items() if state in {"passes", *FAILING}]

    def _day(self) -> date | None:
        """Return the last day whose uploads count for all runs; None where the index names no days."""
        if self.script.exclude_newer is not None:
            return self.script.exclude_newer
        if any(release.uploaded is None for release in self._releases):
            return None
        return datetime.now(timezone.utc).date()

    def _day_of_pins(self) -> date | None:
        """Return the day after which all releases that the requirements pin are there."""
        days = []
        for text in self.script.requires:
            name = PYPI.requirement_name(text)
            for version in PYPI.exact_releases(text) if name != self.script.package else ():
                release = self.runner.index.releases(name).get(version)
                if release is None:
                    raise FixcardsError(f"--requires {text}: the index offers no {name} {version}")
                if release.uploaded is not None:
                    days.append(release.uploaded + timedelta(days=1))
        return max(days, default=None)

    def _usable(self, release: ReleaseInfo, day: date | None) -> list[Interpreter]:
        specifiers = [self.script.python, release.requires_python]
        usable = choose_interpreters(self._installed, specifiers, day)
        return usable if self._may_build(release) else [each for each in usable if runs_wheel(each, release)]

    def _may_build(self, release: ReleaseInfo) -> bool:
        return self.script.package in self.script.build and release.source

    def _candidates(self, prereleases: bool) -> list[ReleaseInfo]:
        """Return the releases that may be run; set the others aside with the reason."""
        package = self.script.package
        offered = self.runner.index.releases(package).releases
        if not offered:
            raise FixcardsError(f"the package index has no {package}; is the name of the distribution right?")
        has_finals = not all(release.parsed.is_prerelease for release in offered)
        candidates = []
        for release in offered:
            if not self.script.bounds.contains(release.version, prereleases=True):
                continue
            if release.parsed.is_prerelease and has_finals and not prereleases:
                self._set_aside[release.version] = "pre-release (--pre runs them)"
            elif not self._usable(release, None):
                self._set_aside[release.version] = self._why_unusable(release)
            else:
                candidates.append(release)
        if not candidates:
            reasons = "; ".join(sorted(set(self._set_aside.values()))) or f"none is {self.script.bounds}"
            raise FixcardsError(f"no release of {package} can be run here: {reasons}")
        return candidates

    def _why_unusable(self, release: ReleaseInfo) -> str:
        if not release.wheels:
            return f"only a source distribution (--build {self.script.package} lets it be built)"
        have = ", ".join(each.version for each in self._installed) or "none"
        needed = " and ".join(text for text in (self.script.python, release.requires_python) if text)
        if choose_interpreters(self._installed, [self.script.python, release.requires_python], None):
            return f"no wheel for Python {needed or have}"
        return f"needs Python {needed or 'any'} (installed: {have})"

    def _start(self, version: str | None) -> str | None:
        """Return how the index spells a release to begin at."""
        if version is None:
            return None
        try:
            parsed = Version(version)
        except InvalidVersion:
            raise FixcardsError(f"{version} is no version") from None
        for release in self._releases:
            if release.parsed == parsed:
                return release.version
        reason = next((why for each, why in self._set_aside.items() if Version(each) == parsed), "not on the index")
        raise FixcardsError(f"{self.script.package} {version} can't be run: {reason}")

    def _compare_with_its_day(self, release: ReleaseInfo) -> None:
        """Run the release that gave the signature with the releases of its own day, too, and note what that shows."""
        run = self._runs[release.version]
        own = resolution_day(self._pins_day, release.uploaded)
        given = self.signature is None or self.signature.given or self.script.exclude_newer is not None
        if given or self._source != release.parsed or own is None or self.runs >= self.max_runs:
            return
        usable = [each for each in self._usable(release, own) if each.version == run.python]
        if run.exclude_newer is None or own >= run.exclude_newer or not usable:
            return
        again = self.runner.run(release, usable, own)
        self.runs += again.reason is None and again.packages != run.packages
        changes = [each for each in _differences(again, run, self.script.package) if again.reason is None]
        if self._state(again) in {"passes", "differs"} and changes:
            other = "passes" if self._state(again) == "passes" else f"prints {failure_of(again).error}"
            self._day_note = (
                f"with the releases of its day {release.version} {other}: the failure comes with {', '.join(changes)}; "
                "--error or --exclude-newer bisect another one"
            )

    def _second_tries(self) -> Iterator[ReleaseInfo]:
        """Run releases that fail otherwise, or could not be run, as their neighbours are run that did better.

        What is tried first decides how: an old release may fail on the interpreter of a new one, and run on that of a
        neighbour which was found to need another.
        """
        for point in self._search.turning_points(self.states()):
            between = [self._release_of[version] for version in point.not_testable]
            for release in (point.below, *between, point.above):
                run = self._runs[release.version]
                state = self._state(run)
                if state not in {"differs", "not-testable"} or self.runs >= self.max_runs:
                    continue
                for neighbour in (point.above, point.below):
                    other = self._runs[neighbour.version]
                    again = self._as(release, other) if self._state(other) in {"passes", *FAILING} else None
                    if again is not None and self._state(again) in {"passes", *FAILING}:
                        self._runs[release.version] = again
                        yield release
                        break

    def _as(self, release: ReleaseInfo, other: ScriptRun) -> ScriptRun | None:
        """Run a release in the environment of another run, unless it can't be, or was."""
        day = resolution_day(other.exclude_newer, release.uploaded) if other.exclude_newer else None
        usable = [each for each in self._usable(release, day) if each.version == other.python]
        if not usable or (release.version, other.python, day) in self._tried:
            return None
        self._tried.add((release.version, other.python, day))
        run = self.runner.run(release, usable, day)
        self.runs += run.reason is None
        return run

    def _unlike_neighbours(self) -> Iterator[ReleaseInfo]:
        """Run one side of each turning point again where its environment differs from the other side's.

        Both must be run on one interpreter with the releases of one day, or something else may make the difference.
        """
        for point in self._search.turning_points(self.states()):
            below, above = self._runs[point.below.version], self._runs[point.above.version]
            if FAILING.isdisjoint({point.before, point.after}) or "differs" in {point.before, point.after}:
                continue
            if _environment(below) == _environment(above) or self.runs >= self.max_runs:
                continue
            for release, other in ((point.below, above), (point.above, below)):
                again = self._as(release, other)
                if again is None or _environment(again) != _environment(other):
                    continue
                if self._state(again) == self._state(self._runs[release.version]):
                    self._runs[release.version] = again
                    yield release
                    break

    def _notes(self) -> Iterator[str]:
        """Yield sentences about environments that make a difference, and about a script that fails by itself."""
        failing = [run for run in self._runs.values() if self._state(run) in FAILING]
        if failing and (own := own_failure(self.script.code, failing[-1].output)):
            yield f"the script {own}; a card needs the library to fail, or an assert"
        if self._day_note:
            yield self._day_note
        for point in self._search.turning_points(self.states()):
            if FAILING.isdisjoint({point.before, point.after}):
                continue
            below, above = self._runs[point.below.version], self._runs[point.above.version]
            changes = list(_differences(below, above, self.script.package))
            if changes:
                yield f"{point.below.version} and {point.above.version} also differ in {', '.join(changes)}"


def _environment(run: ScriptRun) -> tuple[str | None, date | None]:
    return run.python, run.exclude_newer


def _differences(below: ScriptRun, above: ScriptRun, package: str) -> Iterator[str]:
    """Yield in what two runs differ beside the release of the package."""
    if below.python != above.python:
        yield f"Python {below.python} and {above.python}"
    for name in sorted({*below.packages, *above.packages} - {package}):
        before, after = below.packages.get(name, "none"), above.packages.get(name, "none")
        if before != after:
            yield f"{name} {before} and {after}"
