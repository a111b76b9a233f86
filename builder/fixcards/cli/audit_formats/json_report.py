"""JSON, as `audit.schema.json` on the site describes it."""

from __future__ import annotations

from collections.abc import Sequence

from fixcards.audit.auditor import AuditReport
from fixcards.audit.json_report import audits_data
from fixcards.cli.terminal import json_text


class JsonFormat:
    """For programs."""

    name = "json"

    def text(self, reports: Sequence[AuditReport]) -> str:
        """Return the report as JSON in ASCII."""
        return json_text(audits_data(reports)) + "\n"
