"""Rules about what lies in the folder of the cards: `FC04x`. Only what they allow is read and published.

The folder is full of files of people we don't know. Whatever is no record has no business there: it would be published
with the site, or follow a link to somewhere else on the machine that builds it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator

from fixcards.records.fields import windows_refuses
from fixcards.records.rules.rule import Finding, rule

RECORD_SUFFIXES = (".yaml", ".yml", ".evidence.json")
OTHER_FILES = frozenset({"card.schema.json", "evidence.schema.json", "tally.json"})
"""Files next to the folders of the packages."""


@rule("FC040")
def stray_link(path: str, entry: os.DirEntry[str]) -> Iterator[Finding]:
    """There are no symbolic links, to files or folders: they could lead out of the cards."""
    if entry.is_symlink():
        yield Finding("is a symbolic link", "put the file itself here, or remove the link")


@rule("FC041")
def stray_device(path: str, entry: os.DirEntry[str]) -> Iterator[Finding]:
    """There are no pipes, sockets and devices: reading one may never end."""
    kind = stat.S_IFMT(entry.stat(follow_symlinks=False).st_mode)
    if kind not in {stat.S_IFREG, stat.S_IFDIR, stat.S_IFLNK}:
        yield Finding("is a pipe, a socket or a device", "remove it")


@rule("FC042")
def stray_file(path: str, entry: os.DirEntry[str]) -> Iterator[Finding]:
    """There are records, their evidence, the schemas and the tally, and no other files; hidden files are ignored."""
    if entry.is_file(follow_symlinks=False) and not path.lower().endswith(RECORD_SUFFIXES) and path not in OTHER_FILES:
        yield Finding(
            "is no record",
            "remove it; pages of the site's author lie in the folder that the option `pages` in mkdocs.yml names",
        )


@rule("FC043")
def name_not_portable(path: str) -> Iterator[Finding]:
    """Every name can be one on Windows, and in UTF-8."""
    name = path.rpartition("/")[2]
    if windows_refuses(name):
        yield Finding("has a name that Windows can't hold", "rename it")
    elif any("\ud800" <= char <= "\udfff" for char in name):
        yield Finding("has a name that is not UTF-8", "rename it")


@rule("FC044")
def names_alike(path: str, first: str) -> Iterator[Finding]:
    """No two names differ only in case, or in how their accents are composed: elsewhere they are one file."""
    if first != path:
        yield Finding(f"differs from {first} only in upper and lower case or accents", "rename one of the two")


@rule("FC045")
def schema_changed(text: bytes, expected: bytes) -> Iterator[Finding]:
    """The schemas, by which editors complete and check, are those that this program writes."""
    if text.replace(b"\r\n", b"\n") != expected:
        yield Finding("is not the schema of this release", "run `fixcards schema --write`")
