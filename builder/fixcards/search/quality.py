"""The quality of a whole library: which cards can't be told from each other, aren't found, or were never verified.

It takes the search, so it is not part of reading the records: a card that it finds fault with is shown all the same.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from fixcards import cache
from fixcards.exports.index_entries import index_entries
from fixcards.files import read_regular
from fixcards.matching.index.entry import Entry
from fixcards.matching.parse.packages import canonical_name
from fixcards.matching.parse.template import normal_form
from fixcards.matching.score.features import own_packages
from fixcards.records.evidence import Evidence
from fixcards.records.library import Library
from fixcards.records.problem import Problem
from fixcards.records.record import RecordReader, display_path, problems_at
from fixcards.records.release_range import SEPARATOR, ReleaseRange
from fixcards.records.rules.rule import RULES, Finding
from fixcards.records.rules.text import MAX_BYTES, MAX_EVIDENCE_BYTES
from fixcards.records.summary import Summary
from fixcards.records.yaml_document import KeyPath
from fixcards.search.finder import Finder
from fixcards.worker_pool import WorkerPool

Findings = Mapping[str, Sequence[tuple[str, Finding]]]
"""Findings of a card by its id, each with the code of its rule."""
_MAX_ANSWERS = 3


class Answers(NamedTuple):
    """The cards that the search answers the output of a card with."""

    digest: bytes
    """That of the card and its evidence, when they were asked for."""
    ids: tuple[str, ...] | None
    """The first few ids, best first; None where the evidence has no output to ask with."""


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
    answers = _answers(library, {name: Answers(*each) for name, each in (stored[2] if stored else {}).items()}, pool)
    problems = sorted(_problems(library, answers))
    if file:
        file.write((key, list(map(tuple, problems)), {name: tuple(each) for name, each in answers.items()}))
    return problems


def _problems(library: Library, answers: Mapping[str, Answers]) -> Iterator[Problem]:
    reader = RecordReader(library.root)
    findings = _findings(library, answers)
    for card_id, of_card in findings.items():
        path = library.path_of(card_id)
        document = None
        if any(finding.where for _, finding in of_card):
            document = reader.parse_yaml(path, reader.read_bytes(path, MAX_BYTES))
        for code, finding in of_card:
            yield from problems_at(display_path(path), code, [finding], document)


def _findings(library: Library, answers: Mapping[str, Answers]) -> Findings:
    findings: dict[str, list[tuple[str, Finding]]] = defaultdict(list)
    cards = list(library.summaries.values())
    for card in cards:
        findings[card.id] += [("FC401", each) for each in RULES["FC401"].check(card, card.differing_runs)]
    for card, where, others in _ambiguous(cards):
        findings[card.id] += [("FC402", each) for each in RULES["FC402"].check(where, others)]
    for card in cards:
        ids = answers[card.id].ids if card.id in answers else None
        if ids is not None:
            findings[card.id] += [("FC403", each) for each in RULES["FC403"].check(card, ids)]
    for card, where, others in _same_ids(cards):
        findings[card.id] += [("FC404", each) for each in RULES["FC404"].check(where, others)]
    return {card_id: of_card for card_id, of_card in findings.items() if of_card}


def _ambiguous(cards: Sequence[Summary]) -> Iterator[tuple[Summary, KeyPath, list[str]]]:
    """Yield each card whose message others have, too, with the place of that message and the ids of the others."""
    standing = [card for card in cards if card.state != "retired"]
    by_form: dict[str, dict[str, KeyPath]] = defaultdict(dict)
    for card in standing:
        by_form[normal_form(card.error)].setdefault(card.id, ("signature", "error"))
        for at, alias in enumerate(card.aliases):
            by_form[normal_form(alias)].setdefault(card.id, ("signature", "aliases", at))
    shared = {form: places for form, places in by_form.items() if len(places) > 1}
    if not shared:
        return
    by_id = {card.id: card for card in standing}
    entries = {entry.id: entry for entry in index_entries(by_id.values())}
    places: dict[str, KeyPath] = {}
    others: dict[str, set[str]] = defaultdict(set)
    for of_form in shared.values():
        for one, other in combinations(of_form, 2):
            if not (_have_one_cause(by_id[one], by_id[other]) or _can_be_distinguished(entries[one], entries[other])):
                for name, another in ((one, other), (other, one)):
                    places.setdefault(name, of_form[name])
                    others[name].add(another)
    for name, of_card in others.items():
        yield by_id[name], places[name], sorted(of_card)


def _have_one_cause(one: Summary, other: Summary) -> bool:
    return one.cause == other.id or other.cause == one.id or bool(one.cause and one.cause == other.cause)


def _can_be_distinguished(one: Entry, other: Entry) -> bool:
    """Return whether frames or releases show which of two entries with one message a text is about."""
    frames = _innermost(one), _innermost(other)
    if all(frames) and frames[0] != frames[1]:
        return True
    ranges = {name: (spec, other.requirements[name]) for name, spec in one.requirements.items()
              if name in other.requirements}  # fmt: skip
    if one.package == other.package:
        ranges[one.package] = (one.affected, other.affected)
    return any(
        not ReleaseRange(first.split(SEPARATOR)).overlaps(ReleaseRange(second.split(SEPARATOR)))
        for first, second in ranges.values()
    )


def _innermost(entry: Entry) -> str:
    """Return the innermost frame of an entry's own package, empty where it has none."""
    own = set(own_packages(entry))
    frames = [frame for frame in entry.frames if canonical_name(frame.partition("/")[0]) in own]
    return frames[-1] if frames else ""


