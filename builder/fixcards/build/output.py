"""From works to the files of a site: only what has changed is made, and only what differs is written."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from fixcards.build.page import Page, PageKind
from fixcards.build.page_frame import PageFrame
from fixcards.build.task import BuildTask
from fixcards.errors import FixcardsError
from fixcards.worker_pool import WorkerPool

FileState = tuple[int, int]
"""Size and time of change of a file, by which one that somebody touched is known."""
Outputs = tuple[tuple[str, FileState], ...]
"""The files of a work with their states."""
PreviousBuild = Mapping[str, tuple[bytes, Outputs]]
"""Key and files of each work by its name, as they were written last."""


@dataclass(frozen=True)
class PageWriter:
    """Makes works and writes their files into `folder`; can be sent to other processes."""

    folder: str
    settings: Any
    """What tasks are given to make their files; can be pickled."""
    frames: Mapping[PageKind, PageFrame]
    excluded: frozenset[str] = frozenset()
    """Files that somebody else writes."""

    def __call__(self, works: Sequence[BuildTask]) -> list[Outputs]:
        """Make some works; return what is in the folder for each."""
        return [tuple(self._files(work)) for work in works]

    def _files(self, work: BuildTask) -> Iterator[tuple[str, FileState]]:
        for made in work.make(self.settings):
            path = page_file(made.path) if isinstance(made, Page) else made.path
            if path not in self.excluded:
                content = self.frames[made.kind].render(made) if isinstance(made, Page) else made.content
                yield path, write(self.folder, path, content)


@dataclass
class BuildResult:
    """What became of a site's works."""

    written: int = 0
    unchanged: int = 0
    tasks: dict[str, tuple[bytes, Outputs]] = field(default_factory=dict)
    """Key and files of each by its name, made now or earlier."""


def page_file(path: str) -> str:
    """Return the file of the page at `path`, below the site."""
    return f"{path}/index.html" if path else "index.html"


class OutputScan(NamedTuple):
    """What is found in a site's folder beside what was written there."""

    outdated: frozenset[str]
    """Names of the works whose files aren't as they were written."""
    unknown_files: frozenset[str]
    """Files that no known work has written, and empty folders, which end with a slash."""


def scan_output(folder: str, previous: PreviousBuild) -> OutputScan:
    """Look through a site's folder."""
    present = list_files(folder)
    off = {name for name, (_, files) in previous.items() if any(present.get(path) != state for path, state in files)}
    return OutputScan(frozenset(off), frozenset(present.keys() - paths_of(previous)))


