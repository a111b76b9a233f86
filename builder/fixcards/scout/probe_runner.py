"""Makes the environments of probes and executes programs in them, in the sandbox, with one view of the index."""

from __future__ import annotations

import os
import threading
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from fixcards.files import scratch_dir
from fixcards.scout.finding import MAX_OUTPUT, Side
from fixcards.scout.settings import ScoutSettings
from fixcards.verify.environment import EnvironmentBuilder, EnvironmentSpec, packages_of
from fixcards.verify.failure_signature import FailureSignature, signature_of
from fixcards.verify.index_budget import IndexBudget
from fixcards.verify.index_client import IndexClient
from fixcards.verify.index_configuration import index_urls, uv_index_variables
from fixcards.verify.package_index import PackageIndex
from fixcards.verify.page_store import PageStore
from fixcards.verify.plan import PlannedRun
from fixcards.verify.ready_run import ReadyRun
from fixcards.verify.run_output import clean
from fixcards.verify.sandbox import JobResult, Limits, SandboxError, choose_sandbox
from fixcards.verify.sandbox.interface import StopReason
from fixcards.verify.unavailable import EnvironmentUnavailable

OWNER = "scout"
_PATIENCE = 3
"""Times the limit that a program gets which was stopped by it, before that counts as its failure."""


@dataclass(frozen=True, slots=True)
class Execution:
    """What a program showed in one environment."""

    exit: int | None
    stopped: StopReason | None
    output: str
    packages: Mapping[str, str]

    @property
    def passed(self) -> bool:
        """Whether it ended with 0."""
        return self.exit == 0 and self.stopped is None

    @property
    def signature(self) -> FailureSignature:
        """By what its failure is recognised."""
        return signature_of(self.output, self.packages, exit_status=self.exit, hangs=self.stopped == "time")

    def side(self, spec: EnvironmentSpec) -> Side:
        """Return it as one side of a finding."""
        return Side(
            requires=spec.requires,
            day=spec.exclude_newer,
            python=spec.interpreter.version,
            packages=dict(self.packages),
            exit=self.exit,
            stopped=self.stopped,
            output=self.output[-MAX_OUTPUT:],
        )


@dataclass
class Cost:
    """What one task took."""

    runs: int = 0
    environments: int = 0


@dataclass
class ReadyEnvironment:
    """An environment that was made from a lock, and in which programs can be run."""

    runner: ProbeRunner
    spec: EnvironmentSpec
    lock: str
    venv: Path
    cost: Cost = field(default_factory=Cost)

    @property
    def packages(self) -> dict[str, str]:
        """Everything that is installed."""
        return packages_of(self.lock)

    def run(self, code: str, files: Mapping[str, str] | None = None) -> Execution:
        """Run a program once. Raises `EnvironmentUnavailable` where the sandbox fails."""
        planned = PlannedRun(
            "release", None, self.spec.requires, code, self.spec.exclude_newer, (self.spec.interpreter,)
        )
        ready = ReadyRun(planned, self.spec.interpreter, self.lock, self.venv)
        limits = self.runner.settings.limits
        result = self._run(ready, files or {}, limits)
        if result.stopped == "time":  # a machine with much else to do is slow, and that is no hang
            result = self._run(ready, files or {}, replace(limits, wall_seconds=_PATIENCE * limits.wall_seconds))
        text = clean(result.text, {**ready.paths, self.runner.environments.folder: "<cache>"})
        return Execution(result.exit, result.stopped, text, self.packages)

    def _run(self, ready: ReadyRun, files: Mapping[str, str], limits: Limits) -> JobResult:
        self.cost.runs += 1
        try:
            result = self.runner.sandbox.run(ready.job(files, limits, self.runner.stop))
        except SandboxError as error:
            raise EnvironmentUnavailable("sandbox", str(error)) from None
        if result.stopped == "cancelled":
            raise KeyboardInterrupt
        return result


class ProbeRunner:
    """One for each process. Safe to share between threads."""

    def __init__(self, settings: ScoutSettings, stop: threading.Event | None = None) -> None:
        self.settings = settings
        self.stop = stop
        self.sandbox = choose_sandbox(settings.isolation)
        self.budget = IndexBudget(settings.rate, settings.packages, settings.size)
        cache, urls = settings.cache.absolute(), index_urls(uv_index_variables())
        client = IndexClient(urls, settings.indexes, PageStore(cache / "pages"), self.budget)
        self.index = PackageIndex(cache / "index", settings.indexes, client)
        self.environments = EnvironmentBuilder(cache, client, self.sandbox, stop)

    def lock(self, spec: EnvironmentSpec) -> str:
        """Return the lock of an environment. Raises `EnvironmentUnavailable`, or `FixcardsError` without an index."""
        return self.environments.lock(spec, OWNER)

    def lock_after(self, spec: EnvironmentSpec, earlier: EnvironmentSpec) -> str:
        """Return the lock of an environment, given one that differs in its day alone, which is earlier.

        Where nothing that the earlier lock installs was uploaded since, it is the same, and nothing is resolved. What
        the resolver had refused may have been made possible by an upload of yet another package: that is found when
        one of those that are installed changes.
        """
        if spec.exclude_newer is None or earlier.exclude_newer is None or self.environments.has_lock(spec):
            return self.lock(spec)
        try:
            lock = self.lock(earlier)
        except EnvironmentUnavailable:
            return self.lock(spec)
        if any(self._uploaded(name, earlier.exclude_newer, spec.exclude_newer) for name in packages_of(lock)):
            return self.lock(spec)
        self.environments.adopt(spec, lock)
        return lock

    def _uploaded(self, package: str, after: date, until: date) -> bool:
        """Return whether a release of a package was uploaded, or one without a day is there."""
        return any(
            each.uploaded is None or after < each.uploaded <= until for each in self.index.releases(package).releases
        )

    @contextmanager
    def ready(self, spec: EnvironmentSpec, cost: Cost, lock: str | None = None) -> Iterator[ReadyEnvironment]:
        """Yield a fresh environment, which is removed at the end. Raises what `lock` raises."""
        lock = self.lock(spec) if lock is None else lock
        with scratch_dir(self.settings.cache / "work") as work:
            # uv remembers by path what it saw of an interpreter, so each has a path of its own.
            folder = work / f"env-{zlib.crc32(os.fsencode(spec.interpreter.executable)):08x}"
            cost.environments += 1
            venv = self.environments.make(lock, spec, OWNER, folder)
            yield ReadyEnvironment(self, spec, lock, venv, cost)

    def execute(self, spec: EnvironmentSpec, code: str, cost: Cost) -> Execution:
        """Run a program once in a fresh environment. Raises what `lock` raises."""
        with self.ready(spec, cost) as environment:
            return environment.run(code)


def changed(spec: EnvironmentSpec, *requires: str, preferred: str = "") -> EnvironmentSpec:
    """Return an environment with other requirements, on the same day and interpreter."""
    return replace(spec, requires=tuple(requires), preferred_lock=preferred)
