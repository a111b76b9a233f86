"""The index of the search and the schema of its answers, beside the pages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from fixcards.exports.index_entries import entries
from fixcards.matching.index.entry import Entry
from fixcards.matching.index.index import Row, assemble, row
from fixcards.matching.js_tables import tables
from fixcards.matching.json_response import SCHEMA
from fixcards.records.library import Library
from fixcards.site.document import DataFile, Document, Settings

FOLDER = "search"


def search_files(library: Library, prose: Iterable[Document], settings: Settings) -> Iterator[DataFile]:
    """Yield the index of all cards and of the pages that are about the site itself."""
    pages = {entry.id: row(entry) for entry in map(_page, prose)}
    rows = {**_rows(library), **pages}
    for path, content in assemble((rows[name] for name in sorted(rows)), settings.site_url, tables()):
        yield DataFile(f"{FOLDER}/{path}", content)
    yield DataFile("match.schema.json", json.dumps(SCHEMA, indent=2).encode() + b"\n")


def _rows(library: Library) -> dict[str, Row]:
    """Return what the index takes of each card, made anew only for those that have changed."""
    shelf = library.shelf("rows")
    known: dict[bytes, Row] = (shelf.read() if shelf else None) or {}
    now: dict[bytes, Row] = {}
    made: dict[str, Row] = {}
    for entry in entries(library):
        told = library.told[entry.id]
        now[told] = made[entry.id] = known.get(told) or row(entry)
    if shelf and now.keys() != known.keys():
        shelf.write(now)
    return made


def _page(document: Document) -> Entry:
    sections = " ".join(section.title for section in document.sections)
    return Entry(
        id=f"page/{document.path}",
        title=document.title,
        prose=f"{document.description} {sections}",
        shown={"path": f"{document.path}/", "kind": "page"},
    )
