"""Failures before a program starts: while requirements are resolved, while a distribution is built or installed.

They count as failures of the program, with what uv or the build printed as its output. So everything that looks for
releases, interpreters and ways out works for them as it does for programs.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

from fixcards.authoring.distributions import OF_MODULE
from fixcards.files import atomic_write
from fixcards.project import AssignedIndex
from fixcards.records.card import Phase
from fixcards.verify.interpreters import Interpreter
from fixcards.verify.package_index import ReleaseInfo
from fixcards.verify.script_runner import Script, ScriptRun, ScriptRunner
from fixcards.verify.unavailable import EnvironmentUnavailable

Phases = dict[tuple[str, str], Phase]
"""The phase in which a release failed on an interpreter."""
_MAX_OUTPUT = 64_000


class PreparationRunner(ScriptRunner):
    """Executes a script; an environment that uv or a build refuses is a run that failed."""

    def __init__(
        self,
        script: Script,
        cache: Path,
        isolation: str,
        stop: threading.Event | None,
        phases: Phases,
        indexes: Sequence[AssignedIndex] = (),
    ) -> None:
        super().__init__(script, cache, isolation, stop=stop, indexes=indexes)
        self._phases = phases

    def _run(self, release: ReleaseInfo, interpreter: Interpreter, day: date | None) -> ScriptRun:
        stored = self._cache / "refusals" / f"{self._key(release, interpreter, day)}.json"
        run = ScriptRun(release.version, interpreter.version, day, exit=1)
        with suppress(OSError, ValueError, KeyError, TypeError):
            data = json.loads(stored.read_text(encoding="utf-8"))
            self._phases[release.version, interpreter.version] = data["phase"]
            return replace(run, output=data["output"], stored=True)
        try:
            return super()._run(release, interpreter, day)
        except EnvironmentUnavailable as refusal:
            if refusal.phase is None or refusal.reason == "no wheel":
                raise
            self._phases[release.version, interpreter.version] = refusal.phase
            output = refusal.output[-_MAX_OUTPUT:]
            if day is not None:
                atomic_write(stored, json.dumps({"phase": refusal.phase, "output": output}).encode())
            return replace(run, output=output)

    def _key(self, release: ReleaseInfo, interpreter: Interpreter, day: date | None) -> str:
        parts = [
            list(self.script.requirements(release.version)),
            sorted(self.script.build),
            interpreter.version,
            str(day),
            self.sandbox.name,
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def importing_script(package: str) -> str:
    """Return a program that is reached only where a package can be installed: it imports it."""
    module = next((module for module, name in OF_MODULE.items() if name == package), package)
    return f"import {module.replace('-', '_')}\n"
