"""A list of installed releases -> the known failures that they are in for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fixcards.matching.index.conditions import is_met
from fixcards.matching.index.entry import Entry
from fixcards.matching.index.format import PACKAGE_TERM
from fixcards.matching.index.reader import Index
from fixcards.matching.parse.normalized_failure import NormalizedFailure, normalize_failure
from fixcards.matching.parse.parser import Failure
from fixcards.matching.score.features import compare, find_common
from fixcards.matching.score.fixes import FittedFix, fit_fixes

MIN_LISTED = 2
"""Packages that make a list. One with its release is a query about it."""
MAX_LISTED = 1_000
"""Packages of a list that are looked up."""


@dataclass(frozen=True)
class EnvironmentMatch:
    """A known failure for which a text lists everything that it takes."""

    entry: Entry
    versions: dict[str, str]
    """The releases that set it off."""
    fixes: tuple[FittedFix, ...]
    """The card's fixes, those that fit what the text shows first."""
    sources: tuple[str, ...] = ()
    """Name of the index that this entry is from, where it has one."""


def match_environment(failure: Failure, index: Index, *more: Index) -> list[EnvironmentMatch]:
    """Return the known failures that the listed releases of a text are in for, in the order of their ids.

    Nothing is guessed: the release of the package is listed and affected, and so is that of every package, and of the
    interpreter, that the failure takes. A text that shows a failure lists its releases for that one: it gets none.
    Causes are left out, since each is in every environment with a newer release of one package. Of entries with one id
    in several indexes that of the earlier index counts.
    """
    listed = [name for name in failure.listed[:MAX_LISTED] if name != "python"]
    if failure.exceptions or failure.frames or failure.user_frames or len(listed) < MIN_LISTED:
        return []
    normalized = normalize_failure(failure)
    matches: dict[str, EnvironmentMatch] = {}
    for each in (index, *more):
        for number in sorted({posting >> 1 for name in listed for posting in each.postings(f"{PACKAGE_TERM}{name}")}):
            entry = each.entry(number)
            if entry.id not in matches and entry.cause != entry.id and _is_met(failure, entry):
                matches[entry.id] = _match(normalized, entry, each.name)
    return [matches[card_id] for card_id in sorted(matches)]


def match_of(entry: Entry, releases: Mapping[str, Sequence[str]], source: str = "") -> EnvironmentMatch:
    """Return the match of an entry whose conditions an environment meets.

    `releases` are those of all packages in it, and of the interpreter as `python`.
    """
    versions = {name: each[-1] for name, each in releases.items() if each}
    others = {name: tuple(each[:-1]) for name, each in releases.items() if len(each) > 1}
    return _match(normalize_failure(Failure((), (), (), (), versions, others, tuple(versions))), entry, source)


def _is_met(failure: Failure, entry: Entry) -> bool:
    """Return whether a text lists affected releases of an entry's package and of all that it takes."""
    ranges = {**entry.requirements, entry.package: entry.affected}
    return is_met(ranges, {name: failure.releases(name) for name in ranges if name in failure.listed})


def _match(failure: NormalizedFailure, entry: Entry, source: str) -> EnvironmentMatch:
    features = compare(failure, entry, find_common(failure, entry))
    fixes = fit_fixes(failure, features, entry)
    return EnvironmentMatch(entry, features.versions, fixes, (source,) if source else ())
