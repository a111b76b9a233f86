"""Executing a program that belongs to no card on one release of a package, in the sandbox, each run only once.

What a run showed is stored below the cache under a digest of everything that decides it: the program, the lock, the
interpreter, the isolation and the limits. So a command that was interrupted, or is repeated, makes only new runs.
"""

from __future__ import annotations

import hashlib
import json
import re
import shlex
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from fixcards.ecosystems import PYPI
from fixcards.ecosystems.pypi import end_of_day
from fixcards.errors import FixcardsError
from fixcards.files import atomic_write, scratch_dir
from fixcards.project import AssignedIndex
from fixcards.verify.environment import EnvironmentBuilder, EnvironmentSpec, packages_of
from fixcards.verify.interpreters import Interpreter, runs_wheel
from fixcards.verify.package_index import PackageIndex, ReleaseInfo
from fixcards.verify.plan import PlannedRun
from fixcards.verify.ready_run import ReadyRun
from fixcards.verify.run_output import clean
from fixcards.verify.sandbox import Limits, SandboxError, choose_sandbox
from fixcards.verify.sandbox.interface import StopReason
from fixcards.verify.unavailable import EnvironmentUnavailable

MAX_STORED_RUNS = 4000
"""Runs that are stored; beyond them the oldest are removed."""
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_MAX_STORED_OUTPUT = 64_000
_FORMAT = 1
"""Raise it when the same program would show something else than before."""


@dataclass(frozen=True, slots=True)
class Script:
    """A program, and what it is to be run with beside one release of `package`."""

    code: str
    package: str
    """Normalised name of the distribution whose releases are tried."""
    requires: tuple[str, ...] = ()
    """Other requirements. One that names `package` bounds its releases and names its extras."""
    python: str | None = None
    """Specifier for the interpreter."""
    build: tuple[str, ...] = ()
    """Distributions that may be built from source."""
    exclude_newer: date | None = None
    """Last day whose uploads count, except for the release under test."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Files next to the program."""
    timeout: float | None = None
    """Seconds after which the program is stopped, and counts as one that hangs."""

    @property
    def bounds(self) -> SpecifierSet:
        """The releases of the package that the requirements allow."""
        return self._own.specifier if self._own is not None else SpecifierSet()

    @property
    def _own(self) -> Requirement | None:
        names = [text for text in self.requires if PYPI.requirement_name(text) == self.package]
        return Requirement(names[0]) if names else None

    def requirements(self, version: str) -> tuple[str, ...]:
        """Return all requirements of a run on one release."""
        extras = f"[{','.join(sorted(self._own.extras))}]" if self._own is not None and self._own.extras else ""
        others = [text for text in self.requires if PYPI.requirement_name(text) != self.package]
        return (f"{self.package}{extras}=={version}", *others)


@dataclass(frozen=True, slots=True)
class ScriptRun:
    """What one run showed."""

    release: str
    python: str | None
    """Version of the interpreter; None where there is none."""
    exclude_newer: date | None
    packages: dict[str, str] = field(default_factory=dict)
    """All distributions that were installed; empty where none could be."""
    exit: int | None = None
    """Exit status, -n where signal n ended the program; None where it was stopped or did not run."""
    stopped: StopReason | None = None
    output: str = ""
    seconds: float = 0.0
    reason: str | None = None
    """Why it could not run."""
    stored: bool = False
    """Whether an earlier command made it."""

    @property
    def failed(self) -> bool:
        """Whether the program ran and did not end with 0."""
        return self.reason is None and self.exit != 0


def checked_script(script: Script) -> Script:
    """Return a script as a user typed it, with its package normalised.

    Raises `FixcardsError` for what pip would not understand, in words of the command line.
    """
    if not _NAME.fullmatch(script.package):
        raise FixcardsError(f"--package {script.package}: give a name; a release to begin at goes to --start")
    package = PYPI.normalize_name(script.package)
    for text in script.requires:
        try:
            own = PYPI.requirement_name(text) == package
        except InvalidRequirement:
            raise FixcardsError(f"--requires {text}: write it as pip does, such as 'numpy<2'") from None
        if own and PYPI.exact_releases(text):
            raise FixcardsError(f"--requires {text}: leaves one release; give --start with it to begin there")
    try:
        SpecifierSet(script.python or "")
    except InvalidSpecifier:
        raise FixcardsError(f"--python {script.python}: write it as a specifier, such as '==3.9.*'") from None
    return replace(script, package=package)


