"""Executing one card: every run of its plan, and the sweep, to evidence."""

from __future__ import annotations

import hashlib
import itertools
import os
import platform
import shutil
import statistics
import sys
import threading
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timezone
from functools import cache
from pathlib import Path
from typing import Any

from fixcards import __version__
from fixcards.ecosystems import PYPI
from fixcards.files import scratch_dir
from fixcards.matching.parse.normalize import TERMINAL
from fixcards.records.card import Card
from fixcards.records.evidence import REPETITIONS, Evidence, Outcome, ReleaseResult, ReleaseState, Run, run_digest
from fixcards.records.script import SCRIPT_NAME
from fixcards.verify import plan as planning
from fixcards.verify.environment import (
    EnvironmentBuilder,
    EnvironmentSpec,
    EnvironmentUnavailable,
    packages_of,
    uv_version,
)
from fixcards.verify.interpreters import Interpreter, installed_interpreters
from fixcards.verify.outcome import RunOutcome, classify_run
from fixcards.verify.package_index import PackageIndex
from fixcards.verify.plan import Plan, PlannedRun, plan
from fixcards.verify.sandbox import Job, Limits, Sandbox, SandboxError, choose_sandbox
from fixcards.verify.sweep import sweep

OUTPUT_BYTES = 4096
"""How much of the end of an output is kept."""
_COULD_NOT: tuple[Outcome, ...] = ("could-not-run",)


@dataclass(frozen=True, slots=True)
class RunSettings:
    """How cards are executed. Everything that a worker on another machine needs to know."""

    cache: Path
    isolation: str = "auto"
    repetitions: int = REPETITIONS
    sweep: bool = False
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class ReadyRun:
    """A trial whose environment stands."""

    planned: PlannedRun
    interpreter: Interpreter
    lock: str
    venv: Path

    @property
    def source(self) -> Path:
        """Folder for the code, out of reach of a build."""
        return self.venv.parent.parent / "source"


