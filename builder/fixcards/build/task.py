"""A task of a build: it makes some files of the site, and runs again only when one of its inputs has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from fixcards.build.page import DataFile, Page, PageKind

Output = Page | DataFile


@dataclass(frozen=True, slots=True)
class BuildTask:
    """Some files of the site. `name` is the path of its page, or any other name that is unique in the build."""

    name: str
    key: bytes
    """Digest of every input of the files but the program, and those that all pages share: settings, templates."""
    make: Callable[[Any], Iterable[Output]]
    """Makes the files from the settings of the build. It can be pickled if the task may run in another process."""
    kind: PageKind | None = None
    """Kind of its page; None if it makes data files only."""
