"""The cards of a folder, as pages, the search and the commands see them."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from fixcards import cache
from fixcards.errors import FixcardsError
from fixcards.records.card import Card
from fixcards.records.evidence import Evidence
from fixcards.records.identity import issue_order
from fixcards.records.problem import Problem
from fixcards.records.reader_reports import ReportCounts
from fixcards.records.record import CheckedRecord, RecordReader
from fixcards.records.summary import Summary

Value = TypeVar("Value")


@dataclass(frozen=True)
class Library:
    """Every card of a folder that fits the model, and every problem of all files.

    A card with a problem is not among `cards`, and evidence with a problem not among `evidence`, so nothing wrong is
    shown. In memory are the summaries; each card is read once with its evidence, when one of the two is first needed.
    """

    root: Path
    summaries: Mapping[str, Summary]
    files: Mapping[str, str]
    """Path of each card below `root`, with `/` on every system."""
    digests: Mapping[str, bytes]
    """Digest of each card's and its evidence's bytes; without an entry where they can't be read in one go."""
    summary_digests: Mapping[str, bytes]
    """Digest of each summary."""
    reports: Mapping[str, ReportCounts]
    problems: tuple[Problem, ...]
    all_ids: frozenset[str]
    """Ids of all card files, those with problems included."""
    paths: tuple[str, ...] = ()
    """Every file that is named like a record, as problems name it."""
    evidence_files: Mapping[str, str] = field(default_factory=dict)
    """Evidence file of each card that has one, good or not, below `root`."""
    with_evidence: frozenset[str] = frozenset()
    """Ids of the cards that have evidence which may be shown."""
    cached: bool = False
    """Whether what is computed from the cards goes into the user's cache folder."""
    parsed_cards: Mapping[str, bytes] = field(default_factory=dict)
    """The cards that `load` had just read, for `record.unpickle_card`, where it was asked to keep them."""
    read_records: Mapping[str, CheckedRecord] = field(default_factory=dict)
    """The cards that `load` had just read, with their evidence, where it was asked to keep them."""

    @cached_property
    def cards(self) -> Mapping[str, Card]:
        """The cards by id. Raises `FixcardsError` for one that was changed since the library was loaded."""
        return LazyMapping(self.summaries, lambda card_id: self._record(card_id).card)

    @cached_property
    def evidence(self) -> Mapping[str, Evidence]:
        """The evidence of each card that has some, raising as `cards` does."""
        with_evidence = [card_id for card_id in self.summaries if card_id in self.with_evidence]
        return LazyMapping(with_evidence, lambda card_id: self._record(card_id).evidence)

    @cached_property
    def _records(self) -> dict[str, CheckedRecord]:
        return dict(self.read_records)

    def _record(self, card_id: str) -> CheckedRecord:
        if card_id not in self._records:
            evidence = self.evidence_files.get(card_id)
            result = RecordReader(self.root).read(
                self.root / self.files[card_id], self.root / evidence if evidence else None
            )
            self._records[card_id] = CheckedRecord(result.card, result.evidence)
        return self._records[card_id]

    def cache_file(self, kind: str) -> cache.CacheFile | None:
        """Return the cache file of what is computed from these cards, None where the library is not cached."""
        return cache.cache_file(kind, os.path.realpath(self.root)) if self.cached else None

    @cached_property
    def packages(self) -> Mapping[str, list[Summary]]:
        """The cards of each package, packages by name, cards by number."""
        groups: dict[str, list[Summary]] = defaultdict(list)
        for card in sorted(self.summaries.values(), key=lambda card: (card.package, issue_order(card.key))):
            groups[card.package].append(card)
        return groups


class LazyMapping(Mapping[str, Value]):
    """Values by id, each read when it is asked for."""

    def __init__(self, ids: Collection[str], read: Callable[[str], Value | None]) -> None:
        self._ids = dict.fromkeys(ids)
        self._read = read

    def __getitem__(self, card_id: str) -> Value:
        if card_id not in self._ids:
            raise KeyError(card_id)
        value = self._read(card_id)
        if value is None:
            raise FixcardsError(f"{card_id}: was changed while it was read; try again")
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids)

    def __len__(self) -> int:
        return len(self._ids)
