"""The quality of a whole library: which cards can't be told from each other, aren't found, or were never verified.

It takes the search, so it is not part of reading the records: a card that it finds fault with is shown all the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from fixcards import cache
from fixcards.records.library import Library
from fixcards.records.problem import Problem
from fixcards.records.record import RecordReader, display_path, problems_at
from fixcards.records.rules.rule import RULES, Finding
from fixcards.records.rules.text import MAX_BYTES
from fixcards.worker_pool import WorkerPool

if TYPE_CHECKING:
    from fixcards.search.own_answers import OwnAnswers

Findings = Mapping[str, Sequence[tuple[str, Finding]]]
"""Findings of a card by its id, each with the code of its rule."""


def quality_problems(library: Library, pool: WorkerPool) -> list[Problem]:
    """Return the problems that the cards of a library have with each other, with the search and with their evidence.

    They are cached with the library. After a change only cards are searched again that changed, or that have to do with
    one that changed: its answers, and cards that had it as an answer.
    """
    file = library.cache_file("quality")
    key = cache.digest(
        *(library.digests.get(each, b"") + library.summary_digests[each] for each in sorted(library.summaries))
    )
    stored = file.read() if file else None
    if stored and stored[0] == key:
        return list(map(Problem._make, stored[1]))
    from fixcards.search.own_answers import OwnAnswers, own_answers  # not above: most checks find everything stored

    before = {name: OwnAnswers(*each) for name, each in (stored[2] if stored else {}).items()}
    answers = own_answers(library, before, pool)
    problems = sorted(_problems(library, answers))
    if file:
        file.write((key, list(map(tuple, problems)), {name: tuple(each) for name, each in answers.items()}))
    return problems


def _problems(library: Library, answers: Mapping[str, OwnAnswers]) -> Iterator[Problem]:
    reader = RecordReader(library.root)
    findings = _findings(library, answers)
    for card_id, of_card in findings.items():
        path = library.path_of(card_id)
        document = None
        if any(finding.where for _, finding in of_card):
            document = reader.parse_yaml(path, reader.read_bytes(path, MAX_BYTES))
        for code, finding in of_card:
            yield from problems_at(display_path(path), code, [finding], document)


def _findings(library: Library, answers: Mapping[str, OwnAnswers]) -> Findings:
    from fixcards.search.similar_cards import ambiguous, with_ids_of_others

    findings: dict[str, list[tuple[str, Finding]]] = defaultdict(list)
    cards = list(library.summaries.values())
    for card in cards:
        findings[card.id] += [("FC401", each) for each in RULES["FC401"].check(card, card.differing_runs)]
    for card, where, others in ambiguous(cards):
        findings[card.id] += [("FC402", each) for each in RULES["FC402"].check(where, others)]
    for card in cards:
        ids = answers[card.id].ids if card.id in answers else None
        if ids is not None:
            findings[card.id] += [("FC403", each) for each in RULES["FC403"].check(card, ids)]
    for card, where, others in with_ids_of_others(cards):
        findings[card.id] += [("FC404", each) for each in RULES["FC404"].check(where, others)]
    return {card_id: of_card for card_id, of_card in findings.items() if of_card}
