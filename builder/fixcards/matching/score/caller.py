"""Who called what failed: another package, the reader's own code, or a package that the text doesn't show."""

from __future__ import annotations

import re
from collections.abc import Sequence

from fixcards.matching.index.entry import Entry
from fixcards.matching.parse.normalized_failure import NormalizedFailure
from fixcards.matching.parse.packages import canonical_name, frame_package

IMPORTED = r"^(?:from|import) ([A-Za-z_][A-Za-z0-9_]*)"
"""A line of source that imports, and what."""

_IMPORTED = re.compile(IMPORTED)


def caller(failure: NormalizedFailure, entry: Entry, own: Sequence[str]) -> str:
    """Return the package before the first frame of an entry's own packages, else the innermost one of others.

    Packages that the entry's frames or requirements have, too, are no callers: the failure is between them and its own.
    """
    packages = failure.packages_in_order
    partners = set(map(frame_package, entry.frames))
    end = next((number for number, package in enumerate(packages) if package in own), len(packages))
    others = [name for name in packages[:end] if not (name in partners or canonical_name(name) in entry.requirements)]
    return others[-1] if others else ""


def hidden_package(failure: NormalizedFailure, message: str) -> str:
    """Return the package in which a traceback goes on that shows own code alone, empty where there is none.

    A debugger that leaves out libraries ends with the reader's import of a package in which another one is missing.
    """
    sources = failure.failure.sources
    match = _IMPORTED.search(sources[-1]) if sources and not failure.packages else None
    return match[1] if match and match[1] not in message else ""


def is_in_own_code(failure: NormalizedFailure, line: int) -> bool:
    """Return whether the exception of a line was raised by the reader's code, whatever called that."""
    return next((each.in_own_code for each in failure.failure.exceptions if each.line == line), False)
