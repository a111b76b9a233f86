"""The index of the search: files of which a page fetches only the parts that its query needs."""

from __future__ import annotations

from collections.abc import Iterator

from fixcards.build.page import DataFile, Page
from fixcards.exports.condition_table import condition_table
from fixcards.exports.index_entries import index_entries
from fixcards.exports.interface import SITE_PAGES, SITE_URL, SUMMARIES, Inputs, LibraryExport, Summaries
from fixcards.matching.index.conditions import CONDITIONS_FILE
from fixcards.matching.index.entry import Entry
from fixcards.matching.index.format import INDEX_FOLDER
from fixcards.matching.index.writer import IndexRow, build_from_rows, index_row
from fixcards.matching.js_tables import tables


class SearchIndex(LibraryExport):
    """The files below `search/`, for all cards that are not retired and for the pages about the site itself."""

    inputs = frozenset({SUMMARIES, SITE_PAGES, SITE_URL})

    def files(self, inputs: Inputs) -> Iterator[DataFile]:
        """Yield the parts of the index."""
        rows = _card_rows(inputs[SUMMARIES])
        rows |= {entry.id: index_row(entry) for entry in [_page_entry(page) for page in inputs[SITE_PAGES]]}
        for path, content in build_from_rows((rows[name] for name in sorted(rows)), inputs[SITE_URL], tables()):
            yield DataFile(f"{INDEX_FOLDER}/{path}", content)
        table = condition_table(inputs[SUMMARIES].cards.values())
        yield DataFile(f"{INDEX_FOLDER}/{CONDITIONS_FILE}", table)


def _card_rows(summaries: Summaries) -> dict[str, IndexRow]:
    """Return the row of the index for each card; rows of cards that have not changed come from the cache."""
    cache_file = summaries.cache_file("rows")
    cached: dict[bytes, IndexRow] = (cache_file.read() if cache_file else None) or {}
    current: dict[bytes, IndexRow] = {}
    rows: dict[str, IndexRow] = {}
    for entry in index_entries(summaries.cards.values()):
        key = summaries.digests[entry.id] + (b"cause" if entry.cause == entry.id else b"")
        current[key] = rows[entry.id] = cached.get(key) or index_row(entry)
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
