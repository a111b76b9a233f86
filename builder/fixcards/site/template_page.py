"""A page that one template makes from plain data."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from fixcards.build.page import Page, PageKind, Section, depth
from fixcards.build.task import BuildTask
from fixcards.cache import digest_of
from fixcards.records.identity import SITE_FOLDERS
from fixcards.site.renderer import renderer
from fixcards.site.settings import SiteSettings


def area(path: str) -> str:
    """Return the first folder of `path` if that is one of the site's own, empty for a package's."""
    first = path.partition("/")[0]
    return first if first in SITE_FOLDERS else ""


def page_task(
    template: str,
    path: str,
    title: str,
    description: str,
    sections: tuple[Section, ...],
    content_digest: bytes | None = None,
    feed_url: str | None = None,
    **context: Any,
) -> BuildTask:
    """Return the task that makes one page from a template.

    The context is plain data. `content_digest` is a digest of it, for a caller that has one at less cost. `feed_url` is
    the same as in `Page`.
    """
    make = partial(_page, template, path, title, description, sections, feed_url, context)
    section_texts = tuple((section.id, section.title) for section in sections)
    key = digest_of(
        (template, path, title, description, section_texts, context if content_digest is None else content_digest)
    )
    kind = PageKind(
        depth(path), area(path), sections, has_source=False, has_data=False, json_url=None, feed_url=feed_url
    )
    return BuildTask(path, key, make, kind)


def _page(
    template: str,
    path: str,
    title: str,
    description: str,
    sections: tuple[Section, ...],
    feed_url: str | None,
    context: dict[str, Any],
    settings: SiteSettings,
) -> Iterator[Page]:
    body = partial(renderer(settings).render, template, path, title=title, description=description, **context)
    yield Page(path, title, description, body, sections, area=area(path), feed_url=feed_url)
