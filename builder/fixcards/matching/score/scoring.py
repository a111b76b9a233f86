"""MatchFeatures -> tier, score and reasons in words.

The tier says how sure a match is, the score orders matches of one tier. Both follow one rule: silence beats a wrong
card. What the thresholds do to recall and silence is measured by benchmarks/search; a change has to hold there. The
parts of a score enforce an order, which is explained with each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from fixcards.matching.index.conditions import PYTHON
from fixcards.matching.index.entry import Entry
from fixcards.matching.parse.tokens import informative, tokenize
from fixcards.matching.parse.versions import in_range
from fixcards.matching.score.features import MatchFeatures
from fixcards.matching.score.template_fit import SPECIFICITY_ENOUGH, TemplateFit

TIERS = ("exact", "likely", "possible")
"""Tiers, the surest first."""
SPECIFICITY_STRONG = 6
"""Specificity of a message that identifies a failure without any frame."""
MIN_SHARED = 2
"""Frames or words in common that are no coincidence."""
MIN_SHARED_LONG_TEXT = 4
"""The same for the words of a longer text, which has more words to share by chance. An affected release counts 1."""
MIN_LONG_TEXT_COVERAGE = 30
"""Percent of the informative words of a longer text that an entry has to have, of those that any entry has."""
MIN_COVERAGE = 34
"""Percent of a line that a template has to make up to be its message rather than a part of another one."""
WHOLE_LINE_COVERAGE = 80
"""Percent of a line that a template of stopwords has to make up to be possible at all."""
MIN_SIMILARITY = 50
"""Percent of informative words that two messages of the same exception share when they are one in other words."""
MIN_KEYWORD_COVERAGE = 40
"""Percent of the informative words of a query, by rarity, that an entry has to have."""
MIN_NEARNESS = 200
"""Nearness, of 300, that an entry needs where it has a single informative word of the query."""

TIERS_BY_EVIDENCE = ("", "", "possible", "likely", "likely", "likely")
"""Tier of a message without frames of the entry's packages by the number of things that speak for it, see `_tier`.

One is not enough, and none are enough for *exact*: the message could have come through another package."""
MAX_UNCERTAIN_EVIDENCE = 2
"""The number from which a truncated message or an alias is not raised further: it is *possible* at most."""

BASE_SCORE = 350
"""Score of a message that fits. It is above what typed words alone reach (`MIN_NEARNESS` to 300), since a message that
stands in the text says more than its words do."""
SPECIFICITY_SCORE, MAX_SCORED_SPECIFICITY = 10, 10
"""Score for each step of a message's specificity, and the steps that count. Together they weigh as much as the
coverage, which is up to 100."""
LAST_EXCEPTION_SCORE = 40
"""Score of a message that the text ended with. Outer exceptions of a chain are the ones that a reader searches for."""
SAME_EXCEPTION_SCORE = 40
"""Score of a message whose exception is the entry's, which is unknown where the text shows none."""
OTHER_EXCEPTION_PENALTY = 200
"""What another exception costs. It is more than coverage or specificity can make up for."""
TRUNCATED_PENALTY = 40
"""What a truncated message costs: as much as the exception gives."""
FRAMES_SCORE = 150
"""Score of an entry all of whose frames the text shows, less for a part of them. It is above what coverage or
specificity differ by, since two cards of one message differ in their frames."""
FRAME_SCORE, MAX_SCORED_FRAMES = 5, 10
"""Score of each shared frame, and the frames that count: of two entries that have all of theirs, the longer wins."""
INNERMOST_SCORE = 80
"""Score of the innermost frame, which is where the failure happened. Outer frames are shared by many failures."""
FOREIGN_FRAMES_PENALTY = 150
"""What frames of other packages only cost: as much as all frames give. So does a warning that only announces the
failure: where a text shows both, the failure decides which fix goes first."""
USED_SCORE = 60
"""Score of an entry whose package the text uses. Of two cards with one message it is the more likely one."""
AFFECTED_SCORE = 30
"""Score of an affected release. It decides only between entries that are otherwise alike, since many are affected."""
CONTRADICTION_PENALTY = 100
"""What a release costs that can't fail. It is more than an affected one gives, and the tier is lowered as well."""
MAX_SCORE = 999
"""Scores are 1 to `MAX_SCORE`, so that a thousandth of it is below 1."""
MAX_REASON_WORDS = 8
"""Words that a reason lists."""

REASON_TEXTS = {
    "both": "same exception and message",
    "message": "same message",
    "truncated": "beginning of the same message",
    "other": "same message, another exception",
    "innermost": ", the innermost too",
    "foreign": "the traceback shows none of its packages",
    "alias": "another wording of it, and nothing names its package",
    "ambiguous": "other cards have the same message",
    "affected": "which is affected",
    "unaffected": "which is not among the affected",
    "similar": "same exception, % of the message's telling words",
    "words": "has words like ",
    "installed": "you seem to have",
    "fixed": "; fixed in ",
}
"""Texts of the reasons. A number goes before the per cent sign."""

