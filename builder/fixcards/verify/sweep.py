"""Trying every release that the index offers, or as many as are needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from fixcards.records.evidence import ReleaseResult, ReleaseState
from fixcards.verify.package_index import ReleaseInfo, ReleaseList
from fixcards.verify.plan import MAX_SWEEP_RUNS, in_sweep, is_heavy, lines_of

RunRelease = Callable[[str], tuple[ReleaseState, str | None]]
"""Runs one release: its state, and the reason where it isn't testable."""


def sweep(listing: ReleaseList, near: str | None, attempt: RunRelease) -> Iterator[ReleaseResult]:
    """Yield the state of every release, oldest version first.

    Light packages are run release by release. Heavy ones are bisected inside each major.minor line, both ends of which
    are run; what lies between two equal neighbours is inferred, never across lines and never for pre-releases. Lines
    are taken by their distance from the release `near`, and after `SWEEP_CAP` runs the rest stays unknown.
    """
    offers = in_sweep(listing)
    budget = _Budget(attempt)
    heavy = is_heavy(offers)
    for line in lines_of(offers, near):
        if heavy:
            _bisect(line, budget)
        else:
            for offer in line:
                budget.run(offer)
    for line in lines_of(offers, near):
        _infer(line, budget)
    for offer in offers:
        state, reason = budget.found.get(offer.version, ("unknown", None))
        yield ReleaseResult(
            version=offer.version, state=state, reason=reason, uploaded=offer.uploaded, yanked=offer.yanked
        )


class _Budget:
    """Runs releases, each once, until the cap is reached."""

    def __init__(self, attempt: RunRelease) -> None:
        self.found: dict[str, tuple[ReleaseState, str | None]] = {}
        self._attempt = attempt
        self._left = MAX_SWEEP_RUNS

    def run(self, offer: ReleaseInfo) -> ReleaseState:
        if offer.version not in self.found and self._left > 0:
            self._left -= 1
            self.found[offer.version] = self._attempt(offer.version)
        return self.found.get(offer.version, ("unknown", None))[0]


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
    if _not_monotone([budget.found[offer.version][0] for offer in line if offer.version in budget.found]):
        for offer in line:  # what lies between equal ends can't be trusted here
            budget.run(offer)


def _not_monotone(states: Sequence[ReleaseState]) -> bool:
    """Return whether a line changes its mind more than once."""
    results = [state for state in states if state in {"fails", "passes"}]
    return sum(before != after for before, after in pairwise(results)) > 1


def _infer(line: Sequence[ReleaseInfo], budget: _Budget) -> None:
    """Enter what lies between two tested releases of the same state."""
    tested = [(at, budget.found[offer.version][0]) for at, offer in enumerate(line) if offer.version in budget.found]
    for (low, first), (high, last) in pairwise(tested):
        if first != last or first not in {"fails", "passes"}:
            continue
        inferred: ReleaseState = "inferred-fails" if first == "fails" else "inferred-passes"
        for offer in line[low + 1 : high]:
            if not offer.parsed.is_prerelease:
                budget.found[offer.version] = (inferred, None)
