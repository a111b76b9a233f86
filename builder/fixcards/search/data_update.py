"""Fetching a published index into the user's cache, so that the doors ask no server.

The manifest of the site is asked for with the ETag of the last time; a site that hasn't changed answers in one
request. Files that the last copy has are taken from it. A copy is complete and checked before the file `current` names
it, so that a stop at any moment leaves the one before.
"""

from __future__ import annotations

import json
import os
import shutil
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from fixcards.errors import FixcardsError
from fixcards.files import atomic_write, locked, make_private, read_regular
from fixcards.matching.index.format import INDEX_FOLDER, MAX_BYTES
from fixcards.matching.index.manifest import MANIFEST_FILE, Manifest, parse_manifest, sha256
from fixcards.matching.index.validation import InvalidIndexError
from fixcards.search.card_data import CURRENT, CardData, copies_folder, updated_copy
from fixcards.search.http_fetch import fetch_within, make_opener, read_plain, within
from fixcards.search.site_files import need_address

CONNECTIONS = 6
"""Files that are fetched at the same time."""
FILE_SECONDS = 30
MAX_TOTAL_BYTES = 1 << 30
NOT_MODIFIED = 304
_UNCHANGED = "nothing was changed here"
TAG = "etag.json"
"""File of a copy with the ETag of its manifest."""

Progress = Callable[[int, int], None]
"""Called with the number of files that are there, and of all."""


class Update(NamedTuple):
    """What an update did."""

    data: CardData
    fetched: int
    """Files that were fetched; 0 where the copy was up to date."""
    bytes: int


def update(address: str, progress: Progress | None = None) -> Update:
    """Bring the copy of a site up to date. Raises `FixcardsError`; the copy before stays what it was.

    `address` ends with a slash. Two processes don't update one site at a time.
    """
    need_address(address)
    top = copies_folder(address)
    make_private(top)
    with locked(top / "lock"):
        before = updated_copy(address)
        tag = _tag_of(before)
        content, new_tag = _manifest(address, tag)
        if content is None and before is not None:
            return Update(before, 0, 0)
        manifest = _parsed(address, content or b"")
        return _fetch_all(address, manifest, content or b"", new_tag, before, progress)


def _fetch_all(
    address: str, manifest: Manifest, content: bytes, tag: str, before: CardData | None, progress: Progress | None
) -> Update:
    top = copies_folder(address)
    name = sha256(content)[:32]
    if before is not None and before.folder.name == name:  # a server without ETags
        return Update(before, 0, 0)
    part = top / f"{name}.part"
    shutil.rmtree(part, ignore_errors=True)
    try:
        fetched, size = _fill(part, address, manifest, before, progress)
        atomic_write(part / INDEX_FOLDER / MANIFEST_FILE, content, mode=0o600)
        atomic_write(part / TAG, json.dumps(tag).encode(), mode=0o600)
        shutil.rmtree(top / name, ignore_errors=True)
        part.rename(top / name)
        atomic_write(top / CURRENT, name.encode(), mode=0o600)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    # A process that is reading now may have the copy before open; older ones go.
    for each in top.iterdir():
        if each.is_dir() and each.name not in {name, before.folder.name if before else ""}:
            shutil.rmtree(each, ignore_errors=True)
    return Update(CardData.in_folder(top / name, address), fetched, size)


def _fill(
    part: Path, address: str, manifest: Manifest, before: CardData | None, progress: Progress | None
) -> tuple[int, int]:
    """Write all files of a manifest into a folder; return how many were fetched, and their bytes."""
    missing = []
    for path, expected in manifest.files.items():
        target = part / INDEX_FOLDER / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if before is None or before.manifest.files.get(path) != expected or not _reuse(before, path, target):
            missing.append(path)
    fetch = _Fetch(part, address, manifest)
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        try:
            for number, _ in enumerate(pool.map(fetch, missing), len(manifest.files) - len(missing) + 1):
                if progress:
                    progress(number, len(manifest.files))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return len(missing), fetch.bytes


def _reuse(before: CardData, path: str, target: Path) -> bool:
    """Take a file of the copy before; return whether it is what its digest says."""
    try:
        before.read(path)
        source = before.folder / INDEX_FOLDER / path
        try:
            os.link(source, target)
        except OSError:  # a file system without links
            shutil.copyfile(source, target)
    except (OSError, FixcardsError):
        return False
    return True


class _Fetch:
    """Fetches files of a site into a folder, each compared with its digest."""

    def __init__(self, part: Path, address: str, manifest: Manifest) -> None:
        self.bytes = 0
        self._part, self._address, self._files = part, address, manifest.files
        self._opener = make_opener()
        self._lock = threading.Lock()

    def __call__(self, path: str) -> None:
        where = f"{self._address}{INDEX_FOLDER}/{path}"
        content = fetch_within(FILE_SECONDS, self._opener, where, MAX_BYTES[path.partition("/")[0]] + 1)
        if sha256(content) != self._files[path]:
            raise FixcardsError(
                f"{where}: is not the file that the site's manifest names; the site is being published, or damaged: "
                "try again in some minutes"
            )
        with self._lock:
            self.bytes += len(content)
            if self.bytes > MAX_TOTAL_BYTES:
                raise FixcardsError(
                    f"{self._address}: has more than {MAX_TOTAL_BYTES >> 30} GiB; the update was stopped"
                )
        (self._part / INDEX_FOLDER / path).write_bytes(content)


def _manifest(address: str, tag: str) -> tuple[bytes | None, str]:
    """Return the manifest of a site and its ETag; None where it is still that of the ETag `tag`."""
    where = f"{address}{INDEX_FOLDER}/{MANIFEST_FILE}"
    request = urllib.request.Request(where, headers={"If-None-Match": tag} if tag else {})  # noqa: S310 - http(s) only

    def fetch() -> tuple[bytes | None, str]:
        try:
            with make_opener().open(request, timeout=FILE_SECONDS) as response:
                return read_plain(response, where, MAX_BYTES[MANIFEST_FILE] + 1), response.headers.get("ETag", "")
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == NOT_MODIFIED and tag:
                return None, tag
            raise

    try:
        return within(FILE_SECONDS, where, fetch)
    except FixcardsError as error:
        raise FixcardsError(f"{error}; {_UNCHANGED}") from None


def _parsed(address: str, content: bytes) -> Manifest:
    where = f"{address}{INDEX_FOLDER}/{MANIFEST_FILE}"
    try:
        if len(content) > MAX_BYTES[MANIFEST_FILE]:
            raise InvalidIndexError("is too large")
        manifest = parse_manifest(content)
    except InvalidIndexError as error:
        raise FixcardsError(f"{where}: {error}; {_UNCHANGED}") from None
    if not manifest.usable:
        raise FixcardsError(f"{where}: is for another version of fixcards; type: pip install --upgrade fixcards")
    return manifest


def _tag_of(copy: CardData | None) -> str:
    if copy is not None:
        with suppress(OSError, ValueError):
            tag = json.loads(read_regular(copy.folder / TAG, 1000))
            if isinstance(tag, str) and tag.isprintable():
                return tag
    return ""
