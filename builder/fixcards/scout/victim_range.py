"""Which releases of the victim fail with the culprit's change, and which is the first that doesn't."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from packaging.version import Version

from fixcards.scout.finding import PYTHON, Culprit
from fixcards.scout.replay import Replay
from fixcards.verify.bisect import FAILING, ReleaseSearch, State
from fixcards.verify.package_index import ReleaseInfo

MAX_RUNS = 10
"""Runs for a range: its upper end, where the fix is, comes first."""


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
    it is fixed for him. One that fails on the older interpreter, too, tells nothing about a change of Python.
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
    for _ in range(MAX_RUNS):
        release = halving.next_release(states)
        if release is None:
            break
        states[release.version] = run.state(release)
    return _range(releases, states, broken.release)


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
        replay, culprit = self._replay, self._culprit
        own = f"{replay.broken.package}=={release.version}"
        if culprit.package == PYTHON:
            state, _ = replay.run(replay.requiring(own))
            # Another release may fail with the same message for a reason of its own, and then does so everywhere.
            return "not-testable" if state in FAILING and not replay.passes(replay.on_control(own)) else state
        # A later release of the culprit may have taken a part of the change back.
        for bound in ("==", ">="):
            state, side = replay.run(
                replay.requiring(own, *replay.held, f"{culprit.package}{bound}{culprit.first_bad}")
            )
            if state != "not-testable" or side.packages:
                return state
        return replay.run(replay.requiring(own, *replay.held))[0]
