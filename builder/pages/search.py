"""The index of the search and the schema of its answers, beside the pages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from builder.pages.document import DataFile, Document, Settings
from builder.pages.entries import entries
from builder.records.library import Library
from builder.signature.answer import SCHEMA
from builder.signature.entry import Entry
from builder.signature.index import build
from builder.signature.portable import tables

FOLDER = "search"


def search_files(library: Library, prose: Iterable[Document], settings: Settings) -> Iterator[DataFile]:
    """Yield the index of all cards and of the pages that are about the site itself."""
    found = [*entries(library), *(_page(document) for document in prose)]
    for path, content in build(found, settings.site_url, tables()):
        yield DataFile(f"{FOLDER}/{path}", content)
    yield DataFile("match.schema.json", json.dumps(SCHEMA, indent=2).encode() + b"\n")


def _page(document: Document) -> Entry:
    sections = " ".join(section.title for section in document.sections)
    return Entry(
        id=f"page/{document.path}",
        title=document.title,
        prose=f"{document.description} {sections}",
        shown={"path": f"{document.path}/", "kind": "page"},
    )
