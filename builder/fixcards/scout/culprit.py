"""Which of the differing packages makes the difference, and from which of its releases on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from packaging.version import Version

from fixcards.scout.finding import Culprit, Side
from fixcards.scout.replay import Replay
from fixcards.verify.bisect import FAILING, State
from fixcards.verify.interpreters import installed_interpreters
from fixcards.verify.package_index import ReleaseInfo

MAX_CANDIDATES = 20
"""Differing packages that are held back, one after the other; the first ones are those that the failure names."""
MAX_OLDER = 3
"""Older interpreters that are tried where the culprit's releases have no wheels for that of the suspect."""
MAX_TOGETHER = 3
"""Packages that together break a program, one behind the other."""


@dataclass(frozen=True, slots=True)
class CulpritRuns:
    """A culprit, with the two runs that differ in it alone, or in as little as its requirements allow."""

    culprit: Culprit
    suspect: Side
    control: Side


def find_partner(replay: Replay) -> CulpritRuns | None:
    """Return the culprit among the packages that differ; None where no few of them make the difference.

    The suspect is installed with one package held back at the release of the control: where the program passes then,
    this one is it, or what it holds back with it. Where another failure is printed instead, a second package breaks
    the program, too, and stood behind the first: then that one is held back on both sides.
    """
    broken = replay.broken
    names = _by_suspicion(replay)[:MAX_CANDIDATES]
    behind: list[str] = []
    for _ in range(MAX_TOGETHER):
        pins = [_pin(replay, name) for name in behind]
        differing: list[str] = []
        for name in names:
            if name in behind:
                continue
            state = replay.run(replay.pinning(*pins, _pin(replay, name)))[0]
            if state == "passes":
                if not behind and _holds_back(replay, name, differing):
                    return None
                guilty, *others = behind or [_innermost(replay, name, names)]
                if behind:
                    replay.note_other(replay.run(replay.pinning(*pins))[1])
                    replay.held += tuple(_pin(replay, each) for each in (*others, name))
                return first_bad(replay, guilty, broken.control.packages[guilty], broken.suspect.packages[guilty])
            if state == "differs":
                differing.append(name)
        if not differing:
            break
        behind.append(differing[0])
    return None


def _holds_back(replay: Replay, name: str, differing: Sequence[str]) -> bool:
    """Return whether a package holds back one before it in suspicion, which alone leads to another failure.

    Then each of the two may have broken the program, and which one can't be told: the old release of the one asks for
    that of the other.
    """
    suspect, packages = replay.broken.suspect.packages, replay.packages(replay.pinning(_pin(replay, name)))
    return any(packages.get(each) not in {None, suspect[each]} for each in differing)


def _pin(replay: Replay, name: str) -> str:
    return f"{name}=={replay.broken.control.packages[name]}"


def first_bad(replay: Replay, name: str, good: str, bad: str) -> CulpritRuns | None:
    """Return the culprit with its first bad release between a good and a bad one; None where that isn't clear.

    Where releases just below it can't be installed, as when they have no wheel for the interpreter, it is looked for on
    older ones: the first that could be run is not the first that is bad.
    """
    runs, gap = _first_bad(replay, name, good, bad)
    if runs is None or not gap:
        return runs
    newest = replay.suspect
    older = [each for each in installed_interpreters() if each.minor < newest.interpreter.minor]
    for python in older[: -MAX_OLDER - 1 : -1]:
        replay.suspect = replace(newest, interpreter=python)
        other, gap = _first_bad(replay, name, good, bad)
        if other is not None and not gap:
            return other
    replay.suspect = newest
    return runs


