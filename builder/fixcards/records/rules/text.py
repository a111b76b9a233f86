"""Rules about a file and its YAML: `FC0xx`. The first that is broken ends the reading of the file."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from fixcards.characters import hidden_characters, name_of
from fixcards.records.problem import quoted
from fixcards.records.repair import Rewrite
from fixcards.records.rules.rule import Finding, rule
from fixcards.records.yaml_document import MAX_DEPTH, Position, YamlError

MAX_BYTES = 64 * 1024
MAX_EVIDENCE_BYTES = 16 * 1024 * 1024
SCHEMA_LINE = "# yaml-language-server: $schema=../card.schema.json"
DISCOVERY_SCHEMA_LINE = "# yaml-language-server: $schema=../../card.schema.json"
"""That of a found card, whose folder lies a step deeper."""

MAX_FINDINGS = 20
"""Places of one rule about characters in one file; the rest has the same cause."""


def position_after(before: str) -> Position:
    """Return the position after the text `before`."""
    return Position(before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)


@rule("FC001")
def no_file(path: Path, root: str) -> Iterator[Finding]:
    """A record is a regular file in `cards/` that can be read; a symbolic link is refused, wherever it leads."""
    if os.path.islink(path):  # noqa: PTH114 - Path.is_symlink raises where a folder can't be read
        yield Finding("is a symbolic link", "put a copy of the file here instead of a link")
        return
    if not os.path.realpath(path).startswith(root.rstrip(os.sep) + os.sep):
        yield Finding("is not below the folder of the cards", "put a copy of the file there")
        return
    try:
        mode = path.stat().st_mode
    except OSError as error:
        yield unreadable(error)
        return
    if stat.S_ISDIR(mode):
        yield Finding("is a folder with the name of a record", "rename it")
    elif not stat.S_ISREG(mode):
        yield Finding("is not a regular file", "put a text file in its place")


def unreadable(error: OSError) -> Finding:
    """Return the finding of `FC001` about a file or folder that the system doesn't let us read."""
    hint = "correct its permissions" if isinstance(error, PermissionError) else "look at the disk that it lies on"
    return Finding(f"can't be read: {error.strerror}", hint)


@rule("FC002")
def too_large(raw: bytes, most: int = MAX_BYTES) -> Iterator[Finding]:
    """A card has at most 64 KiB, its evidence 16 MiB."""
    if len(raw) > most:
        hint = "shorten the traceback or the reproduction" if most == MAX_BYTES else "run `fixcards verify` again"
        yield Finding(f"has more than {most:,} bytes", hint)


@rule("FC003")
def not_utf8(raw: bytes) -> Iterator[Finding]:
    """A card is UTF-8."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8")
        yield Finding(
            f"has a byte 0x{raw[error.start]:02x} that is not UTF-8", "save it as UTF-8", position_after(before)
        )


@rule("FC004")
def byte_order_mark(text: str) -> Iterator[Finding]:
    """A card doesn't start with a byte order mark."""
    if text.startswith("\ufeff"):
        hint = 'save it as UTF-8 without "BOM" or "signature"'
        yield Finding(
            "starts with a byte order mark", hint, Position(1, 1), repair=Rewrite(text.lstrip("\ufeff"), "removed it")
        )


@rule("FC005")
def nul_byte(text: str) -> Iterator[Finding]:
    """A card has no NUL byte."""
    before, nul, _ = text.partition("\0")
    if nul:
        yield Finding(
            "has a NUL byte", "remove it; a file full of them is UTF-16: save it as UTF-8", position_after(before)
        )


@rule("FC006")
def carriage_return(text: str) -> Iterator[Finding]:
    """Lines end with LF; CRLF and CR are refused, since they would get into code and tracebacks."""
    before, carriage_return, after = text.partition("\r")
    if carriage_return:
        message = "ends its lines with CRLF" if after.startswith("\n") else "has a carriage return"
        hint = "save it with LF line ends, or let git do it: `git add --renormalize .`"
        with_lf = text.replace("\r\n", "\n")
        repair = None if "\r" in with_lf else Rewrite(with_lf, "wrote LF line ends")
        yield Finding(message, hint, position_after(before), repair=repair)


