"""Failure and index -> the known failures that it fits, each with a tier and reasons in words.

Whole numbers throughout, so that another implementation ranks alike. Silence beats a wrong card: what only resembles a
card is *possible* at most, and a message that programs of all sorts print identifies nothing without frames.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from fixcards.matching.index.entry import Entry
from fixcards.matching.index.index import Index
from fixcards.matching.index.query import Query, make_query
from fixcards.matching.parse.parser import Failure, split_failures
from fixcards.matching.parse.template import PLACEHOLDER_MARK, compile_template
from fixcards.matching.parse.tokens import informative, tokenize
from fixcards.matching.score.features import MatchFeatures, compare, message_lines
from fixcards.matching.score.scoring import REASON_TEXTS, KeywordMatch, score_match

TIERS = ("exact", "likely", "possible")
DEFAULT_LIMIT = 8
"""Matches that are returned unless more are asked for."""
MAX_FAILURES = 16
"""Failures of one text that are looked at."""
MAX_ENTRY_FILES = 8
"""Entry files that a query reads at most."""
MAX_COMMON_POSTINGS = 6_000
"""Postings of common words that a query reads at most, unless it has no others."""
MIN_LEAD = 110
"""Percent of the next one's points that a candidate needs to be what a post without a message may be about."""
MIN_SHARE_OF_BEST = 30
"""Percent of the best candidate's points that a candidate needs to be looked at."""


@dataclass(frozen=True)
class Match:
    """One known failure that fits. `score` is between 0 and 1000 and orders matches of one text only."""

    entry: Entry
    tier: str
    score: int
    reasons: tuple[str, ...]
    line: int = 0
    """Line of the text that carries the message, 0 where none does."""
    text: str = ""
    """That line, as it was printed."""
    marks: tuple[tuple[int, int], ...] = ()
    """The parts of `text` that match."""
    versions: dict[str, str] = field(default_factory=dict)
    """What the text shows of the packages that matter: name to release."""


@dataclass
class Candidate:
    """An entry that shares terms with the query."""

    number: int
    points: int
    terms: dict[str, bool]
    """The terms that it has; true for those of its signature and title."""


def match(failure: Failure, index: Index, limit: int = DEFAULT_LIMIT) -> list[Match]:
    """Return the known failures that a text fits, best first; none where nothing fits.

    Failures that have nothing to do with each other are looked at one by one, the last `MOST_CHAINS` of them.
    """
    found: dict[str, Match] = {}
    for part in split_failures(failure)[-MAX_FAILURES:]:
        for each in _demote_duplicates(sorted(_matches(part, index), key=sort_key)):
            known = found.get(each.entry.id)
            if known is None or sort_key(each) < sort_key(known):
                found[each.entry.id] = each
    return sorted(found.values(), key=sort_key)[:limit]


def sort_key(each: Match) -> tuple[int, int, str]:
    """Return what matches are ordered by: tier, score, id."""
    return (TIERS.index(each.tier), -each.score, each.entry.id)


def _matches(failure: Failure, index: Index) -> Iterator[Match]:
    asked = make_query(failure)
    said = list(message_lines(failure))
    found = _candidates(asked, index)
    weights = _weights(asked, index)
    silent = True
    for candidate in _limit_entry_files(found, index):
        entry = index.entry(candidate.number)
        typed = _keyword_match(weights, candidate, entry) if asked.typed else None
        made = _match(compare(failure, said, entry), entry, typed)
        if made:
            silent = False
            yield made
    if silent and found and (len(found) == 1 or 100 * found[0].points >= MIN_LEAD * found[1].points):
        entry = index.entry(found[0].number)
        known = tuple(informative(term for term in found[0].terms if ":" not in term))
        made = _match(compare(failure, said, entry), entry, KeywordMatch(0, 0, known, long_text=True))
        if made:
            yield made


def idf_steps(entries: int, frequency: int) -> int:
    """Return eight times the binary logarithm of how rare a term is, plus 1.

    It is counted by division, since logarithms differ in their last digit from one machine to the next.
    """
    steps, rest = 1, entries / frequency
    while rest >= IDF_STEP:
        rest /= IDF_STEP
        steps += 1
    return steps


IDF_STEP = 1.0905077326652577
"""The eighth root of 2."""


