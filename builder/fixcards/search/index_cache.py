"""Parts that are made of a folder, in one cache file of which a search reads only the parts that it needs."""

from __future__ import annotations

import marshal
import os
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from fixcards import cache
from fixcards.files import FileState, file_states, is_racy, walk

Parts = Mapping[str, bytes]


class IndexCache:
    """Parts by name, made of a folder by `make` where the cache doesn't fit the folder or the program any more.

    It fits while the folder and everything in it have the states that they had (that of a file changes with its
    content, that of a folder with the names in it), and `settings` are those that the parts were made with.
    """

    def __init__(self, root: Path, make: Callable[[], Parts], settings: tuple[str, ...] = ()) -> None:
        self._top = os.fspath(root)
        self._make = make
        self._key = cache.digest_of(settings)
        self._file = cache.cache_file("index", os.path.realpath(root), cache.environment_fingerprint)
        self._content = self._file.open(self._key)
        fits = self._content is not None and self._fits(*self._content.data)
        self._parts: Parts | None = None if fits else self._make_and_write()

    def read(self, name: str) -> bytes:
        """Return a part. Raises `KeyError` where there is none of that name."""
        if self._parts is None and self._content is not None:
            content = self._content.blob(name)
            if content is not None:
                return content
        if self._parts is None:
            self._parts = self._make_and_write()  # the cache is damaged
        return self._parts[name]

    def _fits(self, paths: list[str], digest: bytes) -> bool:
        try:
            return digest == _digest(self._states(paths))
        except OSError:
            return False

    def _states(self, paths: list[str]) -> list[FileState]:
        return file_states(self._top, paths)

    def _make_and_write(self) -> Parts:
        now = time.time_ns()
        try:
            paths = ["", *(path for path, _ in walk(self._top))]
            states = self._states(paths)
        except OSError:
            return self._make()  # what reads the folder says what is wrong
        parts = self._make()
        if not is_racy(states, now):
            self._file.write((paths, _digest(states)), self._key, blobs=parts)
        return parts


def _digest(states: Iterable[FileState]) -> bytes:
    return cache.digest(marshal.dumps(list(states), 2))  # from version 3 on it tells which numbers are one object
