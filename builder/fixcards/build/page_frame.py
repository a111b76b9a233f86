"""The theme's page around documents of one kind, rendered once, and their own words put into it."""

from __future__ import annotations

import re
from collections.abc import Callable

from markupsafe import escape

from fixcards.build.page import Page, PageKind, json_for_script
from fixcards.errors import FixcardsError

_PLACEHOLDERS = ("title", "description", "body", "address", "source", "data")
_MARKER = "fixcards-shell-{}-place"
_SPLIT = re.compile("|".join(f"({_MARKER.format(word)})" for word in _PLACEHOLDERS))

Render = Callable[[Page, str], str]
"""Returns the whole page of a document by way of the theme, its address given."""


class PageFrame:
    """A page with places for what differs between documents of one kind. `site_url` is that of `Settings`."""

    def __init__(self, kind: PageKind, render: Render, site_url: str) -> None:
        marks = {word: _MARKER.format(word) for word in _PLACEHOLDERS}
        model = Page(
            path="/".join([kind.area or "x", *["x"] * (kind.depth - 1)]) if kind.depth else "",
            title=marks["title"],
            description=marks["description"],
            body=lambda: f"{marks['body']}<h1",  # the theme adds a heading to a page without one
            sections=kind.sections,
            source=marks["source"] if kind.has_source else None,
            data={"place": marks["data"]} if kind.has_data else None,
            json_url=kind.json_url,
            area=kind.area,
        )
        html = render(model, marks["address"]).replace(f"{marks['body']}<h1", marks["body"])
        if model.data:
            html = html.replace(json_for_script(model.data), marks["data"])
        self._site_url = site_url
        self._parts = [part for part in _SPLIT.split(html) if part is not None]

    @property
    def text(self) -> str:
        """What all its pages have in common."""
        return "".join(self._parts)

    def render(self, document: Page) -> bytes:
        """Return the page of `document` as the file has it."""
        words = {
            "title": str(escape(document.title)),
            "description": str(escape(document.description)),
            "body": document.body(),
            "address": page_url(document.path, self._site_url),
            "source": document.source or "",
            "data": json_for_script(document.data) if document.data else "",
        }
        found = {_MARKER.format(word): text for word, text in words.items()}
        text = "".join(found.get(part, part) for part in self._parts)
        return text.encode("utf-8", "xmlcharrefreplace")

    def check_against_theme(self, document: Page, render: Render) -> None:
        """Raise `FixcardsError` where the theme would have made another page of `document`."""
        theirs = render(document, page_url(document.path, self._site_url)).encode("utf-8", "xmlcharrefreplace")
        if self.render(document) != theirs:
            raise FixcardsError(
                f"the theme's templates change what pages say, or a card is in `nav` (seen on /{document.path}/), so "
                "they can't be rendered once for many; set `spread: false` for the plugin fixcards"
            )


def page_url(path: str, site_url: str) -> str:
    """Return the address of the page at `path` on the published site."""
    return f"{site_url}{path}/" if path else site_url
