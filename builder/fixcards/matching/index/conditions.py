"""What each entry takes, by package: the table by which an environment is audited without reading the entries.

One file of the index, `audit.json`: `format`, and `packages`, which maps the package of an entry to rows of its id, the
moment of the failure, its platform (empty for all), and the ranges of all packages that it takes, `python` among them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from fixcards.matching.index.validation import InvalidIndexError, is_text, is_texts
from fixcards.matching.parse.versions import in_range

CONDITIONS_FILE = "audit.json"
CONDITIONS_FORMAT = 1
LASTING = "lasting"
MOMENTS = ("install", "import", "use", LASTING)
"""When a failure happens: while the releases are installed, while the package is imported, when it is used; or when
it is used, in every newer release, whatever else is installed. So the last says nothing about an environment."""
PLATFORMS = ("linux", "macos", "windows")
PYTHON = "python"
"""The name by which ranges have the interpreter."""


class Conditions(NamedTuple):
    """What it takes for one entry's failure."""

    id: str
    moment: str
    """One of `MOMENTS`."""
    platform: str
    """The only one on which it happens, empty where it happens on all."""
    ranges: Mapping[str, str]
    """The releases of each package, and of the interpreter, that it takes; the entry's own package is among them."""

    def is_met(self, releases: Mapping[str, Sequence[str]]) -> bool:
        """Return whether an environment has all that it takes, but for the interpreter and the platform."""
        return is_met({name: each for name, each in self.ranges.items() if name != PYTHON}, releases)

    def is_met_by(self, pythons: Sequence[str], platform: str) -> bool:
        """Return whether an interpreter on a platform is one that it takes."""
        python = self.ranges.get(PYTHON)
        return self.platform in ("", platform) and (python is None or is_met({PYTHON: python}, {PYTHON: pythons}))


def is_met(ranges: Mapping[str, str], releases: Mapping[str, Sequence[str]]) -> bool:
    """Return whether every range has a release there, and only releases that it allows.

    Nothing is guessed: a package that is missing, or a release or range that can't be read, meets nothing. Several
    releases of a package mean that one of them is there, and it isn't clear which.
    """
    return all(
        bool(specifier and releases.get(name)) and all(in_range(release, specifier) for release in releases[name])
        for name, specifier in ranges.items()
    )


def conditions_text(rows: Iterable[tuple[str, Conditions]]) -> bytes:
    """Return the content of `audit.json`, given each entry's package and conditions."""
    packages: dict[str, list[list[object]]] = {}
    for package, each in sorted(rows):
        packages.setdefault(package, []).append([each.id, each.moment, each.platform, dict(each.ranges)])
    table = {"format": CONDITIONS_FORMAT, "packages": packages}
    return json.dumps(table, ensure_ascii=False, separators=(",", ":")).encode()


def check_conditions(table: Any) -> None:
    """Raise `InvalidIndexError` unless a table is as this module says, but for its rows."""
    good = isinstance(table, dict) and table.get("format") == CONDITIONS_FORMAT
    _need(good, "was made by another version of fixcards; build the site again")
    _need(isinstance(table.get("packages"), dict), "`packages` is no object")


def conditions_of(table: Mapping[str, Any], package: str) -> list[Conditions]:
    """Return the conditions of a package's entries. Raises `InvalidIndexError` for a row that is not as it should be.

    Only the rows of packages that are asked for are looked at.
    """
    rows = table["packages"].get(package, [])
    _need(isinstance(rows, list), "has a package without rows")
    for row in rows:
        good = isinstance(row, list) and len(row) == len(Conditions._fields) and is_texts(row[:3])
        good = good and row[1] in MOMENTS and row[2] in ("", *PLATFORMS) and isinstance(row[3], dict)
        _need(
            good and all(map(is_text, (*row[3], *row[3].values()))) and package in row[3], "has a row of another form"
        )
    return [Conditions(*row) for row in rows]


def _need(good: bool, problem: str) -> None:
    if not good:
        raise InvalidIndexError(problem)
