"""What speaks for an entry -> tier, score and reasons in words."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fixcards.matching.index.entry import Entry
from fixcards.matching.parse.tokens import informative, tokenize
from fixcards.matching.score.features import MatchFeatures

SPECIFICITY_STRONG, SPECIFICITY_ENOUGH = 6, 3
"""Strength of a message that identifies a failure without any frame, and of one that makes it likely."""
MIN_SHARED = 2
"""Frames, or words, in common that are no accident."""
MIN_SHARED_LONG_TEXT = 4
"""The same of words in a longer text."""
MIN_COVERAGE = 34
"""Percent of a line that a template has to make up to be its message rather than a part of another."""
WHOLE_LINE_COVERAGE = 80
"""Percent of a line that a template has to make up to be possible where its words say nothing."""
MIN_SIMILARITY = 50
MIN_KEYWORD_COVERAGE = 45
"""Percent of typed words that say something, by rarity, that an entry has to have."""
MIN_NEARNESS = 200
"""How near a typed query has to be, of 300, where a single telling word is known."""

REASON_TEXTS = {
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

ScoredMatch = tuple[str, int, tuple[str, ...]]

_POSSIBLE_STEPS = 2
DEMOTED_TIER = {"exact": "likely", "likely": "possible", "possible": ""}


@dataclass(frozen=True, slots=True)
class KeywordMatch:
    """What words that somebody typed have in common with an entry."""

    coverage: int
    """Percentage that it has, by rarity, of the words that say something."""
    nearness: int
    """Up to 300: two thirds of it are what it has of all the words, one what they have of its message."""
    known: tuple[str, ...]
    """The telling words among them."""
    long_text: bool = False
    """Whether they are of a longer text that tells of a failure, of which no entry stands out like this one."""


def score_match(evidence: MatchFeatures, entry: Entry, typed: KeywordMatch | None) -> ScoredMatch | None:
    """Return tier, score and reasons of an entry, None where it doesn't fit. `typed` is None for what was pasted."""
    tier = _tier(evidence, entry)
    if typed and not tier:  # whoever tells of a failure also names the release that hasn't it
        tier, evidence = _keyword_tier(typed, entry), replace(evidence, fit=None)
    elif tier and (evidence.unmet_requirement or evidence.affected is False):
        tier = DEMOTED_TIER[tier]
    if not tier:
        return None
    nearness, known = (typed.nearness, typed.known) if typed else (0, ())
    return tier, _score(evidence, entry, nearness), tuple(_reasons(evidence, entry, known))


def _tier(evidence: MatchFeatures, entry: Entry) -> str:
    fit, shared = evidence.fit, evidence.frames
    if fit is None or fit.same_exception is False or (fit.truncated and fit.specificity < SPECIFICITY_ENOUGH):
        return _without_message(evidence, entry)
    full = fit.coverage >= MIN_COVERAGE
    if shared:
        sure = fit.specificity > 0 or evidence.innermost
        if full and not fit.truncated:
            return "exact" if sure or 2 * shared >= len(entry.frames) else "likely"
        return "likely" if sure else "possible"
    if evidence.foreign_frames:
        return "possible" if full and fit.specificity >= SPECIFICITY_ENOUGH else ""
    says = fit.specificity > 0 or (fit.coverage >= WHOLE_LINE_COVERAGE and fit.same_exception is True)
    steps = (
        (fit.specificity >= SPECIFICITY_STRONG)
        + (fit.specificity >= SPECIFICITY_ENOUGH)
        + says
        + full
        - (evidence.same_package_other_frames or fit.foreign_class)
    )
    if evidence.alias or fit.truncated:  # what a package passes on from another is that one's message as well
        steps = min(steps, _POSSIBLE_STEPS)
    return ("", "", "possible", "likely", "exact")[max(0, steps)]


