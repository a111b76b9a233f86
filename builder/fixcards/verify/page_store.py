"""Project pages of an index on the disk, so that what hasn't changed isn't sent again."""

from __future__ import annotations

import hashlib
import json
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from fixcards.files import atomic_write

FRESH_SECONDS = 6 * 3600
"""Age up to which a page is used without asking the index."""
MAX_STORED_BYTES = 1 << 30
"""Size of all pages; beyond it those that were read longest ago are removed."""
_CHECK_EVERY = 500
"""Pages that are written between two looks at the size of all."""


@dataclass(frozen=True, slots=True)
class StoredPage:
    """A project page as it was read, and by what the index is asked whether it has changed."""

    entries: list[dict[str, Any]] | None
    """Its files in the form of PEP 691; None where the index has no such project."""
    caching: str | None
    etag: str | None
    modified: str | None
    fetched: float
    """Time at which the index last confirmed it."""

    @property
    def fresh_seconds(self) -> int:
        """How much longer it need not be asked for."""
        age = time.time() - self.fetched
        return int(FRESH_SECONDS - age) if 0 <= age < FRESH_SECONDS else 0

    @property
    def conditions(self) -> dict[str, str]:
        """The headers of a request that is answered with 304 where the page is still the same."""
        headers = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in headers.items() if value}


class PageStore:
    """Stores pages below `folder`, one file each. An unreadable file counts as none."""

    def __init__(self, folder: Path, limit: int = MAX_STORED_BYTES) -> None:
        self._folder = folder
        self._limit = limit
        self._written = 0

    def read(self, index: str, package: str) -> StoredPage | None:
        """Return the page of a package, however old; `index` is the address without a password."""
        try:
            return StoredPage(**json.loads(self._path(index, package).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def write(self, index: str, package: str, page: StoredPage) -> None:
        """Store a page. A full disk is no error: the page is asked for again."""
        with suppress(OSError):
            atomic_write(self._path(index, package), json.dumps(asdict(page)).encode())
        self._written += 1
        if self._written % _CHECK_EVERY == 0:
            self._shrink()

    def _path(self, index: str, package: str) -> Path:
        name = hashlib.sha256(index.encode()).hexdigest()[:16]
        return self._folder / name / f"{package}.json"

    def _shrink(self) -> None:
        with suppress(OSError):  # another program removes them, too
            states = sorted((path.stat().st_mtime, path.stat().st_size, path) for path in self._folder.glob("*/*.json"))
            size = sum(each for _, each, _ in states)
            for _, each, path in states:
                if size <= self._limit:
                    break
                path.unlink(missing_ok=True)
                size -= each
