"""Files in the user's cache folder that make the next run faster. They may be deleted at any time: only time is lost.

The folder is the user's and never one next to the cards: a file that comes with untrusted cards could say that they
have no problem, or hold code of templates. What is computed from cards lies in `computed/<kind>/`, one file for each
folder of cards or site, and goes when `clear` is called; `fixcards verify` has `verify/` next to it.
"""

from __future__ import annotations

import functools
import hashlib
import json
import marshal
import os
import platform
import shutil
import struct
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from fixcards.errors import FixcardsError
from fixcards.files import atomic_write, file_state, make_private

MAX_FILES = 8
"""Files of a kind: folders of cards, sites. Each has the last state only, so this bounds their size."""
_PACKAGE = Path(__file__).parent
_LIBRARIES = ("jinja2", "markdown-it-py", "markupsafe", "mdurl", "packaging", "pydantic", "pygments", "pyyaml")
_DIGEST_SIZE = 16
_START = _DIGEST_SIZE + 8
"""Bytes before the blobs of a file: digest and place of what follows them."""


def cache_dir() -> Path:
    """Return the folder for everything that makes the next run faster: `FIXCARDS_CACHE`, or the user's cache folder."""
    if configured := os.environ.get("FIXCARDS_CACHE"):
        return Path(configured).absolute()
    # As platformdirs does it, which is no dependency: it brings a plugin for pytest of its own, whose import every
    # test run of an environment with fixcards would pay for.
    if sys.platform == "darwin":
        return Path(_home("~/Library/Caches"), "fixcards")
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or _home("~/AppData/Local"), "fixcards", "Cache")
    configured = os.environ.get("XDG_CACHE_HOME", "")
    return Path(configured if os.path.isabs(configured) else _home("~/.cache"), "fixcards")  # noqa: PTH117


def _home(path: str) -> str:
    return os.path.expanduser(path)  # noqa: PTH111


def cache_folder(*names: str) -> Path:
    """Return a folder of the cache, by its name and those of the folders above it in there; it need not exist.

    Raises `FixcardsError` where one of them is a link. A cache inside of a checkout may come with one, and what the
    program writes and deletes there would be somewhere else.
    """
    folder = cache_dir()
    for name in names:
        folder /= name
        if folder.is_symlink():
            raise FixcardsError(
                f"{folder}: is a link inside the cache; remove it, or let FIXCARDS_CACHE name a folder of yours"
            )
    return folder


def clear() -> None:
    """Remove everything that was computed from cards. Packages, locks and claims of `fixcards verify` stay."""
    shutil.rmtree(cache_folder("computed"), ignore_errors=True)


def cache_file(kind: str, name: str, version: Callable[[], bytes] | None = None) -> CacheFile:
    """Return the cache file of what is computed, its `kind`, from something with a path or another name.

    Files that another `version` of the program wrote are not read; by default that is its `program_digest`.
    """
    return CacheFile(cache_folder("computed", kind) / digest(os.fsencode(name)).hex(), version)


@functools.cache
def program_digest() -> bytes:
    """Return the digest of everything but the cards that results depend on: this program, its libraries, Python."""
    from importlib.metadata import PackageNotFoundError, version  # not above, for it takes as long as a whole search

    hasher = _hasher(platform.python_version().encode())
    for name in _LIBRARIES:
        with suppress(PackageNotFoundError):  # of an extra that isn't installed
            hasher.update(f"{name}={version(name)} ".encode())
    for path in sorted(_PACKAGE.rglob("*.py")):
        hasher.update(path.read_bytes())
    return bytes(hasher.digest())


@functools.cache
def environment_fingerprint() -> bytes:
    """Return a digest that changes with this program and what is installed, on this machine: fifty times as quick.

    It is that of the first call: what this process imports is what was installed then. A search asks three times, which
    would take 5 of its 100 ms.
    """
    modules = (f"{folder}/{name}" for folder, _, names in os.walk(_PACKAGE) for name in names if name.endswith(".py"))
    # Not all of `sys.path`, which begins with the folder of whatever program this is part of.
    paths = [*(path for path in sys.path if path.endswith("-packages")), *modules]
    states = []
    for path in paths:
        with suppress(OSError):
            states.append((path, *file_state(os.stat(path))[:2]))  # noqa: PTH116
    return digest_of(sorted(states))


