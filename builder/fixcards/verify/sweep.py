"""The state of every release that the index offers, by running all of them or as many as are needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from fixcards.records.evidence import ReleaseResult, ReleaseState
from fixcards.verify.package_index import ReleaseInfo, ReleaseList
from fixcards.verify.plan import MAX_SWEEP_RUNS, in_sweep, is_heavy, lines_of

RunRelease = Callable[[str], tuple[ReleaseState, str | None]]
"""Runs one release: its state, and the reason where it isn't testable."""


def sweep(releases: ReleaseList, near: str | None, run_release: RunRelease) -> Iterator[ReleaseResult]:
    """Yield the state of every release, oldest version first.

    Light packages are run release by release. Heavy ones are bisected inside each major.minor line, both ends of which
    are run; what lies between two equal neighbours is inferred, never across lines and never for pre-releases. Lines
    are taken by their distance from the release `near`, and after `MAX_SWEEP_RUNS` runs the rest stays unknown.
    """
    swept = in_sweep(releases)
    budget = _Budget(run_release)
    heavy = is_heavy(swept)
    for line in lines_of(swept, near):
        if heavy:
            _bisect(line, budget)
        else:
            for release in line:
                budget.run(release)
    for line in lines_of(swept, near):
        _infer(line, budget)
    for release in swept:
        state, reason = budget.states.get(release.version, ("unknown", None))
        yield ReleaseResult(
            version=release.version, state=state, reason=reason, uploaded=release.uploaded, yanked=release.yanked
        )


class _Budget:
    """Runs releases, each once, until `MAX_SWEEP_RUNS` is reached."""

    def __init__(self, run_release: RunRelease) -> None:
        self.states: dict[str, tuple[ReleaseState, str | None]] = {}
        self._run_release = run_release
        self._left = MAX_SWEEP_RUNS

    def run(self, release: ReleaseInfo) -> ReleaseState:
        if release.version not in self.states and self._left > 0:
            self._left -= 1
            self.states[release.version] = self._run_release(release.version)
        return self.states.get(release.version, ("unknown", None))[0]


def _bisect(line: Sequence[ReleaseInfo], budget: _Budget) -> None:
    """Run both ends of a line and halve what lies between different ones, until they are neighbours.

    Between two that can't be tested only the middle of the whole line is tried.
    """
    whole = (0, len(line) - 1)
    parts = [whole]
    while parts:
        low, high = parts.pop()
        first, last = budget.run(line[low]), budget.run(line[high])
        if high - low < 2 or (first == last and (first != "not-testable" or (low, high) != whole)):
            continue
        middle = (low + high) // 2
        budget.run(line[middle])
        parts += [(low, middle), (middle, high)]
    if _not_monotone([budget.states[release.version][0] for release in line if release.version in budget.states]):
        for release in line:  # what lies between equal ends can't be trusted here
            budget.run(release)


def _not_monotone(states: Sequence[ReleaseState]) -> bool:
    """Return whether the state changes more than once in a line."""
    results = [state for state in states if state in {"fails", "passes"}]
    return sum(before != after for before, after in pairwise(results)) > 1


def _infer(line: Sequence[ReleaseInfo], budget: _Budget) -> None:
    """Infer the state of releases between two tested ones of the same state."""
    tested = [
        (position, budget.states[release.version][0])
        for position, release in enumerate(line)
        if release.version in budget.states
    ]
    for (low, first), (high, last) in pairwise(tested):
        if first != last or first not in {"fails", "passes"}:
            continue
        inferred: ReleaseState = "inferred-fails" if first == "fails" else "inferred-passes"
        for release in line[low + 1 : high]:
            if not release.parsed.is_prerelease:
                budget.states[release.version] = (inferred, None)
