"""Entries <-> index files, cut so that a query reads only the parts that it needs.

Format 2, all files JSON in UTF-8:

`index.json`
    `format`, `rules` (version of the rule table), `entries` (their number), `chunk` (entries of one entry file),
    `site` (address of the published site, for links; may be empty), `most` (postings above which a word is left out),
    `common` (word -> entries that have it, for words that more than `COMMON` have), `starts` (for each term file the
    shortest text that is above the file before it), `terms` and `cards` (the content hashes of all term and entry
    files, `HASH` characters each, in order), `tables` (the rules and numbers by which the index was made, as
    `portable.py` writes them: a browser's search has none of its own).
`terms/<number>-<hash>.json`
    An object of terms in order, each with its postings: ascending numbers, each written as the difference to the one
    before. A posting is twice the number of an entry, plus one where the term stands in its signature or title.
    Terms are words (`words.py`), of prose those that say something by themselves, and library frames in small letters.
`cards/<number>-<hash>.json`
    A list of `chunk` records (`Entry.record`), the entries in order of their ids.

Names hold a hash of the content, so files can be cached for ever; only `index.json` changes in place. The same entries
give the same bytes.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate, pairwise
from typing import Any

from builder.errors import FixcardsError
from builder.signature.entry import Entry
from builder.signature.normal import TABLE_VERSION
from builder.signature.template import common_form
from builder.signature.words import lower, telling, words

FORMAT = 2
"""Raised whenever an older reader would misread the files or the tables."""
HASH = 6
CHUNK = 12
COMMON = 1000
MOST = 8000
COMPLETED = 8
"""Words that the beginning of one stands for while it is typed."""
SHORTEST = 3
PART = 4_000
"""Bytes after which a term file ends; about 2 kB of them are left when it is compressed."""

Read = Callable[[str], bytes]


class IndexUnusableError(FixcardsError):
    """The index is missing, damaged or of another version than the program."""


def build(
    entries: Iterable[Entry], site: str = "", tables: Mapping[str, Any] | None = None
) -> Iterator[tuple[str, bytes]]:
    """Yield the path and content of every index file. The entries may come in any order; ids are unique.

    An index for browsers takes `tables` (`portable.tables()`); Python has its own and leaves them unread.
    """
    ordered = sorted(entries, key=lambda entry: entry.id)
    postings: dict[str, list[int]] = defaultdict(list)
    for number, entry in enumerate(ordered):
        strong = terms(entry)
        for term in strong:
            postings[term].append(2 * number + 1)
        for term in telling(words(entry.prose)):
            if term not in strong:
                postings[term].append(2 * number)
    common = {term: len(found) for term, found in sorted(postings.items()) if len(found) > COMMON}
    starts, term_names, card_names = [], [], []
    for start, content in _term_files(postings):
        starts.append(start)
        term_names.append(_hash(content))
        yield f"terms/{len(term_names) - 1}-{term_names[-1]}.json", content
    for first in range(0, len(ordered), CHUNK):
        content = _json([entry.record() for entry in ordered[first : first + CHUNK]])
        card_names.append(_hash(content))
        yield f"cards/{len(card_names) - 1}-{card_names[-1]}.json", content
    head = {
        "format": FORMAT,
        "rules": TABLE_VERSION,
        "site": site,
        "entries": len(ordered),
        "chunk": CHUNK,
        "most": MOST,
        "common": common,
        "starts": starts,
        "terms": "".join(term_names),
        "cards": "".join(card_names),
        "tables": tables or {},
    }
    yield "index.json", _json(head)


def terms(entry: Entry) -> dict[str, None]:
    """Return what an entry is found by besides its prose, in order: words of its signature and title, its frames."""
    found = words(entry.package) + words(entry.title) + words(entry.exception)
    for template in entry.templates:
        found += words(common_form(template))
    found += [lower(frame) for frame in entry.frames]
    return dict.fromkeys(found)


def _term_files(postings: Mapping[str, Sequence[int]]) -> Iterator[tuple[str, bytes]]:
    """Yield the start and content of each term file."""
    part: dict[str, list[int]] = {}
    size, before, start = 0, "", ""
    for term in sorted(postings):
        numbers = postings[term]
        if len(numbers) > MOST:
            continue
        if size and size + 3 * len(numbers) > PART:
            yield start, _json(part)
            part, size = {}, 0
        if not part:
            start = _shortest(before, term)
        part[term] = [numbers[0], *(high - low for low, high in pairwise(numbers))]
        size += len(term) + 5 + 3 * len(numbers)
        before = term
    if part:
        yield start, _json(part)


def _shortest(before: str, term: str) -> str:
    """Return the shortest start of `term` that is above `before`."""
    size = next((size for size in range(1, len(term)) if term[:size] > before), len(term))
    return term[:size]


def _json(data: object) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def _hash(content: bytes) -> str:
    import base64  # not above, for a search has no need of them
    import hashlib

    return base64.b32encode(hashlib.sha256(content).digest())[:HASH].decode().lower()


class Index:
    """A built index that reads its parts when they are asked for. `read` returns the content of a path."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._parts: dict[str, Any] = {}

    @classmethod
    def of(cls, entries: Iterable[Entry], site: str = "") -> Index:
        """Return the index of entries without any files."""
        return cls(dict(build(entries, site)).__getitem__)

    @cached_property
    def head(self) -> Mapping[str, Any]:
        """`index.json`. Raises where it is missing or made for another version of the program."""
        head = self._json("index.json")
        if not isinstance(head, dict) or head.get("format") != FORMAT or head.get("rules") != TABLE_VERSION:
            raise IndexUnusableError("the search index was made by another version of fixcards; build the site again")
        return head

    def __len__(self) -> int:
        return int(self.head["entries"])

    def frequency(self, term: str) -> int:
        """Return how many entries have a common term, 0 where it is none."""
        return int(self.head["common"].get(term, 0))

    def postings(self, term: str, *, begun: bool = False) -> list[int]:
        """Return the postings of a term, none where it is unknown or too common.

        `begun` takes an unknown term for the start of a word that is still being typed: the postings of the first
        `COMPLETED` words that begin so, as far as they stand in one file.
        """
        number = self.part_of(term)
        if number < 0:
            return []
        part = self._part("terms", number)
        if term in part:
            return list(accumulate(part[term]))
        if not begun or len(term) < SHORTEST:
            return []
        longer = [found for found in part if found.startswith(term)][:COMPLETED]
        return sorted({posting for found in longer for posting in accumulate(part[found])})

    def part_of(self, term: str) -> int:
        """Return the number of the term file that would hold a term, -1 where none would."""
        if self.frequency(term) > self.head["most"]:
            return -1
        return bisect_right(self.head["starts"], term) - 1

    def entry(self, number: int) -> Entry:
        """Return an entry by its number."""
        size = self.head["chunk"]
        return Entry.from_record(self._part("cards", number // size)[number % size])

    def _part(self, kind: str, number: int) -> Any:
        name = self.head[kind][number * HASH : (number + 1) * HASH]
        return self._json(f"{kind}/{number}-{name}.json")

    def _json(self, path: str) -> Any:
        if path not in self._parts:
            try:
                self._parts[path] = json.loads(self._read(path))
            except (KeyError, ValueError, OSError) as error:
                raise IndexUnusableError(f"the search index can't be read: {path}: {error}") from None
        return self._parts[path]
