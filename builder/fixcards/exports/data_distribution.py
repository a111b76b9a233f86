"""The distribution `fixcards-data`: the search index and `cards.json` of a built site as a wheel.

It has no code but a version. The version is the newest day on which a card of it was executed, never that of the
clock, and nothing else depends on when or where it is built: the same site gives the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from fixcards.errors import FixcardsError
from fixcards.files import atomic_write, read_regular
from fixcards.matching.index.format import INDEX_FOLDER, MAX_BYTES
from fixcards.matching.index.manifest import MANIFEST_FILE, NO_DAY, Manifest, parse_manifest, sha256
from fixcards.matching.index.validation import InvalidIndexError

NAME = "fixcards-data"
PACKAGE = "fixcards_data"
CARDS_FILE = "cards.json"
MAX_CARDS_BYTES = 1 << 30
_TIME = (1980, 1, 1, 0, 0, 0)
"""The first time that an archive can hold."""
_FILE_MODE = 0o100644
_DESCRIPTION = """\
# fixcards-data

The cards of fixcards as data: the search index and `cards.json`, with a digest of every file. The program `fixcards`
searches them without a network:

```console
$ fixcards match log.txt
```

The version is the day on which the newest evidence in it was made. Each card, with its proof, is a page of
{site}.
"""


class Wheel(NamedTuple):
    """A wheel of the data."""

    file_name: str
    content: bytes
    version: str
    files: int
    """Files of the index in it."""

    def write(self, folder: Path) -> Path:
        """Write the wheel into a folder; return its path."""
        path = folder / self.file_name
        atomic_write(path, self.content)
        return path


def data_wheel(site: Path, number: int = 0) -> Wheel:
    """Return the wheel of a built site. `number` tells another one of the same day from the first.

    Raises `FixcardsError` where the folder has no index of this version of the program, or another than its manifest
    says, and where no card was executed yet.
    """
    manifest = _manifest(site)
    if manifest.version == NO_DAY:
        raise FixcardsError(f"{site}: no card was executed yet, so there is no day for a version; run fixcards verify")
    version = f"{manifest.version}.{number}" if number else manifest.version
    info = f"{PACKAGE}-{version}.dist-info"
    files = {
        f"{PACKAGE}/__init__.py": _module(version),
        f"{PACKAGE}/{CARDS_FILE}": _read(site, CARDS_FILE, MAX_CARDS_BYTES),
        f"{PACKAGE}/{INDEX_FOLDER}/{MANIFEST_FILE}": _read(
            site, f"{INDEX_FOLDER}/{MANIFEST_FILE}", MAX_BYTES[MANIFEST_FILE]
        ),
        **{f"{PACKAGE}/{INDEX_FOLDER}/{path}": content for path, content in _index(site, manifest)},
        f"{info}/METADATA": _metadata(version, manifest.site),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: fixcards\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{info}/RECORD"] = _record(files, f"{info}/RECORD")
    return Wheel(f"{PACKAGE}-{version}-py3-none-any.whl", _archive(files), version, len(manifest.files))


def _manifest(site: Path) -> Manifest:
    path = site / INDEX_FOLDER / MANIFEST_FILE
    try:
        manifest = parse_manifest(read_regular(path, MAX_BYTES[MANIFEST_FILE]))
    except (OSError, InvalidIndexError) as error:
        reason = getattr(error, "strerror", None) or error
        raise FixcardsError(f"{path}: {reason}; give the folder of a built site") from None
    if not manifest.usable:
        raise FixcardsError(f"{path}: was made by another version of fixcards; build the site again")
    return manifest


def _index(site: Path, manifest: Manifest) -> Iterator[tuple[str, bytes]]:
    for path, expected in sorted(manifest.files.items()):
        content = _read(site, f"{INDEX_FOLDER}/{path}", MAX_BYTES[path.partition("/")[0]])
        if sha256(content) != expected:
            raise FixcardsError(f"{site / INDEX_FOLDER / path}: is not what the manifest says; build the site again")
        yield path, content


def _read(site: Path, path: str, most: int) -> bytes:
    try:
        return read_regular(site / path, most)
    except OSError as error:
        raise FixcardsError(f"{site / path}: {error.strerror or error}; build the site again") from None


def _module(version: str) -> bytes:
    return f'"""The cards of fixcards, as data."""\n\n__version__ = {json.dumps(version)}\n'.encode()


def _metadata(version: str, site: str) -> bytes:
    lines = (
        "Metadata-Version: 2.4",
        f"Name: {NAME}",
        f"Version: {version}",
        "Summary: The fix cards of fixcards: known upstream failures and fixes that were executed, as data",
        "License-Expression: MIT",
        *([f"Project-URL: Cards, {site}"] if site else []),
        "Requires-Python: >=3.10",
        "Description-Content-Type: text/markdown",
    )
    return "\n".join((*lines, "", _DESCRIPTION.format(site=f"<{site}>" if site else "the site"))).encode()


def _record(files: dict[str, bytes], own: str) -> bytes:
    lines = [f"{path},sha256={_digest(content)},{len(content)}" for path, content in files.items()]
    return "\n".join((*lines, f"{own},,", "")).encode()


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def _archive(files: dict[str, bytes]) -> bytes:
    """Return an archive that depends on the files alone, and on the zlib that compresses them."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as wheel:
        for path, content in files.items():
            entry = zipfile.ZipInfo(path, _TIME)
            entry.external_attr = _FILE_MODE << 16
            entry.create_system = 3
            entry.compress_type = zipfile.ZIP_DEFLATED
            wheel.writestr(entry, content)
    return archive.getvalue()