def _first_bad(replay: Replay, name: str, good: str, bad: str) -> tuple[CulpritRuns | None, bool]:
    """Return the culprit, and whether there are releases below its first bad one that can't be installed."""
    offered = replay.usable(replay.runner.index.releases(name).releases)
    low, high = Version(good), Version(bad)
    if low > high:  # today's is the lower one: a release was withdrawn, or another requirement holds it back
        return None, False
    releases = [each for each in offered if low <= each.parsed]
    top = sum(each.parsed <= high for each in releases) - 1
    if top < 1:
        return None, False
    runs = _Releases(replay, name, releases)
    if not runs.is_bad(top) or runs.state(0) != "passes":
        return None, False
    bottom = 0
    last_good, first = runs.boundary(bottom, top, runs.is_bad)
    while first < top and runs.state(first + 1) == "passes":  # taken back at once, and made again later
        bottom = first + 1
        last_good, first = runs.boundary(bottom, top, runs.is_bad)
    if runs.state(last_good) != "passes":  # below this failure there is another one
        last_good, other = runs.boundary(bottom, last_good, lambda position: runs.state(position) != "passes")
        replay.note_other(runs.side(other))
    before, after = releases[last_good], releases[first]
    taken_back = first + 1 < len(releases) and runs.state(first + 1) == "passes"
    fixed = releases[first + 1].version if taken_back else None
    culprit = Culprit(name, before.version, after.version, before.uploaded, after.uploaded, fixed)
    gap = first > last_good + 1 and runs.state(first - 1) == "not-testable"
    return CulpritRuns(culprit, runs.side(first), runs.side(last_good)), gap


class _Releases:
    """The releases of the culprit by position, each run in the suspect when it is asked for."""

    def __init__(self, replay: Replay, name: str, releases: Sequence[ReleaseInfo]) -> None:
        self._replay, self._name, self._releases = replay, name, releases

    def state(self, position: int) -> State:
        return self._run(position)[0]

    def is_bad(self, position: int) -> bool:
        return self.state(position) in FAILING

    def side(self, position: int) -> Side:
        return self._run(position)[1]

    def boundary(self, low: int, high: int, is_above: Callable[[int], bool]) -> tuple[int, int]:
        """Return the highest position that is not above and the lowest that is, by halving what lies between the two.

        What can't be installed is passed over: the two are neighbours but for that.
        """
        between = list(range(low + 1, high))
        while between:
            position = between[len(between) // 2]
            if self.state(position) == "not-testable":
                between.remove(position)
            elif is_above(position):
                high = position
                between = [each for each in between if each < position]
            else:
                low = position
                between = [each for each in between if each > position]
        return low, high

    def _run(self, position: int) -> tuple[State, Side]:
        pin = f"{self._name}=={self._releases[position].version}"
        is_own = self._name == self._replay.broken.package
        return self._replay.run(self._replay.requiring(pin) if is_own else self._replay.pinning(pin))


def _innermost(replay: Replay, name: str, names: Sequence[str]) -> str:
    """Return the package that makes the difference where holding one back holds others back with it.

    Holding back an application framework holds back what it requires, too; then the one that makes the difference
    alone is it. Where each of two holds back the other, it is the one that the failure names first.
    """
    broken = replay.broken
    named = list(dict.fromkeys(_named(broken.suspect.output, broken.signature.error, broken.modules)))
    more_suspect = named[: named.index(name)] if name in named else named
    packages = replay.packages(replay.pinning(_pin(replay, name)))
    for other in names:
        if other == name or packages.get(other) in {None, broken.suspect.packages[other]}:
            continue
        alone = replay.pinning(_pin(replay, other))
        if replay.passes(alone) and (
            replay.packages(alone).get(name) == broken.suspect.packages[name] or other in more_suspect
        ):
            return other
    return name


def _by_suspicion(replay: Replay) -> list[str]:
    """Return the packages whose releases differ, the ones that the failure names first."""
    broken = replay.broken
    before, after = broken.control.packages, broken.suspect.packages
    differing = [name for name in after if name != broken.package and before.get(name) not in {None, after[name]}]
    named = [broken.partner] if broken.partner else []
    ranked = dict.fromkeys([*named, *_named(broken.suspect.output, broken.signature.error, broken.modules)])
    return [name for name in ranked if name in differing] + [name for name in differing if name not in ranked]


def _named(output: str, error: str, modules: dict[str, str]) -> Iterator[str]:
    """Yield the distributions that the error names, then those of the frames, innermost first."""
    by_first = {module.partition(".")[0]: name for module, name in modules.items()}
    for word in re.findall(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*", error):
        for end in (word, word.partition(".")[0]):
            if end in modules:
                yield modules[end]
            elif end in by_first:
                yield by_first[end]
    for path in reversed(re.findall(r"site-packages/([\w/]+)", output)):
        parts = path.split("/")
        dotted = next((".".join(parts[:n]) for n in range(len(parts), 0, -1) if ".".join(parts[:n]) in modules), "")
        if dotted:
            yield modules[dotted]
        elif parts[0] in by_first:
            yield by_first[parts[0]]
