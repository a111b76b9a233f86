"""Index files -> postings and entries."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from itertools import accumulate
from string import digits
from typing import Any

from fixcards.errors import FixcardsError
from fixcards.matching.index.conditions import CONDITIONS_FILE, Conditions, check_conditions, conditions_of
from fixcards.matching.index.entry import Entry
from fixcards.matching.index.format import FORMAT, HASH_LENGTH, PACKAGE_TERM, content_hash
from fixcards.matching.index.validation import InvalidIndexError, check_entries, check_head, check_terms
from fixcards.matching.parse.normalize import TABLE_VERSION
from fixcards.matching.parse.tokens import informative, is_typo_of

MAX_COMPLETIONS = 8
"""Words that an unfinished or mistyped word stands for."""
MIN_FUZZY_LENGTH = 3
"""Letters of the shortest word that may stand for another one."""
MAX_CACHED_BYTES = 8 << 20
"""Bytes of files that stay parsed. Their data takes up to twenty times as much memory."""

Read = Callable[[str], bytes]
_UNUSABLE = "the search index can't be read"


class IndexUnusableError(FixcardsError):
    """The index is missing, damaged, or written for another version of the program."""


class Index:
    """A built index, whose files are read when they are needed. `read` returns the content of a path in it.

    An index that isn't `trusted`, because this program has just written it or checked its digests, is validated file by
    file; all methods raise `IndexUnusableError` where it isn't as the format says. `name` tells it from other indexes.
    """

    def __init__(self, read: Read, *, trusted: bool = False, name: str = "") -> None:
        self.name = name
        self._read = read
        self._trusted = trusted
        self._files: dict[str, Any] = {}
        self._entries: dict[int, Entry] = {}
        self._conditions: Mapping[str, Any] | None = None
        self._cached_bytes = 0

    @classmethod
    def of(cls, entries: Iterable[Entry], site: str = "") -> Index:
        """Return the index of some entries, without writing files."""
        from fixcards.matching.index.writer import build  # not above: who reads an index need not write one

        return cls(dict(build(entries, site)).__getitem__, trusted=True)

    @cached_property
    def head(self) -> Mapping[str, Any]:
        """`index.json`. Raises `IndexUnusableError` if it is missing or written for another version."""
        path = "index.json"
        head = _parsed(path, self._content(path))
        if not isinstance(head, dict):
            raise IndexUnusableError(f"{_UNUSABLE}: {path}: is no object")
        if head.get("format") != FORMAT or head.get("rules") != TABLE_VERSION:
            raise IndexUnusableError("the search index was made by another version of fixcards; build the site again")
        if not self._trusted:
            _check(path, check_head, head)
        return head

    def __len__(self) -> int:
        return int(self.head["entries"])

    def frequency(self, term: str) -> int:
        """Return how many entries have a term, 0 for one that isn't common."""
        return int(self.head["common"].get(term, 0))

    def postings(self, term: str, *, fuzzy: bool = False, prefix: bool = False) -> list[int]:
        """Return the postings of a term, none where it is unknown or too common.

        With `prefix` an unknown term is taken for the start of a word first, with `fuzzy` for a typing error, unless it
        ends with a digit, since another number is another name. The postings are those of the first `MAX_COMPLETIONS`
        informative words that fit and stand in the same file.
        """
        number = self.term_file(term)
        if number < 0:
            return []
        terms = self._file("terms", number)
        if term in terms:
            return list(accumulate(terms[term]))
        if not fuzzy or len(term) < MIN_FUZZY_LENGTH:
            return []
        words = informative(terms)
        meant = [word for word in words if prefix and word.startswith(term)]
        if not meant and term[-1] not in digits:
            meant = [word for word in words if is_typo_of(term, word)]
        return sorted({posting for word in meant[:MAX_COMPLETIONS] for posting in accumulate(terms[word])})

    def term_file(self, term: str) -> int:
        """Return the number of the term file that would hold a term, -1 where none would."""
        if self.frequency(term) > self.head["most"]:
            return -1
        return bisect_right(self.head["starts"], term) - 1

    def entry(self, number: int) -> Entry:
        """Return an entry by its number."""
        record = self._record(number)
        if number not in self._entries:
            self._entries[number] = Entry.from_record(record)
        return self._entries[number]

    def _record(self, number: int) -> Mapping[str, Any]:
        size = self.head["chunk"]
        record: Mapping[str, Any] = self._file("cards", number // size)[number % size]
        return record

    def conditions(self, packages: Iterable[str]) -> list[Conditions]:
        """Return the conditions of each entry of some packages."""
        table = self._condition_table()
        try:
            return [each for package in packages for each in conditions_of(table, package)]
        except InvalidIndexError as error:
            raise IndexUnusableError(f"{_UNUSABLE}: {CONDITIONS_FILE}: {error}") from None

    def ids_by_package(self) -> dict[str, list[str]]:
        """Return the ids of all entries that have conditions, by package."""
        packages = self._condition_table()["packages"]
        return {package: [each.id for each in self.conditions([package])] for package in packages}

    def entry_of(self, entry_id: str, package: str) -> Entry | None:
        """Return the entry of a package with an id, None where there is none."""
        records = (self._record(posting >> 1) for posting in self.postings(f"{PACKAGE_TERM}{package}"))
        return next((Entry.from_record(record) for record in records if record["id"] == entry_id), None)

    def _condition_table(self) -> Mapping[str, Any]:
        if self._conditions is None:
            table = _parsed(CONDITIONS_FILE, self._content(CONDITIONS_FILE))
            _check(CONDITIONS_FILE, check_conditions, table)
            self._conditions = table
        return self._conditions

    def _file(self, kind: str, number: int) -> Any:
        name = self.head[kind][number * HASH_LENGTH : (number + 1) * HASH_LENGTH]
        path = f"{kind}/{number}-{name}.json"
        if path in self._files:
            return self._files[path]
        content = self._content(path)
        data = _parsed(path, content)
        if not self._trusted:
            if content_hash(content) != name:
                raise IndexUnusableError(f"{_UNUSABLE}: {path}: its content doesn't have the hash in its name")
            if kind == "terms":
                _check(path, check_terms, data, self.head["entries"])
            else:
                chunk = self.head["chunk"]
                _check(path, check_entries, data, min(chunk, self.head["entries"] - number * chunk))
        if self._cached_bytes > MAX_CACHED_BYTES:
            self._files.clear()
            self._entries.clear()
            self._cached_bytes = 0
        self._cached_bytes += len(content)
        self._files[path] = data
        return data

    def _content(self, path: str) -> bytes:
        try:
            return self._read(path)
        except KeyError:
            raise IndexUnusableError(f"{_UNUSABLE}: {path}: is missing") from None
        except OSError as error:
            raise IndexUnusableError(f"{_UNUSABLE}: {path}: {error.strerror or error}") from None


def _parsed(path: str, content: bytes) -> Any:
    try:
        return json.loads(content.decode())
    except RecursionError:
        raise IndexUnusableError(f"{_UNUSABLE}: {path}: is nested too deeply") from None
    except ValueError as error:
        raise IndexUnusableError(f"{_UNUSABLE}: {path}: is no JSON: {error}") from None


def _check(path: str, check: Callable[..., None], *data: Any) -> None:
    try:
        check(*data)
    except InvalidIndexError as error:
        raise IndexUnusableError(f"{_UNUSABLE}: {path}: {error}") from None
