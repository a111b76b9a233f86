"""Files that several programs may write at once."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: two runs on one checkout then do the same work twice, which harms nothing.
    fcntl = None  # type: ignore[assignment]


def write_atomically(path: Path, text: str) -> None:
    """Write a file so that a reader sees the old text or the new, never a part, whatever happens meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.chmod(0o644)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


@contextmanager
def locked(path: Path, *, wait: bool = True) -> Iterator[bool]:
    """Hold a lock that ends with the process, whatever ends it; yield whether it was got."""
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            got = _acquire(handle, wait=wait)
            if got and not _is_at(handle, path):  # its last holder has removed it meanwhile
                continue
            yield got
            return
        finally:
            os.close(handle)


def _is_at(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


def _acquire(handle: int, *, wait: bool) -> bool:
    if fcntl is None:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    return True


@contextmanager
def scratch_dir(home: Path) -> Iterator[Path]:
    """Yield an empty folder in `home`, locked while it is in use, and remove it; first those whose users have died.

    The names are few and used again, so that what uv remembers of the interpreter at a path holds for the next run.
    """
    home = home.absolute()
    home.mkdir(parents=True, exist_ok=True)
    _remove_abandoned(home)
    for name in _names():
        with locked(home / f"{name}.lock", wait=False) as free:
            if not free:
                continue
            work = home / name
            shutil.rmtree(work, ignore_errors=True)
            work.mkdir()
            try:
                yield work
            finally:
                shutil.rmtree(work, ignore_errors=True)
                (home / f"{name}.lock").unlink(missing_ok=True)
            return


def _names() -> Iterator[str]:
    if fcntl is None:
        yield os.urandom(6).hex()
    yield from map(str, itertools.count())


def _remove_abandoned(home: Path) -> None:
    for lock in home.glob("*.lock"):
        with locked(lock, wait=False) as free:
            if free and lock.exists():
                shutil.rmtree(lock.with_suffix(""), ignore_errors=True)
                lock.unlink(missing_ok=True)
