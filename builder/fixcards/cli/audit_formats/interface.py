"""The contract of a format of `fixcards audit`, and what several of them say alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from fixcards.audit.auditor import AuditReport, Exposure
from fixcards.characters import visible

AT_START, IN_USE = "fails at import or install", "can happen when used"
IN_NEWER = "can happen when used, in every newer release"
HEADINGS = {"install": AT_START, "import": AT_START, "use": IN_USE, "lasting": IN_NEWER}
"""The classes of known failures, by their moment."""


class AuditFormat(Protocol):
    """One format. It is a module's only public class, and is listed in `fixcards.cli.audit_formats`."""

    @property
    def name(self) -> str:
        """Its name on the command line."""

    def text(self, reports: Sequence[AuditReport]) -> str:
        """Return the reports as a text that ends with a line end, or that is empty. Nothing in it steers a terminal."""


def releases(exposure: Exposure) -> str:
    """Return the releases that set a failure off, in one line."""
    return visible(", ".join(f"{name} {version}" for name, version in exposure.match.versions.items()))


def fix(exposure: Exposure) -> str:
    """Return the first fix with what it installs, empty where the card has none."""
    first = next(iter(exposure.match.fixes), None)
    if first is None:
        return ""
    return visible(first.title + (f": {', '.join(first.install)}" if first.install else ""))


def message(exposure: Exposure) -> str:
    """Return everything about an exposure in one line."""
    where = f", {exposure.where}" if exposure.where else ""
    parts = [f"{exposure.match.entry.title} ({releases(exposure)}{where}; {HEADINGS[exposure.moment]})"]
    if way_out := fix(exposure):
        parts.append(f"Fix: {way_out}")
    return visible(". ".join((*parts, exposure.url)))


def each(reports: Sequence[AuditReport]) -> Iterator[tuple[AuditReport, Exposure]]:
    """Yield every exposure with its report."""
    for report in reports:
        for exposure in report.exposures:
            yield report, exposure
