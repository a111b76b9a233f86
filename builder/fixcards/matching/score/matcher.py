"""Text and index -> the known failures that the text shows, each with a tier and reasons in words.

A text takes these steps: `parse` -> `split_failures` -> `normalize_failure` -> `make_query` -> `select_terms` ->
`find_candidates` -> `compare` (features) -> `score_match` -> `sort_key`. `match` takes all but the first for the
failures of a text, and `match_failure` those from `make_query` on for one failure.

Whole numbers throughout, so that another implementation ranks alike. What only resembles a card is *possible* at most,
and a message that programs of all kinds print identifies nothing without frames.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial

from fixcards.matching.index.conditions import PYTHON
from fixcards.matching.index.entry import Entry
from fixcards.matching.index.query import Query, make_query
from fixcards.matching.index.reader import Index
from fixcards.matching.limits import DEFAULT_LIMIT
from fixcards.matching.parse.failures import split_failures
from fixcards.matching.parse.normalized_failure import NormalizedFailure, normalize_failure
from fixcards.matching.parse.parser import Failure
from fixcards.matching.parse.template import PLACEHOLDER_MARK, compile_template
from fixcards.matching.parse.tokens import informative, spellings, tokenize
from fixcards.matching.score.features import compare, find_common
from fixcards.matching.score.fixes import FittedFix, fit_fixes
from fixcards.matching.score.scoring import MIN_SHARED, REASON_TEXTS, TIERS, KeywordMatch, score_match, warning

MAX_ENTRY_FILES = 8
"""Entry files that a query reads at most: each costs the reader's browser a request."""
MAX_COMMON_POSTINGS = 6_000
"""Postings of common words that a query reads at most, unless it has no other words."""
MIN_LEAD = 110
"""Percent of the second candidate's points that the first one needs to be what a text without a message is about."""
MIN_SHARE_OF_BEST = 20
"""Percent of the first candidate's points that another one needs to be looked at."""
IDF_STEP = 1.0905077326652577
"""The eighth root of 2."""


@dataclass(frozen=True)
class Match:
    """A known failure that a text shows. `score` is 1 to 999 and orders the matches of one text."""

    entry: Entry
    tier: str
    """`exact`, `likely` or `possible`."""
    score: int
    reasons: tuple[str, ...]
    line: int = 0
    """Number of the line with the message, 0 where no line has it."""
    text: str = ""
    """That line, as it was printed."""
    marks: tuple[tuple[int, int], ...] = ()
    """The parts of `text` that match: start and end of each."""
    versions: dict[str, str] = field(default_factory=dict)
    """Releases of the packages that matter, as the text shows them."""
    fixes: tuple[FittedFix, ...] = ()
    """The card's fixes, those that fit what the text shows first."""
    warning: str = ""
    """What the releases of the text say against it."""
    proof: int = 0
    """How much beside the message points at the entry's package: 2 for frames or source, 1 for its name in use."""
    sources: tuple[str, ...] = ()
    """Names of the indexes that have an entry of this id and fit: first the one that this entry is from."""


@dataclass
class Candidate:
    """An entry that shares terms with the query."""

    number: int
    points: int
    terms: dict[str, bool]
    """The terms that it has; true for those of its signature and title."""


def match(failure: Failure, index: Index, *more: Index, limit: int | None = DEFAULT_LIMIT) -> list[Match]:
    """Return the best `limit` known failures that a text shows, best first; all with None, none where nothing fits.

    Failures that have nothing to do with each other are looked at one by one.
    """
    best: dict[str, Match] = {}
    for part in split_failures(failure):
        for each in match_failure(normalize_failure(part), index, *more):
            before = best.get(each.entry.id)
            if before is None or sort_key(each) < sort_key(before):
                best[each.entry.id] = each
    return sorted(best.values(), key=sort_key)[:limit]


def match_failure(failure: NormalizedFailure, index: Index, *more: Index) -> list[Match]:
    """Return all known failures that one failure may be, best first.

    Of entries with one id in several indexes the best counts, or the one in the earlier index.
    """
    best: dict[str, Match] = {}
    for each in (index, *more):
        for match in _matches_in(each, failure):
            before = best.get(match.entry.id)
            if before is None:
                best[match.entry.id] = replace(match, sources=(each.name,)) if each.name else match
            elif sort_key(match) < sort_key(before):
                best[match.entry.id] = replace(match, sources=(each.name, *before.sources))
            else:
                best[match.entry.id] = replace(before, sources=(*before.sources, each.name))
    return _settle_twins(list(best.values()))


