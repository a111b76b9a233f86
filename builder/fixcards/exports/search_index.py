"""The index of the search: files of which a page fetches only the parts that its query needs.

`search/manifest.json` lists them with their digests, for programs that copy all (`matching/index/manifest.py`).
"""

from __future__ import annotations

from collections.abc import Iterator

from fixcards.build.page import DataFile, Page
from fixcards.exports.condition_table import condition_table
from fixcards.exports.index_entries import index_entries
from fixcards.exports.interface import SITE_PAGES, SITE_URL, SUMMARIES, Inputs, LibraryExport, Summaries
from fixcards.matching.index.conditions import CONDITIONS_FILE
from fixcards.matching.index.entry import Entry
from fixcards.matching.index.format import INDEX_FOLDER
from fixcards.matching.index.manifest import MANIFEST_FILE, manifest_text, sha256
from fixcards.matching.index.writer import IndexRow, build_from_rows, entry_order, index_row
from fixcards.matching.js_tables import tables


class SearchIndex(LibraryExport):
    """The files below `search/`, for all cards that are not retired and for the pages about the site itself."""

    inputs = frozenset({SUMMARIES, SITE_PAGES, SITE_URL})

    def files(self, inputs: Inputs) -> Iterator[DataFile]:
        """Yield the parts of the index, then their manifest."""
        summaries = inputs[SUMMARIES]
        rows = _card_rows(summaries)
        rows |= {entry_order(entry): index_row(entry) for entry in [_page_entry(page) for page in inputs[SITE_PAGES]]}
        digests = {}
        ordered = (rows[key] for key in sorted(rows))
        for path, content in build_from_rows(ordered, inputs[SITE_URL], tables()):
            digests[path] = sha256(content)
            yield DataFile(f"{INDEX_FOLDER}/{path}", content)
        table = condition_table(summaries.cards.values())
        digests[CONDITIONS_FILE] = sha256(table)
        yield DataFile(f"{INDEX_FOLDER}/{CONDITIONS_FILE}", table)
        day = max((card.last_verified for card in summaries.cards.values()), default="")
        yield DataFile(f"{INDEX_FOLDER}/{MANIFEST_FILE}", manifest_text(day, inputs[SITE_URL], digests))


def _card_rows(summaries: Summaries) -> dict[tuple[bool, bool, str], IndexRow]:
    """Return the row of the index for each card by its place; rows of cards that have not changed are cached."""
    cache_file = summaries.cache_file("rows")
    cached: dict[bytes, IndexRow] = (cache_file.read() if cache_file else None) or {}
    current: dict[bytes, IndexRow] = {}
    rows: dict[tuple[bool, bool, str], IndexRow] = {}
    for entry in index_entries(summaries.cards.values()):
        key = summaries.digests[entry.id] + (b"cause" if entry.cause == entry.id else b"")
        current[key] = rows[entry_order(entry)] = cached.get(key) or index_row(entry)
    if cache_file and current.keys() != cached.keys():
        cache_file.write(current)
    return rows


def _page_entry(page: Page) -> Entry:
    sections = " ".join(section.title for section in page.sections)
    return Entry(
        id=f"page/{page.path}",
        title=page.title,
        prose=f"{page.description} {sections}",
        display={"path": f"{page.path}/", "kind": "page"},
    )
