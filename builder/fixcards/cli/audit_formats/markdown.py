"""Markdown, for the summary of a job or a comment on a pull request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from fixcards.audit.auditor import AuditReport, Exposure
from fixcards.audit.comparison import AuditComparison
from fixcards.cli.audit_formats.interface import HEADINGS, fix, releases
from fixcards.cli.markdown_text import bounded, escaped, linked

MAX_CHANGES = 50
"""Changed releases that a comment lists."""


class MarkdownFormat:
    """For pages of code hosts."""

    name = "markdown"

    def text(self, reports: Sequence[AuditReport]) -> str:
        """Return a table for each audited environment, within what a summary of a job may have."""
        return bounded(line for report in reports for line in _report(report))


def comparison_text(comparison: AuditComparison) -> str:
    """Return the comment about an update: what it brings in, what it ends, and what changes."""
    return bounded(_comparison(comparison))


def _report(report: AuditReport) -> Iterator[str]:
    audited, number = report.audited, len(report.exposures)
    yield f"### {escaped(audited.source)}: {_counted(number)}"
    yield ""
    yield from _table(report.exposures)
    if report.ignored:
        yield f"{len(report.ignored)} ignored."
        yield ""


def _comparison(comparison: AuditComparison) -> Iterator[str]:
    old, new = escaped(comparison.old.audited.source), escaped(comparison.new.audited.source)
    brings, ends = len(comparison.brings), len(comparison.ends)
    yield f"### This update brings in {_counted(brings)} and ends {ends}"
    yield ""
    yield f"{old} → {new}"
    yield ""
    for heading, exposures in (
        ("Brought in", comparison.brings),
        ("Ended", comparison.ends),
        ("As before", comparison.stays),
    ):
        if exposures:
            yield f"#### {heading}"
            yield ""
            yield from _table(exposures)
    if comparison.changes:
        yield f"<details><summary>{len(comparison.changes)} packages change</summary>"
        yield ""
        for change in comparison.changes[:MAX_CHANGES]:
            yield f"- {escaped(str(change))}"
        if len(comparison.changes) > MAX_CHANGES:
            yield f"- and {len(comparison.changes) - MAX_CHANGES} more"
        yield ""
        yield "</details>"
        yield ""


def _table(exposures: Iterable[Exposure]) -> Iterator[str]:
    rows = list(exposures)
    if not rows:
        return
    yield "| card | what happens | with | fix |"
    yield "|---|---|---|---|"
    for each in rows:
        where = f", {each.where}" if each.where else ""
        title = f"{escaped(each.match.entry.title)} ({HEADINGS[each.moment]})"
        yield f"| {linked(each.id, each.url)} | {title} | {escaped(releases(each) + where)} | {escaped(fix(each))} |"
    yield ""


def _counted(number: int) -> str:
    return f"{number or 'no'} known failure{'' if number == 1 else 's'}"
