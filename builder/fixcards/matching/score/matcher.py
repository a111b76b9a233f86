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
from fixcards.matching.index.query import Query, query
from fixcards.matching.parse.parser import Failure, chains
from fixcards.matching.parse.template import HOLE, forms
from fixcards.matching.parse.tokens import telling, words
from fixcards.matching.score.features import Evidence, compare, sayings
from fixcards.matching.score.scoring import SAID, Typed, judged

TIERS = ("exact", "likely", "possible")
LIMIT = 8
"""Matches that are returned unless more are asked for."""
MOST_CHAINS = 16
"""Failures of one text that are looked at."""
MOST_CHUNKS = 8
"""Entry files that a query reads at most."""
MOST_COMMON = 6_000
"""Postings of common words that a query reads at most, unless it has no others."""
STANDS_OUT = 110
"""Percent of the next one's points that a candidate needs to be what a post without a message may be about."""
LEAST_SHARE = 30
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


def match(failure: Failure, index: Index, limit: int = LIMIT) -> list[Match]:
    """Return the known failures that a text fits, best first; none where nothing fits.

    Failures that have nothing to do with each other are looked at one by one, the last `MOST_CHAINS` of them.
    """
    found: dict[str, Match] = {}
    for part in chains(failure)[-MOST_CHAINS:]:
        for each in _settle(sorted(_matches(part, index), key=order)):
            known = found.get(each.entry.id)
            if known is None or order(each) < order(known):
                found[each.entry.id] = each
    return sorted(found.values(), key=order)[:limit]


def order(each: Match) -> tuple[int, int, str]:
    """Return what matches are ordered by: tier, score, id."""
    return (TIERS.index(each.tier), -each.score, each.entry.id)


def _matches(failure: Failure, index: Index) -> Iterator[Match]:
    asked = query(failure)
    said = list(sayings(failure))
    found = _candidates(asked, index)
    weights = _weights(asked, index)
    silent = True
    for candidate in _best(found, index):
        entry = index.entry(candidate.number)
        typed = _typed(weights, candidate, entry) if asked.typed else None
        made = _match(compare(failure, said, entry), entry, typed)
        if made:
            silent = False
            yield made
    if silent and found and (len(found) == 1 or 100 * found[0].points >= STANDS_OUT * found[1].points):
        entry = index.entry(found[0].number)
        known = tuple(telling(term for term in found[0].terms if ":" not in term))
        made = _match(compare(failure, said, entry), entry, Typed(0, 0, known, told=True))
        if made:
            yield made


def rarity(entries: int, frequency: int) -> int:
    """Return eight times the binary logarithm of how rare a term is, plus 1.

    It is counted by division, since logarithms differ in their last digit from one machine to the next.
    """
    steps, rest = 1, entries / frequency
    while rest >= STEP:
        rest /= STEP
        steps += 1
    return steps


STEP = 1.0905077326652577
"""The eighth root of 2."""


def plan(asked: Query, index: Index) -> list[tuple[str, int]]:
    """Return the terms that are looked up with their weights: rare ones first, common ones within `MOST_COMMON`."""
    chosen: list[tuple[str, int]] = []
    budget = MOST_COMMON
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
    for term, weight in plan(asked, index):
        postings = index.postings(term, typed=asked.typed, begun=term == asked.begun)
        each = weight * rarity(total, max(1, len(postings)))
        # Where a beginning stands for two words of an entry the one in its signature counts, which comes last.
        strong = {posting >> 1: bool(posting & 1) for posting in postings}
        for number, twice in strong.items():
            points[number] += 2 * each if twice else each
        found.append((term, strong))
    least = LEAST_SHARE * max(points.values(), default=0)
    # Thousands share a term or two; only for the few at the top it is told which.
    worth = [
        Candidate(number, has, {term: strong[number] for term, strong in found if number in strong})
        for number, has in points.items()
        if 100 * has >= least
    ]
    return sorted(worth, key=lambda each: (-each.points, each.number))


def _best(found: list[Candidate], index: Index) -> Iterator[Candidate]:
    """Yield the candidates from a bounded number of entry files."""
    chunks: set[int] = set()
    for candidate in found:
        chunk = candidate.number // int(index.head["chunk"])
        if chunk in chunks or len(chunks) < MOST_CHUNKS:
            chunks.add(chunk)
            yield candidate


def _match(evidence: Evidence, entry: Entry, typed: Typed | None) -> Match | None:
    made = judged(evidence, entry, typed)
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
        frequency = index.frequency(word) or len(index.postings(word, typed=True, begun=word == asked.begun))
        weights[word] = rarity(total, frequency) if frequency else rarity(total, 1) // 2
    return weights


def _typed(weights: Mapping[str, int], candidate: Candidate, entry: Entry) -> Typed:
    """Return what typed words, each with its weight, and an entry have in common."""
    shared = {word: weight for word, weight in weights.items() if word in candidate.terms}
    have = sum(weight * (2 if candidate.terms[word] else 1) for word, weight in shared.items())
    wanted = sum(2 * weights[word] for word in {*shared, *telling(weights)})
    return Typed(
        100 * have // max(1, wanted),
        200 * have // max(1, 2 * sum(weights.values()))
        + max((_share(shared, entry, each) for each in entry.templates), default=0),
        tuple(telling(shared)),
    )


def _share(known: Iterable[str], entry: Entry, template: str) -> int:
    """Return the percentage of a message's words, and of its package's, that are among some; a placeholder is one."""
    common = forms(template).common
    own = set(words(f"{entry.package} {common}"))
    return 100 * len(own.intersection(known)) // max(1, len(own) + common.count(HOLE))


def _settle(matches: list[Match]) -> list[Match]:
    """Take back *exact* where several have the same message and nothing else tells them apart."""
    same: dict[str, int] = defaultdict(int)
    for each in matches:
        if each.tier == "exact" and each.marks:
            same[each.text] += 1
    settled = []
    for each in matches:
        if each.tier == "exact" and same[each.text] > 1 and "frame" not in " ".join(each.reasons):
            each = replace(each, tier="likely", reasons=(*each.reasons, SAID["twins"]))  # noqa: PLW2901
        settled.append(each)
    return settled