def _without_message(evidence: MatchFeatures, entry: Entry) -> str:
    """Return the tier of an entry none of whose messages is there, or only under another exception."""
    shared = evidence.frames
    alike = evidence.same_exception and evidence.similarity >= MIN_SIMILARITY
    if alike and evidence.innermost and shared >= min(MIN_SHARED, len(entry.frames)):
        return "likely"
    if evidence.foreign_frames:
        return ""
    if evidence.fit is not None and evidence.fit.specificity >= SPECIFICITY_STRONG:
        return "possible"
    named = evidence.same_exception or not entry.exception
    if evidence.innermost and shared >= MIN_SHARED and named and 2 * shared >= len(entry.frames):
        return "possible"
    return "possible" if alike else ""


def _keyword_tier(typed: KeywordMatch, entry: Entry) -> str:
    """Return *possible* where an entry has enough of what was typed: several words or its package, else nearly all.

    A text that tells of a failure, such as a post about a wrong result, has to name the package and some words more.
    """
    known = typed.known
    package = informative(tokenize(entry.package))
    named = bool(package) and set(package) <= set(known)
    if typed.long_text:
        enough = named and len(known) >= MIN_SHARED_LONG_TEXT
    elif named or len(known) >= MIN_SHARED:
        enough = typed.coverage >= MIN_KEYWORD_COVERAGE
    else:
        enough = bool(known) and typed.nearness >= MIN_NEARNESS
    return "possible" if enough else ""


def _score(evidence: MatchFeatures, entry: Entry, nearness: int) -> int:
    fit = evidence.fit
    score = evidence.similarity + nearness
    if fit is not None:
        score = max(
            score,
            350
            + fit.coverage
            + 10 * min(fit.specificity, 10)
            + (40 if fit.last else 0)
            + (40 if fit.same_exception else 0),
        )
        score -= 200 if fit.same_exception is False else 40 if fit.truncated else 0
    if entry.frames:
        score += 150 * evidence.frames // len(dict.fromkeys(entry.frames)) + min(evidence.frames, 10) * 5
    score += 80 if evidence.innermost else 0
    score += 30 if evidence.affected else 0
    score -= 100 if evidence.affected is False or evidence.unmet_requirement else 0
    score -= 150 if evidence.foreign_frames else 0
    return max(1, min(999, score))


def _reasons(evidence: MatchFeatures, entry: Entry, known: tuple[str, ...]) -> list[str]:
    found = []
    fit = evidence.fit
    if fit is not None:
        same = (
            "cut"
            if fit.truncated
            else "both"
            if fit.same_exception
            else "message"
            if fit.same_exception is None
            else "other"
        )
        found.append(REASON_TEXTS[same])
    elif evidence.same_exception:
        found.append(REASON_TEXTS["alike"].replace("%", f"{evidence.similarity}%"))
    elif known:
        found.append(REASON_TEXTS["words"] + ", ".join(known[:8]))
    if evidence.frames:
        of = len(dict.fromkeys(entry.frames))
        found.append(
            f"{evidence.frames} of {of} library frames" + (REASON_TEXTS["inner"] if evidence.innermost else "")
        )
    if evidence.foreign_frames:
        found.append(REASON_TEXTS["stranger"])
    if evidence.alias:
        found.append(REASON_TEXTS["alias"])
    found += _releases(evidence, entry)
    return found


def _releases(evidence: MatchFeatures, entry: Entry) -> list[str]:
    found = []
    have = evidence.versions.get(entry.package)
    if have and evidence.affected is not None:
        state = REASON_TEXTS["affected"] if evidence.affected else f"{REASON_TEXTS['unaffected']} ({entry.affected})"
        after = REASON_TEXTS["fixed"] + entry.fixed if entry.fixed and evidence.affected else ""
        found.append(f"{REASON_TEXTS['have']} {entry.package} {have}, {state}{after}")
    if evidence.unmet_requirement:
        found.append(
            f"it takes {evidence.unmet_requirement} {entry.requirements[evidence.unmet_requirement]}, "
            f"{REASON_TEXTS['have']} {evidence.versions[evidence.unmet_requirement]}"
        )
    return found
