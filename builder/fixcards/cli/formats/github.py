"""Workflow commands, by which GitHub Actions shows problems at their lines in a pull request."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from fixcards.cli.formats.interface import message
from fixcards.cli.workflow_command import workflow_command
from fixcards.records.problem import Problem


class GithubFormat:
    """For GitHub, Gitea and Forgejo, whose runners read the same commands."""

    name = "github"

    def text(self, problems: Sequence[Problem], paths: Collection[str]) -> str:
        """Return a command for each problem."""
        return "".join(f"{_command(problem)}\n" for problem in problems)


def _command(problem: Problem) -> str:
    place = {"file": problem.path, "line": str(problem.line), "col": str(problem.column), "title": problem.code}
    return workflow_command("error", message(problem), place)
