"""Files and folders: walks, the state of files, atomic writes, locks and scratch folders. Every room may use these."""

from __future__ import annotations

import errno
import itertools
import os
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from operator import attrgetter
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: two runs on one checkout then do the same work twice, which harms nothing.
    fcntl = None  # type: ignore[assignment]

FileState = tuple[int, int, int, int]
"""Size, time of change of the content and of the inode in nanoseconds, and inode: a change of a file changes it."""
RACY_WINDOW_NS = 2 * 10**9
"""Nanoseconds within which two changes of a file may have the same time; git calls such a file racily clean."""

file_state: Callable[[os.stat_result], FileState] = attrgetter("st_size", "st_mtime_ns", "st_ctime_ns", "st_ino")


def is_hidden(path: str) -> bool:
    """Return whether the last part of a path starts with a dot."""
    return path.rpartition("/")[2].startswith(".")


def walk(
    top: str,
    skip: Callable[[str], bool] = is_hidden,
    on_error: Callable[[str, OSError], None] | None = None,
) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Yield the path below `top`, with `/` on every system, and the entry of everything in a folder.

    What `skip` names is neither yielded nor entered. Links to folders are yielded and not followed, so that no loop can
    trap the walk. A folder that can't be read goes to `on_error`, as its path and the error; without it that is raised.
    """
    folders = [""]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(os.path.join(top, folder)) as scan:  # noqa: PTH118 - on every folder of a large library
                entries = list(scan)
        except OSError as error:
            if on_error is None:
                raise
            on_error(folder.rstrip("/"), error)
            continue
        for entry in entries:
            path = folder + entry.name
            if skip(path):
                continue
            yield path, entry
            if entry.is_dir(follow_symlinks=False):
                folders.append(f"{path}/")


def file_states(top: str, paths: Iterable[str]) -> list[FileState]:
    """Return the states of files and folders at `paths` below `top`. Raises `OSError` where one is missing."""
    # Without a loop in Python: for ten thousand cards this is a quarter of what a search takes.
    return list(map(file_state, map(os.lstat, map(f"{top}/".__add__, paths))))


def is_racy(states: Iterable[FileState], now: int) -> bool:
    """Return whether a file was changed so shortly before `now` that its next change might not show in its state."""
    return any(max(modified, changed) >= now - RACY_WINDOW_NS for _, modified, changed, _ in states)


def read_regular(path: Path | str, most: int) -> bytes:
    """Return the first `most` bytes of a regular file.

    Raises `OSError` for links, and for pipes and devices, which may never end; what a file is replaced by meanwhile is
    not read either.
    """
    # Opening a pipe would wait for its other end.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    if not flags & getattr(os, "O_NOFOLLOW", 0) and os.path.islink(path):  # noqa: PTH114 - Windows has no such flag
        raise OSError(0, "is a link")
    try:
        descriptor = os.open(path, flags)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise OSError(0, "is a link") from None
        raise
    with open(descriptor, "rb", buffering=0) as file:  # noqa: PTH123
        state = os.fstat(descriptor)
        if not stat.S_ISREG(state.st_mode):
            raise OSError(0, "is not a regular file")
        # `read` takes as much memory as it may need before it looks.
        return file.readall() if state.st_size <= most else file.read(most) or b""


def make_private(folder: Path) -> None:
    """Make a folder that only its owner can read, and such folders above it, unless they exist."""
    if not folder.is_dir():
        make_private(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def atomic_write(path: Path, *parts: bytes, mode: int = 0o644, durable: bool = False) -> None:
    """Write a file so that a reader sees the old content or the new, never a part of it.

    `durable` waits until the disk has it, so that this holds when the machine goes down, too. Raises `OSError` where
    the path is a link: it may come from a stranger, and would not be what it was any more.
    """
    import tempfile  # not above, for a search has no need of it

    if path.is_symlink():
        raise OSError(errno.ELOOP, "is a link, and nothing is written to where it leads; remove it", str(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(parts)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        part.chmod(mode)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


@contextmanager
def locked(path: Path, *, wait: bool = True) -> Iterator[bool]:
    """Hold a lock that ends with the process, however that ends; yield whether it was acquired."""
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o644)
        try:
            acquired = _acquire(descriptor, wait=wait)
            if acquired and not _is_at(descriptor, path):  # its last holder has removed it meanwhile
                continue
            yield acquired
            return
        finally:
            os.close(descriptor)


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _acquire(descriptor: int, *, wait: bool) -> bool:
    if fcntl is None:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
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
    if fcntl is None:  # without locks nothing tells a folder in use from one that was left
        import tempfile

        with tempfile.TemporaryDirectory(dir=home, ignore_cleanup_errors=True) as name:
            yield Path(name)
        return
    _remove_abandoned(home)
    for name in map(str, itertools.count()):
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


def _remove_abandoned(home: Path) -> None:
    for lock in home.glob("*.lock"):
        with locked(lock, wait=False) as free, suppress(FileNotFoundError):
            if free and lock.exists():
                shutil.rmtree(lock.with_suffix(""), ignore_errors=True)
                lock.unlink()