def select_terms(asked: Query, index: Index) -> list[tuple[str, int]]:
    """Return the terms that are looked up with their weights: rare ones first, common ones within `MOST_COMMON`."""
    chosen: list[tuple[str, int]] = []
    budget = MAX_COMMON_POSTINGS
    for term, weight in sorted(asked.terms.items(), key=lambda item: (index.frequency(item[0]), -item[1], item[0])):
        frequency = index.frequency(term)
        if frequency <= budget or not chosen:
            chosen.append((term, weight))
            budget -= frequency
    return chosen


def _candidates(asked: Query, index: Index) -> list[Candidate]:
    """Return the entries that share enough with the query to be worth a look, those with the most points first."""
    found: list[tuple[str, dict[int, bool]]] = []
    points: dict[int, int] = defaultdict(int)
    total = len(index)
    for term, weight in select_terms(asked, index):
        postings = index.postings(term, fuzzy=asked.typed, prefix=term == asked.last_word)
        each = weight * idf_steps(total, max(1, len(postings)))
        # Where a beginning stands for two words of an entry the one in its signature counts, which comes last.
        strong = {posting >> 1: bool(posting & 1) for posting in postings}
        for number, twice in strong.items():
            points[number] += 2 * each if twice else each
        found.append((term, strong))
    least = MIN_SHARE_OF_BEST * max(points.values(), default=0)
    # Thousands share a term or two; only for the few at the top it is told which.
    worth = [
        Candidate(number, has, {term: strong[number] for term, strong in found if number in strong})
        for number, has in points.items()
        if 100 * has >= least
    ]
    return sorted(worth, key=lambda each: (-each.points, each.number))


def _limit_entry_files(found: list[Candidate], index: Index) -> Iterator[Candidate]:
    """Yield the candidates from a bounded number of entry files."""
    chunks: set[int] = set()
    for candidate in found:
        chunk = candidate.number // int(index.head["chunk"])
        if chunk in chunks or len(chunks) < MAX_ENTRY_FILES:
            chunks.add(chunk)
            yield candidate


def _match(evidence: MatchFeatures, entry: Entry, typed: KeywordMatch | None) -> Match | None:
    made = score_match(evidence, entry, typed)
    if made is None:
        return None
    tier, score, reasons = made
    fit = evidence.fit
    return Match(
        entry,
        tier,
        score,
        reasons,
        fit.line if fit else 0,
        fit.text if fit else "",
        fit.marks if fit else (),
        evidence.versions,
    )


def _weights(asked: Query, index: Index) -> dict[str, int]:
    """Return how much each typed word counts: its rarity, half of the rarest's where no entry has it."""
    total = len(index)
    weights = {}
    for word in asked.words:
        frequency = index.frequency(word) or len(index.postings(word, fuzzy=True, prefix=word == asked.last_word))
        weights[word] = idf_steps(total, frequency) if frequency else idf_steps(total, 1) // 2
    return weights


def _keyword_match(weights: Mapping[str, int], candidate: Candidate, entry: Entry) -> KeywordMatch:
    """Return what typed words, each with its weight, and an entry have in common."""
    shared = {word: weight for word, weight in weights.items() if word in candidate.terms}
    have = sum(weight * (2 if candidate.terms[word] else 1) for word, weight in shared.items())
    wanted = sum(2 * weights[word] for word in {*shared, *informative(weights)})
    return KeywordMatch(
        100 * have // max(1, wanted),
        200 * have // max(1, 2 * sum(weights.values()))
        + max((_message_share(shared, entry, each) for each in entry.templates), default=0),
        tuple(informative(shared)),
    )


def _message_share(known: Iterable[str], entry: Entry, template: str) -> int:
    """Return the percentage of a message's words, and of its package's, that are among some; a placeholder is one."""
    common = compile_template(template).normal_form
    own = set(tokenize(f"{entry.package} {common}"))
    return 100 * len(own.intersection(known)) // max(1, len(own) + common.count(PLACEHOLDER_MARK))


def _demote_duplicates(matches: list[Match]) -> list[Match]:
    """Take back *exact* where several have the same message and nothing else tells them apart."""
    same: dict[str, int] = defaultdict(int)
    for each in matches:
        if each.tier == "exact" and each.marks:
            same[each.text] += 1
    settled = []
    for each in matches:
        if each.tier == "exact" and same[each.text] > 1 and "frame" not in " ".join(each.reasons):
            each = replace(each, tier="likely", reasons=(*each.reasons, REASON_TEXTS["twins"]))  # noqa: PLW2901
        settled.append(each)
    return settled
