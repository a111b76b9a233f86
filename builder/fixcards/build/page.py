"""A page and a data file as the engine handles them, whatever they are about."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of a page that can be linked to."""

    id: str
    title: str


class PageKind(NamedTuple):
    """What two pages have in common if the frame around them differs in nothing but their own words."""

    depth: int
    """Folders between the page and the site's root."""
    area: str
    """The same as in `Page`."""
    sections: tuple[Section, ...]
    has_source: bool
    has_data: bool
    json_url: str | None
    feed_url: str | None = None
    picture_url: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One finished page without the frame around it.

    `path` is its address below the site, without slashes at the ends (`httpx/271`, empty for the home page).
    `body` renders the HTML on demand, so that a large site is never in memory as a whole. Its links are relative, so
    they hold wherever the site is published.
    """

    path: str
    title: str
    description: str
    body: Callable[[], str]
    sections: tuple[Section, ...] = ()
    source: str | None = None
    """Path of the source file that a reader edits to change the page, below the folder of the sources."""
    data: dict[str, Any] | None = None
    """Structured data (JSON-LD) for the page's head."""
    json_url: str | None = None
    """Address of the page's content as JSON, relative to the page."""
    feed_url: str | None = None
    """Address of a feed of what the page lists, relative to the page."""
    picture_url: str | None = None
    """Address of a picture of the page for previews elsewhere, relative to the page."""
    area: str = ""
    """First folder of `path` if every frame links to it, such as `about`; empty for all others."""

    @property
    def kind(self) -> PageKind:
        """The kind of page it is: pages of one kind share a frame."""
        return PageKind(
            depth(self.path),
            self.area,
            self.sections,
            self.source is not None,
            self.data is not None,
            self.json_url,
            self.feed_url,
            self.picture_url,
        )


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file for machines next to the pages; `path` is its address below the site."""

    path: str
    content: bytes


def depth(path: str) -> int:
    """Return the number of folders between the page at `path` and the site's root."""
    return path.count("/") + 1 if path else 0


def page_file(path: str) -> str:
    """Return the path of the HTML file of the page at `path`, below the site."""
    return f"{path}/index.html" if path else "index.html"


def page_url(path: str, site_url: str) -> str:
    """Return the address of the page at `path` on the site published at `site_url`, which ends with a slash."""
    return f"{site_url}{path}/" if path else site_url


def json_for_script(data: dict[str, Any]) -> str:
    """Return `data` as JSON that can stand inside a `script` element: no tag or comment can start in it."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
