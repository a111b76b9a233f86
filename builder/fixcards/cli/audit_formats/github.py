"""Workflow commands, by which GitHub Actions shows known failures at the lines of a lock."""

from __future__ import annotations

from collections.abc import Sequence

from fixcards.audit.auditor import AuditReport
from fixcards.cli.audit_formats.interface import each, message
from fixcards.cli.workflow_command import workflow_command

MAX_NOTICES = 10
"""Annotations of one kind that GitHub shows of a step: https://github.com/actions/toolkit/blob/main/docs/problem-matchers.md."""


class GithubFormat:
    """For GitHub, Gitea and Forgejo, whose runners read the same commands."""

    name = "github"

    def text(self, reports: Sequence[AuditReport]) -> str:
        """Return a command for each known failure, and after `MAX_NOTICES` one line that says how many more there are.

        What fails at installation or import is a warning, everything else a notice.
        """
        commands: list[str] = []
        rest = 0
        for report, exposure in each(reports):
            if len(commands) == MAX_NOTICES:
                rest += 1
                continue
            kind = "warning" if exposure.at_start else "notice"
            place = {"file": report.audited.path, "line": str(exposure.line or 1)} if report.audited.path else {}
            commands.append(workflow_command(kind, message(exposure), {**place, "title": exposure.id}))
        return "".join(f"{command}\n" for command in commands) + (f"and {rest} more\n" if rest else "")
