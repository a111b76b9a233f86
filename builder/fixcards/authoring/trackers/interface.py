"""The contract of an issue tracker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from fixcards.errors import FixcardsError


class TrackerError(FixcardsError):
    """An issue can't be read. `permanent` says that no later try will do better: the address is wrong or closed off."""

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


@dataclass(frozen=True, slots=True)
class Issue:
    """What is taken over from an issue. Its words are read for printed failures only, and never copied."""

    url: str
    """Its address today."""
    text: str
    """The first text of the thread, to be parsed."""
    fixes: tuple[str, ...] = ()
    """Addresses of the changes that closed it, likeliest first."""
    moved: bool = False
    """Whether the tracker has it under another address than the one that was asked for."""


class Tracker(Protocol):
    """The trackers of one program, on one host."""

    def issue(self, url: str) -> Issue:
        """Return the issue at a web address. Raises `TrackerError`."""
