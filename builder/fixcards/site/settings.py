"""What the room hands to whoever writes the site: documents, and what they need to be made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, TemplateError
from markupsafe import Markup

from fixcards.build.page import depth
from fixcards.cache import digest, digest_of
from fixcards.errors import FixcardsError
from fixcards.site import markdown
from fixcards.site.templates import environment, error_location

_SEARCH_BOX = '{% from "macros.html" import search %}{{ search(root) }}'


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
        return markdown.reveal_bidi(html)


def templates_digest(folder: Path) -> bytes:
    """Return a digest of all templates."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return digest(*(part for path in files for part in (str(path.relative_to(folder)).encode(), path.read_bytes())))


def inputs_digest(settings: SiteSettings, pages: Iterable[str]) -> bytes:
    """Return the digest of what goes into every work: settings, templates, the theme's pages."""
    named = (settings.site_name, settings.site_url, settings.repo_url)
    return digest_of((templates_digest(settings.templates), named, tuple(pages)))


@lru_cache(maxsize=4)
def _unpickle_settings(site_name: str, templates: Path, today: date, site_url: str, repo_url: str) -> SiteSettings:
    """Return the settings that were sent here, with the templates that were compiled for the same ones before."""
    return SiteSettings(site_name, templates, today, site_url, repo_url)