@rule("FC007")
def schema_line(text: str, expected: str = SCHEMA_LINE) -> Iterator[Finding]:
    """The first line of a card points editors at the schema, so that they complete and check while you type."""
    first, _, rest = text.partition("\n")
    if first != expected and text.strip():
        below = rest if first.startswith(expected.partition(":")[0]) else text
        repair = Rewrite(f"{expected}\n{below}", "wrote that line")
        yield Finding(
            "doesn't point editors at the schema", f"make the first line: {expected}", Position(1, 1), repair=repair
        )


@rule("FC008")
def invisible_character(text: str) -> Iterator[Finding]:
    """A record has no characters that can't be seen or that move others: they deceive the reader about what it says.

    Among them are control, format, private and unassigned characters, marks that change the direction of text, line
    separators, fillers and tags. Selectors and joiners are allowed inside an emoji.
    """
    for at in islice(hidden_characters(text), MAX_FINDINGS):
        hint = f"remove it; in code write the escape {ascii(text[at])[1:-1]} instead"
        yield Finding(f"has the invisible character {name_of(text[at])}", hint, position_after(text[:at]))


@rule("FC010", "syntax")
def syntax(refused: YamlError) -> Iterator[Finding]:
    """A card is valid YAML."""
    yield Finding(refused.detail, refused.hint, refused.position)


@rule("FC011", "tab")
def tab(refused: YamlError) -> Iterator[Finding]:
    """YAML is indented with spaces, not with tabs."""
    yield Finding("is indented with a tab", "indent with two spaces", refused.position)


@rule("FC012", "duplicate")
def duplicate_key(refused: YamlError) -> Iterator[Finding]:
    """A key stands only once in a mapping: YAML readers keep the last one and drop the others without a word."""
    key, line = refused.detail.rsplit("\n", 1)
    hint = f"merge it with line {line}, whose value would be lost"
    yield Finding(f"has the key {quoted(key)} twice", hint, refused.position)


@rule("FC013", "anchor")
def anchor(refused: YamlError) -> Iterator[Finding]:
    """Anchors and aliases (`&name`, `*name`) are refused: a few lines of them can unfold to gigabytes."""
    yield Finding(
        f"uses the anchor or alias {quoted(refused.detail)}",
        "write the value out; put text that starts with & or * in quotes",
        refused.position,
    )


@rule("FC014", "tag")
def tag(refused: YamlError) -> Iterator[Finding]:
    """Tags (`!name`, `!!name`) are refused: a record is plain data."""
    name = refused.detail.replace("tag:yaml.org,2002:", "!!")
    yield Finding(f"uses the tag {quoted(name)}", "remove it; put text that starts with ! in quotes", refused.position)


@rule("FC015", "depth")
def depth(refused: YamlError) -> Iterator[Finding]:
    """Values are nested at most 20 levels deep."""
    yield Finding(
        f"is nested more than {MAX_DEPTH} levels deep", "a card needs four; put text in quotes", refused.position
    )


@rule("FC016", "empty")
def empty(refused: YamlError) -> Iterator[Finding]:
    """A card has content."""
    yield Finding("is empty", "start from the example on the page about adding a card", refused.position)


@rule("FC017", "not_mapping")
def not_a_mapping(refused: YamlError) -> Iterator[Finding]:
    """The top of a card is a mapping of keys to values."""
    yield Finding("doesn't start with a key", "start from `package: name` at the left margin", refused.position)


@rule("FC018", "documents")
def several_documents(refused: YamlError) -> Iterator[Finding]:
    """A file holds one card; `---` must not start a second document."""
    yield Finding(
        "holds a second YAML document", "one file is one card: move it to a file of its own", refused.position
    )


@rule("FC019", "key")
def key_is_no_text(refused: YamlError) -> Iterator[Finding]:
    """Keys are text: `on`, `no`, `1.10` and the like are read as booleans and numbers unless they are quoted."""
    if not refused.detail:
        hint = "write a word before the colon; put text that starts with { or [ in quotes"
        yield Finding("has a key that is no text", hint, refused.position)
        return
    yield Finding(
        f"has the key {quoted(refused.detail)}, which YAML doesn't read as text",
        f'put it in quotes: "{refused.detail}"',
        refused.position,
    )


@rule("FC020", "character")
def unprintable_character(refused: YamlError) -> Iterator[Finding]:
    r"""Escapes in double quotes (`"\e"`, `"\0"`, `"\u202e"`) stand for no characters that can't be seen."""
    yield Finding(
        f"an escape stands for {refused.detail}, which can't be shown",
        "remove it; to show the escape itself write the backslash twice",
        refused.position,
    )
