"""The cards of a folder, as pages, the search and the commands see them."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
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
    """Every card of a folder, or of several, that fits the model, and every problem of all files.

    A card with a problem is not among `cards`, and evidence with a problem not among `evidence`, so nothing wrong is
    shown. In memory are the summaries; each card is read once with its evidence, when one of the two is first needed.
    """

    root: Path
    summaries: Mapping[str, Summary]
    files: Mapping[str, str]
    """Path of each card below its folder, with `/` on every system."""
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
    """Evidence file of each card that has one, good or not, below its folder."""
    with_evidence: frozenset[str] = frozenset()
    """Ids of the cards that have evidence which may be shown."""
    more_roots: tuple[Path, ...] = ()
    """Further folders."""
    roots_of_others: Mapping[str, Path] = field(default_factory=dict)
    """Folder of each card that is not in `root`."""
    tracker_hosts: tuple[str, ...] = ()
    """Hosts whose addresses need not be public."""
    cached: bool = False
    """Whether what is computed from the cards goes into the user's cache folder."""
    parsed_cards: Mapping[str, bytes] = field(default_factory=dict)
    """The cards that `load` had just read, for `record.unpickle_card`, where it was asked to keep them."""
    read_records: Mapping[str, CheckedRecord] = field(default_factory=dict)
    """The cards that `load` had just read, with their evidence, where it was asked to keep them."""

    @property
    def roots(self) -> tuple[Path, ...]:
        """All folders."""
        return (self.root, *self.more_roots)

    def root_of(self, card_id: str) -> Path:
        """Return the folder that a card lies in."""
        return self.roots_of_others.get(card_id, self.root)

    def path_of(self, card_id: str) -> Path:
        """Return the file of a card. Raises `KeyError` for one that has a problem."""
        return self.root_of(card_id) / self.files[card_id]

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
            root, evidence = self.root_of(card_id), self.evidence_files.get(card_id)
            result = RecordReader(root, self.tracker_hosts).read(
                self.path_of(card_id), root / evidence if evidence else None
            )
            self._records[card_id] = CheckedRecord(result.card, result.evidence)
        return self._records[card_id]

    @cached_property
    def successors(self) -> Mapping[str, str]:
        """The id of the card that took the place of each found card which is gone."""
        return {name: card.id for card in self.summaries.values() for name in card.supersedes}

    def cache_file(self, kind: str) -> cache.CacheFile | None:
        """Return the cache file of what is computed from these cards, None where the library is not cached."""
        names = map(os.path.realpath, self.roots)
        return cache.cache_file(kind, "\0".join(names)) if self.cached else None

    @cached_property
    def packages(self) -> Mapping[str, list[Summary]]:
        """The cards of each package, packages by name, cards by number."""
        groups: dict[str, list[Summary]] = defaultdict(list)
        for card in sorted(self.summaries.values(), key=lambda card: (card.package, issue_order(card.key))):
            groups[card.package].append(card)
        return groups


def joined(libraries: Sequence[Library]) -> Library:
    """Return the cards of several folders as one library. Of cards with one id only one may be without a problem."""
    first, *others = libraries
    if not others:
        return first
    summaries = _union([each.summaries for each in libraries])
    summary_digests = _union([each.summary_digests for each in libraries])
    order = sorted(summaries, key=lambda each: (summaries[each].package, issue_order(summaries[each].key)))
    return Library(
        root=first.root,
        summaries={card_id: summaries[card_id] for card_id in order},
        files=_union([each.files for each in libraries]),
        digests=_union([each.digests for each in libraries]),
        summary_digests={card_id: summary_digests[card_id] for card_id in order},
        reports=_union([each.reports for each in libraries]),
        problems=tuple(sorted({problem for each in libraries for problem in each.problems})),
        all_ids=first.all_ids,
        paths=tuple(path for each in libraries for path in each.paths),
        evidence_files=_union([each.evidence_files for each in libraries]),
        with_evidence=first.with_evidence.union(*(each.with_evidence for each in others)),
        more_roots=tuple(each.root for each in others),
        roots_of_others={card_id: each.root for each in others for card_id in each.summaries},
        tracker_hosts=first.tracker_hosts,
        cached=first.cached,
        parsed_cards=_union([each.parsed_cards for each in libraries]),
        read_records=_union([each.read_records for each in libraries]),
    )


def _union(mappings: Sequence[Mapping[str, Value]]) -> dict[str, Value]:
    """Return the union of mappings; the first one that has a key counts."""
    return {key: value for mapping in reversed(mappings) for key, value in mapping.items()}


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
