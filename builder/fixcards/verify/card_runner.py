"""Executing one card: every run of its plan, and the sweep, to evidence."""

from __future__ import annotations

import itertools
import os
import platform
import shutil
import statistics
import sys
import threading
import time
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timezone
from functools import cache
from pathlib import Path
from typing import Any, Literal

from fixcards import __version__
from fixcards.files import scratch_dir
from fixcards.matching.parse.parser import parse
from fixcards.project import AssignedIndex
from fixcards.records.card import Card
from fixcards.records.evidence import (
    MAX_FRAMES,
    REPETITIONS,
    Evidence,
    Outcome,
    ReleaseResult,
    Run,
    files_digest,
    lock_digest,
    run_digest,
    sweep_digest,
)
from fixcards.records.fields import FRAME
from fixcards.records.verdict import has_control
from fixcards.verify.bisect import State
from fixcards.verify.bytecode import Bytecode
from fixcards.verify.disguised_release import disguise_release
from fixcards.verify.edge_runs import edges, run_edges
from fixcards.verify.environment import EnvironmentBuilder, EnvironmentSpec, packages_of
from fixcards.verify.fix_differences import fix_differences
from fixcards.verify.install_runs import install_runs
from fixcards.verify.interpreters import Interpreter, installed_interpreters
from fixcards.verify.lock import parse_lock, undated_in
from fixcards.verify.outcome import RunOutcome, classify_refusal, classify_run
from fixcards.verify.package_index import PackageIndex, ReleaseList
from fixcards.verify.plan import Plan, PlannedRun, control_runs, plan, sweep_run
from fixcards.verify.provenance import provenance
from fixcards.verify.ready_run import ReadyRun
from fixcards.verify.requires_python import requires_python
from fixcards.verify.run_output import clean, tail, truncate
from fixcards.verify.sandbox import Job, JobResult, Limits, Sandbox, SandboxError, choose_sandbox
from fixcards.verify.stub_package import stub_package
from fixcards.verify.sweep import sweep
from fixcards.verify.unavailable import EnvironmentUnavailable
from fixcards.verify.uv import uv_version
from fixcards.verify.withdrawn_releases import withdrawn_releases

_ALTERED: tuple[Literal["stub", "disguised"], ...] = ("stub", "disguised")
"""Roles of the runs in which the package under test is altered after it was installed."""
_ANOTHER_RELEASE = "9999"
"""Number of the disguise where no release fixes the failure."""
_FAILING = frozenset({"broken", "edge", "release"})
"""Roles of the runs that are made to see the failure."""
UNDATED_NOTE = (
    "The package index has no days of upload for {}. `exclude_newer` does not hold there: the runs took what the index "
    "offered when they were made."
)


@dataclass(frozen=True, slots=True)
class RunSettings:
    """How cards are executed. Everything that a worker on another machine needs, besides the card."""

    cache: Path
    isolation: str = "auto"
    repetitions: int = REPETITIONS
    sweep: bool = False
    lines: bool = False
    """Whether only the lines to copy are run again, and everything else stays as the stored evidence has it."""
    limits: Limits = field(default_factory=Limits)
    indexes: tuple[AssignedIndex, ...] = ()
    """Indexes of packages that come from no other."""
    tracker_hosts: tuple[str, ...] = ()
    """Hosts whose addresses need not be public."""


