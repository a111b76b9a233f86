"""The state of every release that the index offers, by running as many as are needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise

from fixcards.records.evidence import ReleaseResult, ReleaseState
from fixcards.verify.bisect import ReleaseSearch, State
from fixcards.verify.package_index import ReleaseInfo, ReleaseList
from fixcards.verify.plan import MAX_SWEEP_RUNS, in_sweep

RunRelease = Callable[[str], tuple[State, str | None]]
"""Runs one release: whether it fails, passes or isn't testable, and the reason for the last."""


def sweep(releases: ReleaseList, near: str | None, run_release: RunRelease) -> Iterator[ReleaseResult]:
    """Yield the state of every release, oldest version first.

    The search runs what it takes to settle the turning points, beginning at the release `near`, and one release of each
    line that was developed beside a change. A line in which the state changes twice is run in full. What lies between
    two equal neighbours that were run is inferred, but never for pre-releases. After `MAX_SWEEP_RUNS` runs the rest
    stays unknown.
    """
    swept = in_sweep(releases)
    start = releases.get(near) if near else None
    search = ReleaseSearch(swept, start.version if start else None, thorough=True)
    states: dict[str, State] = {}
    reasons: dict[str, str | None] = {}

    def run(release: ReleaseInfo) -> None:
        if len(states) < MAX_SWEEP_RUNS and release.version not in states:
            states[release.version], reasons[release.version] = run_release(release.version)

    while len(states) < MAX_SWEEP_RUNS and (release := search.next_release(states)) is not None:
        run(release)
    for line in _lines(swept):
        if _changes_twice([states[release.version] for release in line if release.version in states]):
            for release in line:
                run(release)
    inferred = dict(_inferred(swept, states))
    for release in swept:
        version = release.version
        yield ReleaseResult(
            version=version,
            state=inferred.get(version) or _result_state(states.get(version)),
            reason=reasons.get(version),
            uploaded=release.uploaded,
            yanked=release.yanked,
        )


def _result_state(state: State | None) -> ReleaseState:
    if state is None:
        return "unknown"
    if state == "fails" or state == "passes":
        return state
    return "not-testable"


def _lines(releases: Sequence[ReleaseInfo]) -> list[list[ReleaseInfo]]:
    """Return the releases of each major.minor line."""
    lines: dict[tuple[int, int], list[ReleaseInfo]] = {}
    for release in releases:
        lines.setdefault(release.line, []).append(release)
    return list(lines.values())


def _changes_twice(states: Sequence[State]) -> bool:
    results = [state for state in states if state in {"fails", "passes"}]
    return sum(before != after for before, after in pairwise(results)) > 1


def _inferred(swept: Sequence[ReleaseInfo], states: Mapping[str, State]) -> Iterator[tuple[str, ReleaseState]]:
    """Yield the releases between two that were run and have the same state, with that state as inferred."""
    tested = [position for position, release in enumerate(swept) if release.version in states]
    for low, high in pairwise(tested):
        state = states[swept[low].version]
        if state != states[swept[high].version] or state not in {"fails", "passes"}:
            continue
        for release in swept[low + 1 : high]:
            if not release.parsed.is_prerelease:
                yield release.version, "inferred-fails" if state == "fails" else "inferred-passes"
