"""Entries -> index files, see `format.py`."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from json.encoder import encode_basestring
from operator import sub
from typing import TYPE_CHECKING, Any, NamedTuple

from fixcards.matching.index.entry import Entry
from fixcards.matching.index.format import (
    COMMON_FREQUENCY,
    ENTRIES_PER_FILE,
    FORMAT,
    MAX_POSTINGS,
    PACKAGE_TERM,
    TERM_FILE_BYTES,
    content_hash,
)
from fixcards.matching.parse.normalize import TABLE_VERSION, normalize
from fixcards.matching.parse.template import PLACEHOLDER_MARK, normal_form
from fixcards.matching.parse.tokens import distinct_tokens, informative_tokens, lower, split_identifier

if TYPE_CHECKING:
    from fixcards.worker_pool import WorkerPool

SEGMENT_SIZE = 1000 * ENTRIES_PER_FILE
"""Entries of a segment: enough to be worth a process."""

IndexRow = tuple[tuple[str, ...], tuple[str, ...], bytes]
"""What the index takes of an entry: terms of its signature and title, further terms of its prose, record as JSON."""


class Segment(NamedTuple):
    """The part of the index that some consecutive entries make. Numbers count from the first of them."""

    entries: int
    files: list[tuple[str, bytes]]
    """Entry files with the hashes of their content."""
    terms: list[str]
    firsts: list[int]
    """The first posting of each term."""
    steps: list[str]
    """The further ones, as term files have them."""
    lasts: list[int]


def build(
    entries: Iterable[Entry],
    site: str = "",
    tables: Mapping[str, Any] | None = None,
    pool: WorkerPool | None = None,
) -> Iterator[tuple[str, bytes]]:
    """Yield the path and content of every index file. The entries may come in any order; their ids are unique.

    An index for browsers needs `tables` (`js_tables.tables()`); Python has its own and doesn't read them. The processes
    of `pool` share the work on many entries.
    """
    ordered = sorted(entries, key=entry_order)
    if pool and len(ordered) > SEGMENT_SIZE:
        return _files(pool.run(_segments, ordered, chunk_size=SEGMENT_SIZE), site, tables)
    return build_from_rows(map(index_row, ordered), site, tables)


def build_from_rows(
    rows: Iterable[IndexRow], site: str = "", tables: Mapping[str, Any] | None = None
) -> Iterator[tuple[str, bytes]]:
    """Yield the same as `build` for entries that `index_row` was called with, in the order of `entry_order`."""
    remaining = iter(rows)
    segments = (_segment(batch) for batch in iter(lambda: list(islice(remaining, SEGMENT_SIZE)), []))
    return _files(segments, site, tables)


def entry_order(entry: Entry) -> tuple[bool, bool, str]:
    """Return the sort key of an entry in the index: those without a note first, causes before the others, then by id.

    A search reads a few entry files. Of many entries that a text fits equally well, these are then in the first ones.
    """
    return bool(entry.note), entry.cause != entry.id, entry.id


def index_row(entry: Entry) -> IndexRow:
    """Return the row of an entry in the index. It depends on nothing else, so it can be stored and reused."""
    strong = terms(entry)
    keywords = informative_tokens(normalize(" ".join(entry.keywords)))
    weak = {**informative_tokens(entry.prose), **keywords, **_parts_of(keywords)}
    return tuple(strong), tuple([term for term in weak if term not in strong]), _to_json()(entry.record())


def terms(entry: Entry) -> dict[str, None]:
    """Return the strong terms of an entry in order: words of its signature and title, its frames.

    The parts of identifiers are among them, for readers who type `url_quote` as two words, and the functions of frames.
    """
    functions = [frame.rpartition(":")[2] for frame in entry.frames if not frame.endswith(">")]
    text = "\n".join((entry.package, entry.title, entry.exception, *map(normal_form, entry.templates), *functions))
    words = distinct_tokens(text.replace(PLACEHOLDER_MARK, " "))
    words.update(_parts_of(words))
    words.update(dict.fromkeys(map(lower, entry.frames)))
    if entry.package:
        words[f"{PACKAGE_TERM}{entry.package}"] = None
    return words


def _parts_of(words: Iterable[str]) -> dict[str, None]:
    """Return the parts of the identifiers among some words."""
    return {part: None for word in words for part in split_identifier(word)}


def _segments(entries: Sequence[Entry]) -> list[Segment]:
    return [_segment(map(index_row, entries))]


def _segment(rows: Iterable[IndexRow]) -> Segment:
    """Return the segment of some rows."""
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
    steps = [list(map(sub, each[1:], each)) for each in postings.values()]
    contents = (
        b"[%b]" % b",".join(records[start : start + ENTRIES_PER_FILE])
        for start in range(0, len(records), ENTRIES_PER_FILE)
    )
    return Segment(
        len(records),
        [(content_hash(content), content) for content in contents],
        list(postings),
        [each[0] for each in postings.values()],
        _to_json()(steps)[2:-2].decode().split("],[") if steps else [],
        [each[-1] for each in postings.values()],
    )


def _files(segments: Iterable[Segment], site: str, tables: Mapping[str, Any] | None) -> Iterator[tuple[str, bytes]]:
    """Yield the files of the index: those with entries, those with terms, and `index.json`, which names them all."""
    base = 0
    cards: list[str] = []
    postings: dict[str, str] = {}
    lasts: dict[str, int] = {}
    for segment in segments:
        for name, content in segment.files:
            yield f"cards/{len(cards)}-{name}.json", content
            cards.append(name)
        for term, first, steps, last in zip(segment.terms, segment.firsts, segment.steps, segment.lasts, strict=True):
            more = f",{steps}" if steps else ""
            if term in lasts:
                postings[term] += f",{base + first - lasts[term]}{more}"
            else:
                postings[term] = f"{base + first}{more}"
            lasts[term] = base + last
        base += 2 * segment.entries
    starts, names = [], []
    common: dict[str, int] = {}
    for start, content in _term_files(postings, common):
        starts.append(start)
        names.append(content_hash(content))
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
    yield "index.json", _to_json()(head)


def _term_files(postings: Mapping[str, str], common: dict[str, int]) -> Iterator[tuple[str, bytes]]:
    """Yield the start and content of each term file, and enter in `common` how many entries have a common term."""
    members: list[str] = []
    size, before, start = 0, "", ""
    for term in sorted(postings):
        count = postings[term].count(",") + 1
        if count > COMMON_FREQUENCY:
            common[term] = count
            if count > MAX_POSTINGS:
                continue
        if size and size + 3 * count > TERM_FILE_BYTES:
            yield start, f"{{{','.join(members)}}}".encode()
            members, size = [], 0
        if not members:
            start = _shortest_separator(before, term)
        members.append(f"{encode_basestring(term)}:[{postings[term]}]")
        size += len(term) + 5 + 3 * count
        before = term
    if members:
        yield start, f"{{{','.join(members)}}}".encode()


def _shortest_separator(before: str, term: str) -> str:
    """Return the shortest prefix of `term` that sorts after `before`."""
    size = next((size for size in range(1, len(term)) if term[:size] > before), len(term))
    return term[:size]


@cache  # an index of 3,000 entries takes 0.14 s with pydantic's serializer and 0.17 s with the standard library's
def _to_json() -> Callable[[object], bytes]:
    try:
        from pydantic_core import to_json
    except ImportError:  # which only an installation with cards has
        return _standard_json
    return to_json


def _standard_json(data: object) -> bytes:
    """Return the bytes that pydantic's `to_json` gives, by the standard library."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
