"""The index of the search and the schema of its answers, beside the pages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from builder.pages.document import DataFile, Document, Settings
from builder.pages.entries import entries
from builder.records.library import Library
from builder.signature.answer import SCHEMA
from builder.signature.entry import Entry
from builder.signature.index import Row, assemble, row
from builder.signature.portable import tables

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
