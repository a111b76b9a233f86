"""The folder `cards/` off the disk: walk, read what the cache lacks, then apply the rules about several records."""

from __future__ import annotations

import itertools
import os
import re
import time
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from fixcards import cache
from fixcards.errors import FixcardsError
from fixcards.files import FileState, file_state, is_hidden, is_racy, read_regular, walk
from fixcards.records import reader_reports
from fixcards.records.causes import with_causes
from fixcards.records.evidence import EVIDENCE_SUFFIX
from fixcards.records.identity import card_file, issue_order
from fixcards.records.json_error import first_json_error
from fixcards.records.library import Library, joined
from fixcards.records.problem import Problem
from fixcards.records.reader_reports import ReportCounts
from fixcards.records.record import (
    UNREAD,
    CheckedRecord,
    Keep,
    Record,
    RecordReader,
    display_path,
    problems_at,
    read_content,
    read_records,
)
from fixcards.records.rules.folder import OTHER_FILES, RECORD_SUFFIXES
from fixcards.records.rules.library import LibraryContext
from fixcards.records.rules.rule import RULES, Finding, is_blocking
from fixcards.records.rules.text import MAX_BYTES, MAX_EVIDENCE_BYTES, unreadable
from fixcards.records.schema import SCHEMAS, schema_text
from fixcards.records.summary import Summary
from fixcards.worker_pool import WorkerPool

_PORTABLE = re.compile(r"(?:(?!(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:[./]|$))[a-z0-9_-]+(?:\.[a-z0-9_-]+)*(?:/|$))+")
"""Paths that every system can hold, and that differ from others in more than case. Others are looked at closely."""
MAX_STRAYS = 200
"""Problems of one kind about files that are no records."""
States = tuple[FileState, ...]
"""States of a card file and its evidence."""


@dataclass(slots=True)
class CardFile:
    """One card file of the walk, with the evidence next to it; paths below the root."""

    path: str
    states: States | None
    """Of both files; None where one isn't a regular file, so that it must be looked at closely."""
    evidence: str | None = None
    digest: bytes | None = None
    record: Record = UNREAD
    parsed: bytes | CheckedRecord | None = None


def load(
    root: Path,
    pool: WorkerPool | None = None,
    *,
    cached: bool = False,
    keep: Keep | None = None,
    more: Sequence[Path] = (),
    tracker_hosts: Sequence[str] = (),
) -> Library:
    """Read every record below `root` and `more` folders; the processes of `pool` share the reading of many files.

    Of two cards with one id that in the earlier folder counts. `tracker_hosts` are hosts whose addresses need not be
    public (`rules/addresses.py`).

    With `cached`, files that are what they were are taken from the user's cache folder instead. `keep` hands on what
    had to be read, so that it isn't read again: "cards" for other processes that make pages of them, "records" for
    this one. Total: a bad file becomes problems and stops no other. Raises `FixcardsError` only where a folder itself
    can't be read, or lies in another one.
    """
    _refuse_nested((root, *more))
    loaders = [_Loader(folder, tracker_hosts) for folder in (root, *more)]
    for each in loaders:
        each.read(pool or WorkerPool(1), cached=cached, keep=keep)
    owners: dict[str, list[str]] = defaultdict(list)
    for each in loaders:
        for card_id, paths in each.owners().items():
            owners[card_id] += paths
    all_ids = frozenset(owners).union(*(each.ids_of_paths() for each in loaders))
    causes = {card_id: cause for each in loaders for card_id, cause in each.causes().items()}
    successors: dict[str, list[str]] = defaultdict(list)
    for each in loaders:
        for card_id, superseded in each.superseded():
            successors[superseded].append(card_id)
    context = LibraryContext(owners, all_ids, frozenset(), causes, successors)
    return joined([each.library(context, cached=cached) for each in loaders])


def _refuse_nested(folders: Sequence[Path]) -> None:
    places = [(folder, Path(os.path.realpath(folder))) for folder in folders]
    for (folder, place), (other, other_place) in itertools.combinations(places, 2):
        if place.is_relative_to(other_place) or other_place.is_relative_to(place):
            raise FixcardsError(f"{folder} and {other} lie in one another; give folders of cards that are apart")


