"""From works to the files of a site: only what has changed is made, and only what differs is written."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from builder.cache import Shelf, digest, digest_of
from builder.pages.document import Document, Kind, Settings
from builder.pages.shell import Shell
from builder.pages.work import Work
from builder.workers import Workers

State = tuple[int, int]
"""Size and time of change of a file, by which one that somebody touched is known."""
Written = tuple[tuple[str, State], ...]


@dataclass(frozen=True)
class Press:
    """Makes works and writes their files into `folder`; can be sent to other processes."""

    folder: str
    settings: Settings
    shells: Mapping[Kind, Shell]
    without: frozenset[str] = frozenset()
    """Files that somebody else writes."""

    def __call__(self, works: Sequence[Work]) -> list[Written]:
        """Make some works; return what is in the folder for each."""
        return [tuple(self._files(work)) for work in works]

    def _files(self, work: Work) -> Iterator[tuple[str, State]]:
        for made in work.make(self.settings):
            path = file_of(made) if isinstance(made, Document) else made.path
            if path not in self.without:
                content = self.shells[made.kind].fill(made) if isinstance(made, Document) else made.content
                yield path, write(self.folder, path, content)


@dataclass
class Printed:
    """What became of a site's works."""

    made: int = 0
    kept: int = 0
    files: set[str] = field(default_factory=set)
    """Every file of the works, made now or earlier."""


def file_of(document: Document) -> str:
    """Return the path of a document's file below the site."""
    return f"{document.path}/index.html" if document.path else "index.html"


def print_works(
    press: Press,
    spread: Sequence[Work],
    here: Sequence[Work],
    there: Mapping[str, State],
    shelf: Shelf,
    stamp: bytes,
    workers: Workers,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Printed:
    """Bring the files of all works up to date.

    `there` are the files that stand in the folder, as `standing` tells. The works `spread` go to `workers`, those in
    `here` are made in this process. `shelf` remembers what was made with the same `stamp`: the digest of all that goes
    into every work. `progress` is told how many works of how many are done.
    """
    known: Mapping[str, tuple[bytes, Written]] = shelf.read(stamp) or {}
    printed = Printed()
    now: dict[str, tuple[bytes, Written]] = {}

    def outdated(works: Iterable[Work]) -> Iterator[Work]:
        for work in works:
            key, written = known.get(work.name, (b"", ()))
            if key == work.key and written and all(there.get(path) == state for path, state in written):
                now[work.name] = key, written
                printed.kept += 1
            else:
                yield work

    def enter(work: Work, written: Written) -> None:
        now[work.name] = work.key, written
        printed.made += 1
        progress(printed.made, total)

    waiting, mine = list(outdated(spread)), list(outdated(here))
    total = len(waiting) + len(mine)

    def meanwhile() -> None:
        for work in mine:
            enter(work, press([work])[0])

    for work, written in zip(waiting, workers.run(press, waiting, meanwhile), strict=True):
        enter(work, written)
    if printed.made or len(now) != len(known):
        shelf.write(now, stamp)
    printed.files.update(path for _, written in now.values() for path, _ in written)
    return printed


def standing(folder: str) -> dict[str, State]:
    """Return every file in a site's folder but those in hidden folders at its top, which MkDocs leaves alone, too."""
    found: dict[str, State] = {}
    folders = [""]
    while folders:
        below = folders.pop()
        try:
            entries = list(os.scandir(f"{folder}/{below}"))
        except FileNotFoundError:
            continue
        for entry in entries:
            if not below and entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                folders.append(f"{below}{entry.name}/")
            else:
                found[f"{below}{entry.name}"] = _state(entry.stat(follow_symlinks=False))
    return found


def write(folder: str, path: str, content: bytes) -> State:
    """See to it that a file has this content; one that has it already is not touched."""
    place = f"{folder}/{path}"
    try:
        return _put(place, content)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(place), exist_ok=True)  # noqa: PTH103, PTH120
        return _put(place, content)
    except FileExistsError:
        pass
    with open(place, "rb", buffering=0) as file:  # noqa: PTH123 - on every file of a large site
        before = os.fstat(file.fileno())
        if before.st_size == len(content) and file.read() == content:
            return _state(before)
    # Beside it and then in its place, so that a server sees the old file or the new one.
    part = f"{place}.{os.getpid()}.part"
    try:
        state = _put(part, content)
        os.replace(part, place)  # noqa: PTH105
    except BaseException:
        with suppress(OSError):
            os.unlink(part)  # noqa: PTH108
        raise
    return state


def _put(place: str, content: bytes) -> State:
    """Write a file that is not there yet."""
    handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(handle, rest) :]
        return _state(os.fstat(handle))
    finally:
        os.close(handle)


def take_over(source: str, folder: str, without: Iterable[str]) -> set[str]:
    """Copy every file below `source` to the same place in `folder` but those in `without`; return their paths."""
    taken = set(standing(source)).difference(without)
    for path in sorted(taken):
        write(folder, path, Path(source, path).read_bytes())
    return taken


def clear(folder: str, files: Iterable[str]) -> None:
    """Remove files of a site, and the folders that they leave empty."""
    for path in files:
        Path(folder, path).unlink(missing_ok=True)
        above = os.path.dirname(path)  # noqa: PTH120
        while above:
            try:
                os.rmdir(f"{folder}/{above}")  # noqa: PTH106
            except OSError:
                break
            above = os.path.dirname(above)  # noqa: PTH120


def templates_digest(folder: Path) -> bytes:
    """Return a digest of all templates."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return digest(*(part for path in files for part in (str(path.relative_to(folder)).encode(), path.read_bytes())))


def stamp_of(settings: Settings, pages: Iterable[str]) -> bytes:
    """Return the digest of what goes into every work: settings, templates, the theme's pages."""
    named = (settings.site_name, settings.site_url, settings.repo_url)
    return digest_of((templates_digest(settings.templates), named, tuple(pages)))


def _state(status: os.stat_result) -> State:
    return status.st_size, status.st_mtime_ns
