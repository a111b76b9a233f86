"""The fixes of an entry, in the order in which they fit the situation that a text shows."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fixcards.matching.index.entry import Entry, FixOption
from fixcards.matching.parse.normalized_failure import NormalizedFailure
from fixcards.matching.parse.packages import canonical_name
from fixcards.matching.parse.parser import Failure
from fixcards.matching.parse.releases import INSTALL_COMMAND
from fixcards.matching.parse.versions import in_range, overlap
from fixcards.matching.score.features import MatchFeatures

REQUIREMENT = r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?[ ]*([<>=!~][^;@]*)?(?:;[^\n]*)?$"
"""A requirement: name and specifier."""
CONSTRAINT = r"(?:^|[^A-Za-z0-9_.-])([A-Za-z][A-Za-z0-9_.-]{0,60})[ ]?((?:<=?|~=)[ ]?[0-9]{1,4}(?:[.][0-9]{1,9}){0,4})"
"""A bound that a text states, such as `name<2` in a sentence."""

FIX_TEXTS = {
    "in place": "already in place: {place}",
    "newer": "you seem to have {package} {release} already, which is not among the affected",
    "caller": "it came through {caller}, not through your own use of {package}",
    "own code": "your own code is where it failed, not {package}",
    "call": "the call is in {caller}, not in your own code",
    "bound": "the text says {bound}",
}
"""Why a fix doesn't fit."""

_REQUIREMENT, _CONSTRAINT = re.compile(REQUIREMENT), re.compile(CONSTRAINT)
_INSTALL_COMMAND = re.compile(INSTALL_COMMAND)


@dataclass(frozen=True, slots=True)
class FittedFix:
    """A fix with whether it fits what a text shows."""

    title: str
    kind: str
    install: tuple[str, ...]
    fits: bool
    why: str = ""
    """Why it doesn't fit, empty where it does."""


def fit_fixes(failure: NormalizedFailure, features: MatchFeatures, entry: Entry) -> tuple[FittedFix, ...]:
    """Return the fixes of an entry: those that fit first, otherwise in the order of the card.

    A fix fits unless the text says that it is in place, that it changes a package which the failure didn't come
    through, or that a bound excludes it. What isn't known excludes nothing.
    """
    fixes = []
    for fix in entry.fixes:
        why = _objection(fix, failure, features, entry)
        fixes.append(FittedFix(fix.title, fix.kind, fix.install, fits=not why, why=why))
    return tuple(sorted(fixes, key=lambda fix: not fix.fits))


def _objection(fix: FixOption, failure: NormalizedFailure, features: MatchFeatures, entry: Entry) -> str:
    """Return why a fix doesn't fit, empty where nothing speaks against it."""
    requirements = [
        (canonical_name(match[1]), match[2] or "") for match in map(_REQUIREMENT.match, fix.install) if match
    ]
    place, bound = _in_place(failure.failure, requirements), _bound_against(failure, requirements)
    if place:
        reason = "in place"
    elif bound:
        reason = "bound"
    elif fix.kind == "code-change":
        reason = "call" if features.caller else ""
    elif fix.kind == "upgrade" and entry.cause != entry.id:
        reason = _objection_to_upgrade(features)
    else:
        reason = ""
    values = {"package": entry.package, "caller": features.caller, "release": features.versions.get(entry.package)}
    return FIX_TEXTS[reason].format(**values, place=place, bound=bound) if reason else ""


def _objection_to_upgrade(features: MatchFeatures) -> str:
    """Return the key of the text of why upgrading the entry's own package doesn't help."""
    if features.is_newer:
        return "newer"
    if features.foreign_frames:
        return "caller" if features.caller else ""
    if features.own_code and not features.frames and features.affected is None and not features.has_source:
        return "own code"
    return ""


def _in_place(failure: Failure, requirements: list[tuple[str, str]]) -> str:
    """Return the releases of a fix where the text lists all of them, empty where one is missing or another."""
    listed = []
    for name, specifier in requirements:
        releases = failure.releases(name)
        if not releases or not all(in_range(release, specifier) for release in releases):
            return ""
        listed.append(f"{name} {releases[-1]}")
    return ", ".join(listed)


def _bound_against(failure: NormalizedFailure, requirements: list[tuple[str, str]]) -> str:
    """Return a bound that a text states and that excludes what a fix installs, empty where none does."""
    for other in failure.failure.lines:
        if "<" not in other.text and "~" not in other.text:
            continue
        if _INSTALL_COMMAND.search(other.text):
            continue
        for match in _CONSTRAINT.finditer(other.text):
            bound = match[2].replace(" ", "")
            if any(name == canonical_name(match[1]) and not overlap(each, bound) for name, each in requirements):
                return f"{match[1]}{bound}"
    return ""
