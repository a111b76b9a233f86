"""The folder `cards/` off the disk: every card, or its problems."""

from __future__ import annotations

import os
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from fixcards import cache
from fixcards.errors import FixcardsError
from fixcards.records import reader_reports
from fixcards.records.card import Card
from fixcards.records.evidence import EVIDENCE_SUFFIX, Evidence
from fixcards.records.problem import Problem
from fixcards.records.reader_reports import ReportCounts
from fixcards.records.record import (
    UNREAD,
    Record,
    RecordReader,
    display_path,
    first_json_error,
    read_content,
    read_records,
)
from fixcards.records.rules.library import LibraryContext
from fixcards.records.rules.rule import RULES
from fixcards.records.rules.text import MAX_BYTES, MAX_EVIDENCE_BYTES, unreadable
from fixcards.records.summary import Summary
from fixcards.worker_pool import WorkerPool

_SUFFIXES = (".yaml", ".yml", EVIDENCE_SUFFIX)
Value = TypeVar("Value")


@dataclass(frozen=True)
class Library:
    """Every card of a folder that fits the model, and every problem of all files.

    A card with a problem is not among `cards`, and evidence with a problem not among `evidence`: whoever shows
    the library shows nothing that is wrong. In memory are the summaries; cards and evidence are read when asked for.
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
    cache_dir: Path | None = None
    """Folder that remembers what is costly to find out."""
    parsed_cards: Mapping[str, bytes] = field(default_factory=dict)
    """The cards that had to be read just now, for `record.card_of`, where `load` was asked for them."""

    @cached_property
    def cards(self) -> Mapping[str, Card]:
        """The cards by id."""
        return LazyMapping(list(self.summaries), lambda card_id: self.read(card_id)[0])

    @cached_property
    def evidence(self) -> Mapping[str, Evidence]:
        """The evidence of each card that has some."""
        with_evidence = [card_id for card_id in self.summaries if card_id in self.with_evidence]
        return LazyMapping(with_evidence, lambda card_id: self.read(card_id)[1])

    def read(self, card_id: str) -> tuple[Card | None, Evidence | None]:
        """Read a card and its evidence as they are now."""
        beside = self.evidence_files.get(card_id)
        read = RecordReader(self.root).read(self.root / self.files[card_id], self.root / beside if beside else None)
        return read.card, read.evidence

    def cache_file(self, sort: str) -> cache.CacheFile | None:
        """Return where a sort of things about these cards is kept, None where nothing is."""
        return cache.cache_file(self.cache_dir, sort, os.path.realpath(self.root)) if self.cache_dir else None

    @cached_property
    def packages(self) -> Mapping[str, list[Summary]]:
        """The cards of each package, packages by name, cards by number."""
        groups: dict[str, list[Summary]] = defaultdict(list)
        for card in sorted(self.summaries.values(), key=lambda card: (card.package, card.number)):
            groups[card.package].append(card)
        return groups

    def summary(self, problems: Sequence[Problem], seconds: float, paths: Collection[str] | None = None) -> str:
        """Return one line about a check that took so long: cards, packages, problems by code, seconds.

        It counts the cards among `paths`, by default all.
        """
        cards = [path for path in (self.paths if paths is None else paths) if not _is_evidence(path)]
        packages = len({os.path.dirname(path) for path in cards})  # noqa: PTH120 - on every path of a large library
        codes = ", ".join(f"{code} {number}" for code, number in sorted(Counter(p.code for p in problems).items()))
        return (
            f"{_count(len(cards), 'card')}, {_count(packages, 'package')}, "
            f"{_count(len(problems), 'problem')}{f' ({codes})' if codes else ''}, {seconds:.2f} s"
        )


class LazyMapping(Mapping[str, Value]):
    """Values by id, each read when it is first asked for."""

    def __init__(self, ids: Collection[str], read: Callable[[str], Value | None]) -> None:
        self._ids = dict.fromkeys(ids)
        self._read = read
        self._have: dict[str, Value] = {}

    def __getitem__(self, card_id: str) -> Value:
        if card_id not in self._have:
            if card_id not in self._ids:
                raise KeyError(card_id)
            value = self._read(card_id)
            if value is None:
                raise FixcardsError(f"{card_id}: was changed while it was read; try again")
            self._have[card_id] = value
        return self._have[card_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids)

    def __len__(self) -> int:
        return len(self._ids)


def load(root: Path, cache_dir: Path | None = None, pool: WorkerPool | None = None, *, parsed: bool = False) -> Library:
    """Read every record below `root`.

    What the folder `kept` remembers of files with the same content isn't read again; many files are spread over
    `workers`. `parsed` keeps what was read, for whoever makes pages of it. Total: a bad file becomes problems and stops
    no other. Raises `FixcardsError` only where `root` itself can't be read.
    """
    return _Loader(root).load(cache_dir, pool or WorkerPool(1), parsed=parsed)


def read_card(path: Path, root: Path) -> tuple[Card | None, list[Problem]]:
    """Read one card file: the card where it fits the model, and its problems as far as it shows them alone."""
    files = RecordReader(root)
    return files.read_card(path), sorted(files.problems)


FileState = tuple[int, ...]
"""Times of change, size and number of each of some files, by which one that somebody has written to is known."""


@dataclass(slots=True)
class CardFile:
    """One card file of the walk, with the evidence beside it; paths below the root."""

    path: str
    state: FileState | None
    """Of both files; None where one isn't a regular file, so that it must be looked at closely."""
    evidence: str | None = None
    digest: bytes | None = None
    record: Record = UNREAD
    parsed: bytes | None = None