class _Loader:
    """Collects the problems of one walk over the files."""

    def __init__(self, root: Path, tracker_hosts: Sequence[str]) -> None:
        self.root = root
        self.tracker_hosts = tuple(tracker_hosts)
        self.display = _display_function(root)
        self.problems: set[Problem] = set()
        self.cards: dict[str, CardFile] = {}
        self._walked: list[tuple[str, FileState | None]] = []
        self._strays: Counter[str] = Counter()

    def read(self, pool: WorkerPool, *, cached: bool, keep: Keep | None) -> None:
        """Read the records, each for itself."""
        start = time.time_ns()
        self._walked = sorted(self._walk())
        self._check_schemas()
        self.cards = _pair_evidence(self._walked)
        _read_cards(self, pool, start, cached=cached, keep=keep)

    def library(self, context: LibraryContext, *, cached: bool) -> Library:
        """Apply the rules about several records, of which `context` has those of all folders; return the library."""
        walked, cards = self._walked, self.cards
        context = replace(context, places=cards.keys())
        for path, _ in walked:
            if _is_evidence(path):
                self.problems.update(problems_at(self.display(path), "FC303", RULES["FC303"].check(path, context)))
        for card in cards.values():
            self.problems.update(self._own_problems(card))
            self.problems.update(self._cross_problems(card, context))
        reports = self._reports()
        for card in cards.values():
            if (summary := card.record.summary) and summary.id in reports and reports[summary.id].unanswered:
                card.record = card.record.disputed()
        wrong = {problem.path for problem in self.problems if is_blocking(problem.code)}
        good = [
            (card.record.summary, card)
            for card in cards.values()
            if card.record.summary is not None and self.display(card.path) not in wrong
        ]
        good.sort(key=lambda each: (each[0].package, issue_order(each[0].key)))
        summaries = {summary.id: summary for summary in with_causes(summary for summary, _ in good)}
        return Library(
            root=self.root,
            summaries=summaries,
            files={summary.id: card.path for summary, card in good},
            digests={summary.id: card.digest for summary, card in good if card.digest},
            summary_digests={
                # What has become the cause of a card may be another one, though the card is what it was.
                card_id: cache.digest(card.record.summary_digest, summary.cause.encode())
                for (card_id, summary), (_, card) in zip(summaries.items(), good, strict=True)
            },
            reports=reports,
            problems=tuple(sorted(self.problems)),
            all_ids=context.all_ids,
            paths=tuple(self.display(path) for path, _ in walked),
            evidence_files={summary.id: card.evidence for summary, card in good if card.evidence},
            with_evidence=frozenset(summary.id for summary, card in good if card.record.has_evidence),
            cached=cached,
            tracker_hosts=self.tracker_hosts,
            parsed_cards={summary.id: card.parsed for summary, card in good if isinstance(card.parsed, bytes)},
            read_records={summary.id: card.parsed for summary, card in good if isinstance(card.parsed, CheckedRecord)},
        )

    def _walk(self) -> Iterator[tuple[str, FileState | None]]:
        """Yield every file below the root that is named like a record, with its state if it is a regular file.

        Whatever else lies there becomes a problem.
        """
        paths: set[str] = set()
        for path, entry in walk(os.fspath(self.root), _is_skipped, self._unreadable):
            paths.add(path)
            if path.lower().endswith(RECORD_SUFFIXES):
                regular = entry.is_file(follow_symlinks=False)
                if not regular and _is_evidence(path):  # the card can be shown without it
                    self._report(path, "FC001", RULES["FC001"].check(self.root / path, os.path.realpath(self.root)))
                else:
                    yield path, file_state(entry.stat(follow_symlinks=False)) if regular else None
            elif path != reader_reports.FILE and not (path in OTHER_FILES and entry.is_file(follow_symlinks=False)):
                for code in ("FC040", "FC041", "FC042"):
                    self._report(path, code, RULES[code].check(path, entry))
        # As nearly none: the rules would take a fifth of a check without changes.
        if unusual := [path for path in paths if not _PORTABLE.fullmatch(path)]:
            # Of names that are one elsewhere the last in order stays, which is the one in lower case.
            folded = {_folded(path): path for path in sorted(paths)}
            for path in unusual:
                self._report(path, "FC043", RULES["FC043"].check(path))
                self._report(path, "FC044", RULES["FC044"].check(path, folded[_folded(path)]))

    def _report(self, path: str, code: str, findings: Iterator[Finding]) -> None:
        """Add what a rule finds at a path; of very many strays only the first, so that the rest stays readable."""
        for finding in findings:
            self._strays[code] += 1
            if self._strays[code] <= MAX_STRAYS:
                self.problems.update(problems_at(self.display(path), code, iter([finding])))
            elif self._strays[code] == MAX_STRAYS + 1:
                more = Finding("and more files with this problem", finding.hint)
                self.problems.update(problems_at(self.display(path), code, iter([more])))

    def _check_schemas(self) -> None:
        for name in SCHEMAS:
            path = self.root / f"{name}.schema.json"
            with suppress(OSError):  # a link and what else can't be read is a problem already
                raw = read_regular(path, MAX_BYTES)
                self._report(path.name, "FC045", RULES["FC045"].check(raw, schema_text(name).encode()))

    def _unreadable(self, folder: str, error: OSError) -> None:
        if not folder:
            raise FixcardsError(f"{self.root}: the cards can't be read: {error.strerror}") from None
        self.problems.update(problems_at(self.display(folder), "FC001", iter([unreadable(error)])))

    def owners(self) -> Mapping[str, list[str]]:
        """Return the card files of each id as problems name them, the one in the right place first."""
        owners: dict[str, list[str]] = defaultdict(list)
        for path, card in self.cards.items():
            if summary := card.record.summary:
                in_place = path == card_file(summary.ecosystem, summary.package, summary.key)
                owners[summary.id].insert(0 if in_place else len(owners[summary.id]), self.display(path))
        return owners

    def causes(self) -> dict[str, str]:
        """Return the id of the cause card of each card that names one."""
        summaries = [card.record.summary for card in self.cards.values()]
        return {summary.id: summary.cause for summary in summaries if summary and summary.cause}

    def superseded(self) -> Iterator[tuple[str, str]]:
        """Yield the id of each card that supersedes others, with each of those."""
        for card in self.cards.values():
            if summary := card.record.summary:
                yield from ((summary.id, each) for each in summary.supersedes)

    def ids_of_paths(self) -> set[str]:
        """Return the ids that the places of all card files stand for, also of those that can't be read."""
        return {"-".join(path.rpartition(".")[0].rsplit("/", 2)[-2:]) for path in self.cards}

    def _own_problems(self, card: CardFile) -> Iterator[Problem]:
        for of_evidence, line, column, code, message, hint in card.record.problems:
            path = card.evidence if of_evidence and card.evidence else card.path
            yield Problem(self.display(path), line, column, code, message, hint)

    def _cross_problems(self, card: CardFile, context: LibraryContext) -> Iterator[Problem]:
        """Yield the problems that a card has with others."""
        summary = card.record.summary
        if summary is None:
            return
        display = self.display(card.path)
        findings = {
            "FC301": list(RULES["FC301"].check(summary, display, context)),
            "FC302": list(RULES["FC302"].check(summary, context)),
            "FC309": list(RULES["FC309"].check(summary, context)),
            "FC330": list(RULES["FC330"].check(summary, context)),
            "FC331": list(RULES["FC331"].check(summary, context)),
        }
        if any(findings.values()):
            # Read once more for the places: to keep those of all cards would take a gigabyte for ten thousand.
            reader = RecordReader(self.root, self.tracker_hosts)
            document = reader.parse_yaml(self.root / card.path, reader.read_bytes(self.root / card.path, MAX_BYTES))
            for code, each in findings.items():
                yield from problems_at(display, code, iter(each), document)

    def _reports(self) -> dict[str, ReportCounts]:
        """Read the counted reports of readers."""
        path = self.root / reader_reports.FILE
        if not os.path.lexists(path):
            return {}
        reader = RecordReader(self.root)
        raw = reader.read_bytes(path, MAX_EVIDENCE_BYTES)
        self.problems |= reader.problems
        try:
            return reader_reports.parse_reports(raw) if raw is not None else {}
        except ValidationError as error:
            findings = RULES["FC307"].check(*first_json_error(error, raw or b""))
            self.problems.update(problems_at(display_path(path), "FC307", findings))
            return {}


