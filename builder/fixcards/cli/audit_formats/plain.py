"""Lines for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from fixcards.audit.auditor import AuditReport, Exposure
from fixcards.characters import visible
from fixcards.cli.audit_formats.interface import HEADINGS, releases

_WIDTH, _INDENT = 110, 10


class PlainFormat:
    """For people."""

    name = "text"

    def text(self, reports: Sequence[AuditReport]) -> str:
        """Return each known failure with what sets it off, its fixes and its address."""
        blocks = []
        for report in reports:
            for heading in dict.fromkeys(HEADINGS.values()):
                exposures = [each for each in report.exposures if HEADINGS[each.moment] == heading]
                if exposures:
                    source = f"{visible(report.audited.source)}: " if reports[1:] else ""
                    blocks.append(f"{source}{heading.capitalize()}:\n")
                    blocks += ["".join(f"{line}\n" for line in exposure_lines(each, report)) for each in exposures]
        return "\n".join(blocks)


def exposure_lines(exposure: Exposure, report: AuditReport) -> Iterator[str]:
    """Yield the lines of one exposure."""
    entry = exposure.match.entry
    yield from _row("", entry.title)
    yield from _row("card", f"{entry.id} ({entry.display.get('verdict', '')})")
    yield from _row("why", f"{releases(exposure)}{f', {exposure.where}' if exposure.where else ''}")
    if exposure.line and report.audited.path:
        yield from _row("at", f"{report.audited.path}:{exposure.line}")
    if entry.note:
        yield from _row("note", entry.note)
    for number, fix in enumerate(exposure.match.fixes):
        install = f": {', '.join(fix.install)}" if fix.install else ""
        unfit = "" if fix.fits else f" (not for you: {fix.why})"
        yield from _row("or" if number else "fix", f"{fix.title}{install}{unfit}")
    yield " " * _INDENT + visible(exposure.url)


def _row(name: str, text: str) -> Iterator[str]:
    head = f"  {name}"
    lines = textwrap.wrap(visible(text), _WIDTH - _INDENT, break_long_words=False, break_on_hyphens=False)
    for line in lines or [""]:
        yield f"{head:<{_INDENT}}{line}"
        head = ""
