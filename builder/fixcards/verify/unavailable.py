"""The reason why a run has no environment."""

from __future__ import annotations

from typing import Literal

from fixcards.records.card import Phase

Reason = Literal[
    "resolution",
    "no wheel",
    "interpreter",
    "timeout in preparing",
    "build",
    "installation",
    "sandbox",
    "wheel refused",
    "environment",
]

_PHASES: dict[str, Phase] = {
    "resolution": "resolve",
    "no wheel": "resolve",
    "build": "build",
    "installation": "install",
}


class EnvironmentUnavailable(Exception):  # noqa: N818 - a result of the run, not a fault of the program
    """An environment can't be made, for a reason that belongs into the evidence."""

    def __init__(self, reason: Reason, detail: str, output: str = "", exit_status: int | None = None) -> None:
        super().__init__(reason, detail, output, exit_status)
        self.reason: Reason = reason
        self.detail = detail
        self.output = output
        """All that uv or the build printed, without paths of the machine; empty where this program itself refuses."""
        self.exit_status = exit_status
        self.python: str | None = None
        """Version of the interpreter for which the environment was to be made."""

    @property
    def phase(self) -> Phase | None:
        """When uv or the build failed; None where this program refuses, or the machine lacks something."""
        return _PHASES.get(self.reason) if self.output else None

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}"
