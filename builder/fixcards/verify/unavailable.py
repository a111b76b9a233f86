"""The reason why a run has no environment."""

from __future__ import annotations

from typing import Literal

Reason = Literal[
    "resolution", "no wheel", "interpreter", "timeout in preparing", "build", "sandbox", "wheel refused", "environment"
]


class EnvironmentUnavailable(Exception):  # noqa: N818 - a result of the run, not a fault of the program
    """An environment can't be made, for a reason that belongs into the evidence."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason: Reason = reason
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}"
