"""The result of a bisection, for the terminal and as data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fixcards.verify.bisect import FAILING, State, Stretch
from fixcards.verify.bisect_result import BisectResult, TestedRelease, failure_of
from fixcards.verify.package_index import ReleaseInfo
from fixcards.verify.script_runner import repeat_command

STATE_WORDS: dict[State, str] = {
    "fails": "fails as described",
    "reworded": "fails in other words",
    "differs": "fails otherwise",
    "passes": "passes",
    "not-testable": "could not run",
}
_MAX_SET_ASIDE = 8
"""Releases of one reason that are named; the others are counted."""


def report_lines(result: BisectResult, script_path: str) -> Iterator[str]:
    """Yield the lines of the report: the answer, the stretches, the runs with their commands, what was set aside."""
    yield from _answer(result)
    yield ""
    yield "releases"
    rows: list[tuple[str, ...]] = []
    rows += [(_range(each), STATE_WORDS[each.state], _evidence(each)) for each in result.stretches]
    yield from _table(rows)
    yield from _details(result)
    yield ""
    yield "runs, each with a command that repeats it (outside of the sandbox)"
    rows.clear()
    for each in sorted(result.tested, key=lambda each: each.release.parsed):
        if each.state == "not-testable":
            continue
        words = STATE_WORDS[each.state] + (" (yanked)" if each.release.yanked else "")
        rows.append(
            (
                each.release.version,
                words,
                f"{each.run.seconds:.1f} s",
                repeat_command(result.script, each.run, script_path),
            )
        )
    yield from _table(rows)


def _answer(result: BisectResult) -> Iterator[str]:
    package = result.script.package
    signature = result.signature
    last, passing = result.last_failing, result.first_passing
    if last is None or signature is None:
        described = " as described" if signature is not None else ""
        yield f"{package}: no release failed{described} in {result.executions} runs"
        return
    rows = [("failure", signature.error)]
    end = _named(last) + ("" if result.is_settled else ", as far as it was run")
    rows.append(("last that fails", end))
    rows.append(("first that passes", _named(passing) if passing else "none: every later release fails, too"))
    first, before = result.first_failing, result.last_passing
    if first is not None:
        rows.append(("first that fails", _named(first)))
    if before is not None:
        rows.append(("last before that passes", _named(before)))
    rows.append(("affected", " or ".join(result.affected)))
    yield from _table([(f"{name}:", text) for name, text in rows], indent="")


def _details(result: BisectResult) -> Iterator[str]:
    """Yield what a reader has to know beside the states."""
    for alias in result.aliases:
        yield f"other words of the same failure (an alias?): {alias.error} ({', '.join(alias.releases)})"
    for point in result.turning_points:
        between = f"between {point.below.version} and {point.above.version}"
        if point.untested and not FAILING.isdisjoint({point.before, point.after}):
            count = len(point.untested)
            yield f"{between}, {count} release{'s were' if count > 1 else ' was'} not run: --max-runs was reached"
        if point.not_testable:
            yield f"{between}, could not run: {', '.join(point.not_testable)}"
    in_order = sorted(result.tested, key=lambda each: each.release.parsed)
    otherwise = {each.release.version: failure_of(each.run).error for each in in_order if each.state == "differs"}
    could_not = {each.release.version: each.run.reason or "" for each in in_order if each.state == "not-testable"}
    yield from _grouped("fails otherwise", otherwise, result.script.package)
    yield from result.notes
    yield from _grouped("could not run", could_not, result.script.package)
    yield from _grouped("set aside", result.set_aside, result.script.package)


def as_data(result: BisectResult, script_path: str) -> dict[str, Any]:
    """Return the result as plain data, for `--json`."""
    signature = result.signature
    return {
        "package": result.script.package,
        "settled": result.is_settled,
        "last_failing": _version(result.last_failing),
        "first_passing": _version(result.first_passing),
        "first_failing": _version(result.first_failing),
        "last_passing": _version(result.last_passing),
        "affected": list(result.affected),
        "signature": signature
        and {"error": signature.error, "exception": signature.exception, "frames": list(signature.frames)},
        "aliases": [{"error": alias.error, "releases": list(alias.releases)} for alias in result.aliases],
        "stretches": [
            {
                "state": each.state,
                "first": each.first.version,
                "last": each.last.version,
                "runs": each.runs,
                "releases": each.releases,
            }
            for each in result.stretches
        ],
        "runs": [_run_data(result, each, script_path) for each in result.tested],
        "set_aside": result.set_aside,
        "notes": list(result.notes),
        "executions": result.executions,
        "max_runs": result.max_runs,
        "seconds": result.seconds,
    }


def _run_data(result: BisectResult, tested: TestedRelease, script_path: str) -> dict[str, Any]:
    run = tested.run
    return {
        "release": tested.release.version,
        "state": tested.state,
        "error": failure_of(run).error if run.failed else None,
        "reason": run.reason,
        "python": run.python,
        "exclude_newer": str(run.exclude_newer) if run.exclude_newer else None,
        "packages": run.packages,
        "exit": run.exit,
        "seconds": run.seconds,
        "stored": run.stored,
        "yanked": tested.release.yanked,
        "prerelease": tested.release.parsed.is_prerelease,
        "command": repeat_command(result.script, run, script_path),
    }


def _version(release: ReleaseInfo | None) -> str | None:
    return release.version if release is not None else None


def _named(release: ReleaseInfo) -> str:
    """Return a release with its day and what is unusual about it."""
    notes = [str(release.uploaded)] if release.uploaded else []
    notes += ["yanked"] if release.yanked else []
    notes += ["pre-release"] if release.parsed.is_prerelease else []
    return release.version + (f" ({', '.join(notes)})" if notes else "")


def _range(stretch: Stretch) -> str:
    first, last = stretch.first.version, stretch.last.version
    return first if first == last else f"{first} to {last}"


def _evidence(stretch: Stretch) -> str:
    inferred = stretch.releases - stretch.runs
    return f"{stretch.runs} run" + (f", {inferred} between them inferred" if inferred else "")


def _grouped(title: str, reasons: dict[str, str], package: str) -> Iterator[str]:
    """Yield a line for each reason, with the releases that it holds for."""
    groups: dict[str, list[str]] = {}
    for version, reason in reasons.items():
        text = reason.replace(f"{package}=={version}", package)
        groups.setdefault(text, []).append(version)
    for reason, versions in groups.items():
        names = ", ".join(versions[:_MAX_SET_ASIDE])
        more = f" and {len(versions) - _MAX_SET_ASIDE} more" if len(versions) > _MAX_SET_ASIDE else ""
        yield f"{title}: {names}{more}: {reason}"


def _table(rows: list[tuple[str, ...]], indent: str = "  ") -> Iterator[str]:
    """Yield rows with their columns below each other."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        yield indent + "  ".join(cells).rstrip()
