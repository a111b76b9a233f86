"""Entries <-> index files, cut so that a query reads only the parts that it needs.

Format 4, all files JSON in UTF-8:

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
    Terms are words (`words.py`) and the parts of identifiers, of prose words that say something by themselves, and
    library frames in small letters.
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
from functools import cache, cached_property
from itertools import accumulate, islice
from json.encoder import encode_basestring
from operator import attrgetter, sub
from typing import TYPE_CHECKING, Any, NamedTuple

from fixcards.errors import FixcardsError
from fixcards.matching.index.entry import Entry
from fixcards.matching.parse.normalize import TABLE_VERSION
from fixcards.matching.parse.template import PLACEHOLDER_MARK, normal_form
from fixcards.matching.parse.tokens import (
    distinct_tokens,
    informative,
    informative_tokens,
    is_typo_of,
    lower,
    split_identifier,
)

if TYPE_CHECKING:
    from fixcards.worker_pool import WorkerPool

FORMAT = 4
"""Raised whenever an older reader would misread the files or the tables."""
HASH_LENGTH = 6
ENTRIES_PER_FILE = 12
COMMON_FREQUENCY = 1000
MAX_POSTINGS = 8000
MAX_COMPLETIONS = 8
"""Words that the beginning of one stands for while it is typed."""
MIN_FUZZY_LENGTH = 3
TERM_FILE_BYTES = 4_000
"""Bytes after which a term file ends; about 2 kB of them are left when it is compressed."""

SEGMENT_SIZE = 1000 * ENTRIES_PER_FILE
"""Entries that are taken in at once: as many as are worth a process."""

Read = Callable[[str], bytes]
IndexRow = tuple[tuple[str, ...], tuple[str, ...], bytes]
"""What the index takes of an entry: terms of its signature and title, further ones of its prose, record as JSON."""


class Segment(NamedTuple):
    """What some entries in a row add to the index. Numbers count from the first of them."""

    entries: int
    files: list[tuple[str, bytes]]
    """Entry files with the hashes of their content."""
    terms: list[str]
    firsts: list[int]
    """The first posting of each term."""
    steps: list[str]
    """The further ones, as term files have them."""
    lasts: list[int]


class IndexUnusableError(FixcardsError):
    """The index is missing, damaged or of another version than the program."""


def build(
    entries: Iterable[Entry],
    site: str = "",
    tables: Mapping[str, Any] | None = None,
    pool: WorkerPool | None = None,
) -> Iterator[tuple[str, bytes]]:
    """Yield the path and content of every index file. The entries may come in any order; ids are unique.

    An index for browsers takes `tables` (`portable.tables()`); Python has its own and leaves them unread. Many entries
    are read by `workers`.
    """
    ordered = sorted(entries, key=attrgetter("id"))
    if pool and len(ordered) > SEGMENT_SIZE:
        return _files(pool.run(_segments, ordered, chunk_size=SEGMENT_SIZE), site, tables)
    return build_from_rows(map(index_row, ordered), site, tables)


def build_from_rows(
    rows: Iterable[IndexRow], site: str = "", tables: Mapping[str, Any] | None = None
) -> Iterator[tuple[str, bytes]]:
    """Yield the same as `build` of the entries that `row` was given; the rows are in the order of the entries' ids."""
    waiting = iter(rows)
    sheets = (_segment(some) for some in iter(lambda: list(islice(waiting, SEGMENT_SIZE)), []))
    return _files(sheets, site, tables)


def index_row(entry: Entry) -> IndexRow:
    """Return what the index takes of an entry. It depends on nothing else, so it can be kept or made anywhere."""
    strong = terms(entry)
    weak = informative_tokens(entry.prose)
    return tuple(strong), tuple([term for term in weak if term not in strong]), _json()(entry.record())


def terms(entry: Entry) -> dict[str, None]:
    """Return what an entry is found by besides its prose, in order: words of its signature and title, its frames.

    Whoever types `url_quote` as two words, or a function that a traceback shows, finds it, too.
    """
    functions = [frame.rpartition(":")[2] for frame in entry.frames if not frame.endswith(">")]
    text = "\n".join((entry.package, entry.title, entry.exception, *map(normal_form, entry.templates), *functions))
    found = distinct_tokens(text.replace(PLACEHOLDER_MARK, " "))
    for word in [word for word in found if "_" in word]:
        found.update(split_identifier(word))
    for frame in entry.frames:
        found[lower(frame)] = None
    return found


def _segments(entries: Sequence[Entry]) -> list[Segment]:
    return [_segment(map(index_row, entries))]


