"""The fixes of an entry, in the order in which they fit the situation that a text shows."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fixcards.matching.index.entry import Entry, FixOption
from fixcards.matching.parse.normalized_failure import NormalizedFailure
from fixcards.matching.parse.packages import canonical_name
from fixcards.matching.parse.parser import Failure
from fixcards.matching.parse.releases import INSTALL_COMMAND, is_listed
from fixcards.matching.parse.tokens import lower
from fixcards.matching.parse.versions import in_range, may_satisfy, overlap
from fixcards.matching.score.features import MatchFeatures

REQUIREMENT = r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?[ ]*([<>=!~][^;@]*)?(?:;[^\n]*)?$"
"""A requirement: name and specifier."""
CONSTRAINT = (
    r"(?:^|[^A-Za-z0-9_.-])([A-Za-z][A-Za-z0-9_.-]{0,60})[ ]?((?:[<>]=?|~=)[ ]?[0-9]{1,4}(?:[.][0-9]{1,9}){0,4})"
)
"""A bound that a text states, such as `name<2` or "needs name>=2" in a sentence."""

FIX_TEXTS = {
    "in place": "already in place: {place}",
    "newer": "you seem to have {package} {release} already, which is not among the affected",
    "caller": "it came through {caller}, not through your own use of {package}",
    "own code": "your own code is where it failed, not {package}",
    "yours": "your own code is where it failed, no other package",
    "call": "the call is in {caller}, not in your own code",
    "bound": "the text says {bound}",
    "python": "it takes Python {python}, you seem to have {interpreter}",
    "held": "you say that {package} stays as it is",
}
"""Why a fix doesn't fit."""

_CHANGES = "(?:upgrad|updat|migrat|bump|chang|rewrit|go to|mov|touch)"
HELD = "|".join(
    (
        rf"(?:can(?:no|')?t|can not|couldn't|(?:un|not )able to|(?:not|n't) allowed to)[^.!?]{{1,40}}{_CHANGES}",
        r"(?:^|[^a-z])(?:pinned|frozen|locked|stuck|no upgrade|not an option)",
        r"(?:must|ha(?:s|ve) to|needs? to) (?:stay|keep)",
        r"(?:kann|können|darf|dürfen)[^.!?]{1,40}(?:nicht|kein)|eingefroren|müssen bei",
        r"(?:peux|peut|pouvons|pouvez) pas|figé|bloqué",
        r"(?:^|[^a-z])no (?:l[oae]s? )?(?:puedo|podemos|puede)|congelad[oa]|fijad[oa]",
        r"não (?:posso|podemos|pode|dá)|travad[oa]",
        r"non (?:posso|possiamo|può)|bloccat[oa]",
        r"nie (?:mogę|możemy|można)",
        r"не (?:могу|можем)|нельзя",
        "못|고정",
        "できない|できません|られない|固定",
        "不能|无法",
        "नहीं कर सक",
    )
)
"""Words of a reader who may not upgrade, in lower case: can't, pinned and frozen, in the languages of most posts.

A missed one costs a reader a line: the upgrade stands before the fix that he takes. A wrong one costs as much."""
INTERPRETER = r"(?:^|[^a-z])(?:python|interpreter)"
"""A sentence about this says nothing about packages."""

_REQUIREMENT, _CONSTRAINT = re.compile(REQUIREMENT), re.compile(CONSTRAINT)
_INSTALL_COMMAND = re.compile(INSTALL_COMMAND)
_HELD, _INTERPRETER = re.compile(HELD), re.compile(INTERPRETER)


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

    A fix fits unless the text says that it is in place, that it can't be had for the interpreter, that it changes a
    package which the failure didn't come through or which the reader may not upgrade, or that a bound excludes it. What
    isn't known excludes nothing.

    Of a cause the pin goes first, since it helps whichever package the reader was hit through, unless own code is where
    it failed.
    """
    pin_first = entry.cause == entry.id and not _in_own_code(features)
    fixes = []
    for fix in entry.fixes:
        why = _objection(fix, failure, features, entry)
        fixes.append(FittedFix(fix.title, fix.kind, fix.install, fits=not why, why=why))
    return tuple(sorted(fixes, key=lambda fix: (not fix.fits, pin_first and fix.kind != "pin")))


def _objection(fix: FixOption, failure: NormalizedFailure, features: MatchFeatures, entry: Entry) -> str:
    """Return why a fix doesn't fit, empty where nothing speaks against it."""
    requirements = [
        (canonical_name(match[1]), match[2] or "") for match in map(_REQUIREMENT.match, fix.install) if match
    ]
    # To install something is all that an upgrade or a pin is; another kind of fix is a change beside it.
    place = _in_place(failure.failure, requirements) if fix.kind in ("upgrade", "pin") else ""
    bound = _bound_against(failure, requirements)
    interpreters = failure.failure.releases("python")
    if place:
        reason = "in place"
    elif bound:
        reason = "bound"
    elif fix.python and may_satisfy(interpreters, fix.python) is False:
        reason = "python"
    elif fix.kind == "code-change":
        reason = "call" if features.caller else ""
    elif fix.kind == "upgrade" and entry.cause == entry.id:
        reason = "yours" if _in_own_code(features) else ""
    elif fix.kind == "upgrade":
        reason = _objection_to_upgrade(features, entry) or ("held" if _is_held(failure, entry) else "")
    else:
        reason = ""
    values = {"package": entry.package, "caller": features.caller, "release": features.versions.get(entry.package)}
    values |= {"place": place, "bound": bound, "python": fix.python, "interpreter": "".join(interpreters[-1:])}
    return FIX_TEXTS[reason].format(**values) if reason else ""


def _is_held(failure: NormalizedFailure, entry: Entry) -> bool:
    """Return whether a sentence says that the entry's package has to stay, or that something without a name has to."""
    printed = {exception.line for exception in failure.failure.exceptions}
    for other in failure.failure.lines:
        text = lower(other.text)
        if other.line in printed or is_listed(other.raw) or not _HELD.search(text) or _INTERPRETER.search(text):
            continue
        if entry.package in text or not any(name in text for name in entry.requirements):
            return True
    return False


def _objection_to_upgrade(features: MatchFeatures, entry: Entry) -> str:
    """Return the key of the text of why upgrading the entry's own package doesn't help."""
    if features.is_newer:
        return "newer"
    if features.foreign_frames:
        return "caller" if canonical_name(features.caller) not in ("", entry.package) else ""
    if _in_own_code(features) and features.affected is None:
        return "own code"
    return ""


def _in_own_code(features: MatchFeatures) -> bool:
    """Return whether the reader's own code is where it failed, as far as the text shows."""
    return features.own_code and not features.frames and not features.has_source


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
        if _INSTALL_COMMAND.search(other.text):
            continue
        for match in _CONSTRAINT.finditer(other.text):
            bound = match[2].replace(" ", "")
            if any(name == canonical_name(match[1]) and not overlap(each, bound) for name, each in requirements):
                return f"{match[1]}{bound}"
    return ""
