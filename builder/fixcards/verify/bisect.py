"""The search for the releases at which a failure begins and ends, with few runs. It executes nothing.

`ReleaseSearch` looks at the states that are there and names the release to run next. All that it knows is in those
states, so a search that was interrupted goes on where it stopped, and a state may be corrected between two runs.

It starts at the newest release and goes back until a release fails: the failure nearest to today is the one that a
reader has. Then it halves what lies between a release that fails and one that does not. Halving alone is right only
where the state changes once. A change that was also made in an older line, as security fixes are, breaks that: urllib3
1.26.18 has a fix that 2.0.0 to 2.0.6 lack. The days of upload give such lines away: a release with a higher version
that is older than the fix may lack it, and one with a lower version that is younger may have it. One run for each such
line tells.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from fixcards.verify.package_index import ReleaseInfo

State = Literal["fails", "reworded", "differs", "passes", "not-testable"]
"""As described; the same failure in other words; in another way; not at all; nothing could be run."""
FAILING: frozenset[State] = frozenset({"fails", "reworded"})

USUAL_RUNS = 12
"""Runs that settle one turning point among 200 releases, wherever it is."""
_SPARE_RUNS = 4
_FIRST_STEP = 1 / 8
"""Part of the releases that the first step back from the newest one passes over; each further step is twice as long."""
_WIDE_GAP = 1 / 4
"""Part of the releases above which a gap between two equal ones isn't inferred without a run in its middle."""
_FEW_MAJORS = 3
_NARROWER_GAP = 1 / 8
_MAX_LINES = 2
"""Lines on each side of a turning point that are checked for a change that was made there, too."""


def usual_runs(count: int) -> int:
    """Return the runs after which a search among `count` releases stops."""
    return max(USUAL_RUNS, math.ceil(math.log2(max(count, 1))) + _SPARE_RUNS)


@dataclass(frozen=True, slots=True)
class TurningPoint:
    """Two releases in different states, and nothing between them that was run."""

    below: ReleaseInfo
    above: ReleaseInfo
    before: State
    after: State
    untested: tuple[str, ...] = ()
    """Releases between them that weren't run: the turning point isn't settled yet."""
    not_testable: tuple[str, ...] = ()
    """Releases between them that can't be run."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Neighbouring releases of one state, ends included. Those that weren't run are inferred from the others."""

    state: State
    first: ReleaseInfo
    last: ReleaseInfo
    runs: int
    releases: int


class ReleaseSearch:
    """The search among `releases`, lowest version first, which begins at the version `start` where there is one.

    A `thorough` one looks at every line that was developed beside a change, leaves narrower gaps to be inferred, and
    looks for the lowest release that can be run.
    """

    def __init__(self, releases: Sequence[ReleaseInfo], start: str | None = None, *, thorough: bool = False) -> None:
        self.releases = releases
        self.thorough = thorough
        self.max_lines = len(releases) if thorough else _MAX_LINES
        self.wide_gap = max(round(len(releases) * (_NARROWER_GAP if thorough else _WIDE_GAP)), 2)
        self.start = next((n for n, each in enumerate(releases) if each.version == start), None)
        """Position of the release to begin at."""
        parsed = [release.parsed for release in releases]
        self.lines = [(version.major, version.minor) for version in parsed]
        self.is_prerelease = [version.is_prerelease for version in parsed]
        finals = [n for n, each in enumerate(releases) if not each.yanked and not self.is_prerelease[n]]
        self.newest = finals[-1] if finals else len(releases) - 1
        """Position of the highest final release that isn't yanked."""

    def next_release(self, states: Mapping[str, State]) -> ReleaseInfo | None:
        """Return the release to run next, None where no further run is needed. `states` has those that were run."""
        position = next(_Rules(self, states).positions(), None)
        return None if position is None else self.releases[position]

    def turning_points(self, states: Mapping[str, State]) -> list[TurningPoint]:
        """Return the turning points, lowest version first."""
        rules = _Rules(self, states)
        points = []
        for low, high in pairwise(rules.tested):
            below, above = self.releases[low], self.releases[high]
            before, after = states[below.version], states[above.version]
            if before != after:
                between = self.releases[low + 1 : high]
                untested = tuple(each.version for each in between if each.version not in states)
                not_testable = tuple(each.version for each in between if each.version in states)
                points.append(TurningPoint(below, above, before, after, untested, not_testable))
        return points

    def stretches(self, states: Mapping[str, State]) -> list[Stretch]:
        """Return the stretches between turning points, lowest version first."""
        stretches: list[Stretch] = []
        tested = _Rules(self, states).tested
        first = 0
        for number, position in enumerate(tested):
            state = states[self.releases[position].version]
            following = tested[number + 1] if number + 1 < len(tested) else None
            if following is None or states[self.releases[following].version] != state:
                start = tested[first]
                last = self.releases[position]
                runs, count = number - first + 1, position - start + 1
                stretches.append(Stretch(state, self.releases[start], last, runs, count))
                first = number + 1
        return stretches

    def is_settled(self, states: Mapping[str, State]) -> bool:
        """Return whether the last release that fails and the first one after it that passes are certain."""
        failing = any(state in FAILING for state in states.values())
        return failing and next(_Rules(self, states).upper_end(), None) is None