ScoredMatch = tuple[str, int, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class KeywordMatch:
    """What the words of a typed query have in common with an entry."""

    coverage: int
    """Percentage of the query's informative words that the entry has, by rarity."""
    nearness: int
    """0 to 300: twice the percentage of all words of the query that the entry has, and the percentage of the entry's
    message that the query has."""
    informative: tuple[str, ...]
    """The informative words that both have."""
    spellings: Mapping[str, str]
    """The words as the text has them, where that differs."""
    long_text: bool = False
    """Whether they are words of a longer text, among whose candidates this entry has a clear lead."""


def score_match(features: MatchFeatures, entry: Entry, keywords: KeywordMatch | None) -> ScoredMatch | None:
    """Return tier, score and reasons of an entry, None where it doesn't fit. `keywords` is None for pasted output."""
    tier = _tier(features, entry)
    if keywords and not tier:
        # No release contradicts words: people who describe a failure also name the release without it.
        tier, features = _keyword_tier(keywords, features, entry), replace(features, fit=None)
    elif _is_contradicted(features):
        # The releases of a text may be another environment's, so frames and a message that identifies the failure are
        # worth a warning. Nothing else is worth one.
        wrong = features.unmet_requirement == "python" or features.wrong_value
        is_sure = tier == "exact" or (tier == "likely" and _is_strong(features))
        tier = "possible" if is_sure and not wrong else ""
    if not tier:
        return None
    nearness = 0
    words: Sequence[str] = ()
    if keywords:
        nearness, words = keywords.nearness, [keywords.spellings.get(word, word) for word in keywords.informative]
    return tier, _score(features, entry, nearness), tuple(_reasons(features, entry, words))


def _is_strong(features: MatchFeatures) -> bool:
    """Return whether the message identifies a failure by itself."""
    return features.fit is not None and features.fit.specificity >= SPECIFICITY_STRONG


def _is_contradicted(features: MatchFeatures) -> bool:
    """Return whether a release that the text shows can't fail like this."""
    return bool(features.unmet_requirement or features.wrong_value) or features.affected is False


def _tier(features: MatchFeatures, entry: Entry) -> str:
    """Return the tier of an entry by its message and frames, empty where it doesn't fit."""
    fit, shared = features.fit, features.frames
    if fit is None or fit.same_exception is False or (fit.truncated and fit.specificity < SPECIFICITY_ENOUGH):
        return _tier_without_message(features, entry)
    # A message of several lines, and one in a sentence, goes on behind the template.
    full = fit.coverage >= MIN_COVERAGE or (fit.leads and fit.specificity > 0)
    if shared:
        if features.doubtful:
            return "possible"
        # Message and frames are two independent witnesses, so the message may be plain where the frames are sure.
        sure = fit.specificity > 0 or features.innermost
        if full and not fit.truncated:
            return "exact" if sure or 2 * shared >= features.all_frames else "likely"
        return "likely" if sure else "possible"
    # Frames of other packages neither raise nor lower a tier: the less a text shows, the less an answer claims.
    says_something = fit.specificity > 0 or (fit.coverage >= WHOLE_LINE_COVERAGE and fit.same_exception is True)
    evidence = (fit.specificity >= SPECIFICITY_STRONG) + (fit.specificity >= SPECIFICITY_ENOUGH) + says_something + full
    own = _is_entrys_own(features, entry)
    if _is_unsure_alias(features, entry) or fit.truncated or features.doubtful or not own:
        evidence = min(evidence, MAX_UNCERTAIN_EVIDENCE)
    # An affected release is a witness of its own, like frames: for what is plain or cut, and the text goes no further.
    is_witness = features.affected is True and not features.doubtful
    evidence += own and says_something and (full or fit.truncated) and is_witness
    return TIERS_BY_EVIDENCE[max(0, evidence)]


def _is_unsure_alias(features: MatchFeatures, entry: Entry) -> bool:
    """Return whether a message is an alias that may be another package's.

    One that identifies a change is not, nor one of a failure that has no other victims.
    """
    return features.alias and not (_is_strong(features) and (entry.cause == entry.id or not entry.requirements))


def _is_entrys_own(features: MatchFeatures, entry: Entry) -> bool:
    """Return whether a message points at the entry's package rather than at whichever package fell over the same.

    It does where the text uses the package, and for a cause, whose message everyone gets who is hit by the change. A
    failure that takes no second package and no interpreter has no other victims. Where only own code was on the way, a
    package that falls over the same change was not, though it is installed.
    """
    if entry.cause not in ("", entry.id) and features.own_code and not features.has_source:
        return False
    return features.uses_package or features.has_source or entry.cause == entry.id or not entry.requirements


def _tier_without_message(features: MatchFeatures, entry: Entry) -> str:
    """Return the tier of an entry none of whose messages is in the text, or only under another exception."""
    shared = features.frames
    similar = features.same_exception and features.similarity >= MIN_SIMILARITY
    witnesses = shared + (features.affected is True)
    place = features.innermost and witnesses >= min(MIN_SHARED, features.all_frames)
    if similar and place:  # the same failure in the words of another release, or of another name
        return "possible" if features.other_names else "likely"
    if _is_strong(features):
        return "possible"  # a specific message that was wrapped in another exception
    may_be_class = features.same_exception or features.frames_alone
    if place and may_be_class and 2 * shared >= features.all_frames:
        return "possible"  # the same place, another message or none
    return "possible" if similar and features.uses_package else ""


def _keyword_tier(keywords: KeywordMatch, features: MatchFeatures, entry: Entry) -> str:
    """Return *possible* for an entry that has enough of a query: several words or its package, else nearly all.

    A longer text without a message, such as a post about a wrong result, has to name the package and some words more.
    Of Python it has to name what is missing, and an affected release is enough beside that.
    """
    words = keywords.informative
    about_python = entry.package == PYTHON
    package = informative(tokenize(entry.templates[0] if about_python else entry.package))
    named = bool(package) and set(package) <= set(words)
    if named and about_python and features.affected:
        enough = True
    elif keywords.long_text:
        shared = len(words) + (features.affected is True)
        enough = named and shared >= MIN_SHARED_LONG_TEXT and keywords.coverage >= MIN_LONG_TEXT_COVERAGE
    elif named or len(words) >= MIN_SHARED:
        enough = keywords.coverage >= MIN_KEYWORD_COVERAGE
    else:
        enough = bool(words) and keywords.nearness >= MIN_NEARNESS
    return "possible" if enough else ""


def _score(features: MatchFeatures, entry: Entry, nearness: int) -> int:
    """Return the score, 1 to `MAX_SCORE`, by which matches of one tier are ordered."""
    fit = features.fit
    score = features.similarity + nearness
    if fit is not None:
        message = BASE_SCORE + fit.coverage + SPECIFICITY_SCORE * min(fit.specificity, MAX_SCORED_SPECIFICITY)
        message += LAST_EXCEPTION_SCORE if fit.last else 0
        message += SAME_EXCEPTION_SCORE if fit.same_exception else 0
        score = max(score, message)
        score -= OTHER_EXCEPTION_PENALTY if fit.same_exception is False else TRUNCATED_PENALTY if fit.truncated else 0
    if features.all_frames:
        score += FRAMES_SCORE * features.frames // features.all_frames
        score += FRAME_SCORE * min(features.frames, MAX_SCORED_FRAMES)
    score += USED_SCORE if features.uses_package else 0
    score += INNERMOST_SCORE if features.innermost else 0
    score += AFFECTED_SCORE if features.affected else 0
    score -= CONTRADICTION_PENALTY if _is_contradicted(features) else 0
    score -= FOREIGN_FRAMES_PENALTY if features.foreign_frames or features.announced else 0
    return max(1, min(MAX_SCORE, score))


def _reasons(features: MatchFeatures, entry: Entry, words: Sequence[str]) -> list[str]:
    reasons = []
    if features.fit is not None:
        reasons.append(REASON_TEXTS[_kind_of_fit(features.fit)])
    elif features.same_exception:
        reasons.append(REASON_TEXTS["similar"].replace("%", f"{features.similarity}%"))
    elif words:
        reasons.append(REASON_TEXTS["words"] + ", ".join(words[:MAX_REASON_WORDS]))
    if features.frames:
        innermost = REASON_TEXTS["innermost"] if features.innermost else ""
        reasons.append(f"{features.frames} of {features.all_frames} library frames{innermost}")
    if features.foreign_frames:
        reasons.append(REASON_TEXTS["foreign"])
    if _is_unsure_alias(features, entry):
        reasons.append(REASON_TEXTS["alias"])
    return reasons + _release_reasons(features, entry)


def _kind_of_fit(fit: TemplateFit) -> str:
    """Return the key of the reason that a message gives."""
    if fit.truncated:
        return "truncated"
    return {True: "both", None: "message", False: "other"}[fit.same_exception]


def _release_reasons(features: MatchFeatures, entry: Entry) -> list[str]:
    release = features.versions.get(entry.package)
    if not release or not features.affected:
        return []
    # Of several lines that fail the first one's correction is no news to a reader who is on a later one.
    fixed = REASON_TEXTS["fixed"] + entry.fixed if in_range(entry.fixed, f">{release}") else ""
    return [f"{REASON_TEXTS['installed']} {entry.package} {release}, {REASON_TEXTS['affected']}{fixed}"]


def warning(features: MatchFeatures, entry: Entry) -> str:
    """Return the words of a warning where a release of the text can hardly fail, empty where all may."""
    installed, unmet = REASON_TEXTS["installed"], features.unmet_requirement
    if features.is_newer:
        release = features.versions[entry.package]
        return f"{installed} {entry.package} {release}, {REASON_TEXTS['unaffected']} ({entry.affected})"
    if unmet in entry.requirements:
        return f"it takes {unmet} {entry.requirements[unmet]}, {installed} {features.versions[unmet]}"
    return ""