def _same_ids(cards: Sequence[Summary]) -> Iterator[tuple[Summary, KeyPath, list[str]]]:
    """Yield each card that shares an id of a database with unrelated ones, its place, and the ids of those cards."""
    by_name: dict[str, list[Summary]] = defaultdict(list)
    for card in cards:
        for name in card.ids:
            by_name[name].append(card)
    for name, of_name in by_name.items():
        for card in of_name:
            others = [
                each.id
                for each in of_name
                if each is not card
                and not _have_one_cause(card, each)
                and each.id not in card.related
                and card.id not in each.related
            ]
            if others:
                yield card, ("ids", card.ids.index(name)), others


def _answers(library: Library, before: Mapping[str, Answers], pool: WorkerPool) -> dict[str, Answers]:
    """Return the answers to the output of each card that has evidence; `before` are those of an earlier library."""
    cards = {name: card for name, card in library.summaries.items() if card.state != "retired"}
    digests = {name: library.digests.get(name, b"") for name in cards}
    changed = {name for name in cards if name not in before or before[name].digest != digests[name]}
    touched = changed | (before.keys() - cards.keys())
    answers = {name: each for name, each in before.items() if name in cards}
    answers |= {name: Answers(digests[name], None) for name in changed}
    with_output = cards.keys() & library.with_evidence
    if not touched or not with_output:
        return answers
    roots, key = library.roots, cache.digest(*library.summary_digests.values())
    hosts = library.tracker_hosts
    finder = _finder(roots, hosts, key)  # here, so that other processes find the index in the cache
    ask = changed | {name for name, each in answers.items() if not touched.isdisjoint(each.ids or ())}
    if len(changed) < len(cards):
        ask |= {match.entry.id for name in changed for match in finder.match(cards[name].error)}
    names = sorted(ask & with_output)
    places = [str(library.root_of(name) / library.evidence_files[name]) for name in names]
    results = pool.run(functools.partial(_answers_to_outputs, roots, hosts, key), places)
    return answers | {name: Answers(digests[name], ids) for name, ids in zip(names, results, strict=True)}


@functools.lru_cache(maxsize=1)
def _finder(roots: tuple[Path, ...], tracker_hosts: tuple[str, ...], key: bytes) -> Finder:
    return Finder.of_all(Finder.of_cards(root, tracker_hosts=tracker_hosts) for root in roots)


def _answers_to_outputs(
    roots: tuple[Path, ...], tracker_hosts: tuple[str, ...], key: bytes, evidence: Sequence[str]
) -> list[tuple[str, ...] | None]:
    finder = _finder(roots, tracker_hosts, key)
    results: list[tuple[str, ...] | None] = []
    for path in evidence:
        output = _output(Evidence.model_validate_json(read_regular(Path(path), MAX_EVIDENCE_BYTES)))
        results.append(
            None if output is None else tuple(match.entry.id for match in finder.match(output, _MAX_ANSWERS))
        )
    return results


def _output(evidence: Evidence) -> str | None:
    """Return the output of the broken run; None where only an end is stored that may lack the message."""
    for run in evidence.runs:
        if run.role == "broken" and run.matched and run.matched in run.output:
            return run.output
    return None
