"""Workflow commands, by which GitHub Actions shows problems at their lines in a pull request.

Escapes as https://docs.github.com/actions/reference/workflow-commands-for-github-actions asks for.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from fixcards.characters import visible
from fixcards.cli.formats.interface import message
from fixcards.records.problem import Problem


class GithubFormat:
    """For GitHub, Gitea and Forgejo, whose runners read the same commands."""

    name = "github"

    def text(self, problems: Sequence[Problem], paths: Collection[str]) -> str:
        """Return a command for each problem."""
        return "".join(f"{_command(problem)}\n" for problem in problems)


def _command(problem: Problem) -> str:
    path = visible(_escape(problem.path).replace(":", "%3A").replace(",", "%2C"))
    place = f"file={path},line={problem.line},col={problem.column},title={problem.code}"
    return f"::error {place}::{_escape(message(problem))}"


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