class _Loader:
    """Collects records and problems on one walk over the files."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.reader = RecordReader(root)
        self.display = _display_function(root)
        self._start = time.time_ns()

    def load(self, cache_dir: Path | None, pool: WorkerPool, *, parsed: bool) -> Library:
        walked = sorted(self._walk())
        cards = _pair_evidence(walked)
        self._read(cards, cache_dir, pool, parsed=parsed)
        shelf = self._context(cards)
        for path, _ in walked:
            if _is_evidence(path):
                self.reader.report(self.root / path, "FC303", RULES["FC303"].check(path, shelf))
        for found in cards.values():
            self._problems(found, shelf)
        tallies = self.tally()
        wrong = {problem.path for problem in self.reader.problems}
        good = [
            (found.record.summary, found)
            for found in cards.values()
            if found.record.summary is not None and self.display(found.path) not in wrong
        ]
        good.sort(key=lambda each: (each[0].package, each[0].number))
        return Library(
            root=self.root,
            summaries={card.id: card for card, _ in good},
            files={card.id: found.path for card, found in good},
            digests={card.id: found.digest for card, found in good if found.digest},
            summary_digests={card.id: found.record.summary_digest for card, found in good},
            reports=tallies,
            problems=tuple(sorted(self.reader.problems)),
            all_ids=shelf.all_ids,
            paths=tuple(self.display(path) for path, _ in walked),
            evidence_files={card.id: found.evidence for card, found in good if found.evidence},
            with_evidence=frozenset(card.id for card, found in good if found.record.has_evidence),
            cache_dir=cache_dir,
            parsed_cards={card.id: found.parsed for card, found in good if found.parsed},
        )

    def _read(self, cards: Mapping[str, CardFile], cache_dir: Path | None, pool: WorkerPool, *, parsed: bool) -> None:
        """Fill in what each card came to."""
        shelf = cache.cache_file(cache_dir, "records", self.reader.real_root) if cache_dir else None
        known: Mapping[str, tuple[FileState | None, bytes, Any]] = (shelf.read() if shelf else None) or {}
        unread, looked = [], 0
        for path, found in cards.items():
            state, digest, record = known.get(path, (None, b"", ()))
            if digest and found.state:
                if state == found.state:
                    found.digest = digest
                else:
                    looked += 1
                    content = read_content(str(self.root), path, found.evidence)
                    found.digest = content.digest if content else None
            if found.digest and found.digest == digest:
                found.record = Record.from_plain(record)
            else:
                unread.append(found)
        work = [(found.path, found.evidence, found.state is not None) for found in unread]
        read = partial(read_records, str(self.root), parsed=parsed)
        for found, made in zip(unread, pool.run(read, work), strict=True):
            found.digest, found.record, found.parsed = made
        if shelf and (unread or looked or len(known) > len(cards)):
            shelf.write(
                {
                    found.path: (self._not_racy(found.state), found.digest, found.record.plain())
                    for found in cards.values()
                    if found.digest
                }
            )

    def _not_racy(self, state: FileState | None) -> FileState | None:
        """Return the state of files if their next change will show in it: they were not written to just now."""
        times = (*state[0::4], *state[1::4]) if state else (self._start,)
        return state if max(times) < self._start - cache.RACY_WINDOW_NS else None

    def _context(self, cards: Mapping[str, CardFile]) -> LibraryContext:
        """Return what the rules look at beside one record."""
        owners: dict[str, list[str]] = defaultdict(list)
        for path, found in cards.items():
            if card := found.record.summary:
                in_place = path == f"{card.package}/{card.number}.yaml"
                owners[card.id].insert(0 if in_place else len(owners[card.id]), self.display(path))
        named = {"-".join(path.rpartition(".")[0].rsplit("/", 2)[-2:]) for path in cards}
        return LibraryContext(owners, frozenset(owners) | named, cards.keys())

    def _problems(self, found: CardFile, shelf: LibraryContext) -> None:
        """Take over a card's own problems, and find those that it has beside others."""
        for of_evidence, line, column, code, message, hint in found.record.problems:
            named = self.display(found.evidence if of_evidence and found.evidence else found.path)
            self.reader.problems.add(Problem(named, line, column, code, message, hint))
        if card := found.record.summary:
            for code, findings in (
                ("FC301", RULES["FC301"].check(card, self.display(found.path), shelf)),
                ("FC302", RULES["FC302"].check(card, shelf)),
            ):
                # Read once more for the places: to keep those of all cards would take a gigabyte for ten thousand.
                for finding in findings:
                    path = self.root / found.path
                    source = self.reader.parse_yaml(path, self.reader.read_bytes(path, MAX_BYTES))
                    self.reader.report(path, code, iter([finding]), source)

    def tally(self) -> dict[str, ReportCounts]:
        """Read the counted reports of readers."""
        path = self.root / reader_reports.FILE
        raw = self.reader.read_bytes(path, MAX_EVIDENCE_BYTES) if os.path.lexists(path) else None
        try:
            return reader_reports.parse_reports(raw) if raw is not None else {}
        except ValidationError as error:
            self.reader.report(path, "FC307", RULES["FC307"].check(*first_json_error(error, raw or b"")))
            return {}

    def _walk(self) -> Iterator[tuple[str, FileState | None]]:
        """Yield every path below the root that is named like a record, with its state if it is a regular file.

        Links to folders are not followed, so that no loop can trap the walk; they are yielded to be reported.
        """
        folders = [""]
        while folders:
            below = folders.pop()
            folder = os.path.join(self.root, below)  # noqa: PTH118 - on every folder of a large library
            try:
                with os.scandir(folder) as found:
                    entries = list(found)
            except OSError as error:
                if not below:
                    raise FixcardsError(f"{self.root}: the cards can't be read: {error.strerror}") from None
                self.reader.report(Path(folder), "FC001", iter([unreadable(error)]))
                continue
            for entry in entries:
                name = entry.name
                if name.startswith("."):
                    continue
                path = f"{below}/{name}" if below else name
                if name.lower().endswith(_SUFFIXES):
                    yield path, _state(entry)
                elif entry.is_dir(follow_symlinks=False):
                    folders.append(path)
                elif entry.is_symlink() and entry.is_dir():
                    yield path, None


def _state(entry: os.DirEntry[str]) -> FileState | None:
    if not entry.is_file(follow_symlinks=False):
        return None
    status = entry.stat(follow_symlinks=False)
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino


def _pair_evidence(walked: Sequence[tuple[str, FileState | None]]) -> dict[str, CardFile]:
    """Return the card files by path, each with its evidence."""
    cards = {path: CardFile(path, state) for path, state in walked if not _is_evidence(path)}
    for path, state in walked:
        if path.endswith(EVIDENCE_SUFFIX) and (found := cards.get(f"{path[: -len(EVIDENCE_SUFFIX)]}.yaml")):
            found.evidence = path
            found.state = (*found.state, *state) if found.state and state else None
    return cards


def _display_function(root: Path) -> Callable[[str], str]:
    """Return `shown` for paths below `root`, quick enough for all files of a large library."""
    if Path.cwd().is_relative_to(os.path.abspath(root)):  # noqa: PTH100 - resolve() would follow links
        return lambda path: display_path(root / path)  # some are below the working directory
    top = display_path(root / "x")[:-1]
    return lambda path: top + path.replace("/", os.sep)


def _is_evidence(name: str) -> bool:
    return name.lower().endswith(EVIDENCE_SUFFIX)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
