"""Index files -> postings and entries."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from itertools import accumulate
from typing import Any

from fixcards.errors import FixcardsError
from fixcards.matching.index.entry import Entry
from fixcards.matching.index.format import FORMAT, HASH_LENGTH
from fixcards.matching.parse.normalize import TABLE_VERSION
from fixcards.matching.parse.tokens import informative, is_typo_of

MAX_COMPLETIONS = 8
"""Words that an unfinished or mistyped word stands for."""
MIN_FUZZY_LENGTH = 3
"""Letters of the shortest word that may stand for another one."""

Read = Callable[[str], bytes]


class IndexUnusableError(FixcardsError):
    """The index is missing, damaged, or written for another version of the program."""


class Index:
    """A built index, whose files are read when they are needed. `read` returns the content of a path in it."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._files: dict[str, Any] = {}

    @classmethod
    def of(cls, entries: Iterable[Entry], site: str = "") -> Index:
        """Return the index of some entries, without writing files."""
        from fixcards.matching.index.writer import build  # not above: who reads an index need not write one

        return cls(dict(build(entries, site)).__getitem__)

    @cached_property
    def head(self) -> Mapping[str, Any]:
        """`index.json`. Raises `IndexUnusableError` if it is missing or written for another version."""
        head = self._json("index.json")
        if not isinstance(head, dict) or head.get("format") != FORMAT or head.get("rules") != TABLE_VERSION:
            raise IndexUnusableError("the search index was made by another version of fixcards; build the site again")
        return head

    def __len__(self) -> int:
        return int(self.head["entries"])

    def frequency(self, term: str) -> int:
        """Return how many entries have a term, 0 for one that isn't common."""
        return int(self.head["common"].get(term, 0))

    def postings(self, term: str, *, fuzzy: bool = False, prefix: bool = False) -> list[int]:
        """Return the postings of a term, none where it is unknown or too common.

        With `prefix` an unknown term is taken for the start of a word first, with `fuzzy` for a typing error. The
        postings are those of the first `MAX_COMPLETIONS` informative words that fit and stand in the same file.
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
        meant = (meant or [word for word in words if is_typo_of(term, word)])[:MAX_COMPLETIONS]
        return sorted({posting for word in meant for posting in accumulate(terms[word])})

    def term_file(self, term: str) -> int:
        """Return the number of the term file that would hold a term, -1 where none would."""
        if self.frequency(term) > self.head["most"]:
            return -1
        return bisect_right(self.head["starts"], term) - 1

    def entry(self, number: int) -> Entry:
        """Return an entry by its number."""
        size = self.head["chunk"]
        return Entry.from_record(self._file("cards", number // size)[number % size])

    def _file(self, kind: str, number: int) -> Any:
        name = self.head[kind][number * HASH_LENGTH : (number + 1) * HASH_LENGTH]
        return self._json(f"{kind}/{number}-{name}.json")

    def _json(self, path: str) -> Any:
        if path not in self._files:
            try:
                self._files[path] = json.loads(self._read(path))
            except (KeyError, ValueError, OSError) as error:
                raise IndexUnusableError(f"the search index can't be read: {path}: {error}") from None
        return self._files[path]
