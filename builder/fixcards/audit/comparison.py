"""Two audits -> what the change from one environment to the other brings in, and what it ends."""

from __future__ import annotations

from dataclasses import dataclass

from fixcards.audit.auditor import AuditReport, Exposure


@dataclass(frozen=True)
class ReleaseChange:
    """A package whose releases differ between two locks."""

    name: str
    old: tuple[str, ...]
    """Its releases before, none where it wasn't there."""
    new: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.name} {'/'.join(self.old) or '(new)'} -> {'/'.join(self.new) or '(removed)'}"


@dataclass(frozen=True)
class AuditComparison:
    """What an update does."""

    old: AuditReport
    new: AuditReport
    brings: tuple[Exposure, ...]
    """Known failures that the new environment alone is in for, with its releases."""
    ends: tuple[Exposure, ...]
    """Those that the old environment alone is in for."""
    stays: tuple[Exposure, ...]
    changes: tuple[ReleaseChange, ...]
    """All packages whose releases differ, by name."""


def compare(old: AuditReport, new: AuditReport) -> AuditComparison:
    """Compare two audited environments, an old one and a new one. Ignored failures are left out."""
    before = {each.id for each in (*old.exposures, *old.ignored)}
    after = {each.id for each in (*new.exposures, *new.ignored)}
    old_releases, new_releases = _releases(old), _releases(new)
    names = sorted({*old_releases, *new_releases})
    return AuditComparison(
        old,
        new,
        tuple(each for each in new.exposures if each.id not in before),
        tuple(each for each in old.exposures if each.id not in after),
        tuple(each for each in new.exposures if each.id in before),
        tuple(
            ReleaseChange(name, old_releases.get(name, ()), new_releases.get(name, ()))
            for name in names
            if set(old_releases.get(name, ())) != set(new_releases.get(name, ()))
        ),
    )


def _releases(report: AuditReport) -> dict[str, tuple[str, ...]]:
    """Return all releases of each package, over all environments of a lock."""
    versions: dict[str, dict[str, None]] = {}
    for environment in report.audited.environments:
        for name, releases in environment.releases.items():
            versions.setdefault(name, {}).update(dict.fromkeys(each.version for each in releases))
    return {name: tuple(each) for name, each in versions.items()}
