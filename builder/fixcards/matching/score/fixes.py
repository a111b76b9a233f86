"""The fixes of an entry, in the order in which they fit the situation that a text shows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from fixcards.matching.index.entry import Entry, FixOption
from fixcards.matching.parse.normalized_failure import NormalizedFailure
from fixcards.matching.parse.packages import distribution_name
from fixcards.matching.parse.parser import Failure
from fixcards.matching.parse.versions import in_range, may_satisfy, overlap
from fixcards.matching.score.features import MatchFeatures
from fixcards.matching.score.stated_limits import (
    Sentence,
    bound_against,
    did_not_help,
    forbids_editing,
    forbids_installing,
    is_held,
    sentences_of,
)

REQUIREMENT = r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?[ ]*([<>=!~][^;@]*)?(?:;[^\n]*)?$"
"""A requirement: name and specifier."""
LOWEST = r">=[ ]?(((?:0[.])?[0-9]+)[0-9.]*)"
"""The lowest release that a specifier allows, and the line that it is of: the first number, the second one below 1."""

FIX_TEXTS = {
    "in place": "already in place: {place}",
    "newer": "you seem to have {package} {release} already, which is not among the affected",
    "back": "it goes back from {package} {release}, which you seem to have",
    "caller": "it came through {caller}, not through your own use of {package}",
    "own code": "your own code is where it failed, not {package}",
    "yours": "your own code is where it failed, no other package",
    "call": "the call is in {caller}, not in your own code",
    "bound": "the text says {bound}",
    "python": "it takes Python {python}, you seem to have {interpreter}",
    "held": "you say that {held} stays as it is",
    "fixed": "you say that nothing can be installed",
    "code": "you say that the code stays as it is",
    "tried": "you say that it did not help",
    "build": "a build has an environment of its own, where that is not",
}
"""Why a fix doesn't fit."""

BUILD = r"to build (?:wheel|editable)|\[end of output\]|building wheel for|metadata-generation-failed"
"""What pip prints of a build, in lower case. A build doesn't see what is installed beside the package."""
BUILD_TOOLS = ("cython", "setuptools", "wheel")
"""Packages of which a build takes a release of its own choice."""
OWN_BUILD = r"obtaining file:|editable|processing (?:[./~]|[a-z]:)"
"""The same of a build of the reader's own sources."""

_REQUIREMENT, _LOWEST = re.compile(REQUIREMENT), re.compile(LOWEST)
_BUILD, _OWN_BUILD = re.compile(BUILD), re.compile(OWN_BUILD)


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

    A fix fits unless the text says that it is in place, that it can't be had for the interpreter or doesn't reach a
    build, that it changes a package which the failure didn't come through or which the reader may not upgrade, that a
    bound excludes it, or that it didn't help. What isn't known excludes nothing.

    Of a cause the pin goes first, since it helps whichever package the reader was hit through, unless the text shows
    that own code is: then a change there does. So it does for a warning that only announces a failure, whatever the
    entry, since nothing that is installed is wrong yet. A cause that begins with a workaround or a setting keeps its
    order, since that helps each reader. Of other entries what installs another package goes first where nothing in the
    text points at theirs, since the same line breaks others, and for a message whose upgrade is more than a step: to
    another major release, or of a package that another one calls.
    """
    sentences = sentences_of(failure, features)
    is_others = features.frames > 0 or (_has(sentences, _BUILD) and not _has(sentences, _OWN_BUILD))
    features = replace(features, in_own_code=features.in_own_code and not is_others)
    is_cause = entry.cause == entry.id
    helps_all = any(fix.kind in ("workaround", "configuration") for fix in entry.fixes[:1])
    if features.announced or (is_cause and features.in_own_code and not helps_all):
        first = "code-change"
    else:
        first = "pin" if is_cause and not helps_all else ""
    fixes = []
    for fix in entry.fixes:
        why = _objection(fix, failure, features, entry, sentences)
        fixes.append(FittedFix(fix.title, fix.kind, fix.install, fits=not why, why=why))
    upgrade = next((fix for fix in fixes if fix.fits), None) if features.fit else None
    is_far = upgrade is not None and upgrade.kind == "upgrade" and _is_far(upgrade, failure.failure, features, entry)
    prefers_other = not is_cause and (is_far or not (features.uses_package or features.has_source))

    def order(fix: FittedFix) -> tuple[bool, bool, bool]:
        installs_other = fix.install and entry.package not in dict(_requirements(fix.install))
        return not fix.fits, fix.kind != first, not (prefers_other and installs_other)

    return tuple(sorted(fixes, key=order))


def _is_far(fix: FittedFix, failure: Failure, features: MatchFeatures, entry: Entry) -> bool:
    """Return whether an upgrade is to another major release than the reader's, or another package's to allow.

    Where the text shows no release it is one of those that fail. Below 1 each minor release counts as a major one.
    """
    if features.frames and distribution_name(features.caller) not in ("", entry.package):
        return True
    lowest = _LOWEST.search(dict(_requirements(fix.install)).get(entry.package, ""))
    if not lowest:
        return False
    same_line = f"=={lowest[2]}.*"
    releases = failure.releases(entry.package)
    return not (in_range(releases[-1], same_line) if releases else overlap(f"{same_line},<{lowest[1]}", entry.affected))


def _objection(
    fix: FixOption,
    failure: NormalizedFailure,
    features: MatchFeatures,
    entry: Entry,
    sentences: Sequence[Sentence],
) -> str:
    """Return why a fix doesn't fit, empty where nothing speaks against it."""
    requirements = _requirements(fix.install)
    # To install something is all that an upgrade or a pin is; another kind of fix is a change beside it.
    installs = fix.kind in ("upgrade", "pin")
    place = _in_place(failure.failure, requirements) if installs else ""
    bound = bound_against(sentences, requirements, entry)
    reason = (
        "in place" if place else "bound" if bound else _obstacle(fix, failure, features, entry, sentences, requirements)
    )
    held = ""
    if not reason:
        reason, held = _misfit(fix, failure, features, entry, sentences, requirements)
    interpreter = "".join(failure.failure.releases("python")[-1:])
    values = {"package": entry.package, "caller": features.caller, "release": features.versions.get(entry.package)}
    values |= {"place": place, "bound": bound, "python": fix.python, "interpreter": interpreter}
    return FIX_TEXTS[reason].format(**values, held=held) if reason else ""