def _read_cards(loader: _Loader, pool: WorkerPool, start: int, *, cached: bool, keep: Keep | None) -> None:
    """Fill in the record of each card: from the cache where its files are what they were, else from the files."""
    root, cards = loader.root, loader.cards
    file = cache.cache_file("records", os.path.realpath(root)) if cached else None
    key = cache.digest_of(loader.tracker_hosts)
    previous = _cached_records(file, key) if file else {}
    unread, looked_at = [], 0
    for path, card in cards.items():
        states, digest, record = previous.get(path, (None, b"", ()))
        if digest and card.states:
            if states == card.states:
                card.digest = digest
            else:
                looked_at += 1
                content = read_content(str(root), path, card.evidence)
                card.digest = content.digest if content else None
        if card.digest and card.digest == digest:
            card.record = Record.from_plain(record)
        else:
            unread.append(card)
    places = [(card.path, card.evidence, card.states is not None) for card in unread]
    results = pool.run(partial(read_records, str(root), keep=keep, tracker_hosts=loader.tracker_hosts), places)
    for card, result in zip(unread, results, strict=True):
        card.digest, card.record, card.parsed = result
    if file and (unread or looked_at or len(previous) > len(cards)):
        file.write(
            {
                card.path: (_states_to_cache(card, start), card.digest, card.record.plain())
                for card in cards.values()
                if card.digest
            },
            key,
        )


