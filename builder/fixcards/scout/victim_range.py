"""Which releases of the victim fail with the culprit's change, and which is the first that doesn't."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from packaging.version import Version

from fixcards.scout.finding import PYTHON, Culprit
from fixcards.scout.replay import Replay
from fixcards.verify.bisect import FAILING, ReleaseSearch, State, usual_runs
from fixcards.verify.package_index import ReleaseInfo


@dataclass(frozen=True, slots=True)
class VictimRange:
    """The ends of the releases of the victim that fail."""

    lowest: str
    highest: str
    fixed: ReleaseInfo | None
    """The first release above `highest` that passes; None where none does."""


def victim_range(replay: Replay, culprit: Culprit) -> VictimRange:
    """Return the range of the victim's releases, as far as the runs tell. Each is run with the culprit's change.

    One that refuses the change is run as it installs by itself: a reader who upgrades gets that, and where it passes,
    it is fixed for him. One that fails without the change, too, fails otherwise: it may print the same for a reason of
    its own.
    """
    broken = replay.broken
    if culprit.package == broken.package:
        return VictimRange(culprit.first_bad, broken.release, None)
    offered = replay.runner.index.releases(broken.package).releases
    releases = replay.usable(offered)
    if all(each.version != broken.release for each in releases):
        return VictimRange(broken.release, broken.release, None)
    run = _Run(replay, culprit)
    states: dict[str, State] = {broken.release: "fails"}
    halving = ReleaseSearch(releases, broken.release)
    for _ in range(2 * usual_runs(len(releases))):  # it has two ends
        release = halving.next_release(states)
        if release is None or _is_settled(releases, states, broken.release):
            break
        states[release.version] = run.state(release)
    return _range(releases, states, broken.release)


def _is_settled(releases: Sequence[ReleaseInfo], states: dict[str, State], probed: str) -> bool:
    """Return whether nothing is left to run between the ends of the range and the releases that don't fail."""
    order, ends = [each.version for each in releases], _range(releases, states, probed)
    low, high = order.index(ends.lowest), order.index(ends.highest)
    others = [n for n, each in enumerate(order) if states.get(each, "not-testable") not in {*FAILING, "not-testable"}]
    below = max((each for each in others if each < low), default=0)
    above = min((each for each in others if each > high), default=len(order))
    return all(each in states for each in (*order[below:low], *order[high:above]))


def _range(releases: Sequence[ReleaseInfo], states: dict[str, State], probed: str) -> VictimRange:
    tested = [each for each in releases if states.get(each.version, "not-testable") != "not-testable"]
    failing = [each for each in tested if states[each.version] in FAILING]
    highest = failing[-1]
    fixed = next((each for each in tested if each.parsed > highest.parsed and states[each.version] == "passes"), None)
    lowest = next(each for each in tested if each.version == probed)
    for each in reversed([each for each in tested if each.parsed <= Version(probed)]):
        if states[each.version] not in FAILING:
            break
        lowest = each
    return VictimRange(lowest.version, highest.version, fixed)


class _Run:
    def __init__(self, replay: Replay, culprit: Culprit) -> None:
        self._replay, self._culprit = replay, culprit

    def state(self, release: ReleaseInfo) -> State:
        """Return the state of a release of the victim."""
        own = f"{self._replay.broken.package}=={release.version}"
        state = self._changed(own)
        if state not in FAILING:
            return state
        ends: dict[State, State] = {"passes": state, "not-testable": "not-testable"}
        return ends.get(self._before(own), "differs")

    def _changed(self, own: str) -> State:
        """Return how it ends with the culprit's change."""
        replay, culprit = self._replay, self._culprit
        if culprit.package == PYTHON:  # a later interpreter breaks more
            return replay.run(replay.on_python(culprit.first_bad, own))[0]
        # A later release of the culprit may have taken a part of the change back.
        for bound in ("==", ">="):
            state, side = replay.run(
                replay.requiring(own, *replay.held, f"{culprit.package}{bound}{culprit.first_bad}")
            )
            if state != "not-testable" or side.packages:
                return state
        return replay.run(replay.requiring(own, *replay.held))[0]

    def _before(self, own: str) -> State:
        """Return how it ends without the change; as if it passed where a build or a resolution has no such release."""
        replay, culprit = self._replay, self._culprit
        if culprit.last_good is None:
            return "passes"
        if culprit.package == PYTHON:
            return replay.run(replay.on_python(culprit.last_good, own))[0]
        if replay.broken.step in {"build", "resolve"}:
            return "passes"
        return replay.run(replay.requiring(own, *replay.held, f"{culprit.package}=={culprit.last_good}"))[0]
