"""Copies of a published index on this machine: the distribution `fixcards-data`, and what `fixcards update` fetched.

A copy is a folder with the folder `search` of a built site. Its manifest has the digest of every file; what is read is
compared with it.
"""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from fixcards import cache
from fixcards.errors import FixcardsError
from fixcards.files import read_regular
from fixcards.matching.index.format import INDEX_FOLDER, MAX_BYTES
from fixcards.matching.index.manifest import MANIFEST_FILE, Manifest, parse_manifest, sha256
from fixcards.matching.index.reader import Index
from fixcards.matching.index.validation import InvalidIndexError
from fixcards.search.finder import Finder

PUBLIC_SITE = "https://fixcards.github.io/fixcards/"
"""Where the cards of this project are published."""
DISTRIBUTION = "fixcards-data"
PACKAGE = "fixcards_data"
CURRENT = "current"
"""File of a site's copies that names the one to read."""


class CardData(NamedTuple):
    """A copy of a published index."""

    folder: Path
    name: str
    """What messages and results call it."""
    manifest: Manifest

    @classmethod
    def in_folder(cls, folder: Path, name: str) -> CardData:
        """Return the copy in a folder. Raises `FixcardsError` where it has none that can be read."""
        path = folder / INDEX_FOLDER / MANIFEST_FILE
        try:
            return cls(folder, name, parse_manifest(read_regular(path, MAX_BYTES[MANIFEST_FILE])))
        except (OSError, InvalidIndexError) as error:
            raise FixcardsError(f"{name}: {path}: {getattr(error, 'strerror', None) or error}") from None

    def read(self, path: str) -> bytes:
        """Return the content of a file of the index.

        Raises `KeyError` for one that isn't there, and `FixcardsError` for one whose digest differs.
        """
        expected = self.manifest.files[path]
        content = read_regular(self.folder / INDEX_FOLDER / path, MAX_BYTES[path.partition("/")[0]])
        if sha256(content) != expected:
            raise FixcardsError(f"{self.name}: {path}: is damaged; {self.repair}")
        return content

    def finder(self) -> Finder:
        """Return the finder of the copy, which asks no server. Raises `FixcardsError` where it can't be read."""
        if not self.manifest.usable:
            raise FixcardsError(f"{self.name}: was made for another version of fixcards; {self.repair}")
        return Finder(Index(self.read, trusted=True, name=self.name))

    @property
    def repair(self) -> str:
        """What to type where the copy can't be used."""
        if self.name.startswith(DISTRIBUTION):
            return f"pip install --upgrade --force-reinstall fixcards {DISTRIBUTION}"
        return "pip install --upgrade fixcards, then fixcards update"


def installed_data() -> CardData | None:
    """Return the distribution `fixcards-data` of this environment, None where it is not installed."""
    try:
        package = import_module(PACKAGE)
    except ImportError:
        return None
    places = list(getattr(package, "__path__", ()))
    return CardData.in_folder(Path(places[0]), DISTRIBUTION) if places else None


def copies_folder(address: str) -> Path:
    """Return the folder of the copies of a site, by its address with a slash at its end; it need not exist."""
    return cache.cache_folder("sites", cache.digest(address.encode()).hex())


def updated_copy(address: str) -> CardData | None:
    """Return the copy that `fixcards update` fetched last from a site, None where none can be read."""
    folder = copies_folder(address)
    with suppress(OSError, UnicodeDecodeError, FixcardsError):
        current = read_regular(folder / CURRENT, 100).decode("ascii").strip()
        if current.isalnum():
            return CardData.in_folder(folder / current, address)
    return None


def public_data() -> CardData | None:
    """Return the newest copy of the public cards: the installed one or the updated one; None where there is none.

    One that was made for another version of the program is returned only where there is no other. What is wrong with
    it says its `finder`.
    """
    copies = [each for each in (installed_data(), updated_copy(PUBLIC_SITE)) if each is not None]
    # Where both have one day the updated one is as new or newer.
    return max(reversed(copies), key=lambda each: (each.manifest.usable, each.manifest.order), default=None)
