"""A page and a file of the site as the engine handles them, whatever they are about."""

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
    """What two documents have in common around which the theme's page is the same but for their own words."""

    depth: int
    """Folders between the page and the site's root."""
    area: str
    """The first of them where it is one of the site's own, to which the theme links from everywhere."""
    sections: tuple[Section, ...]
    has_source: bool
    has_data: bool
    json_url: str | None


@dataclass(frozen=True, slots=True)
class Page:
    """One finished page without the frame that the theme puts around it.

    `path` is its address below the site, without slashes at the ends (`httpx/271`, empty for the home page).
    `body` makes the HTML when it is wanted, so that a large site is never in memory as a whole. Its links are
    relative, so they hold wherever the site is put.
    """

    path: str
    title: str
    description: str
    body: Callable[[], str]
    sections: tuple[Section, ...] = ()
    source: str | None = None
    """File below the folder of the cards that a reader edits to change the page."""
    data: dict[str, Any] | None = None
    """Structured data (JSON-LD) for the page's head."""
    json_url: str | None = None
    """Address of the page's content as JSON, relative to the page."""
    area: str = ""
    """First folder of `path` where it is one of the site's own, such as `about`; empty for all others."""

    @property
    def kind(self) -> PageKind:
        """What sort of page it is."""
        return PageKind(
            depth(self.path),
            self.area,
            self.sections,
            self.source is not None,
            self.data is not None,
            self.json_url,
        )


def depth(path: str) -> int:
    """Return the number of folders between the page at `path` and the site's root."""
    return path.count("/") + 1 if path else 0


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file for machines beside the pages; `path` is its address below the site."""

    path: str
    content: bytes


def json_for_script(data: dict[str, Any]) -> str:
    """Return `data` as JSON that can stand inside a `script` element: no tag or comment can start in it."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
