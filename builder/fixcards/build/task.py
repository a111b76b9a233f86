"""A piece of the site that is made in one go, and made again only when something that it is made from has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from fixcards.cache import digest_of
from fixcards.site.document import DataFile, Document, Kind, Section, Settings, depth, top

Made = Document | DataFile


@dataclass(frozen=True, slots=True)
class Work:
    """Some files of the site. `name` is the address of its page below the site, or any other that is unique."""

    name: str
    key: bytes
    """Digest of everything that goes into the files, but for what all pieces share: settings, templates, program."""
    make: Callable[[Settings], Iterable[Made]]
    """Makes the files; can be sent to another process."""
    kind: Kind | None = None
    """Sort of its page, if it has one."""


def page_work(
    template: str,
    path: str,
    title: str,
    description: str,
    sections: tuple[Section, ...],
    made_of: bytes | None = None,
    **context: Any,
) -> Work:
    """Return the work that makes one page from a template.

    The context is plain data; `made_of` is a digest of it where it is cheaper to have than by reading all of it.
    """
    make = partial(_page, template, path, title, description, sections, context)
    told = tuple((section.id, section.title) for section in sections)
    key = digest_of((template, path, title, description, told, context if made_of is None else made_of))
    kind = Kind(depth(path), top(path), sections, has_source=False, has_data=False, alternate=None)
    return Work(path, key, make, kind)


def _page(
    template: str,
    path: str,
    title: str,
    description: str,
    sections: tuple[Section, ...],
    context: dict[str, Any],
    settings: Settings,
) -> Iterator[Document]:
    body = partial(settings.render, template, path, title=title, description=description, **context)
    yield Document(path, title, description, body, sections)