def digest(*parts: bytes) -> bytes:
    """Return a digest of several parts, each set apart from the next."""
    return bytes(_hasher(struct.pack(f">{len(parts) + 1}Q", len(parts), *map(len, parts)), *parts).digest())


def digest_of(data: Any) -> bytes:
    """Return a digest of plain data: numbers, text, bytes, None, tuples with and without names, lists, dicts."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=bytes.hex)
    return bytes(_hasher(text.encode("utf-8", "surrogatepass")).digest())


class CacheFile:
    """Plain data, and bytes by name ("blobs") that are read one by one, in one file.

    What another version of the program wrote, under another key or as another kind, and what is cut off or damaged is
    not there when it is read. Two programs may write at once: each replaces the whole file.
    """

    def __init__(self, path: Path, version: Callable[[], bytes] | None = None) -> None:
        self.path = path
        self._version = version or program_digest

    def read(self, key: bytes = b"") -> Any:
        """Return the data that was written under `key`, None where there is none."""
        content = self.open(key)
        return content.data if content else None

    def open(self, key: bytes = b"") -> CacheContent | None:
        """Return the data that was written under `key`, with its blobs; None where there is none."""
        try:
            file = self.path.open("rb")
        except OSError:
            return None
        start = _read(file, 0, _START)
        rest = _read(file, int.from_bytes(start[_DIGEST_SIZE:], "big"))
        if start[:_DIGEST_SIZE] != self._header(key, rest):
            file.close()
            return None
        try:
            return CacheContent(file, *marshal.loads(rest))  # noqa: S302 - the digest shows that it is what was written
        except (ValueError, EOFError, TypeError):  # something else was given that digest
            file.close()
            return None

    def write(self, data: Any, key: bytes = b"", blobs: Mapping[str, bytes] | None = None) -> None:
        """Write the file, and remove the oldest ones of its kind beyond `MAX_FILES`. A full disk is no error."""
        places, end = {}, _START
        for name, blob in (blobs or {}).items():
            places[name] = (end, len(blob), digest(blob))
            end += len(blob)
        rest = marshal.dumps((data, places))
        with suppress(OSError):
            make_private(self.path.parent)
            header = self._header(key, rest) + end.to_bytes(8, "big")
            atomic_write(self.path, header, *(blobs or {}).values(), rest, mode=0o600)
            by_age = sorted(self.path.parent.iterdir(), key=lambda path: path.stat().st_mtime_ns)
            for path in by_age[:-MAX_FILES]:
                path.unlink(missing_ok=True)

    def _header(self, key: bytes, rest: bytes) -> bytes:
        return digest(self._version(), key, self.path.parent.name.encode(), rest)


class CacheContent:
    """The content of a cache file. It stays what it is when another takes the file's place meanwhile."""

    def __init__(self, file: BinaryIO, data: Any, places: Mapping[str, tuple[int, int, bytes]]) -> None:
        self.data = data
        self._file = file
        self._places = places
        if not places:
            file.close()

    def __del__(self) -> None:
        self._file.close()

    def blob(self, name: str) -> bytes | None:
        """Return the bytes that have this name, None where they are damaged. Raises `KeyError` where none have it."""
        start, size, expected = self._places[name]
        content = _read(self._file, start, size)
        return content if digest(content) == expected else None


def _read(file: BinaryIO, start: int, size: int = -1) -> bytes:
    try:
        file.seek(start)
        return file.read(size)
    except (OSError, ValueError, OverflowError):  # a damaged number is no place
        return b""


def _hasher(*parts: bytes | memoryview) -> Any:
    hasher = hashlib.blake2b(digest_size=_DIGEST_SIZE)
    for part in parts:
        hasher.update(part)
    return hasher
