"""The files of the folder that a site is built into.

Most functions use `os` instead of `pathlib`: they run for every file of a large site.
"""
# ruff: noqa: PTH102, PTH103, PTH105, PTH106, PTH108, PTH112, PTH114, PTH120, PTH123

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from fixcards.files import walk

OutputState = tuple[int, int, int]
"""Size in bytes, and times of change of the content and of the inode in nanoseconds. The last can't be put back."""


def list_files(folder: str, *, hidden: bool = False) -> dict[str, OutputState]:
    """Return the state of every file below `folder`, by path.

    Hidden files and folders at the top, such as `.git`, are left out unless `hidden`: people publish from there. A
    link is a file, wherever it leads. Empty folders are listed too; their paths end with a slash. Files that another
    build removes meanwhile are left out, and a folder that does not exist has none. Raises `NotADirectoryError` if
    `folder` is a file.
    """
    states: dict[str, OutputState] = {}
    parents: set[str] = set()
    empty: set[str] = set()

    def skip(path: str) -> bool:
        return not hidden and path.startswith(".")

    def on_error(path: str, error: OSError) -> None:
        if not (isinstance(error, FileNotFoundError) or (path and isinstance(error, NotADirectoryError))):
            raise error

    for path, entry in walk(folder, skip, on_error):
        parents.add(path.rpartition("/")[0])
        if entry.is_dir(follow_symlinks=False):
            empty.add(path)
        else:
            with suppress(FileNotFoundError):
                states[path] = _state(entry.stat(follow_symlinks=False))
    return states | {f"{path}/": (0, 0, 0) for path in empty - parents}


def write_file(folder: str, path: str, content: bytes) -> OutputState:
    """Give the file `path` below `folder` this content; a file that already has it is not touched.

    A file, folder or link that is in its way is removed. An existing file is replaced as a whole, so that a server
    sees the old content or the new.
    """
    target = f"{folder}/{path}"
    with suppress(FileExistsError):
        try:
            return _write_new(target, content, os.O_EXCL)
        except (FileNotFoundError, NotADirectoryError):
            _make_parent(folder, path)
            return _write_new(target, content, os.O_EXCL)
    before = os.lstat(target)  # not what a link leads to, and reading a pipe would never end
    if stat.S_ISDIR(before.st_mode):
        shutil.rmtree(target)
    elif stat.S_ISREG(before.st_mode) and before.st_size == len(content):
        with open(target, "rb", buffering=0) as file:
            if file.read() == content:
                return _state(before)
    part = f"{target}.{os.getpid()}.part"
    try:
        try:
            _write_new(part, content, os.O_EXCL)
        except FileExistsError:  # of a process that was killed, or a link
            os.unlink(part)
            _write_new(part, content, os.O_EXCL)
        os.replace(part, target)
        return _state(os.lstat(target))  # which the new name has changed
    except BaseException:
        with suppress(OSError):
            os.unlink(part)
        raise


def _make_parent(folder: str, path: str) -> None:
    """Make the folder of a file, and those above it."""
    parent = os.path.dirname(f"{folder}/{path}")
    try:
        os.mkdir(parent)  # most need no more: the folder of a card is below that of its package
    except OSError:
        _remove_blocking_file(folder, path)
        os.makedirs(parent, exist_ok=True)


def _remove_blocking_file(folder: str, path: str) -> None:
    """Remove a file that is where a parent folder of `path` should be."""
    steps = path.split("/")
    for depth in range(1, len(steps)):
        parent = "/".join([folder, *steps[:depth]])
        if os.path.lexists(parent) and not os.path.isdir(parent):
            with suppress(FileNotFoundError, IsADirectoryError):  # another process may have been here
                os.unlink(parent)
            return


def _write_new(target: str, content: bytes, flags: int) -> OutputState:
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | flags | getattr(os, "O_BINARY", 0), 0o666)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        return _state(os.fstat(descriptor))
    finally:
        os.close(descriptor)


def copy_files(source: str, folder: str, excluded: Iterable[str]) -> set[str]:
    """Copy every file below `source` to `folder`, but those at the paths `excluded`; return the paths copied."""
    copied = {path for path in list_files(source, hidden=True) if not path.endswith("/")}.difference(excluded)
    remove_links(folder, {path.partition("/")[0] for path in copied})  # hidden ones are in no list of files
    for path in sorted(copied):
        write_file(folder, path, Path(source, path).read_bytes())
    return copied


def remove_links(folder: str, paths: Iterable[str]) -> None:
    """Remove those of the files that are links: a file written below one would go to where it leads."""
    for path in paths:
        target = f"{folder}/{path}"
        if os.path.islink(target):
            os.unlink(target)


def remove_files(folder: str, paths: Iterable[str]) -> None:
    """Remove files, and the folders that are empty or that this leaves empty."""
    for path in paths:
        # By now a folder may be at its place, or a file at that of its parent.
        with suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError):
            os.unlink(f"{folder}/{path}")
        parent = os.path.dirname(path)
        while parent:
            try:
                os.rmdir(f"{folder}/{parent}")
            except OSError:
                break
            parent = os.path.dirname(parent)


def _state(status: os.stat_result) -> OutputState:
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns
