"""The releases of a text compared with those with which an entry fails."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from fixcards.matching.index.entry import Entry
from fixcards.matching.parse.packages import distribution_name
from fixcards.matching.parse.parser import Failure
from fixcards.matching.parse.versions import in_range, may_satisfy

ABSENT = "None"
"""The value of a placeholder for a package that isn't installed."""


class ReleaseCheck(NamedTuple):
    """What the releases of a text say of an entry."""

    affected: bool | None
    unmet_requirement: str
    doubtful: bool
    """Whether only a sentence says that a requirement isn't met."""
    versions: dict[str, str]
    """The releases that matter: of several of a package one that fails."""


def compare_releases(failure: Failure, entry: Entry) -> ReleaseCheck:
    """Return whether the release is affected, and which requirement isn't met.

    Where a text shows several releases of a package, as one that compares them does, any of them may be meant. What a
    sentence says contradicts nothing, since it may be advice in any language: it is a reason to doubt.
    """
    takes = {"python": entry.requires_python, **entry.requirements}
    ranges = _ranges(entry)
    versions = {name: _failing(failure.releases(name), ranges[name]) for name in ranges if name in failure.versions}
    affected = may_satisfy(failure.releases(entry.package), entry.affected) if entry.affected else None
    unmet = [name for name, specifier in takes.items() if may_satisfy(failure.releases(name), specifier) is False]
    certain = [name for name in unmet if name in failure.listed]
    return ReleaseCheck(affected, certain[-1] if certain else "", len(unmet) > len(certain), versions)


def _ranges(entry: Entry) -> dict[str, str]:
    """Return the releases that fail, of the entry's package and of those that it takes beside it."""
    return {entry.package: entry.affected, **entry.requirements}


def _failing(releases: Sequence[str], specifier: str) -> str:
    """Return the last one of some releases that fails, the last of all where none does."""
    return next((each for each in reversed(releases) if may_satisfy([each], specifier)), releases[-1])


def wrong_value(values: Sequence[tuple[str, str]], entry: Entry) -> str:
    """Return a placeholder with the name of a package whose value is no release that fails; empty where none is.

    What is no release, as in a message that was typed from memory, contradicts nothing. A release ends at a
    parenthesis, where the text says more than the message.
    """
    ranges = _ranges(entry)
    for name, value in values:
        specifier, release = ranges.get(distribution_name(name), ""), value.partition(")")[0]
        if specifier and (release == ABSENT or in_range(release, specifier) is False):
            return name
    return ""
