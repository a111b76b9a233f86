"""What `fixcards audit` does: audits, comparisons and changes of locks, printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from fixcards.audit.auditor import AuditReport, Ignored, audit
from fixcards.audit.comparison import AuditComparison, compare
from fixcards.audit.environment import AuditedEnvironment
from fixcards.audit.json_report import audits_data, comparison_data
from fixcards.audit.target import Target, TargetChoice
from fixcards.characters import visible
from fixcards.cli.audit_formats import AUDIT_FORMATS
from fixcards.cli.audit_formats.markdown import comparison_text
from fixcards.cli.audit_formats.plain import exposure_lines
from fixcards.cli.audit_input import default_environment, environment_of, installed_for, write_baseline
from fixcards.cli.exit_status import CLEAN, FINDINGS
from fixcards.cli.terminal import echo, echo_lines, json_text
from fixcards.files import atomic_write
from fixcards.search.finder import Finder

if TYPE_CHECKING:
    from fixcards.audit.lock_change import LockChange

MAX_NAMES = 5
"""Packages that a message names."""


class Settings(NamedTuple):
    """What all audits of one command have in common."""

    finder: Finder
    choice: TargetChoice
    ignored: Ignored
    at_start: bool
    """Whether only failures at installation or import count."""
    lasting: bool
    """Whether failures count, too, that every newer release has."""
    style: str
    output: Path | None


def audit_locks(
    locks: Sequence[str], python: Path | None, settings: Settings, baseline: Path | None, *, fix: bool
) -> int:
    """Audit locks one by one, or what is installed, and print the report; return the exit status."""
    if python is not None:
        environments = [installed_for(python)]
    elif locks:
        environments = [environment_of(lock, settings.choice) for lock in locks]
    else:
        environments = [default_environment(Path(), settings.choice)]
    reports = [_audited(each, settings) for each in environments]
    for report in reports:
        _say(report)
    _warn_of_unused(reports, settings.ignored)
    if baseline is not None:
        ids = [each.id for report in reports for each in (*report.exposures, *report.ignored)]
        write_baseline(baseline, ids)
        echo(f"{baseline}: {_counted(len(set(ids)))} written", err=True)
        return CLEAN
    if fix:
        _print(_changes(reports, settings), settings.output)
    else:
        _print(AUDIT_FORMATS[settings.style].text(reports), settings.output)
    return FINDINGS if any(report.exposures for report in reports) else CLEAN


def compare_locks(old: str, new: str, settings: Settings) -> int:
    """Print what the update from one lock to another brings in and ends; return the exit status."""
    reports = [_audited(environment_of(each, settings.choice), settings) for each in (old, new)]
    comparison = compare(*reports)
    if settings.style == "json":
        text = json_text(comparison_data(comparison)) + "\n"
    elif settings.style == "markdown":
        text = comparison_text(comparison)
    else:
        text = _comparison_lines(comparison)
    _print(text, settings.output)
    return FINDINGS if comparison.brings else CLEAN


def _audited(environment: AuditedEnvironment, settings: Settings) -> AuditReport:
    report = audit(settings.finder, environment, settings.ignored, lasting=settings.lasting)
    if settings.at_start:
        report = replace(report, exposures=tuple(each for each in report.exposures if each.at_start))
    return report


def _print(text: str, output: Path | None) -> None:
    if output is not None:
        atomic_write(output, text.encode())
    elif text:
        echo_lines(text)


def _say(report: AuditReport) -> None:
    """Print what was audited, and about what nothing can be said."""
    audited, number = report.audited, len(report.exposures)
    ignored = f", {len(report.ignored)} ignored" if report.ignored else ""
    packages = "1 package" if audited.size == 1 else f"{audited.size:,} packages"
    where = _in_words(audited.targets)
    echo(f"{audited.source} ({audited.kind}): {packages}, {where}: {_counted(number)}{ignored}", err=True)
    if report.lasting:
        cards = "1 card" if report.lasting == 1 else f"{report.lasting} cards"
        echo(
            f"{audited.source}: {cards} about what every newer release has; --lasting lists them",
            err=True,
        )
    if audited.without_release:
        names = ", ".join(audited.without_release[:MAX_NAMES])
        more = len(audited.without_release) - MAX_NAMES
        echo(
            f"{audited.source}: left out, without an exact release: {names}{f' and {more} more' if more > 0 else ''}",
            err=True,
        )


def _in_words(targets: Sequence[Target]) -> str:
    """Return the interpreters and platforms of an environment: `Python 3.9 to 3.14 on linux and macos`."""
    pythons = list(dict.fromkeys(target.python for target in targets))
    platforms = list(dict.fromkeys(target.platform for target in targets))
    if not pythons:
        return "no Python that fixcards knows"
    span = pythons[0] if len(pythons) == 1 else f"{pythons[0]} to {pythons[-1]}"
    return f"Python {span} on {', '.join(platforms)}"


def _counted(number: int) -> str:
    return f"{number or 'no'} known failure{'' if number == 1 else 's'}"


def _warn_of_unused(reports: Sequence[AuditReport], ignored: Ignored) -> None:
    used = {each.id for report in reports for each in report.ignored}
    for name in sorted(ignored.names - used):
        echo(f"fixcards: {name} is to be ignored, but nothing here is in for it", err=True)


def _changes(reports: Sequence[AuditReport], settings: Settings) -> str:
    """Return the changes of locks as requirements with comments, or as JSON."""
    from fixcards.audit.lock_change import lock_changes  # not above: only --fix asks the resolver
    from fixcards.audit.resolver import Resolver

    resolver = Resolver.installed()
    changes: list[LockChange] = []
    for report in reports:
        folder = Path(report.audited.path).parent if report.audited.path else Path()
        for change in lock_changes(report, settings.finder, resolver, folder):
            changes.append(change)
            echo(f"checked {len(changes)} of {sum(len(each.exposures) for each in reports)}", err=True)
    if settings.style == "json":
        return json_text(audits_data(reports, changes)) + "\n"
    return "".join(f"{visible(line)}\n" for change in changes for line in _requirement_lines(change))


def _requirement_lines(change: LockChange) -> list[str]:
    head = f"# {change.exposure.id}: {change.exposure.match.entry.title}"
    if not change.checked:
        return [head, f"# {change.reason}", *(f"# {each}" for each in change.requirements)]
    if not change.requirements:
        return [head, "# avoided by the changes above"]
    return [head, f"# {'; '.join(map(str, change.changes))} (uv resolves it, {change.target})", *change.requirements]


def _comparison_lines(comparison: AuditComparison) -> str:
    parts = []
    for heading, exposures, report in (
        ("Brought in by the update", comparison.brings, comparison.new),
        ("Ended by the update", comparison.ends, comparison.old),
        ("As before", comparison.stays, comparison.new),
    ):
        if exposures:
            parts.append(f"{heading}:\n")
            parts += ["".join(f"{line}\n" for line in exposure_lines(each, report)) for each in exposures]
    number = len(comparison.changes)
    changed = "1 package changes" if number == 1 else f"{number or 'no'} packages change"
    parts.append(
        f"{changed}; the update brings in {_counted(len(comparison.brings))} "
        f"and ends {len(comparison.ends) or 'none'}\n"
    )
    return "\n".join(parts)