def _matches_in(index: Index, failure: NormalizedFailure) -> list[Match]:
    query = make_query(failure)
    terms = select_terms(query, index)
    candidates = list(_limit_entry_files(find_candidates(query, terms, index), index))
    weights = _word_weights(query, index)
    written = spellings("\n".join(text.normal_form for text in failure.lines)) if query.prose else {}
    matches = []
    for candidate in candidates:
        entry = index.entry(candidate.number)
        keywords = _keyword_match(weights, candidate, entry, written) if query.typed else None
        matches += _score_entry(failure, entry, keywords)
    if query.typed and any(each.line for each in matches):
        matches = [each for each in matches if each.line]  # a message that stands there is no loose words
    if not matches and query.prose:
        indexed = sum(1 for word, _ in terms if word in query.prose and index.postings(word))
        change = _leading_change(candidates, index)
        for candidate in candidates:
            entry = index.entry(candidate.number)
            words = tuple(word for word in query.prose if word in candidate.terms)
            # Many texts name a package beside words that only the discussion of a failure has.
            is_about = _change(entry) == change and sum(map(candidate.terms.__getitem__, words)) >= MIN_SHARED
            if is_about or entry.package == PYTHON:
                keywords = KeywordMatch(100 * len(words) // max(1, indexed), 0, words, written, long_text=True)
                matches += _score_entry(failure, entry, keywords)
    return matches


def sort_key(match: Match) -> tuple[int, int, bool, str]:
    """Return the key that orders matches, best first: tier, score, those without a note, id."""
    return (TIERS.index(match.tier), -match.score, bool(match.entry.note), match.entry.id)


def select_terms(query: Query, index: Index) -> list[tuple[str, int]]:
    """Return the terms to look up with their weights: rare ones first, common ones within `MAX_COMMON_POSTINGS`."""
    selected: list[tuple[str, int]] = []
    budget = MAX_COMMON_POSTINGS
    for term, weight in sorted(query.terms.items(), key=lambda item: (index.frequency(item[0]), -item[1], item[0])):
        frequency = index.frequency(term)
        if frequency <= budget or not selected:
            selected.append((term, weight))
            budget -= frequency
    return selected


def find_candidates(query: Query, terms: list[tuple[str, int]], index: Index) -> list[Candidate]:
    """Return the entries that share enough with a query to be looked at, those with the most points first.

    A term gives an entry its weight times its rarity, twice that where it stands in the signature or title.
    """
    strong_by_term: list[tuple[str, dict[int, bool]]] = []
    points: dict[int, int] = defaultdict(int)
    total = len(index)
    for term, weight in terms:
        postings = index.postings(term, fuzzy=query.typed, prefix=term == query.last_word)
        term_points = weight * idf_steps(total, max(1, len(postings)))
        # Where a prefix stands for two words of an entry, the one in its signature counts: it comes last.
        strong = {posting >> 1: bool(posting & 1) for posting in postings}
        for number, is_strong in strong.items():
            points[number] += 2 * term_points if is_strong else term_points
        strong_by_term.append((term, strong))
    minimum = MIN_SHARE_OF_BEST * max(points.values(), default=0)
    # Thousands of entries share a term or two. Only for the few with enough points it is listed which.
    candidates = [
        Candidate(number, each, {term: strong[number] for term, strong in strong_by_term if number in strong})
        for number, each in points.items()
        if 100 * each >= minimum
    ]
    return sorted(candidates, key=lambda each: (-each.points, each.number))


@lru_cache(maxsize=4096)
def idf_steps(entries: int, frequency: int) -> int:
    """Return 1 plus eight times the binary logarithm of the inverse document frequency of a term, rounded down.

    It is counted by division, since logarithms differ in their last digit from one machine to the next.
    """
    steps, rest = 1, entries / frequency
    while rest >= IDF_STEP:
        rest /= IDF_STEP
        steps += 1
    return steps


def _limit_entry_files(candidates: list[Candidate], index: Index) -> Iterator[Candidate]:
    """Yield the candidates from the first `MAX_ENTRY_FILES` entry files."""
    files: set[int] = set()
    for candidate in candidates:
        file = candidate.number // int(index.head["chunk"])
        if file in files or len(files) < MAX_ENTRY_FILES:
            files.add(file)
            yield candidate


def _leading_change(candidates: list[Candidate], index: Index) -> str:
    """Return the change that the first candidate is about, empty where one about another has nearly as many points."""
    rivals = [each for each in candidates if 100 * candidates[0].points < MIN_LEAD * each.points]
    changes = {_change(index.entry(each.number)) for each in rivals}
    return changes.pop() if len(changes) == 1 else ""


def _change(entry: Entry) -> str:
    """Return the id of the entry of the change behind an entry, which is its own where it has no cause."""
    return entry.cause or entry.id


def _score_entry(failure: NormalizedFailure, entry: Entry, keywords: KeywordMatch | None) -> list[Match]:
    """Return the match of one entry, none where it doesn't fit."""
    common = find_common(failure, entry)
    if common.are_none and keywords is None:
        return []
    features = compare(failure, entry, common)
    scored = score_match(features, entry, keywords)
    if scored is None:
        return []
    tier, score, reasons = scored
    fit = features.fit
    proof = 2 if features.frames or features.has_source else int(features.uses_package)
    fixes = fit_fixes(failure, features, entry)
    where = (fit.line, fit.text, fit.marks) if fit else (0, "", ())
    return [Match(entry, tier, score, reasons, *where, features.versions, fixes, warning(features, entry), proof)]


def _word_weights(query: Query, index: Index) -> dict[str, int]:
    """Return the weight of each typed word: its rarity, half of the rarest one's where no entry has it."""
    total = len(index)
    weights = {}
    for word in query.words:
        frequency = index.frequency(word) or len(index.postings(word, fuzzy=True, prefix=word == query.last_word))
        weights[word] = idf_steps(total, frequency) if frequency else idf_steps(total, 1) // 2
    return weights


def _keyword_match(
    weights: Mapping[str, int], candidate: Candidate, entry: Entry, written: Mapping[str, str]
) -> KeywordMatch:
    """Return the words that a typed query, with the weight of each, shares with an entry."""
    points = {word: weight * (1 + candidate.terms[word]) for word, weight in weights.items() if word in candidate.terms}
    telling = informative(points)
    message_share = max((_message_share(points, entry, template) for template in entry.templates), default=0)
    return KeywordMatch(
        100 * sum(map(points.__getitem__, telling)) // max(1, 2 * sum(map(weights.__getitem__, informative(weights)))),
        200 * sum(points.values()) // max(1, 2 * sum(weights.values())) + message_share,
        tuple(telling),
        written,
    )


def _message_share(words: Mapping[str, int], entry: Entry, template: str) -> int:
    """Return the percentage of the words of a message and its package that are in `words`. A placeholder is a word."""
    normal_form = compile_template(template).normal_form
    own = set(tokenize(f"{entry.package} {normal_form}"))
    return 100 * len(own & words.keys()) // max(1, len(own) + normal_form.count(PLACEHOLDER_MARK))


def _settle_twins(matches: list[Match]) -> list[Match]:
    """Return matches in order, those of one message demoted unless something else in the text tells them apart.

    Of several *likely* entries with one message none is, but for the only one whose package the text uses, or their
    common cause. One that says more of the same failure is no twin of the other, and goes before it.
    """
    likely: dict[str, list[Match]] = defaultdict(list)
    for each in matches:
        if each.tier == "likely" and each.marks:
            likely[each.text].append(each)
    settled = []
    for each in matches:
        twins = likely[each.text] if each.tier == "likely" else []
        twins = [other for other in twins if not (_says_more(each, other) or _says_more(other, each))]
        if len(twins) > 1 and not _stands_out(each, twins):
            each = replace(each, tier="possible", reasons=(*each.reasons, REASON_TEXTS["ambiguous"]))  # noqa: PLW2901
        settled.append(each)
    return sorted(map(partial(_behind_better, settled), settled), key=sort_key)


def _stands_out(match: Match, twins: list[Match]) -> bool:
    """Return whether one match of a message is more likely than all others of it: a cause is, than its victims."""
    is_cause = match.entry.cause == match.entry.id
    others = (each for each in twins if each is not match and not (is_cause and each.entry.cause == match.entry.id))
    return (is_cause or match.proof > 0) and all(each.proof < match.proof for each in others)


def _behind_better(matches: list[Match], match: Match) -> Match:
    """Return a match with a score below those of the same tier that say more of the same failure.

    These are the entries that are hit by its change, and for an entry with a note those of its package without one.
    """
    better = [each.score for each in matches if each.tier == match.tier and _goes_first(each, match)]
    return replace(match, score=max(1, min([match.score, *(score - 1 for score in better)])))


def _goes_first(one: Match, other: Match) -> bool:
    """Return whether `one` says more than `other`, or is the cause of an entry for which nothing in the text speaks."""
    return _says_more(one, other) or (other.entry.cause == one.entry.id != other.entry.id and not other.proof)


def _says_more(one: Match, other: Match) -> bool:
    """Return whether `one` is hit by the change that `other` is about, or is of one failure with it and has no note."""
    mine, others = one.entry, other.entry
    if mine.cause == others.id != mine.id:
        return one.proof > 0
    same = mine.package == others.package and one.line == other.line > 0
    return same and bool(others.note) and not mine.note
