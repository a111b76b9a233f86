"""What the search answers the output of each card with, as its evidence has it."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from fixcards import cache
from fixcards.files import read_regular
from fixcards.records.evidence import Evidence
from fixcards.records.library import Library
from fixcards.records.rules.text import MAX_EVIDENCE_BYTES
from fixcards.search.finder import Finder
from fixcards.worker_pool import WorkerPool

_MAX_ANSWERS = 3


class OwnAnswers(NamedTuple):
    """The cards that the search answers the output of a card with."""

    digest: bytes
    """That of the card and its evidence, when they were asked for."""
    ids: tuple[str, ...] | None
    """The first few ids, best first; None where the evidence has no output to ask with."""


def own_answers(library: Library, before: Mapping[str, OwnAnswers], pool: WorkerPool) -> dict[str, OwnAnswers]:
    """Return the answers to the output of each card that has evidence; `before` are those of an earlier library."""
    cards = {name: card for name, card in library.summaries.items() if card.state != "retired"}
    digests = {name: library.digests.get(name, b"") for name in cards}
    changed = {name for name in cards if name not in before or before[name].digest != digests[name]}
    touched = changed | (before.keys() - cards.keys())
    answers = {name: each for name, each in before.items() if name in cards}
    answers |= {name: OwnAnswers(digests[name], None) for name in changed}
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
    return answers | {name: OwnAnswers(digests[name], ids) for name, ids in zip(names, results, strict=True)}


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
