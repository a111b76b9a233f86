"""What is kept from one run to the next in `.cache/`: it may be deleted at any time and costs nothing but time then."""

from __future__ import annotations

import functools
import hashlib
import json
import marshal
import os
import platform
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

_PACKAGE = Path(__file__).parent
_LIBRARIES = ("jinja2", "markdown-it-py", "markupsafe", "mdurl", "packaging", "pydantic", "pygments", "pyyaml")
_DIGEST = 16
RACY_WINDOW_NS = 2 * 10**9
"""Nanoseconds after which a change of a file shows in its times, so that what was read before is not taken for it."""
MAX_FILES = 8
"""Files of a sort that are kept: folders of cards, sites. Each has the last state only, so this bounds their size."""


def cache_dir(root: Path) -> Path:
    """Return where everything is kept that makes the next run on the cards in `root` faster: `.cache` beside them."""
    return Path(os.environ.get("FIXCARDS_CACHE") or root.absolute().parent / ".cache")


@functools.cache
def program_digest() -> bytes:
    """Return the digest of everything but the cards that results depend on: this program, its libraries, Python."""
    from importlib.metadata import version  # not above, for it takes as long as a whole search

    digest = _hasher(platform.python_version().encode())
    for name in _LIBRARIES:
        digest.update(f"{name}={version(name)} ".encode())
    for path in sorted(_PACKAGE.rglob("*.py")):
        digest.update(path.read_bytes())
    return bytes(digest.digest())


def environment_fingerprint() -> bytes:
    """Return a digest that changes with this program and what is installed, on this machine: fifty times as quick."""
    modules = (f"{folder}/{name}" for folder, _, names in os.walk(_PACKAGE) for name in names if name.endswith(".py"))
    # Not all of `sys.path`, which begins with the folder of whatever program this is part of.
    paths = [*(path for path in sys.path if path.endswith("-packages")), *modules]
    found = []
    for path in paths:
        with suppress(OSError):
            status = os.stat(path)  # noqa: PTH116
            found.append((path, status.st_size, status.st_mtime_ns))
    return digest_of(sorted(found))


def digest(*parts: bytes) -> bytes:
    """Return a digest of several parts, each set apart from the next."""
    hasher = _hasher()
    for part in parts:
        hasher.update(len(part).to_bytes(8, "big"))
        hasher.update(part)
    return bytes(hasher.digest())


def digest_of(data: Any) -> bytes:
    """Return a digest of plain data: numbers, text, bytes, None, tuples with and without names, lists, dicts."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=bytes.hex)
    return bytes(_hasher(text.encode("utf-8", "surrogatepass")).digest())


class CacheFile:
    """Plain data kept in one file.

    What another program wrote, what was cut off and what was damaged isn't there when it is read. Two programs may
    write at once: each replaces the whole.
    """

    def __init__(self, path: Path, version: Callable[[], bytes] = program_digest) -> None:
        self.path = path
        self._version = version

    def read(self, key: bytes = b"") -> Any:
        """Return the data that was written with `stamp`, None where there is none."""
        try:
            raw = self.path.read_bytes()
        except OSError:
            return None
        head = self._header(key)
        content = memoryview(raw)[2 * _DIGEST :]
        if raw[:_DIGEST] != head or raw[_DIGEST : 2 * _DIGEST] != _hasher(content).digest():
            return None
        return marshal.loads(content)  # noqa: S302 - the digest has just shown that it is what was written

    def write(self, data: Any, key: bytes = b"") -> None:
        """Keep `data`. Where nothing can be written, nothing is kept."""
        content = marshal.dumps(data)
        write_cache_file(self.path, (self._header(key), _hasher(content).digest(), content))

    def _header(self, key: bytes) -> bytes:
        """Return what the file begins with: another program's, or that of another sort of things, isn't taken."""
        return bytes(_hasher(self._version(), key, self.path.parent.name.encode()).digest())


def write_cache_file(path: Path, parts: Iterable[bytes]) -> None:
    """Write a file as a whole or not at all, and remove those beside it that were not written for longest."""
    import tempfile  # not above, for a search has no need of it

    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.writelines(parts)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        beside = sorted(path.parent.iterdir(), key=lambda each: each.stat().st_mtime_ns)
        for each in beside[:-MAX_FILES]:
            each.unlink(missing_ok=True)


def cache_file(cache_dir_path: Path, kind: str, name: str) -> CacheFile:
    """Return where a sort of things is kept of something that has a path or another name."""
    return CacheFile(cache_dir_path / kind / digest(name.encode("utf-8", "surrogateescape")).hex())


def clear(root: Path) -> None:
    """Remove all that is kept of the cards in `root`, but for what executions keep."""
    import shutil  # not above, for a search has no need of it

    for name in ("records", "related", "rows", "sites", "templates", "index"):
        shutil.rmtree(cache_dir(root) / name, ignore_errors=True)


def _hasher(*parts: bytes | memoryview) -> Any:
    hasher = hashlib.blake2b(digest_size=_DIGEST)
    for part in parts:
        hasher.update(part)
    return hasher