def search(search: ReleaseSearch, run: Callable[[ReleaseInfo], State], max_runs: int | None = None) -> dict[str, State]:
    """Run releases until nothing is open, or `max_runs` have been run; return their states.

    What can't be run is no run, but at most as many of those are tried.
    """
    limit = max_runs if max_runs is not None else usual_runs(len(search.releases))
    states: dict[str, State] = {}
    while (release := search.next_release(states)) is not None:
        failed = sum(state == "not-testable" for state in states.values())
        if len(states) - failed >= limit or failed >= limit:
            break
        states[release.version] = run(release)
    return states


class _Rules:
    """The rules of one decision: what is worth a run, most important first. Releases are named by their position."""

    def __init__(self, search: ReleaseSearch, states: Mapping[str, State]) -> None:
        self.releases = search.releases
        self.count = len(search.releases)
        self._search = search
        self._state: dict[int, State] = {
            position: states[release.version]
            for position, release in enumerate(search.releases)
            if release.version in states
        }
        self.tested = [position for position, state in self._state.items() if state != "not-testable"]
        self._failing = [position for position in self.tested if self._state[position] in FAILING]

    def positions(self) -> Iterator[int]:
        """Yield positions that are worth a run, in the order of what they tell."""
        yield from self._ends()
        if not self._failing:
            yield from self._any_failure()
            return
        yield from self.upper_end()
        yield from self._lower_end()
        yield from self._oldest()
        yield from self._other_changes()
        yield from self._wide_gaps()
        yield from self._majors()
        if self._search.thorough:
            lowest = self.tested[0]
            yield from self._middle(max((each for each in self._state if each < lowest), default=-1), lowest)

    def _ends(self) -> Iterator[int]:
        """The release that the search begins at, and the newest one."""
        newest = self._search.newest
        if self._search.start is not None and self._open(self._search.start):
            yield self._search.start
        position, step = newest, 1
        while position >= 0 and (not self.tested or position > self.tested[-1]):
            if self._open(position):
                yield position
            position -= step
            step *= 2

    def _any_failure(self) -> Iterator[int]:
        """Steps back from the newest release, each twice as long, then the middle of the largest gaps."""
        top = self.tested[-1] if self.tested else self.count - 1
        part = _FIRST_STEP
        while part <= 1:
            goal = round(top * (1 - part))
            nearest = self._nearest(goal)
            if nearest is not None and not any(each <= goal for each in self.tested[:-1]):
                yield nearest
            part *= 2
        marks = [-1, *self.tested, self.count]
        gaps = sorted(pairwise(marks), key=lambda gap: gap[0] - gap[1])
        for gap in gaps:
            yield from self._middle(*gap)

    def upper_end(self) -> Iterator[int]:
        """Between the last release that fails and the next one that passes, with other failures in between."""
        top = self._failing[-1]
        above = [position for position in self.tested if position > top]
        if not above:
            yield from (each for each in range(self.count - 1, top, -1) if each not in self._state)
            return
        yield from self._middle(top, above[0])
        passing = next((each for each in above if self._state[each] == "passes"), None)
        if passing is not None and passing != above[0]:
            yield from self._middle(max(each for each in above if each < passing), passing)
        if passing is not None:
            yield from self._other_lines(top, above[0])

    def _lower_end(self) -> Iterator[int]:
        """From the last release that fails back to where the failure began.

        Where the newest release fails, in steps that become longer: what an interface lacks now it often lacked before
        it had it, so that the oldest release fails, too.
        """
        top = low = self._failing[-1]
        for position in reversed(self.tested):
            if position < low and self._state[position] not in FAILING:
                yield from self._middle(position, low)
                if self._state[position] == "passes":
                    yield from self._other_lines(position, low)
                return
            low = min(low, position)
        if top == self.tested[-1]:
            nearest = self._nearest(top - max(2 * (top - low), round(self.count * _FIRST_STEP), 1), below=low)
            if nearest is not None and nearest > 0:
                yield nearest
        yield from self._oldest()

    def _oldest(self) -> Iterator[int]:
        """The oldest release, or the next one that can be run, in steps that become longer."""
        position, step = 0, 1
        while position < self.tested[0]:
            if self._open(position):
                yield position
            position += step
            step *= 2

    def _other_changes(self) -> Iterator[int]:
        """The turning points further down, and those at which the words change."""
        pairs = list(pairwise(self.tested))[::-1]
        changes = [(low, high) for low, high in pairs if self._state[low] != self._state[high]]
        for low, high in changes:
            if (self._state[low] in FAILING) != (self._state[high] in FAILING):
                yield from self._on_the_day(low, high)
                yield from self._middle(low, high)
        for low, high in changes:
            if {self._state[low], self._state[high]} == {"passes", "fails"} and not self._untested(low, high):
                yield from self._other_lines(low, high)
        for low, high in changes:
            if self._state[low] in FAILING and self._state[high] in FAILING:
                yield from self._middle(low, high)

    def _wide_gaps(self) -> Iterator[int]:
        """The middle of gaps so wide that the failure may have come and gone in them."""
        for low, high in list(pairwise(self.tested))[::-1]:
            hidden = {self._state[low], self._state[high]} != {"differs"}
            if hidden and high - low > self._search.wide_gap:
                yield from self._middle(low, high)

    def _majors(self) -> Iterator[int]:
        """The first release of each major version without a run, newest first, where there are few of those."""
        majors = [major for major, _ in self._search.lines]
        without = sorted(set(majors) - {majors[position] for position in self._state}, reverse=True)
        if len(without) <= _FEW_MAJORS:
            yield from (majors.index(major) for major in without)

    def _other_lines(self, below: int, above: int) -> Iterator[int]:
        """One release of each line in which the change between two neighbours may have come at another place.

        A line is suspected if it was developed beside the line of the change: it has releases with a higher version
        that are older than the change, or with a lower version that are younger.
        """
        day, lines = self.releases[above].uploaded, self._search.lines
        if self._untested(below, above) or (day is None and lines[below] != lines[above]):
            return
        suspected: dict[tuple[int, int], list[int]] = {}
        for position, release in enumerate(self.releases):
            older = day is None or (release.uploaded is not None and release.uploaded < day)
            if (older if position > above else not older or day is None) and not self._search.is_prerelease[position]:
                suspected.setdefault(lines[position], []).append(position)
        suspected.pop(lines[below], None)
        suspected.pop(lines[above], None)
        limit = self._search.max_lines if day is not None or self._search.thorough else 1
        # Without days, the first release of a higher line is the likeliest to lack a fix.
        end = -1 if day is not None else 0
        higher = [positions[end] for positions in suspected.values() if positions[0] > above][:limit]
        lower = [positions[-1] for positions in suspected.values() if positions[-1] < below][::-1][:limit]
        yield from (each for each in (*higher, *lower) if each not in self._state)

    def _on_the_day(self, low: int, high: int) -> Iterator[int]:
        """The last release before, and the first one after, the day of the same change in another line."""
        for below, above in pairwise(self.tested):
            day = self.releases[above].uploaded
            change, other = (self._state[low], self._state[high]), (self._state[below], self._state[above])
            if day is None or self._untested(below, above) or change != other:
                continue
            for position in range(low, high):
                release, following = self.releases[position : position + 2]
                days = release.uploaded, following.uploaded
                in_one_line = self._search.lines[position] == self._search.lines[position + 1]
                if in_one_line and days[0] and days[1] and days[0] < day <= days[1]:
                    yield from (each for each in (position, position + 1) if low < each < high and self._open(each))

    def _middle(self, low: int, high: int) -> Iterator[int]:
        """The release that halves what lies between two; after one that can't be run, another part of it."""
        between = self._untested(low, high)
        if not between:
            return
        tried = high - low - 1 - len(between)
        part = _PARTS[tried % len(_PARTS)]
        yield min(between, key=lambda each: abs(each - low - part * (high - low)))

    def _nearest(self, position: int, below: int | None = None) -> int | None:
        """Return the position that wasn't run nearest to another, None where all were."""
        candidates = [each for each in range(self.count if below is None else below) if self._open(each)]
        return min(candidates, key=lambda each: abs(each - position), default=None)

    def _untested(self, low: int, high: int) -> list[int]:
        return [position for position in range(low + 1, high) if self._open(position)]

    def _open(self, position: int) -> bool:
        return position not in self._state


_PARTS = (1 / 2, 1 / 4, 3 / 4, 1 / 8, 7 / 8, 3 / 8, 5 / 8)
"""Where a gap is divided: somewhere else after a release that can't be run, for its neighbours often can't either."""
