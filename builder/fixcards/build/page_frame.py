"""The theme's page around documents of one kind, rendered once, and their own words put into it."""

from __future__ import annotations

import re
from collections.abc import Callable

from markupsafe import escape

from fixcards.errors import FixcardsError
from fixcards.site.card_page import json_for_script
from fixcards.site.document import Document, Kind

_WORDS = ("title", "description", "body", "address", "source", "data")
_MARK = "fixcards-shell-{}-place"
_PLACES = re.compile("|".join(f"({_MARK.format(word)})" for word in _WORDS))

Render = Callable[[Document, str], str]
"""Returns the whole page of a document by way of the theme, its address given."""


class Shell:
    """A page with places for what differs between documents of one kind. `site_url` is that of `Settings`."""

    def __init__(self, kind: Kind, render: Render, site_url: str) -> None:
        marks = {word: _MARK.format(word) for word in _WORDS}
        model = Document(
            path="/".join([kind.top or "x", *["x"] * (kind.depth - 1)]) if kind.depth else "",
            title=marks["title"],
            description=marks["description"],
            body=lambda: f"{marks['body']}<h1",  # the theme adds a heading to a page without one
            sections=kind.sections,
            source=marks["source"] if kind.has_source else None,
            data={"place": marks["data"]} if kind.has_data else None,
            alternate=kind.alternate,
        )
        html = render(model, marks["address"]).replace(f"{marks['body']}<h1", marks["body"])
        if model.data:
            html = html.replace(json_for_script(model.data), marks["data"])
        self._site_url = site_url
        self._parts = [part for part in _PLACES.split(html) if part is not None]

    @property
    def text(self) -> str:
        """What all its pages have in common."""
        return "".join(self._parts)

    def fill(self, document: Document) -> bytes:
        """Return the page of `document` as the file has it."""
        words = {
            "title": str(escape(document.title)),
            "description": str(escape(document.description)),
            "body": document.body(),
            "address": address(document.path, self._site_url),
            "source": document.source or "",
            "data": json_for_script(document.data) if document.data else "",
        }
        found = {_MARK.format(word): text for word, text in words.items()}
        text = "".join(found.get(part, part) for part in self._parts)
        return text.encode("utf-8", "xmlcharrefreplace")

    def prove(self, document: Document, render: Render) -> None:
        """Raise `FixcardsError` where the theme would have made another page of `document`."""
        theirs = render(document, address(document.path, self._site_url)).encode("utf-8", "xmlcharrefreplace")
        if self.fill(document) != theirs:
            raise FixcardsError(
                f"the theme's templates change what pages say, or a card is in `nav` (seen on /{document.path}/), so "
                "they can't be rendered once for many; set `spread: false` for the plugin fixcards"
            )


def address(path: str, site_url: str) -> str:
    """Return the address of the page at `path` on the published site."""
    return f"{site_url}{path}/" if path else site_url