class CardRunner:
    """Executes one card with one isolation."""

    def __init__(self, card: Card, settings: RunSettings, stop: threading.Event | None = None) -> None:
        self.card = card
        self.settings = settings
        self.sandbox = _sandbox(settings.isolation)
        self.index = _index(settings.cache.absolute())
        self.environments = EnvironmentBuilder(settings.cache, self.index.environment, self.sandbox, stop)
        self.limits = _limits(card, settings.limits)
        self._stop = stop

    def evidence(self) -> Evidence:
        """Make every run and return what they showed. Raises `FixcardsError` where the index can't be reached."""
        card = self.card
        listing = self.index.releases(card.package)
        runs_plan = plan(card, listing, installed_interpreters())
        made: list[Run] = []
        chosen: Interpreter | None = None
        for trial in runs_plan.runs:
            if trial.role == "fix" and chosen is not None:
                trial = _on(trial, chosen)  # noqa: PLW2901 - the same trial on the interpreter of the broken run
            run = self.run(trial)
            if trial.role == "broken" and run.python:
                chosen = next(each for each in trial.interpreters if each.version == run.python)
            made.append(run)
        notes = list(differences(card, runs_plan, made))
        if made[-1].role == "latest" and made[-1].outcome == "could-not-run":
            made[-1], note = self._latest_relaxed(runs_plan, made[-1])
            notes += note
        releases: tuple[ReleaseResult, ...] = ()
        if self.settings.sweep:
            releases = tuple(sweep(listing, runs_plan.broken.release, self._state))
        return Evidence(
            card=card.id,
            digest=run_digest(card),
            exclude_newer=runs_plan.broken.exclude_newer,
            limits=self.limits.as_dict(),
            tools=tools(self.sandbox),
            runs=tuple(made),
            notes=tuple(notes),
            releases=releases,
        )

    def run(self, trial: PlannedRun, repetitions: int | None = None) -> Run:
        """Make one environment and execute the card's code in it as often as the settings say."""
        try:
            with self.ready(trial) as ready:
                return self._execute(ready, repetitions or self.settings.repetitions)
        except EnvironmentUnavailable as refusal:
            return self._not_run(trial, str(refusal), repetitions or self.settings.repetitions)

    def _latest_relaxed(self, runs_plan: Plan, refused: Run) -> tuple[Run, list[str]]:
        """Try the other forms of the newest release's run; return the first that can be made, and a note on it."""
        for trial in runs_plan.latest[1:]:
            run = self.run(trial)
            if run.outcome != "could-not-run":
                return run, [trial.note] if trial.note else []
        return refused, []

    @contextmanager
    def ready(self, trial: PlannedRun) -> Iterator[ReadyRun]:
        """Make an environment for a trial, on the first of its interpreters for which everything can be had."""
        if trial.missing:
            raise trial.missing
        with scratch_dir(self.settings.cache / "work") as work:
            yield self._prepare(trial, work)

    def _prepare(self, trial: PlannedRun, work: Path) -> ReadyRun:
        first: EnvironmentUnavailable | None = None
        builds = dict.fromkeys([trial.build, self.card.reproduction.build])
        for interpreter, build in itertools.product(trial.interpreters, builds):
            wanted = EnvironmentSpec(trial.requires, interpreter, trial.exclude_newer, build)
            # uv remembers by path what it found out about an interpreter.
            folder = work / f"env-{zlib.crc32(os.fsencode(interpreter.executable)):08x}"
            try:
                lock = self.environments.lock(wanted, self.card.id)
                return ReadyRun(trial, interpreter, lock, self.environments.make(lock, wanted, self.card.id, folder))
            except EnvironmentUnavailable as refusal:
                first = first or refusal
                shutil.rmtree(folder, ignore_errors=True)
        raise first or EnvironmentUnavailable("interpreter", "none is installed")

    def job(self, ready: ReadyRun) -> Job:
        """Return the job that executes a trial's code in its environment."""
        source = ready.source
        files = {SCRIPT_NAME: ready.planned.code, **(self.card.reproduction.files or {})}
        readable: dict[Path, str] = {ready.venv: "/venv"}
        prefix = ready.interpreter.prefix
        if not prefix.is_relative_to("/usr"):
            readable[prefix] = str(prefix)
        for name, text in files.items():
            path = source / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            readable[path] = f"/repro/{name}"
        return Job(
            argv=("/venv/bin/python", f"/repro/{SCRIPT_NAME}"),
            cwd="/repro",
            environment=ENVIRONMENT,
            readable=readable,
            scratch=("/repro",),
            limits=self.limits,
            stop=self._stop,
        )

    def _execute(self, ready: ReadyRun, repetitions: int) -> Run:
        job = self.job(ready)
        shown: list[RunOutcome] = []
        finished = []
        for _ in range(repetitions):
            try:
                done = self.sandbox.run(job)
            except SandboxError as error:
                raise EnvironmentUnavailable("sandbox", str(error)) from None
            if done.stopped == "cancelled":
                raise KeyboardInterrupt
            finished.append(done)
            shown.append(classify_run(self.card, done, done.output.decode("utf-8", "replace"), self.limits.as_dict()))
        usual = Counter(each.outcome for each in shown).most_common(1)[0][0]
        at = next(number for number, each in enumerate(shown) if each.outcome == usual)
        packages = packages_of(ready.lock)
        return Run(
            **self._common(ready.planned, repetitions),
            release=packages.get(self.card.package),
            lock=ready.lock,
            lock_digest=hashlib.sha256(ready.lock.encode()).hexdigest(),
            packages=packages,
            python=ready.interpreter.version,
            exit=finished[at].exit,
            outcome=usual,
            reason=shown[at].reason,
            matched=_truncate(self._clean(shown[at].matched or "", ready)) or None,
            seconds=round(statistics.median(each.seconds for each in finished), 3),
            cpu_seconds=round(statistics.median(each.cpu_seconds for each in finished), 3),
            output=_tail(self._clean(finished[at].output.decode("utf-8", "replace"), ready)),
            repetitions=tuple(each.outcome for each in shown),
        )

    def _not_run(self, trial: PlannedRun, reason: str, repetitions: int) -> Run:
        return Run(
            **self._common(trial, repetitions),
            release=trial.release,
            outcome="could-not-run",
            reason=reason,
            seconds=0.0,
            repetitions=_COULD_NOT * repetitions,
        )

    def _common(self, trial: PlannedRun, repetitions: int) -> dict[str, Any]:
        return {
            "role": "latest" if trial.role == "release" else trial.role,
            "fix": trial.fix,
            "exclude_newer": trial.exclude_newer,
            "platform": f"{sys.platform}-{platform.machine()}",
            "isolation": self.sandbox.name,
            "date": today(),
        }

    def _state(self, release: str) -> tuple[ReleaseState, str | None]:
        """Return the state of one release of the sweep, and the reason where it isn't testable."""
        offer = self.index.releases(self.card.package).get(release)
        assert offer is not None  # noqa: S101 - it comes from this listing
        run = self.run(planning.sweep_run(self.card, offer, installed_interpreters()), 1)
        if run.outcome == "failed-as-described":
            return "fails", None
        if run.outcome == "passed":
            return "passes", None
        if run.outcome == "could-not-run":
            return "not-testable", run.reason
        lines = [line.strip() for line in run.output.splitlines() if line.strip()]
        return "not-testable", _truncate(f"{run.reason}{f': {lines[-1]}' if lines else ''}")

    def _clean(self, text: str, ready: ReadyRun) -> str:
        """Return output without control characters and without the paths of this machine."""
        text = TERMINAL.apply(text)
        for path, shown in (
            (str(ready.venv), "/venv"),
            (str(ready.source), "/repro"),
            (str(ready.interpreter.prefix), "/python"),
            (str(self.environments.folder), "<cache>"),
        ):
            if path not in {"/usr", "/"}:
                text = text.replace(path, shown)
        return text


