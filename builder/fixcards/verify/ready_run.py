"""A planned run whose environment is ready, and the job that executes it."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fixcards.records.script import SCRIPT_NAME
from fixcards.verify.interpreters import Interpreter
from fixcards.verify.plan import PlannedRun
from fixcards.verify.sandbox import Job, Limits

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
"""All environment variables that a card's code gets."""


@dataclass(frozen=True, slots=True)
class ReadyRun:
    """A planned run with its environment."""

    planned: PlannedRun
    interpreter: Interpreter
    lock: str
    venv: Path

    @property
    def source(self) -> Path:
        """Folder for the code, out of reach of a build."""
        return self.venv.parent.parent / "source"

    @property
    def paths(self) -> dict[Path, str]:
        """The folders of the run on this machine, each with the path by which evidence shows it."""
        return {self.venv: "/venv", self.source: "/repro", self.interpreter.prefix: "/python"}

    def job(
        self, files: Mapping[str, str], limits: Limits, stop: threading.Event | None = None, *, hangs: bool = False
    ) -> Job:
        """Return the job that executes the code in the environment, with `files` next to the code.

        One that `hangs` prints its stack before it is stopped.
        """
        readable: dict[Path, str] = {self.venv: "/venv"}
        prefix = self.interpreter.prefix
        if not prefix.is_relative_to("/usr"):
            readable[prefix] = str(prefix)
        for name, text in {SCRIPT_NAME: self.planned.code, **files}.items():
            path = self.source / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            readable[path] = f"/repro/{name}"
        return Job(
            argv=("/venv/bin/python", f"/repro/{SCRIPT_NAME}"),
            cwd="/repro",
            environment={**ENVIRONMENT, **({"PYTHONFAULTHANDLER": "1"} if hangs else {})},
            readable=readable,
            scratch=("/repro",),
            limits=limits,
            stop=stop,
            dump_stack=hangs,
        )
