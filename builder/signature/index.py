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

import base64
import hashlib
import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate
from operator import itemgetter, sub
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
Row = tuple[str, str, str, bytes]
"""What the index takes of an entry: id, terms of signature and title, further ones of its prose, record as JSON."""


class IndexUnusableError(FixcardsError):
    """The index is missing, damaged or of another version than the program."""


def build(
    entries: Iterable[Entry], site: str = "", tables: Mapping[str, Any] | None = None
) -> Iterator[tuple[str, bytes]]:
    """Yield the path and content of every index file. The entries may come in any order; ids are unique.

    An index for browsers takes `tables` (`portable.tables()`); Python has its own and leaves them unread.
    """
    return assemble(map(row, entries), site, tables)


def terms(entry: Entry) -> dict[str, None]:
    """Return what an entry is found by besides its prose, in order: words of its signature and title, its frames."""
    forms = map(common_form, entry.templates)
    found = dict.fromkeys(words("\n".join((entry.package, entry.title, entry.exception, *forms))))
    return found | dict.fromkeys(map(lower, entry.frames))


def row(entry: Entry) -> Row:
    """Return what the index takes of an entry. It depends on nothing else, so it can be kept or made anywhere."""
    strong = terms(entry)
    weak = [term for term in telling(words(entry.prose)) if term not in strong]
    return entry.id, "\n".join(strong), "\n".join(weak), _json(entry.record())


def assemble(
    rows: Iterable[Row], site: str = "", tables: Mapping[str, Any] | None = None
) -> Iterator[tuple[str, bytes]]:
    """Yield the same as `build` of the entries that `row` was given."""
    ordered = sorted(rows, key=itemgetter(0))
    postings = _postings(ordered)
    common = {term: len(found) for term, found in sorted(postings.items()) if len(found) > COMMON}
    starts, term_names, card_names = [], [], []
    for start, content in _term_files(postings):
        starts.append(start)
        term_names.append(_hash(content))
        yield f"terms/{len(term_names) - 1}-{term_names[-1]}.json", content
    for first in range(0, len(ordered), CHUNK):
        content = b"[%b]" % b",".join([record for _, _, _, record in ordered[first : first + CHUNK]])
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


def _postings(rows: Iterable[Row]) -> Mapping[str, list[int]]:
    """Return the postings of all terms."""
    postings: dict[str, list[int]] = defaultdict(list)
    for number, (_, strong, weak, _) in enumerate(rows):
        for term in strong.split("\n"):
            postings[term].append(2 * number + 1)
        for term in weak.split("\n"):
            postings[term].append(2 * number)
    postings.pop("", None)  # of an entry without terms
    return postings


def _term_files(postings: Mapping[str, Sequence[int]]) -> Iterator[tuple[str, bytes]]:
    """Yield the start and content of each term file."""
    part: dict[str, Sequence[int]] = {}
    size, before, start = 0, "", ""
    for term in sorted(postings):
        numbers = postings[term]
        count = len(numbers)
        if count > MOST:
            continue
        if size and size + 3 * count > PART:
            yield start, _json(part)
            part, size = {}, 0
        if not part:
            start = _shortest(before, term)
        part[term] = numbers if count == 1 else [numbers[0], *map(sub, numbers[1:], numbers)]
        size += len(term) + 5 + 3 * count
        before = term
    if part:
        yield start, _json(part)


def _shortest(before: str, term: str) -> str:
    """Return the shortest start of `term` that is above `before`."""
    size = next((size for size in range(1, len(term)) if term[:size] > before), len(term))
    return term[:size]


def _json(data: object) -> bytes:
    from pydantic_core import to_json  # not above, for a search has no need of it

    return to_json(data)


def _hash(content: bytes) -> str:
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
