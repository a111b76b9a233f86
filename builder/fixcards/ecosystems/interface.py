"""What records need of a package ecosystem."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Protocol


class Ecosystem(Protocol):
    """Names, requirements and programs of one ecosystem. Requirements are valid ones, see `records/fields.py`.

    In a requirement, `{version}` stands for the release under test.
    """

    name: str
    """Its name in a card's `ecosystem`."""
    library_folder: str
    """Folder to which the frames of a traceback are relative."""

    def normalize_name(self, name: str) -> str:
        """Return the one spelling of a package's name, which cards use."""

    def requirement_name(self, requirement: str) -> str:
        """Return the normalised name of the package that a requirement installs."""

    def exact_releases(self, requirement: str) -> list[str]:
        """Return the releases that a requirement pins, none where it allows several."""

    def install_lines(self, requirements: Sequence[str]) -> dict[str, str]:
        """Return the lines that install some requirements, by the program that they are for, the most used first."""

    def script_head(
        self, requirements: Sequence[str], runtime: str | None, last_day: date | None, overrides: Collection[str] = ()
    ) -> list[str]:
        """Return the first lines of a program that say what to run it with, so that it is one file to run.

        `runtime` is the range of interpreters, `last_day` the last one whose releases are taken, `overrides` are the
        packages for which what other ones require of them doesn't count.
        """
