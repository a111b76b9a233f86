"""What speaks for an entry -> tier, score and reasons in words."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fixcards.matching.index.entry import Entry
from fixcards.matching.parse.tokens import telling, words
from fixcards.matching.score.features import Evidence

STRONG, ENOUGH = 6, 3
"""Strength of a message that identifies a failure without any frame, and of one that makes it likely."""
MANY = 2
"""Frames, or words, in common that are no accident."""
MANY_TOLD = 4
"""The same of words in a longer text."""
LEAST_COVERAGE = 34
"""Percent of a line that a template has to make up to be its message rather than a part of another."""
WHOLE = 80
"""Percent of a line that a template has to make up to be possible where its words say nothing."""
LEAST_LIKENESS = 50
LEAST_WORDS = 45
"""Percent of typed words that say something, by rarity, that an entry has to have."""
NEAR = 200
"""How near a typed query has to be, of 300, where a single telling word is known."""

SAID = {
    "both": "same exception and message",
    "message": "same message",
    "cut": "beginning of the same message",
    "other": "same message, another exception",
    "inner": ", the innermost too",
    "stranger": "the traceback shows none of its packages",
    "alias": "another wording of it, and nothing names its package",
    "twins": "other cards have the same message",
    "affected": "which is affected",
    "unaffected": "which is not among the affected",
    "alike": "same exception, % of the message's telling words",
    "words": "has words like ",
    "have": "you seem to have",
    "fixed": "; fixed in ",
}
"""What reasons say in words; a number stands before the per cent sign."""

Judged = tuple[str, int, tuple[str, ...]]

_POSSIBLE = 2
LOWER = {"exact": "likely", "likely": "possible", "possible": ""}


@dataclass(frozen=True, slots=True)
class Typed:
    """What words that somebody typed have in common with an entry."""

    coverage: int
    """Percentage that it has, by rarity, of the words that say something."""
    nearness: int
    """Up to 300: two thirds of it are what it has of all the words, one what they have of its message."""
    known: tuple[str, ...]
    """The telling words among them."""
    told: bool = False
    """Whether they are of a longer text that tells of a failure, of which no entry stands out like this one."""


def judged(evidence: Evidence, entry: Entry, typed: Typed | None) -> Judged | None:
    """Return tier, score and reasons of an entry, None where it doesn't fit. `typed` is None for what was pasted."""
    tier = _tier(evidence, entry)
    if typed and not tier:  # whoever tells of a failure also names the release that hasn't it
        tier, evidence = _of_words(typed, entry), replace(evidence, fit=None)
    elif tier and (evidence.unmet or evidence.affected is False):
        tier = LOWER[tier]
    if not tier:
        return None
    nearness, known = (typed.nearness, typed.known) if typed else (0, ())
    return tier, _score(evidence, entry, nearness), tuple(_reasons(evidence, entry, known))


def _tier(evidence: Evidence, entry: Entry) -> str:
    fit, shared = evidence.fit, evidence.frames
    if fit is None or fit.agrees is False or (fit.cut and fit.strength < ENOUGH):
        return _without_message(evidence, entry)
    full = fit.coverage >= LEAST_COVERAGE
    if shared:
        sure = fit.strength > 0 or evidence.innermost
        if full and not fit.cut:
            return "exact" if sure or 2 * shared >= len(entry.frames) else "likely"
        return "likely" if sure else "possible"
    if evidence.stranger:
        return "possible" if full and fit.strength >= ENOUGH else ""
    says = fit.strength > 0 or (fit.coverage >= WHOLE and fit.agrees is True)
    steps = (fit.strength >= STRONG) + (fit.strength >= ENOUGH) + says + full - (evidence.elsewhere or fit.foreign)
    if evidence.alias or fit.cut:  # what a package passes on from another is that one's message as well
        steps = min(steps, _POSSIBLE)
    return ("", "", "possible", "likely", "exact")[max(0, steps)]


def _without_message(evidence: Evidence, entry: Entry) -> str:
    """Return the tier of an entry none of whose messages is there, or only under another exception."""
    shared = evidence.frames
    alike = evidence.agrees and evidence.likeness >= LEAST_LIKENESS
    if alike and evidence.innermost and shared >= min(MANY, len(entry.frames)):
        return "likely"
    if evidence.stranger:
        return ""
    if evidence.fit is not None and evidence.fit.strength >= STRONG:
        return "possible"
    named = evidence.agrees or not entry.exception
    if evidence.innermost and shared >= MANY and named and 2 * shared >= len(entry.frames):
        return "possible"
    return "possible" if alike else ""


def _of_words(typed: Typed, entry: Entry) -> str:
    """Return *possible* where an entry has enough of what was typed: several words or its package, else nearly all.

    A text that tells of a failure, such as a post about a wrong result, has to name the package and some words more.
    """
    known = typed.known
    package = telling(words(entry.package))
    named = bool(package) and set(package) <= set(known)
    if typed.told:
        enough = named and len(known) >= MANY_TOLD
    elif named or len(known) >= MANY:
        enough = typed.coverage >= LEAST_WORDS
    else:
        enough = bool(known) and typed.nearness >= NEAR
    return "possible" if enough else ""


def _score(evidence: Evidence, entry: Entry, nearness: int) -> int:
    fit = evidence.fit
    score = evidence.likeness + nearness
    if fit is not None:
        score = max(
            score, 350 + fit.coverage + 10 * min(fit.strength, 10) + (40 if fit.last else 0) + (40 if fit.agrees else 0)
        )
        score -= 200 if fit.agrees is False else 40 if fit.cut else 0
    if entry.frames:
        score += 150 * evidence.frames // len(dict.fromkeys(entry.frames)) + min(evidence.frames, 10) * 5
    score += 80 if evidence.innermost else 0
    score += 30 if evidence.affected else 0
    score -= 100 if evidence.affected is False or evidence.unmet else 0
    score -= 150 if evidence.stranger else 0
    return max(1, min(999, score))


def _reasons(evidence: Evidence, entry: Entry, known: tuple[str, ...]) -> list[str]:
    found = []
    fit = evidence.fit
    if fit is not None:
        same = "cut" if fit.cut else "both" if fit.agrees else "message" if fit.agrees is None else "other"
        found.append(SAID[same])
    elif evidence.agrees:
        found.append(SAID["alike"].replace("%", f"{evidence.likeness}%"))
    elif known:
        found.append(SAID["words"] + ", ".join(known[:8]))
    if evidence.frames:
        of = len(dict.fromkeys(entry.frames))
        found.append(f"{evidence.frames} of {of} library frames" + (SAID["inner"] if evidence.innermost else ""))
    if evidence.stranger:
        found.append(SAID["stranger"])
    if evidence.alias:
        found.append(SAID["alias"])
    found += _releases(evidence, entry)
    return found


def _releases(evidence: Evidence, entry: Entry) -> list[str]:
    found = []
    have = evidence.versions.get(entry.package)
    if have and evidence.affected is not None:
        state = SAID["affected"] if evidence.affected else f"{SAID['unaffected']} ({entry.affected})"
        after = SAID["fixed"] + entry.fixed if entry.fixed and evidence.affected else ""
        found.append(f"{SAID['have']} {entry.package} {have}, {state}{after}")
    if evidence.unmet:
        found.append(
            f"it takes {evidence.unmet} {entry.needs[evidence.unmet]}, "
            f"{SAID['have']} {evidence.versions[evidence.unmet]}"
        )
    return found