def _cached_records(file: cache.CacheFile, key: bytes) -> Mapping[str, tuple[States | None, bytes, Any]]:
    """Return the cached record of each card, none where the file is not as this program writes it."""
    cached = file.read(key)
    return cached if isinstance(cached, dict) and all(map(_is_cached_record, cached.values())) else {}


def _is_cached_record(value: object) -> bool:
    if not (isinstance(value, tuple) and len(value) == 3 and isinstance(value[1], bytes)):
        return False
    record = value[2]
    if not (isinstance(record, tuple) and len(record) == len(Record._fields)):
        return False
    return record[0] is None or (isinstance(record[0], tuple) and len(record[0]) == len(Summary._fields))


def _states_to_cache(card: CardFile, start: int) -> States | None:
    """Return the states of a card's files; None where a change since might not show in them: look again next time."""
    return None if is_racy(card.states or (), start) else card.states


def _pair_evidence(walked: Sequence[tuple[str, FileState | None]]) -> dict[str, CardFile]:
    """Return the card files by path, each with its evidence."""
    cards = {path: CardFile(path, (state,) if state else None) for path, state in walked if not _is_evidence(path)}
    for path, state in walked:
        if path.endswith(EVIDENCE_SUFFIX) and (card := cards.get(f"{path[: -len(EVIDENCE_SUFFIX)]}.yaml")):
            card.evidence = path
            card.states = (*card.states, state) if card.states and state else None
    return cards


def _display_function(root: Path) -> Callable[[str], str]:
    """Return `display_path` for paths below `root`, quick enough for all files of a large library."""
    if Path.cwd().is_relative_to(os.path.abspath(root)):  # noqa: PTH100 - resolve() would follow links
        return lambda path: display_path(root / path)  # some are below the working directory
    top = display_path(root / "x")[:-1]
    return lambda path: top + path.replace("/", os.sep)


def _is_skipped(path: str) -> bool:
    """Return whether the walk passes a path over: hidden, or in a folder that is reported for its name."""
    return is_hidden(path) or path.rpartition("/")[0].lower().endswith(RECORD_SUFFIXES)


def _folded(path: str) -> str:
    """Return a path as file systems see it that ignore case and how accents are composed."""
    return unicodedata.normalize("NFC", path).casefold()


def _is_evidence(name: str) -> bool:
    return name.lower().endswith(EVIDENCE_SUFFIX)