def run_tasks(
    writer: PageWriter,
    parallel: Sequence[BuildTask],
    local: Sequence[BuildTask],
    previous: PreviousBuild,
    scan: OutputScan,
    workers: WorkerPool,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> BuildResult:
    """Bring the files of all works up to date.

    `known` are the works as they were written last, as far as their keys still tell all that goes into them, and
    `found` is what was in the folder. The works `spread` go to `workers`, those in `here` are made in this process.
    `progress` is told how many works of how many are done.
    """
    result = BuildResult()
    current = result.tasks

    def outdated(works: Iterable[BuildTask]) -> Iterator[BuildTask]:
        for work in works:
            key, written = previous.get(work.name, (b"", ()))
            if key == work.key and written and work.name not in scan.outdated:
                current[work.name] = key, written
                result.unchanged += 1
            else:
                yield work

    def enter(work: BuildTask, written: Outputs) -> None:
        current[work.name] = work.key, written
        result.written += 1
        progress(result.written, total)

    pending, pending_local = list(outdated(parallel)), list(outdated(local))
    total = len(pending) + len(pending_local)

    def meanwhile() -> None:
        for work in pending_local:
            enter(work, writer([work])[0])

    for work, written in zip(pending, workers.run(writer, pending, meanwhile), strict=True):
        enter(work, written)
    return result


def paths_of(tasks: PreviousBuild) -> set[str]:
    """Return the paths of all files of some works."""
    return {path for _, files in tasks.values() for path, _ in files}


def list_files(folder: str, *, hidden: bool = False) -> dict[str, FileState]:
    """Return every file in a site's folder, what is `hidden` at its top only if asked for: MkDocs leaves that alone.

    A link is a file, wherever it leads. Empty folders are there as well, their paths ending with a slash. What another
    build takes away meanwhile is not there. Raises `FixcardsError` where `folder` is none.
    """
    found: dict[str, FileState] = {}
    folders = [""]
    while folders:
        below = folders.pop()
        try:
            entries = list(os.scandir(f"{folder}/{below}"))
        except FileNotFoundError:
            continue
        except NotADirectoryError:
            if below:
                continue
            raise FixcardsError(f"{folder}: is no folder; remove it, or set another `site_dir`") from None
        if below and not entries:
            found[below] = (0, 0)
        for entry in entries:
            if not (below or hidden) and entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                folders.append(f"{below}{entry.name}/")
            else:
                with suppress(FileNotFoundError):
                    found[f"{below}{entry.name}"] = _state(entry.stat(follow_symlinks=False))
    return found


def write(folder: str, path: str, content: bytes) -> FileState:
    """See to it that a file has this content; one that has it already is not touched.

    A file, folder or link that stands in its way is removed.
    """
    place = f"{folder}/{path}"
    with suppress(FileExistsError):
        try:
            return _write_new(place, content, os.O_EXCL)
        except (FileNotFoundError, NotADirectoryError):
            _remove_blocking_file(folder, path)
            os.makedirs(os.path.dirname(place), exist_ok=True)  # noqa: PTH103, PTH120
            return _write_new(place, content, os.O_EXCL)
    before = os.lstat(place)  # not what a link leads to, and a pipe would never end
    if stat.S_ISDIR(before.st_mode):
        shutil.rmtree(place)
    elif stat.S_ISREG(before.st_mode) and before.st_size == len(content):
        with open(place, "rb", buffering=0) as file:  # noqa: PTH123 - on every file of a large site
            if file.read() == content:
                return _state(before)
    # Beside it and then in its place, so that a server sees the old file or the new one.
    part = f"{place}.{os.getpid()}.part"
    try:
        state = _write_new(part, content, os.O_TRUNC)
        os.replace(part, place)  # noqa: PTH105
    except BaseException:
        with suppress(OSError):
            os.unlink(part)  # noqa: PTH108
        raise
    return state


def _remove_blocking_file(folder: str, path: str) -> None:
    """Remove the file that stands where a folder above `path` should."""
    steps = path.split("/")
    for depth in range(1, len(steps)):
        above = "/".join([folder, *steps[:depth]])
        if os.path.lexists(above) and not os.path.isdir(above):  # noqa: PTH112
            with suppress(FileNotFoundError, IsADirectoryError):  # another process may have been here
                os.unlink(above)  # noqa: PTH108
            return


def _write_new(place: str, content: bytes, flags: int) -> FileState:
    descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | flags | getattr(os, "O_BINARY", 0), 0o666)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        return _state(os.fstat(descriptor))
    finally:
        os.close(descriptor)


def copy_new(source: str, folder: str, excluded: Iterable[str]) -> set[str]:
    """Copy every file below `source` to the same place in `folder` but those in `without`; return their paths."""
    copied = {path for path in list_files(source, hidden=True) if not path.endswith("/")}.difference(excluded)
    for path in sorted(copied):
        write(folder, path, Path(source, path).read_bytes())
    return copied


def remove_links(folder: str, files: Iterable[str]) -> None:
    """Remove the links among files of a site: what is written below one would go to where it leads."""
    for path in files:
        place = f"{folder}/{path}"
        if os.path.islink(place):  # noqa: PTH114
            os.unlink(place)  # noqa: PTH108


def remove_files(folder: str, files: Iterable[str]) -> None:
    """Remove files of a site, and the folders that are empty or that they leave empty."""
    for path in files:
        # A folder may stand at its place by now, or a file above it.
        with suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError):
            os.unlink(f"{folder}/{path}")  # noqa: PTH108
        above = os.path.dirname(path)  # noqa: PTH120
        while above:
            try:
                os.rmdir(f"{folder}/{above}")  # noqa: PTH106
            except OSError:
                break
            above = os.path.dirname(above)  # noqa: PTH120


def _state(status: os.stat_result) -> FileState:
    return status.st_size, status.st_mtime_ns
