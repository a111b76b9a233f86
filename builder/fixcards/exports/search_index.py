"""The index of the search and the schema of its answers, beside the pages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from fixcards.build.page import DataFile, Page
from fixcards.exports.index_entries import index_entries
from fixcards.matching.index.entry import Entry
from fixcards.matching.index.format import INDEX_FOLDER
from fixcards.matching.index.writer import IndexRow, build_from_rows, index_row
from fixcards.matching.js_tables import tables
from fixcards.matching.json_response import SCHEMA
from fixcards.records.library import Library
from fixcards.site.settings import SiteSettings


def search_files(library: Library, prose: Iterable[Page], settings: SiteSettings) -> Iterator[DataFile]:
    """Yield the index of all cards and of the pages that are about the site itself."""
    pages = {entry.id: index_row(entry) for entry in map(_page, prose)}
    rows = {**_rows(library), **pages}
    for path, content in build_from_rows((rows[name] for name in sorted(rows)), settings.site_url, tables()):
        yield DataFile(f"{INDEX_FOLDER}/{path}", content)
    yield DataFile("match.schema.json", json.dumps(SCHEMA, indent=2).encode() + b"\n")


def _rows(library: Library) -> dict[str, IndexRow]:
    """Return what the index takes of each card, made anew only for those that have changed."""
    shelf = library.cache_file("rows")
    known: dict[bytes, IndexRow] = (shelf.read() if shelf else None) or {}
    now: dict[bytes, IndexRow] = {}
    made: dict[str, IndexRow] = {}
    for entry in index_entries(library):
        told = library.summary_digests[entry.id]
        now[told] = made[entry.id] = known.get(told) or index_row(entry)
    if shelf and now.keys() != known.keys():
        shelf.write(now)
    return made


def _page(document: Page) -> Entry:
    sections = " ".join(section.title for section in document.sections)
    return Entry(
        id=f"page/{document.path}",
        title=document.title,
        prose=f"{document.description} {sections}",
        display={"path": f"{document.path}/", "kind": "page"},
    )