ENVIRONMENT: dict[str, str] = {
    "HOME": "/tmp/home",  # noqa: S108 - inside the isolation
    "TMPDIR": "/tmp",  # noqa: S108
    "PATH": "/venv/bin:/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONNOUSERSITE": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}
"""All that a card's code finds in its environment."""


def execute(card: Card, settings: RunSettings, stop: threading.Event | None = None) -> Evidence:
    """Execute a card and return its evidence. Nothing is written beside the card."""
    return CardRunner(card, settings, stop).evidence()


def differences(card: Card, runs_plan: Plan, runs: Sequence[Run]) -> Iterator[str]:
    """Yield a note for each fix that changed more than what it says: then both runs don't differ in that alone."""
    broken = next(run for run in runs if run.role == "broken")
    before = _requirement_names(runs_plan.broken.requires)
    for trial, run in ((t, r) for t, r in zip(runs_plan.runs, runs, strict=True) if r.role == "fix"):
        if not run.packages or not broken.packages:
            continue
        after = _requirement_names(trial.requires)
        said = {card.package} | {name for name in before | after if before.get(name) != after.get(name)}
        for name in sorted((set(broken.packages) & set(run.packages)) - said):
            if broken.packages[name] != run.packages[name]:
                yield (
                    f"Fix {trial.fix} also changes {name} from {broken.packages[name]} to {run.packages[name]}, "
                    "so the runs differ in more than the fix."
                )


def tools(sandbox: Sandbox) -> dict[str, str]:
    """Return the versions of the programs that make evidence."""
    return {
        "fixcards": __version__,
        "uv": uv_version(),
        **({sandbox.name: sandbox.version()} if sandbox.name != "none" else {}),
        platform.system().lower(): platform.release(),
    }


def today() -> date:
    """Return the day, UTC."""
    return datetime.now(timezone.utc).date()


def _on(trial: PlannedRun, interpreter: Interpreter) -> PlannedRun:
    """Return `trial` on one interpreter, or as missing where it can't take that."""
    if interpreter in trial.interpreters:
        return replace(trial, interpreters=(interpreter,))
    detail = f"can't run on Python {interpreter.version} as the broken run does"
    missing = trial.missing or EnvironmentUnavailable("interpreter", detail)
    return replace(trial, interpreters=(), missing=missing)


def _limits(card: Card, limits: Limits) -> Limits:
    expect = card.reproduction.expect
    if expect is not None and expect.timeout is not None:
        return replace(limits, wall_seconds=expect.timeout)
    return limits


def _requirement_names(requires: Sequence[str]) -> dict[str, str]:
    return {PYPI.requirement_name(text): text for text in requires}


def _tail(text: str) -> str:
    """Return the last part of `text` that fits into `OUTPUT_BYTES`, from the start of a line where there is one."""
    raw = text.encode("utf-8", "replace")
    if len(raw) <= OUTPUT_BYTES:
        return text
    part = raw[-OUTPUT_BYTES:].decode("utf-8", "ignore")
    first, found, rest = part.partition("\n")
    return rest if found and len(first) < OUTPUT_BYTES // 2 else part


def _truncate(text: str) -> str:
    return text if len(text) <= 500 else f"{text[:499]}…"


@cache
def _sandbox(name: str) -> Sandbox:
    return choose_sandbox(name)


@cache
def _index(cache_folder: Path) -> PackageIndex:
    return PackageIndex(cache_folder / "index")
