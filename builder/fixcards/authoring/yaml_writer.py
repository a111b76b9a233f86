"""Plain data into the YAML of a card, as a person would write it: ordered, block scalars for code and tracebacks.

What is written loads back to the same values. Text that YAML would take for something else stands in quotes.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import TypeAlias, Union

from fixcards.records.rules.text import DISCOVERY_SCHEMA_LINE, SCHEMA_LINE
from fixcards.records.yaml_document import YamlDocument, YamlError

Plain: TypeAlias = Union[str, int, float, date, "Sequence[Plain]", "Mapping[str, Plain]"]
"""What a record is made of."""

WIDTH = 120
"""Columns of a line of prose or of a short list."""
_INDENT = 2
_WORDS = re.compile(r"[A-Za-z][A-Za-z0-9 _./@+(),;:<>=`'-]*")
"""Texts that may stand without quotes, if YAML takes them for text."""
_PRINTABLE = re.compile("[\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]*")
"""Characters that a block may have; line breaks of YAML other than the line feed are none of them."""
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}
_VISIBLE = re.compile("[\x20-\x7e\xa1-\u2027\u202f-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


def card_text(record: Mapping[str, Plain]) -> str:
    """Return the text of a card file: the line for editors, then the keys in their order."""
    head = SCHEMA_LINE if "issue" in record else DISCOVERY_SCHEMA_LINE
    return "\n".join([head, *_mapping(record, 0)]) + "\n"


def _mapping(record: Mapping[str, Plain], indent: int) -> Iterator[str]:
    margin = " " * indent
    for key, value in record.items():
        first, *rest = _value(value, indent, margin + f"{_key(key)}:")
        yield first
        yield from rest


def _key(key: str) -> str:
    return key if _is_plain(key) else _quoted(key)


def _value(value: Plain, indent: int, head: str) -> Iterator[str]:
    """Yield the lines of `head`, a key or a dash, with a value."""
    if isinstance(value, str):
        yield from _text(value, indent, head)
    elif isinstance(value, Mapping):
        if not value:
            yield f"{head} {{}}"
        elif head.endswith("-"):
            first, *rest = _mapping(value, indent + _INDENT)
            yield f"{head} {first.lstrip(' ')}"
            yield from rest
        else:
            yield head
            yield from _mapping(value, indent + _INDENT)
    elif isinstance(value, Sequence):
        yield from _list(value, indent, head)
    elif isinstance(value, date):
        yield f'{head} "{value}"'
    else:
        yield f"{head} {str(value).lower() if isinstance(value, bool) else repr(value)}"


def _list(values: Sequence[Plain], indent: int, head: str) -> Iterator[str]:
    short = [_quoted(each) for each in values if isinstance(each, str) and "\n" not in each]
    line = f"{head} [{', '.join(short)}]"
    if len(short) == len(values) and len(line) <= WIDTH and all(len(each) <= WIDTH // 2 for each in short):
        yield line
        return
    if head.endswith("-"):  # a list of lists; no record has one
        raise TypeError("a list directly inside a list")
    yield head
    margin = " " * (indent + _INDENT)
    for each in values:
        yield from _value(each, indent + _INDENT, f"{margin}-")


def _text(text: str, indent: int, head: str) -> Iterator[str]:
    if "\n" in text and _PRINTABLE.fullmatch(text) and text.strip("\n \t"):
        yield from _block(text, indent, head)
    elif len(head) + len(text) >= WIDTH and _can_be_folded(text):
        yield f"{head} >-"
        margin = " " * (indent + _INDENT)
        yield from textwrap.wrap(
            text,
            max(WIDTH, indent + WIDTH // 2),
            initial_indent=margin,
            subsequent_indent=margin,
            break_long_words=False,
            break_on_hyphens=False,
        )
    else:
        yield f"{head} {text if _is_plain(text) else _quoted(text)}"


def _block(text: str, indent: int, head: str) -> Iterator[str]:
    """Yield a text as a literal block, which has every line as it is."""
    body = text.rstrip("\n")
    ends = len(text) - len(body)
    chomping = "-" if ends == 0 else "" if ends == 1 else "+"
    # Without a number the first line would say how far all are indented.
    number = str(_INDENT) if body[:1] in {" ", "\n", "\t"} else ""
    yield f"{head} |{number}{chomping}"
    margin = " " * (indent + _INDENT)
    for line in body.split("\n"):
        yield f"{margin}{line}" if line else ""
    yield from [""] * (ends - 1)


def _can_be_folded(text: str) -> bool:
    words = text.split(" ")
    return bool(_PRINTABLE.fullmatch(text)) and all(words) and not re.search(r"[\t\n]", text)


def _is_plain(text: str) -> bool:
    if not _WORDS.fullmatch(text) or text != text.strip() or text.endswith(","):
        return False
    with suppress(YamlError):
        return YamlDocument(f"key: {text}").data == {"key": text}
    return False


def _quoted(text: str) -> str:
    return '"' + "".join(_ESCAPES.get(char) or _escaped(char) for char in text) + '"'


def _escaped(char: str) -> str:
    if _VISIBLE.fullmatch(char):
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