class CardRunner:
    """Executes one card with one isolation."""

    def __init__(self, card: Card, settings: RunSettings, stop: threading.Event | None = None) -> None:
        self.card = card
        self.settings = settings
        self.sandbox = _sandbox(settings.isolation)
        self.index = _index(settings.cache.absolute(), settings.indexes)
        self.environments = EnvironmentBuilder(settings.cache, self.index.client, self.sandbox, stop)
        self._bytecode = Bytecode(self.environments.folder / "bytecode", self.sandbox, stop)
        self.limits = _limits(card, settings.limits)
        self._stop = stop
        expect = card.reproduction.expect
        self._during = expect.during if expect is not None else None
        self._hashes: dict[str, set[str]] = {}
        self._broken_lock = ""
        self._undated: set[str] = set()

    def evidence(self) -> Evidence:
        """Make all runs and return the evidence. Raises `FixcardsError` where the index can't be reached."""
        card = self.card
        releases = self.index.releases(card.package)
        card_plan = plan(card, releases, installed_interpreters())
        runs = self._runs(card_plan)
        notes = list(fix_differences(card, card_plan, runs))
        if runs[-1].role == "latest" and runs[-1].outcome == "could-not-run":
            runs[-1], note = self._latest_relaxed(card_plan, runs[-1])
            notes += note
        evidence = Evidence(
            card=card.id,
            digest=run_digest(card),
            sweep_digest=sweep_digest(card),
            provenance=provenance(os.environ, self.settings.tracker_hosts),
            exclude_newer=card_plan.broken.exclude_newer,
            requires_python=requires_python(card, self.index.releases),
            platform=f"{sys.platform}-{platform.machine()}",
            isolation=self.sandbox.name,
            limits=self.limits.as_dict(),
            tools=_tool_versions(self.sandbox),
            runs=tuple(runs),
            notes=tuple(notes),
        )
        altered: list[Run] = []
        lines: list[Run] = []
        at_edges: list[Run] = []
        if runs[0].outcome == "failed-as-described" and runs[0].python:
            broken = card_plan.broken.on(card_plan.broken.interpreter(runs[0].python))
            # Where the program is never reached, there is no code of the package that could be replaced: that a
            # control passes, and that uv's or the build's own words name the package, stand in for these runs. Of
            # Python itself there is none either, and the control is another Python.
            alters = self._during is None and not card.about_python
            altered = [self.run(replace(broken, role=role), 1) for role in _ALTERED if alters]
            lines = [self.run(each) for each in install_runs(card, broken, self._broken_lock, installed_interpreters())]
            plan_edges = edges(card, releases, card_plan.broken, runs[0], installed_interpreters(), self.index.releases)
            at_edges, findings = run_edges(card, plan_edges, lambda planned: self.run(planned, 1))
            notes += [*findings, *withdrawn_releases(card, [*runs, *lines], self.index.releases)]
        evidence = evidence.model_copy(update={"notes": tuple(notes)})
        if not has_control(card, evidence.model_copy(update={"runs": (*runs, *lines)})):
            runs += self._control(card_plan, releases)
        runs += [*altered, *lines, *at_edges]
        swept: tuple[ReleaseResult, ...] = ()
        if self.settings.sweep:
            swept = tuple(sweep(releases, card_plan.broken.release, self._state))
        if self._undated:
            notes.append(UNDATED_NOTE.format(", ".join(sorted(self._undated))))
        return evidence.model_copy(update={"notes": tuple(notes), "releases": swept, **self.with_locks(runs)})

    def with_locks(self, runs: Sequence[Run], stored: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Return the runs with the digests of their environments, and the digests of the files that they installed.

        Those in `stored` stay: a release that gets one more file later stays the same release.
        """
        installed = sorted({f"{name}=={version}" for run in runs for name, version in run.packages.items()})
        distributions = {name: (stored or {}).get(name) or files_digest(self._hashes[name]) for name in installed}
        digests = [lock_digest(run.packages, distributions) if run.packages else "" for run in runs]
        locked = [run.model_copy(update={"lock_digest": digest}) for run, digest in zip(runs, digests, strict=True)]
        return {"runs": tuple(locked), "distributions": distributions}

    def _control(self, card_plan: Plan, releases: ReleaseList) -> list[Run]:
        """Run the unchanged program where it may pass, until it does; return that run, or else the last one."""
        runs: list[Run] = []
        for planned in control_runs(self.card, releases, card_plan.broken, installed_interpreters()):
            runs = [self.run(planned, 1)]
            if runs[0].outcome == "passed":
                break
        return runs

    def _runs(self, card_plan: Plan) -> list[Run]:
        """Make the runs of a plan: the fixes on the interpreter that the broken run took."""
        runs: list[Run] = []
        chosen: Interpreter | None = None
        for planned in card_plan.runs:
            run = self.run(planned.on(chosen) if planned.role == "fix" and chosen is not None else planned)
            if planned.role == "broken" and run.python:
                chosen = planned.interpreter(run.python)
            runs.append(run)
        return runs

    def run(self, planned: PlannedRun, repetitions: int | None = None) -> Run:
        """Make one environment and execute the card's code in it, by default as often as the settings say."""
        times = repetitions or self.settings.repetitions
        if self._during is not None and planned.role in _FAILING:  # another interpreter may have what this one lacks
            planned = replace(planned, interpreters=planned.interpreters[:1])
        try:
            with self.ready(planned, repetitions=times) as ready:
                if planned.role == "stub":
                    stub_package(ready.venv, self.card.package)
                elif planned.role == "disguised":
                    other = self.card.versions.fixed or _ANOTHER_RELEASE
                    disguise_release(ready.venv, self.card.package, planned.release or "", other)
                return self._execute(ready, times)
        except EnvironmentUnavailable as refusal:
            return self._refused(planned, refusal, times)

    def _refused(self, planned: PlannedRun, refusal: EnvironmentUnavailable, times: int) -> Run:
        """Return the run whose environment can't be made, which may be the very failure that the card describes.

        Then it is prepared anew for each repetition, with nothing stored.
        """
        outcome = classify_refusal(self.card, refusal)
        judged = outcome.outcome != "could-not-run"
        start = time.monotonic()
        more = [self._refused_again(planned, refusal) if judged else outcome.outcome for _ in range(times - 1)]
        return Run(
            **self._common(planned),
            release=planned.release,
            python=refusal.python if judged else None,
            exit=refusal.exit_status if judged else None,
            outcome=outcome.outcome,
            reason=outcome.reason,
            matched=truncate(clean(outcome.matched or "", {})) or None,
            frames=_frames(refusal.output) if planned.role == "broken" else (),
            seconds=round((time.monotonic() - start) / max(1, len(more)), 3),
            output=tail(clean(refusal.output, {})),
            repetitions=(outcome.outcome, *more),
        )

    def _refused_again(self, planned: PlannedRun, refusal: EnvironmentUnavailable) -> Outcome:
        again = replace(planned, interpreters=(planned.interpreter(refusal.python or ""),))
        try:
            with self.ready(again, fresh=True) as ready:
                return self._execute(ready, 1).outcome
        except EnvironmentUnavailable as second:
            return classify_refusal(self.card, second).outcome

    def _latest_relaxed(self, card_plan: Plan, refused: Run) -> tuple[Run, list[str]]:
        """Try the other forms of the newest release's run; return the first that can be made, and a note on it."""
        for planned in card_plan.latest[1:]:
            run = self.run(planned)
            if run.outcome != "could-not-run":
                return run, [planned.note] if planned.note else []
        return refused, []

    @contextmanager
    def ready(self, planned: PlannedRun, *, fresh: bool = False, repetitions: int = 1) -> Iterator[ReadyRun]:
        """Yield the environment of a run, on the first of its interpreters for which one can be made.

        It is removed at the end. A `fresh` one is resolved anew. For several `repetitions` its modules are compiled.
        Raises `EnvironmentUnavailable`, or `FixcardsError` where the index can't be reached.
        """
        if planned.missing:
            raise planned.missing
        with scratch_dir(self.settings.cache / "work") as work:
            ready = self._prepare(planned, work, fresh=fresh)
            self._bytecode.add(ready.venv, ready.interpreter, compiles=repetitions > 1)
            yield ready

    def _prepare(self, planned: PlannedRun, work: Path, *, fresh: bool) -> ReadyRun:
        first: EnvironmentUnavailable | None = None
        builds = dict.fromkeys([planned.build, self.card.reproduction.build])
        for interpreter, build in itertools.product(planned.interpreters, builds):
            spec = EnvironmentSpec(
                planned.requires, interpreter, planned.exclude_newer, build, planned.overrides, planned.preferred_lock
            )
            # uv caches by path what it found out about an interpreter, so each has a path of its own.
            folder = work / f"env-{zlib.crc32(os.fsencode(interpreter.executable)):08x}"
            try:
                lock = self.environments.lock(spec, self.card.id, fresh=fresh)
                return ReadyRun(planned, interpreter, lock, self.environments.make(lock, spec, self.card.id, folder))
            except EnvironmentUnavailable as refusal:
                refusal.python = interpreter.version
                first = first or refusal
                shutil.rmtree(folder, ignore_errors=True)
                if refusal.reason == "timeout in preparing":  # each try of a build that blocks would take as long
                    break
        raise first or EnvironmentUnavailable("interpreter", "none is installed")

    def job(self, ready: ReadyRun) -> Job:
        """Return the job that executes the card's code in an environment."""
        expect = self.card.reproduction.expect
        hangs = expect is not None and expect.timeout is not None
        return ready.job(self.card.reproduction.files or {}, self.limits, self._stop, hangs=hangs)

    def _execute(self, ready: ReadyRun, repetitions: int) -> Run:
        job = self.job(ready)
        results: list[JobResult] = []
        outcomes: list[RunOutcome] = []
        for _ in range(repetitions):
            result = self._run_job(job)
            results.append(result)
            outcomes.append(classify_run(self.card, ready.planned.code, result, self.limits.as_dict()))
        usual = Counter(each.outcome for each in outcomes).most_common(1)[0][0]
        result, outcome = next(pair for pair in zip(results, outcomes, strict=True) if pair[1].outcome == usual)
        packages = packages_of(ready.lock)
        if ready.planned.role == "broken":
            self._broken_lock = ready.lock
        self._undated.update(undated_in(ready.lock))
        for locked in parse_lock(ready.lock):
            # A file that was uploaded later is only in the locks of later days.
            self._hashes.setdefault(f"{locked.name}=={locked.version}", set()).update(locked.hashes)
        is_python = self.card.about_python
        return Run(
            **self._common(ready.planned),
            release="{}.{}".format(*ready.interpreter.minor) if is_python else packages.get(self.card.package),
            packages=packages,
            python=ready.interpreter.version,
            exit=result.exit,
            outcome=usual,
            reason=outcome.reason,
            matched=truncate(self._clean(outcome.matched or "", ready)) or None,
            frames=_frames(result.text) if ready.planned.role == "broken" else (),
            seconds=round(statistics.median(each.seconds for each in results), 3),
            cpu_seconds=round(statistics.median(each.cpu_seconds for each in results), 3),
            output=tail(self._clean(result.text, ready)),
            repetitions=tuple(each.outcome for each in outcomes),
        )

    def _run_job(self, job: Job) -> JobResult:
        try:
            result = self.sandbox.run(job)
        except SandboxError as error:
            raise EnvironmentUnavailable("sandbox", str(error)) from None
        if result.stopped == "cancelled":
            raise KeyboardInterrupt
        return result

    def _common(self, planned: PlannedRun) -> dict[str, Any]:
        return {
            "role": "latest" if planned.role == "release" else planned.role,
            "fix": planned.fix,
            "edge": planned.edge,
            "others": planned.others,
            "exclude_newer": planned.exclude_newer,
            "date": today(),
        }

    def _state(self, version: str) -> tuple[State, str | None]:
        """Return the state of one release of the sweep, and the reason where it isn't testable."""
        release = self.index.releases(self.card.package).get(version)
        assert release is not None  # noqa: S101 - it comes from this list
        run = self.run(sweep_run(self.card, release, installed_interpreters()), 1)
        if run.outcome == "failed-as-described":
            return "fails", None
        if run.outcome == "passed":
            return "passes", None
        if run.outcome == "could-not-run":
            return "not-testable", run.reason
        lines = [line.strip() for line in run.output.splitlines() if line.strip()]
        return "not-testable", truncate(f"{run.reason}{f': {lines[-1]}' if lines else ''}")

    def _clean(self, text: str, ready: ReadyRun) -> str:
        return clean(text, {**ready.paths, self.environments.folder: "<cache>"})


def today() -> date:
    """Return the current day, UTC."""
    return datetime.now(timezone.utc).date()


def _frames(output: str) -> tuple[str, ...]:
    """Return the frames of installed packages in an output, in the order of printing."""
    failure = parse(output) if output.strip() else None
    if failure is None:
        return ()
    frames = [*(frame for each in failure.exceptions for frame in each.frames), *failure.frames]
    return tuple(frame for frame in frames if FRAME.fullmatch(frame))[-MAX_FRAMES:]


def _tool_versions(sandbox: Sandbox) -> dict[str, str]:
    """Return the versions of the programs that make evidence, and what protected the machine from the runs."""
    return {
        "fixcards": __version__,
        "uv": uv_version(),
        **({sandbox.name: sandbox.version()} if sandbox.name != "none" else {}),
        platform.system().lower(): platform.release(),
        **sandbox.protections(),
    }


def _limits(card: Card, limits: Limits) -> Limits:
    expect = card.reproduction.expect
    if expect is not None and expect.timeout is not None:
        return replace(limits, wall_seconds=expect.timeout)
    return limits


@cache
def _sandbox(name: str) -> Sandbox:
    return choose_sandbox(name)


@cache
def _index(cache_dir: Path, assigned: tuple[AssignedIndex, ...]) -> PackageIndex:
    return PackageIndex(cache_dir / "index", assigned)