def _obstacle(
    fix: FixOption,
    failure: NormalizedFailure,
    features: MatchFeatures,
    entry: Entry,
    sentences: Sequence[Sentence],
    requirements: Sequence[tuple[str, str]],
) -> str:
    """Return the key of the text of what keeps a fix from being installed, or from having an effect."""
    if did_not_help(sentences, fix.kind, requirements):
        return "tried"
    if fix.python and may_satisfy(failure.failure.releases("python"), fix.python) is False:
        return "python"
    if fix.kind in ("upgrade", "pin") and forbids_installing(sentences):
        return "fixed"
    if fix.kind == "upgrade":
        is_outside = features.frames and entry.package in BUILD_TOOLS
    else:
        is_outside = fix.kind == "workaround" and entry.package not in dict(requirements)
    return "build" if requirements and is_outside and _has(sentences, _BUILD) else ""


def _misfit(
    fix: FixOption,
    failure: NormalizedFailure,
    features: MatchFeatures,
    entry: Entry,
    sentences: Sequence[Sentence],
    requirements: Sequence[tuple[str, str]],
) -> tuple[str, str]:
    """Return the key of the text of why a fix changes what failed elsewhere or has to stay, and what has to stay."""
    is_general = fix.kind == "upgrade" and entry.cause == entry.id
    if fix.kind == "code-change":
        is_callers = features.caller and not features.in_own_code
        return "call" if is_callers else "code" if forbids_editing(sentences) else "", ""
    # Where own code alone calls the package, no other one is to be upgraded.
    is_own_call = features.frames and failure.failure.own_calls and not features.caller
    if is_general and (features.in_own_code or (is_own_call and not requirements)):
        return "yours", ""
    if fix.kind == "upgrade":
        own = distribution_name(features.caller) or "the package" if is_general else entry.package
        names = [own] if is_general or not requirements else [name for name, _ in requirements]
        held = next((name for name in names if is_held(sentences, name, entry)), "")
        reason = "" if is_general else _objection_to_upgrade(features, entry, dict(requirements))
        return reason or ("held" if held else ""), held
    if fix.kind == "pin":
        held = requirements[0][0] if requirements else entry.package
        return "held" if is_held(sentences, held, entry, down=True) else "", held
    return "", ""


def _requirements(install: Sequence[str]) -> list[tuple[str, str]]:
    """Return name and specifier of each requirement."""
    return [(distribution_name(match[1]), match[2] or "") for match in map(_REQUIREMENT.match, install) if match]


def _objection_to_upgrade(features: MatchFeatures, entry: Entry, requirements: Mapping[str, str]) -> str:
    """Return the key of the text of why upgrading the entry's own package doesn't help."""
    release = features.versions.get(entry.package)
    if features.is_newer:
        return "newer"
    if release and not overlap(requirements.get(entry.package, ""), f">={release}"):
        return "back"
    if features.foreign_frames:
        return "caller" if distribution_name(features.caller) not in ("", entry.package, *BUILD_TOOLS) else ""
    # A compiled package has no frames, and its messages name it.
    names_package = features.fit is not None and features.fit.names_package
    if features.in_own_code and features.affected is None and not names_package:
        return "own code"
    return ""


def _has(sentences: Sequence[Sentence], pattern: re.Pattern[str]) -> bool:
    return any(pattern.search(sentence.words) for sentence in sentences)


def _in_place(failure: Failure, requirements: list[tuple[str, str]]) -> str:
    """Return the releases of a fix where the text lists all of them, empty where one is missing or another."""
    listed = []
    for name, specifier in requirements:
        releases = failure.releases(name)
        if not releases or not all(in_range(release, specifier) for release in releases):
            return ""
        listed.append(f"{name} {releases[-1]}")
    return ", ".join(listed)
