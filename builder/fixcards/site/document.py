"""What the room hands to whoever writes the site: documents, and what they need to be made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, TemplateError
from markupsafe import Markup

from fixcards.errors import FixcardsError
from fixcards.site import markdown as prose
from fixcards.site.templates import environment, error_location
from fixcards.records.rules.card import RESERVED

_SEARCH_BOX = '{% from "macros.html" import search %}{{ search(root) }}'


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of a page that can be linked to."""

    id: str
    title: str


class PageKind(NamedTuple):
    """What two documents have in common around which the theme's page is the same but for their own words."""

    depth: int
    """Folders between the page and the site's root."""
    reserved_prefix: str
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

    @property
    def kind(self) -> PageKind:
        """What sort of page it is."""
        return PageKind(
            depth(self.path),
            reserved_prefix(self.path),
            self.sections,
            self.source is not None,
            self.data is not None,
            self.json_url,
        )


def depth(path: str) -> int:
    """Return the number of folders between the page at `path` and the site's root."""
    return path.count("/") + 1 if path else 0


def reserved_prefix(path: str) -> str:
    """Return the first folder of `path` if it is the site's own and no package's."""
    first = path.partition("/")[0]
    return first if first in RESERVED else ""


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file for machines beside the pages; `path` is its address below the site."""

    path: str
    content: bytes


@dataclass(frozen=True)
class SiteSettings:
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
        made = environment(self.templates)
        made.globals["settings"] = self
        object.__setattr__(self, "environment", made)

    def __reduce__(self) -> tuple[Any, ...]:
        return _unpickle_settings, (self.site_name, self.templates, self.today, self.site_url, self.repo_url)

    def search_box(self, root: str) -> Markup:
        """Return the search box for a page outside the room; `root` is the address of the site's root."""
        return Markup(self.environment.from_string(_SEARCH_BOX).render(root=root))  # noqa: S704 - a template's output

    def render(self, template: str, path: str, **context: Any) -> str:
        """Return a page's HTML. `root` leads from the page to the site's root, `./` on the root itself.

        Raises `FixcardsError` where a template has a fault: they may be the site's own.
        """
        root = "../" * depth(path) or "./"
        try:
            html = self.environment.get_template(template).render(root=root, **context)
        except TemplateError as error:
            raise FixcardsError(f"{error_location(error)}: {error.message}") from error
        return prose.reveal_bidi(html)


@lru_cache(maxsize=4)
def _unpickle_settings(site_name: str, templates: Path, today: date, site_url: str, repo_url: str) -> SiteSettings:
    """Return the settings that were sent here, with the templates that were compiled for the same ones before."""
    return SiteSettings(site_name, templates, today, site_url, repo_url)
