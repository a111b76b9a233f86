"""Who called what failed: another package, or the reader's own code."""

from __future__ import annotations

from collections.abc import Sequence

from fixcards.matching.index.entry import Entry
from fixcards.matching.parse.normalized_failure import NormalizedFailure
from fixcards.matching.parse.packages import distribution_name, frame_package


def caller(failure: NormalizedFailure, entry: Entry, own: Sequence[str]) -> str:
    """Return the package before the first frame of an entry's own packages, else the innermost one of others.

    It is none where the reader's own code calls them, whatever framework called that code. Packages that the entry's
    frames or requirements have, too, are no callers: the failure is between them and its own.
    """
    packages = failure.packages_in_order
    partners = set(map(frame_package, entry.frames))
    end = next((number for number, package in enumerate(packages) if package in own), len(packages))
    if any(frame_package(frame) in own for frame in failure.failure.own_calls):
        return ""
    others = [
        name for name in packages[:end] if not (name in partners or distribution_name(name) in entry.requirements)
    ]
    return others[-1] if others else ""


def is_in_own_code(failure: NormalizedFailure, line: int) -> bool:
    """Return whether the exception of a line was raised by the reader's code, whatever called that."""
    return next((each.in_own_code for each in failure.failure.exceptions if each.line == line), False)
