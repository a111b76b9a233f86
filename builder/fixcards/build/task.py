"""A piece of the site that is made in one go, and made again only when something that it is made from has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from fixcards.build.page import DataFile, Page, PageKind

Output = Page | DataFile


@dataclass(frozen=True, slots=True)
class BuildTask:
    """Some files of the site. `name` is the address of its page below the site, or any other that is unique."""

    name: str
    key: bytes
    """Digest of everything that goes into the files, but for what all pieces share: settings, templates, program."""
    make: Callable[[Any], Iterable[Output]]
    """Makes the files from the settings that the writer has; can be sent to another process."""
    kind: PageKind | None = None
    """Sort of its page, if it has one."""