def repeat_command(script: Script, run: ScriptRun, path: str) -> str:
    """Return the command for a shell by which a reader repeats a run with uv, outside of the sandbox."""
    words = ["uv", "run", "--no-project", "--isolated"]
    words += ["--python", run.python] if run.python else []
    words += ["--exclude-newer", end_of_day(run.exclude_newer)] if run.exclude_newer else []
    for requirement in script.requirements(run.release):
        words += ["--with", requirement]
    return shlex.join([*words, path])


class ScriptRunner:
    """Executes one script with one isolation."""

    def __init__(
        self,
        script: Script,
        cache: Path,
        isolation: str = "auto",
        limits: Limits | None = None,
        stop: threading.Event | None = None,
        *,
        fresh: bool = False,
        indexes: Sequence[AssignedIndex] = (),
    ) -> None:
        self.script = script
        self.sandbox = choose_sandbox(isolation)
        self.index = PackageIndex(cache.absolute() / "index", indexes)
        self.limits = limits or Limits()
        if script.timeout is not None:
            self.limits = replace(self.limits, wall_seconds=script.timeout)
        self._environments = EnvironmentBuilder(cache, self.index.client, self.sandbox, stop)
        self._cache = cache.absolute()
        self._stop = stop
        self._fresh = fresh

    def run(self, release: ReleaseInfo, interpreters: Sequence[Interpreter], day: date | None) -> ScriptRun:
        """Run the script on a release with the first of the interpreters for which an environment can be made.

        Raises `FixcardsError` where the index can't be reached, `KeyboardInterrupt` where the run was cancelled.
        """
        first: str | None = None
        for interpreter in interpreters:
            try:
                return self._run(release, interpreter, day)
            except EnvironmentUnavailable as refusal:  # noqa: PERF203 - few interpreters
                first = first or str(refusal)
                if refusal.reason in {"sandbox", "timeout in preparing"}:
                    break
        python = interpreters[0].version if interpreters else None
        return ScriptRun(release.version, python, day, reason=first or "interpreter: none is installed")

    def _run(self, release: ReleaseInfo, interpreter: Interpreter, day: date | None) -> ScriptRun:
        script = self.script
        build = self._build(release, interpreter)
        spec = EnvironmentSpec(script.requirements(release.version), interpreter, day, build)
        owner = f"script-{canonicalize_name(script.package)}"
        lock = self._environments.lock(spec, owner)
        stored = self._cache / "runs" / f"{self._digest(lock, interpreter)}.json"
        run = ScriptRun(release.version, interpreter.version, day, packages_of(lock))
        if not self._fresh:
            with suppress(OSError, ValueError, TypeError):
                return replace(run, **json.loads(stored.read_text(encoding="utf-8")), stored=True)
        planned = PlannedRun("release", release.version, spec.requires, script.code, day, (interpreter,), spec.build)
        with scratch_dir(self._cache / "work") as work:
            ready = ReadyRun(planned, interpreter, lock, self._environments.make(lock, spec, owner, work / "env"))
            values = self._execute(ready)
        atomic_write(stored, json.dumps(values).encode())
        _remove_oldest(stored.parent)
        return replace(run, **values)

    def _execute(self, ready: ReadyRun) -> dict[str, Any]:
        hangs = self.script.timeout is not None
        try:
            result = self.sandbox.run(ready.job(self.script.files, self.limits, self._stop, hangs=hangs))
        except SandboxError as error:
            raise EnvironmentUnavailable("sandbox", str(error)) from None
        if result.stopped == "cancelled":
            raise KeyboardInterrupt
        text = clean(result.text, {**ready.paths, self._environments.folder: "<cache>"})
        return {
            "exit": result.exit,
            "stopped": result.stopped,
            "output": text[-_MAX_STORED_OUTPUT:],
            "seconds": round(result.seconds, 3),
        }

    def _build(self, release: ReleaseInfo, interpreter: Interpreter) -> tuple[str, ...]:
        """Return the distributions that may be built: not the package itself where it comes as a wheel."""
        names = tuple(canonicalize_name(name) for name in self.script.build)
        return tuple(name for name in names if name != self.script.package or not runs_wheel(interpreter, release))

    def _digest(self, lock: str, interpreter: Interpreter) -> str:
        script = self.script
        parts = [
            _FORMAT,
            script.code,
            dict(script.files),
            sorted(script.build),
            lock,
            interpreter.version,
            self.sandbox.name,
            asdict(self.limits),
        ]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:32]


def _remove_oldest(folder: Path) -> None:
    """Remove the oldest stored runs where there are too many."""
    paths = list(folder.glob("*.json"))
    if len(paths) <= MAX_STORED_RUNS:
        return
    with suppress(OSError):  # another program removes them, too
        for path in sorted(paths, key=lambda each: each.stat().st_mtime)[: len(paths) // 4]:
            path.unlink(missing_ok=True)