def _segment(rows: Iterable[IndexRow]) -> Segment:
    """Return what some rows add to the index, as if they were all."""
    postings: dict[str, list[int]] = defaultdict(list)
    records = []
    for number, (strong, weak, record) in enumerate(rows):
        records.append(record)
        posting = 2 * number + 1
        for term in strong:
            postings[term].append(posting)
        posting -= 1
        for term in weak:
            postings[term].append(posting)
    steps = [list(map(sub, found[1:], found)) for found in postings.values()]
    contents = (
        b"[%b]" % b",".join(records[start : start + ENTRIES_PER_FILE])
        for start in range(0, len(records), ENTRIES_PER_FILE)
    )
    return Segment(
        len(records),
        [(_hash(content), content) for content in contents],
        list(postings),
        [found[0] for found in postings.values()],
        _json()(steps)[2:-2].decode().split("],[") if steps else [],
        [found[-1] for found in postings.values()],
    )


def _files(sheets: Iterable[Segment], site: str, tables: Mapping[str, Any] | None) -> Iterator[tuple[str, bytes]]:
    base = 0
    cards: list[str] = []
    written: dict[str, str] = {}
    ends: dict[str, int] = {}
    for sheet in sheets:
        for name, content in sheet.files:
            yield f"cards/{len(cards)}-{name}.json", content
            cards.append(name)
        for term, first, steps, last in zip(sheet.terms, sheet.firsts, sheet.steps, sheet.lasts, strict=True):
            more = f",{steps}" if steps else ""
            if term in ends:
                written[term] += f",{base + first - ends[term]}{more}"
            else:
                written[term] = f"{base + first}{more}"
            ends[term] = base + last
        base += 2 * sheet.entries
    starts, names = [], []
    common: dict[str, int] = {}
    for start, content in _term_files(written, common):
        starts.append(start)
        names.append(_hash(content))
        yield f"terms/{len(names) - 1}-{names[-1]}.json", content
    head = {
        "format": FORMAT,
        "rules": TABLE_VERSION,
        "site": site,
        "entries": base // 2,
        "chunk": ENTRIES_PER_FILE,
        "most": MAX_POSTINGS,
        "common": common,
        "starts": starts,
        "terms": "".join(names),
        "cards": "".join(cards),
        "tables": tables or {},
    }
    yield "index.json", _json()(head)


def _term_files(written: Mapping[str, str], common: dict[str, int]) -> Iterator[tuple[str, bytes]]:
    """Yield the start and content of each term file; enter in `common` how many entries have a common term."""
    part: list[str] = []
    size, before, start = 0, "", ""
    for term in sorted(written):
        postings = written[term]
        count = postings.count(",") + 1
        if count > COMMON_FREQUENCY:
            common[term] = count
            if count > MAX_POSTINGS:
                continue
        if size and size + 3 * count > TERM_FILE_BYTES:
            yield start, f"{{{','.join(part)}}}".encode()
            part, size = [], 0
        if not part:
            start = _shortest_separator(before, term)
        part.append(f"{encode_basestring(term)}:[{postings}]")
        size += len(term) + 5 + 3 * count
        before = term
    if part:
        yield start, f"{{{','.join(part)}}}".encode()


def _shortest_separator(before: str, term: str) -> str:
    """Return the shortest start of `term` that is above `before`."""
    size = next((size for size in range(1, len(term)) if term[:size] > before), len(term))
    return term[:size]


@cache
def _json() -> Callable[[object], bytes]:
    from pydantic_core import to_json  # not above, for a search has no need of it

    return to_json


def _hash(content: bytes) -> str:
    import base64  # not above, for a search has no need of them
    import hashlib

    return base64.b32encode(hashlib.sha256(content).digest())[:HASH_LENGTH].decode().lower()


class Index:
    """A built index that reads its parts when they are asked for. `read` returns the content of a path."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._files: dict[str, Any] = {}

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

    def postings(self, term: str, *, fuzzy: bool = False, prefix: bool = False) -> list[int]:
        """Return the postings of a term, none where it is unknown or too common.

        `typed` takes an unknown term for a slip of the fingers and `begun` first for the start of a word: the postings
        of the first `COMPLETED` telling words that are meant so, as far as they stand in the same file.
        """
        number = self.term_file(term)
        if number < 0:
            return []
        part = self._file("terms", number)
        if term in part:
            return list(accumulate(part[term]))
        if not fuzzy or len(term) < MIN_FUZZY_LENGTH:
            return []
        words = informative(part)
        longer = [word for word in words if prefix and word.startswith(term)]
        longer = (longer or [word for word in words if is_typo_of(term, word)])[:MAX_COMPLETIONS]
        return sorted({posting for found in longer for posting in accumulate(part[found])})

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
