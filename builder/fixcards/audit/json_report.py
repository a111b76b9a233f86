"""Audit -> plain data, as `fixcards audit --format json` prints it and `matching.audit_schema` describes it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from fixcards.audit.auditor import AuditReport, Exposure
from fixcards.audit.comparison import AuditComparison, ReleaseChange

if TYPE_CHECKING:
    from fixcards.audit.lock_change import LockChange


def audits_data(reports: Iterable[AuditReport], changes: Sequence[LockChange] = ()) -> dict[str, Any]:
    """Return the report of several audits, with the changes of locks that were looked for."""
    by_exposure = {id(each.exposure): each for each in changes}
    return {"format": 1, "audits": [_report(each, by_exposure) for each in reports]}


def comparison_data(comparison: AuditComparison) -> dict[str, Any]:
    """Return the report of what an update does."""
    return {
        "format": 1,
        "comparison": {
            "old": comparison.old.audited.source,
            "new": comparison.new.audited.source,
            "brings": [_exposure(each) for each in comparison.brings],
            "ends": [_exposure(each) for each in comparison.ends],
            "stays": [_exposure(each) for each in comparison.stays],
            "changes": [_release_change(each) for each in comparison.changes],
        },
    }


def _report(report: AuditReport, changes: dict[int, LockChange]) -> dict[str, Any]:
    audited = report.audited
    return {
        "source": audited.source,
        "kind": audited.kind,
        "packages": audited.size,
        "targets": [each._asdict() for each in audited.targets],
        "without_release": list(audited.without_release),
        "exposures": [_exposure(each, changes.get(id(each))) for each in report.exposures],
        "ignored": [_exposure(each) for each in report.ignored],
    }


def _exposure(exposure: Exposure, change: LockChange | None = None) -> dict[str, Any]:
    entry = exposure.match.entry
    return {
        "id": entry.id,
        "title": entry.title,
        "url": exposure.url,
        "moment": exposure.moment,
        "package": entry.package,
        "versions": dict(exposure.match.versions),
        "line": exposure.line,
        "where": exposure.where,
        "targets": [each._asdict() for each in exposure.targets],
        "note": entry.note,
        "fixes": [asdict(fix) | {"install": list(fix.install)} for fix in exposure.match.fixes],
        "change": None
        if change is None
        else {
            "requirements": list(change.requirements),
            "changes": [_release_change(each) for each in change.changes],
            "checked": change.checked,
            "reason": change.reason,
        },
    }


def _release_change(change: ReleaseChange) -> dict[str, Any]:
    return {"name": change.name, "old": list(change.old), "new": list(change.new)}
