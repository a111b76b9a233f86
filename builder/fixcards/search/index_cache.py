"""Parts that are made of a folder, in one cache file of which a search reads only the parts that it needs."""

from __future__ import annotations

import marshal
import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from operator import attrgetter
from pathlib import Path
from typing import BinaryIO

from fixcards import cache

Parts = Mapping[str, bytes]
Place = tuple[int, int, bytes]
"""Where a part starts, its size, its digest."""

_START = len(cache.digest()) + 8
"""Bytes before the parts: digest and place of the data that follows them, which says where each is and of what made."""
_TIMES = attrgetter("st_size", "st_mtime_ns", "st_ctime_ns", "st_ino")


class IndexCache:
    """Parts by name, made of a folder by `make` where the cache file doesn't fit the folder or the program any more.

    The file fits while the folder, everything below it and `settings`, a file elsewhere that may be missing, have the
    sizes and times that they had: those of a file change with its content, those of a folder with the names in it. Two
    programs may write at once: each replaces the whole file.
    """

    def __init__(self, root: Path, make: Callable[[], Parts], settings: Path | None = None) -> None:
        self._open: BinaryIO | None = None
        self._top = f"{root}/"
        self._file = cache.cache_dir(root) / "index" / cache.digest(os.fsencode(os.path.realpath(root))).hex()
        self._make = make
        self._version = cache.environment_fingerprint()
        self._settings = settings
        # One handle for all parts: they belong to one file, whichever replaces it meanwhile.
        with suppress(OSError):
            self._open = self._file.open("rb")
        self._places = self._read_places()
        self._parts: Parts = {} if self._places else self._make_and_write()

    def __del__(self) -> None:
        if self._open is not None:
            self._open.close()

    def read(self, name: str) -> bytes:
        """Return a part. Raises `KeyError` if there is none of that name."""
        if not self._parts:
            start, size, digest = self._places[name]
            content = self._bytes(start, size)
            if cache.digest(content) == digest:
                return content
            self._parts = self._make_and_write()  # damaged
        return self._parts[name]

    def _bytes(self, start: int, size: int = -1) -> bytes:
        if self._open is None:
            return b""
        try:
            self._open.seek(start)
            return self._open.read(size)
        except (OSError, ValueError, OverflowError):  # a damaged number is no place
            return b""

    def _read_places(self) -> dict[str, Place]:
        """Return the places of the parts in the file, none where it doesn't fit."""
        start = self._bytes(0, _START)
        rest = self._bytes(int.from_bytes(start[-8:], "big"))
        if start[:-8] != cache.digest(self._version, rest):
            return {}
        paths, state, places = marshal.loads(rest)  # noqa: S302 - the digest shows that it is what was written
        try:
            fits = state == _state(self._times(paths))
        except OSError:
            return {}
        return places if fits else {}

    def _make_and_write(self) -> Parts:
        now = time.time_ns()
        try:
            paths = _paths(self._top)
            times = self._times(paths)
        except OSError:
            return self._make()  # which reads the folder and says what is wrong with it
        parts = self._make()
        if max(max(changed, moved) for _, changed, moved, _ in times) < now - cache.RACY_WINDOW_NS:
            self._write(paths, _state(times), parts)
        return parts

    def _times(self, paths: list[str]) -> list[tuple[int, ...]]:
        # Without a loop in Python: for ten thousand cards this is a quarter of the time of a search.
        times: list[tuple[int, ...]] = list(map(_TIMES, map(os.lstat, map(self._top.__add__, paths))))
        with suppress(OSError):
            times += [_TIMES(self._settings.stat())] if self._settings else []
        return times

    def _write(self, paths: list[str], state: bytes, parts: Parts) -> None:
        places, end = {}, _START
        for name, content in parts.items():
            places[name] = (end, len(content), cache.digest(content))
            end += len(content)
        rest = marshal.dumps((paths, state, places))
        cache.write_cache_file(
            self._file, (cache.digest(self._version, rest), end.to_bytes(8, "big"), *parts.values(), rest)
        )


def _paths(top: str) -> list[str]:
    """Return the paths of everything below a folder, and its own, which is empty."""
    paths, folders = [""], [""]
    while folders:
        folder = folders.pop()
        with os.scandir(top + folder) as entries:
            for entry in entries:
                if entry.name.startswith("."):  # no card, and a repository's own files change all the time
                    continue
                paths.append(folder + entry.name)
                if entry.is_dir(follow_symlinks=False):
                    folders.append(f"{folder}{entry.name}/")
    return paths


def _state(times: list[tuple[int, ...]]) -> bytes:
    return cache.digest(marshal.dumps(times, 2))  # from version 3 on the bytes depend on which numbers are one object
