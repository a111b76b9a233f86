"""The manifest of an index: every file with its digest, so that a copy of the whole index can be made and checked.

`manifest.json` has `format` (of the manifest), `index` and `rules` (format and table that the index was written by, so
that a program knows before it reads on whether it can), `version`, `site` (address of the published site, may be
empty) and `files`: the path of each file, with its SHA-256 in hexadecimal digits.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from fixcards.matching.index.format import FORMAT, MAX_BYTES, SITE_ADDRESS
from fixcards.matching.index.validation import InvalidIndexError
from fixcards.matching.parse.normalize import TABLE_VERSION

MANIFEST_FILE = "manifest.json"
MANIFEST_FORMAT = 1
NO_DAY = "0"
"""Version of an index of which no card has a day."""
MAX_FILES = 1_000_000
_PATH = r"(?:[a-z]{1,20}/)?[a-z0-9-]{1,60}[.]json"
_VERSION = r"[0-9]{1,4}(?:[.][0-9]{1,4}){0,3}"
_DIGEST = r"[0-9a-f]{64}"


class Manifest(NamedTuple):
    """What `manifest.json` says."""

    version: str
    """The newest day on which a card of it was executed, as `2026.11.28`."""
    site: str
    files: Mapping[str, str]
    usable: bool
    """Whether this version of the program can read the index."""

    @property
    def order(self) -> tuple[int, ...]:
        """The version as numbers, to compare it with others."""
        return tuple(map(int, self.version.split(".")))


def sha256(content: bytes) -> str:
    """Return the digest that a manifest has of a content."""
    return hashlib.sha256(content).hexdigest()


def manifest_text(day: str, site: str, digests: Mapping[str, str]) -> bytes:
    """Return the content of `manifest.json` for files by path. `day` is in ISO form, or empty."""
    version = ".".join(str(int(part)) for part in day.split("-")) if day else NO_DAY
    head = {"format": MANIFEST_FORMAT, "index": FORMAT, "rules": TABLE_VERSION, "version": version, "site": site}
    return json.dumps({**head, "files": dict(sorted(digests.items()))}, indent=0).encode() + b"\n"


def parse_manifest(content: bytes) -> Manifest:
    """Return a manifest, which may come from anywhere. Raises `InvalidIndexError` where it is of another form."""
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        raise InvalidIndexError("is no JSON") from None
    if not isinstance(data, dict) or data.get("format") != MANIFEST_FORMAT:
        raise InvalidIndexError("was made by another version of fixcards")
    version, site, files = data.get("version"), data.get("site"), data.get("files")
    if not isinstance(version, str) or not re.fullmatch(_VERSION, version):
        raise InvalidIndexError("`version` is no day")
    if not isinstance(site, str) or (site and not re.fullmatch(SITE_ADDRESS, site)):
        raise InvalidIndexError("`site` is no address of a site")
    if not isinstance(files, dict) or len(files) > MAX_FILES or not all(map(_is_file, files.items())):
        raise InvalidIndexError("`files` are not paths of an index with their digests")
    usable = (data.get("index"), data.get("rules")) == (FORMAT, TABLE_VERSION)
    return Manifest(version, site, files, usable)


def _is_file(item: tuple[str, Any]) -> bool:
    path, expected = item
    listed = bool(re.fullmatch(_PATH, path)) and path.partition("/")[0] in MAX_BYTES and path != MANIFEST_FILE
    return listed and isinstance(expected, str) and bool(re.fullmatch(_DIGEST, expected))
