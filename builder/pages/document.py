"""What the room hands to whoever writes the site: documents, and what they need to be made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from builder.pages import prose

_SEARCH_BOX = '{% from "macros.html" import search %}{{ search(root) }}'


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of a page that can be linked to."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Document:
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
    alternate: str | None = None
    """Address of the page's content as JSON, relative to the page."""


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file for machines beside the pages; `path` is its address below the site."""

    path: str
    content: bytes


@dataclass(frozen=True)
class Settings:
    """What the pages need to know of the site they are for."""

    site_name: str
    templates: Path
    today: date
    site_url: str = ""
    """Address of the published site with a slash at the end; empty where it has none."""
    repo_url: str = ""
    """Address of the project's repository without a slash at the end; empty where it has none."""
    environment: Environment = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        environment = Environment(
            loader=FileSystemLoader(self.templates),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters |= {"prose": prose.prose, "inline": prose.inline, "code": prose.code}
        environment.globals |= {"settings": self}
        object.__setattr__(self, "environment", environment)

    def search_box(self, root: str) -> Markup:
        """Return the search box for a page outside the room; `root` is the address of the site's root."""
        return Markup(self.environment.from_string(_SEARCH_BOX).render(root=root))  # noqa: S704 - a template's output

    def lazy(self, template: str, path: str, **context: Any) -> Callable[[], str]:
        """Return `render`, to be called later."""
        return partial(self.render, template, path, **context)

    def render(self, template: str, path: str, **context: Any) -> str:
        """Return a page's HTML. `root` leads from the page to the site's root, `./` on the root itself."""
        root = "../" * (path.count("/") + 1) if path else "./"
        return prose.reveal_bidi(self.environment.get_template(template).render(root=root, **context))
