"""The index files of a site that may belong to anyone, read within limits: bytes, files, time and kind of file."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fixcards.errors import FixcardsError
from fixcards.files import read_regular
from fixcards.matching.index.format import INDEX_FOLDER, MAX_BYTES

if TYPE_CHECKING:
    from urllib.request import OpenerDirector

MAX_FILES = 20_000
MAX_TOTAL_BYTES = 256 << 20
"""Bytes of all files together. A query reads about 100 kB."""
FILE_SECONDS = 15
"""Seconds that one file may take, from the name of the host to the last byte."""
TOTAL_SECONDS = 60
"""Seconds that all files may take together."""

Fetch = Callable[[str, int], bytes]
"""Returns at most so many bytes of the file at a path. Raises `OSError` or `FixcardsError`."""


class SiteFiles:
    """The index files of one site. Raises `FixcardsError` where the site goes beyond a limit."""

    def __init__(self, fetch: Fetch, where: str) -> None:
        self._fetch = fetch
        self._where = where
        self._files = 0
        self._bytes = 0
        self._seconds = 0.0

    @classmethod
    def in_folder(cls, folder: Path) -> SiteFiles:
        """Return the files of a site that was built into a folder."""
        return cls(lambda path, most: read_regular(folder / INDEX_FOLDER / path, most), str(folder))

    @classmethod
    def at_address(cls, address: str) -> SiteFiles:
        """Return the files of a published site, whose address ends with a slash."""
        need_address(address)
        opener: list[OpenerDirector] = []

        def fetch(path: str, most: int) -> bytes:
            from fixcards.search.http_fetch import fetch_within, make_opener  # not above: slower than a whole search

            opener[:] = opener or [make_opener()]
            return fetch_within(FILE_SECONDS, opener[0], f"{address}{INDEX_FOLDER}/{path}", most)

        return cls(fetch, address)

    def read(self, path: str) -> bytes:
        """Return the content of an index file."""
        most = MAX_BYTES[path.partition("/")[0]]
        start = time.monotonic()
        content = self._fetch(path, most + 1)
        self._seconds += time.monotonic() - start
        self._files += 1
        self._bytes += len(content)
        if len(content) > most:
            raise FixcardsError(f"{self._where}: {path}: has more than {most:,} bytes, which no search index has")
        if self._files > MAX_FILES or self._bytes > MAX_TOTAL_BYTES or self._seconds > TOTAL_SECONDS:
            raise FixcardsError(
                f"{self._where}: the search took more than {MAX_FILES:,} files, {MAX_TOTAL_BYTES >> 20} MiB "
                f"or {TOTAL_SECONDS} s from this site, and was stopped"
            )
        return content


def need_address(address: str) -> None:
    """Raise `FixcardsError` where a text is no address of a site."""
    try:
        parts = urlsplit(address)
        good = bool(parts.hostname) and "@" not in parts.netloc and parts.port != 0
    except ValueError:  # brackets or a port that are none
        good = False
    if not good or not address.isprintable() or " " in address:
        raise FixcardsError(f"{address}: is no address of a site; write https://host/path/, without a user name")


def site_files(where: str) -> tuple[SiteFiles, str | None]:
    """Return the index files of a site by its address or folder, and the address, None for a folder."""
    if re.match(r"https?://", where):
        address = where.rstrip("/") + "/"
        return SiteFiles.at_address(address), address
    if not (Path(where) / INDEX_FOLDER).is_dir():
        raise FixcardsError(f"{where}: has no search index; give the address or the folder of a built site")
    return SiteFiles.in_folder(Path(where)), None
