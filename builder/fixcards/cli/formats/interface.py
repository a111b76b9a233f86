"""The contract of a format: problems of a check as the text that a program or a person reads."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from fixcards.characters import visible
from fixcards.records.problem import Problem


class ProblemFormat(Protocol):
    """One format. It is a module's only public class, and is listed in `fixcards.cli.formats`."""

    @property
    def name(self) -> str:
        """Its name on the command line."""

    def text(self, problems: Sequence[Problem], paths: Collection[str]) -> str:
        """Return the problems as a text that ends with a line end, or that is empty.

        `paths` are the files that were checked, as problems name them. Nothing in the text steers a terminal: texts of
        records come from people we don't know.
        """


def message(problem: Problem) -> str:
    """Return the message of a problem with its hint, in one line that can't steer a terminal."""
    return visible(problem.message + (f" ({problem.hint})" if problem.hint else ""))
