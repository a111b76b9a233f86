"""A piece of the site that is made in one go, and made again only when something that it is made from has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from fixcards.cache import digest_of
from fixcards.site.document import DataFile, Page, PageKind, Section, SiteSettings, depth, reserved_prefix

Output = Page | DataFile


@dataclass(frozen=True, slots=True)
class BuildTask:
    """Some files of the site. `name` is the address of its page below the site, or any other that is unique."""

    name: str
    key: bytes
    """Digest of everything that goes into the files, but for what all pieces share: settings, templates, program."""
    make: Callable[[SiteSettings], Iterable[Output]]
    """Makes the files; can be sent to another process."""
    kind: PageKind | None = None
    """Sort of its page, if it has one."""


def page_task(
    template: str,
    path: str,
    title: str,
    description: str,
    sections: tuple[Section, ...],
    content_digest: bytes | None = None,
    **context: Any,
) -> BuildTask:
    """Return the work that makes one page from a template.

    The context is plain data; `made_of` is a digest of it where it is cheaper to have than by reading all of it.
    """
    make = partial(_page, template, path, title, description, sections, context)
    section_texts = tuple((section.id, section.title) for section in sections)
    key = digest_of(
        (template, path, title, description, section_texts, context if content_digest is None else content_digest)
    )
    kind = PageKind(depth(path), reserved_prefix(path), sections, has_source=False, has_data=False, json_url=None)
    return BuildTask(path, key, make, kind)


def _page(
    template: str,
    path: str,
    title: str,
    description: str,
    sections: tuple[Section, ...],
    context: dict[str, Any],
    settings: SiteSettings,
) -> Iterator[Page]:
    body = partial(settings.render, template, path, title=title, description=description, **context)
    yield Page(path, title, description, body, sections)
