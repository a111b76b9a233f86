"""A generated package index with planted breaks, served on the loopback: `python -m benchmarks.scout.planted N`.

Of N packages one in twenty is a library; the others depend on one to three of these. Half of the libraries have a
release after the past day that the scout looks at; one in four of these takes a function away. A package is broken
where it imports that function. Some packages cap their libraries, some have a release that no longer needs the
function, and some fail whatever is installed.
"""

from __future__ import annotations

import random
import sys
import time
from dataclasses import dataclass

from tests.scout.dated_index import DatedIndex, served

PAST, TODAY = "2025-01-15", "2025-12-31"
_LIBRARY = "def keep(side):\n    return side\n"
_TAKEN = "\n\ndef area(side):\n    return side * side\n"
_FILLER = "\n".join(f"VALUE_{number} = {number}" for number in range(200)) + "\n"


@dataclass(frozen=True)
class Planted:
    index: DatedIndex
    packages: tuple[str, ...]
    breaks: dict[str, set[tuple[str, str]]]
    """The broken packages, each with the libraries that break it and their first bad releases."""
    untestable: frozenset[str]
    """Packages that never work."""


def planted(count: int, seed: int = 0) -> Planted:
    """Return the index of some packages, the same for equal arguments."""
    draw = random.Random(seed)  # noqa: S311
    index = DatedIndex()
    libraries = [f"lib{number}" for number in range(max(count // 20, 3))]
    taken: dict[str, str] = {}
    for name in libraries:
        has_changed = draw.random() < 0.5
        takes = has_changed and draw.random() < 0.25
        first_bad = draw.randrange(3)
        for number in range(3):
            _offer(index, name, f"1.{number}", f"2024-0{3 + number}-01", _LIBRARY + _TAKEN)
        for number in range(3) if has_changed else ():
            text = _LIBRARY if takes and number >= first_bad else _LIBRARY + _TAKEN
            _offer(index, name, f"2.{number}", f"2025-0{4 + number}-01", text)
        if takes:
            taken[name] = f"2.{first_bad}"
    breaks: dict[str, set[tuple[str, str]]] = {}
    untestable = set()
    apps = [f"app{number}" for number in range(count - len(libraries))]
    for name in apps:
        uses = draw.sample(libraries, draw.randrange(1, 4))
        caps = draw.random() < 0.1
        functions = {library: "area" if draw.random() < 0.3 else "keep" for library in uses}
        lines = [f"from {library} import {function}\n" for library, function in functions.items()]
        if draw.random() < 0.02:
            lines.append("import no_such_module\n")
            untestable.add(name)
        requires = tuple(f"{library}<2" if caps else library for library in uses)
        index.offer(name, "1.0", "2024-09-01", {f"{name}/__init__.py": "".join(lines) + _FILLER}, requires=requires)
        causes = {(each, taken[each]) for each in uses if functions[each] == "area" and each in taken and not caps}
        if causes and name not in untestable:
            breaks[name] = causes
        if draw.random() < 0.5:
            index.offer(name, "1.1", "2025-10-01", {f"{name}/__init__.py": _FILLER}, requires=requires)
    return Planted(index, (*apps, *libraries), breaks, frozenset(untestable))


def _offer(index: DatedIndex, name: str, version: str, day: str, text: str) -> None:
    index.offer(name, version, day, {f"{name}.py": text})


def main() -> None:
    with served(planted(int(sys.argv[1])).index) as index:
        print(index.url, flush=True)
        while not sys.stdin.closed and sys.stdin.readline():
            taken = index.requests
            print(sum(taken.values()), index.sent_bytes, taken["304"], flush=True)
        time.sleep(0.1)


if __name__ == "__main__":
    main()
