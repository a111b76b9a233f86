"""One line a problem, as compilers print them: `path:line:column: CODE message (hint)`."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from fixcards.records.problem import Problem


class PlainFormat:
    """For people and editors."""

    name = "text"

    def text(self, problems: Sequence[Problem], paths: Collection[str]) -> str:
        """Return the lines."""
        return "".join(f"{problem}\n" for problem in problems)
