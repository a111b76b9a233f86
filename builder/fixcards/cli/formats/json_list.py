"""A JSON list with an object for each problem, in ASCII: on any terminal, a reader gets back exactly the same data."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from fixcards.cli.terminal import json_text
from fixcards.records.problem import Problem


class JsonFormat:
    """For programs."""

    name = "json"

    def text(self, problems: Sequence[Problem], paths: Collection[str]) -> str:
        """Return the list; it is empty where there is no problem."""
        return f"{json_text([problem.as_dict() for problem in problems])}\n"
