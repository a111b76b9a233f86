"""The frame around pages of one kind: header, navigation, footer. It is rendered once and filled for each page."""

from __future__ import annotations

import re
from collections.abc import Callable

from markupsafe import escape

from fixcards.build.page import Page, PageKind, json_for_script, page_url

_PLACEHOLDERS = ("title", "description", "body", "url", "source", "data")
_MARKER = "fixcards-frame-{}-place"
_SPLIT = re.compile("|".join(f"({_MARKER.format(name)})" for name in _PLACEHOLDERS))

Renderer = Callable[[Page, str], str]
"""Returns the whole HTML of a page with its frame; the second argument is the page's address on the published site."""


class PageFrame:
    """The HTML of a page with placeholders for everything that differs between pages of one kind.

    `render` is called once, for a page whose body is a placeholder. `site_url` is the address of the published site
    with a slash at the end; empty if it has none.
    """

    def __init__(self, kind: PageKind, render: Renderer, site_url: str) -> None:
        markers = {name: _MARKER.format(name) for name in _PLACEHOLDERS}
        model = Page(
            path="/".join([kind.area or "x", *["x"] * (kind.depth - 1)]) if kind.depth else "",
            title=markers["title"],
            description=markers["description"],
            body=lambda: markers["body"],
            sections=kind.sections,
            source=markers["source"] if kind.has_source else None,
            data={"place": markers["data"]} if kind.has_data else None,
            json_url=kind.json_url,
            feed_url=kind.feed_url,
            picture_url=kind.picture_url,
            area=kind.area,
        )
        html = render(model, markers["url"])
        if model.data:
            html = html.replace(json_for_script(model.data), markers["data"])
        self._site_url = site_url
        self._parts = [part for part in _SPLIT.split(html) if part is not None]

    @property
    def text(self) -> str:
        """The frame without the words of any page: an input of all pages of its kind."""
        return "".join(self._parts)

    def render(self, page: Page) -> bytes:
        """Return the content of the HTML file of `page`."""
        values = {
            "title": str(escape(page.title)),
            "description": str(escape(page.description)),
            "body": page.body(),
            "url": page_url(page.path, self._site_url),
            "source": page.source or "",
            "data": json_for_script(page.data) if page.data else "",
        }
        by_marker = {_MARKER.format(name): value for name, value in values.items()}
        return _encode("".join(by_marker.get(part, part) for part in self._parts))

    def matches(self, page: Page, render: Renderer) -> bool:
        """Return whether `render` gives the same file for `page` as the frame does.

        It does not if a template changes what pages say, such as the case of the title.
        """
        return self.render(page) == _encode(render(page, page_url(page.path, self._site_url)))


def _encode(html: str) -> bytes:
    return html.encode("utf-8", "xmlcharrefreplace")
