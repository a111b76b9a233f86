"""Rules about a file and its YAML: `FC0xx`. The first that is broken ends the reading of the file."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from builder.records.rules.rule import Finding, rule
from builder.records.source import MAX_DEPTH, Mark, Refused

MAX_BYTES = 64 * 1024
SCHEMA_LINE = "# yaml-language-server: $schema=../card.schema.json"


def _mark(before: str) -> Mark:
    """Return the place that follows the text `before`."""
    return Mark(before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)


@rule("FC001")
def leaves_cards(path: Path, root: Path) -> Iterator[Finding]:
    """A record is a regular file inside `cards/`; a symbolic link that leads out of it is refused."""
    if not path.resolve().is_relative_to(root.resolve()):
        yield Finding("is a symbolic link that leaves the cards", "put a copy of the file here instead of a link")
    elif not path.exists():
        yield Finding("is a symbolic link to nothing", "remove the link")
    elif not stat.S_ISREG(path.stat().st_mode):
        yield Finding("is not a regular file", "a card is a YAML file")


@rule("FC002")
def too_large(path: Path, root: Path) -> Iterator[Finding]:
    """A card has at most 64 KiB."""
    size = path.stat().st_size
    if size > MAX_BYTES:
        yield Finding(f"has {size} bytes, more than {MAX_BYTES}", "shorten the traceback or the reproduction")


@rule("FC003")
def not_utf8(raw: bytes) -> Iterator[Finding]:
    """A card is UTF-8."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8")
        yield Finding(f"has a byte 0x{raw[error.start]:02x} that is not UTF-8", "save it as UTF-8", _mark(before))


@rule("FC004")
def byte_order_mark(raw: bytes) -> Iterator[Finding]:
    """A card doesn't start with a byte order mark."""
    if raw.startswith(b"\xef\xbb\xbf"):
        yield Finding("starts with a byte order mark", 'save it as UTF-8 without "BOM" or "signature"', Mark(1, 1))


@rule("FC005")
def nul_byte(raw: bytes) -> Iterator[Finding]:
    """A card has no NUL byte."""
    before, found, _ = raw.partition(b"\0")
    if found:
        yield Finding("has a NUL byte", r'remove it; in a double-quoted text write "\0"', _mark(before.decode()))


@rule("FC006")
def carriage_return(raw: bytes) -> Iterator[Finding]:
    """Lines end with LF; CRLF and CR are refused, since they would get into code and tracebacks."""
    before, found, _ = raw.partition(b"\r")
    if found:
        hint = "save it with LF line ends (git: `git add --renormalize .`)"
        yield Finding("has a carriage return (CRLF line ends)", hint, _mark(before.decode()))


@rule("FC007")
def schema_line(raw: bytes) -> Iterator[Finding]:
    """The first line of a card points editors at the schema, so that they complete and check while one types."""
    if raw.partition(b"\n")[0].decode() != SCHEMA_LINE and raw.strip():
        yield Finding("doesn't point editors at the schema", f"make the first line: {SCHEMA_LINE}", Mark(1, 1))


@rule("FC010", "syntax")
def syntax(refused: Refused) -> Iterator[Finding]:
    """A card is valid YAML."""
    yield Finding(
        f"is not valid YAML: {refused.detail}",
        "often a missing quote, or text with `: ` or ` #` in it: put it in quotes or below `|`",
        refused.mark,
    )


@rule("FC011", "tab")
def tab(refused: Refused) -> Iterator[Finding]:
    """YAML is indented with spaces, not with tabs."""
    yield Finding("is indented with a tab", "indent with two spaces", refused.mark)


@rule("FC012", "duplicate")
def duplicate_key(refused: Refused) -> Iterator[Finding]:
    """A key stands only once in a mapping: YAML readers keep the last one and drop the others without a word."""
    key, line = refused.detail.rsplit("\n", 1)
    yield Finding(f"has the key {key!r} twice", f"merge it with line {line}, whose value would be lost", refused.mark)


@rule("FC013", "anchor")
def anchor(refused: Refused) -> Iterator[Finding]:
    """Anchors and aliases (`&name`, `*name`) are refused: a few lines of them can unfold to gigabytes."""
    yield Finding(
        f"uses the anchor or alias {refused.detail!r}",
        "write the value out; put text that starts with & or * in quotes",
        refused.mark,
    )


@rule("FC014", "tag")
def tag(refused: Refused) -> Iterator[Finding]:
    """Tags (`!name`, `!!name`) are refused: a record is plain data."""
    yield Finding(f"uses the tag {refused.detail!r}", "remove it; put text that starts with ! in quotes", refused.mark)


@rule("FC015", "depth")
def depth(refused: Refused) -> Iterator[Finding]:
    """Values are nested at most 20 levels deep."""
    yield Finding(f"is nested more than {MAX_DEPTH} levels deep", "a card needs four; put text in quotes", refused.mark)


@rule("FC016", "empty")
def empty(refused: Refused) -> Iterator[Finding]:
    """A card has content."""
    yield Finding("is empty", "start from the example on the page about adding a card", refused.mark)


@rule("FC017", "not_mapping")
def not_a_mapping(refused: Refused) -> Iterator[Finding]:
    """The top of a card is a mapping of keys to values."""
    yield Finding("doesn't start with a key", "start from `package: name` at the left margin", refused.mark)


@rule("FC018", "documents")
def several_documents(refused: Refused) -> Iterator[Finding]:
    """A file holds one card; `---` must not start a second document."""
    yield Finding("holds a second YAML document", "one file is one card: move it to a file of its own", refused.mark)


@rule("FC019", "key")
def key_is_no_text(refused: Refused) -> Iterator[Finding]:
    """Keys are text: `on`, `no`, `1.10` and the like are read as booleans and numbers unless they are quoted."""
    yield Finding(
        f"has the key {refused.detail!r}, which YAML doesn't read as text",
        f'put it in quotes: "{refused.detail}"',
        refused.mark,
    )
