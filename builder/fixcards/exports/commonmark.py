r"""Texts of a record as CommonMark, so that what is text on a page is text there, and code is code, byte for byte.

Prose of a record is a subset: paragraphs, lists, code, fenced code and links to http(s) addresses. Everything else in
it is plain text, which CommonMark may take for emphasis, a heading or HTML; a backslash prevents that.
https://spec.commonmark.org/0.31.2/#backslash-escapes

Each card has kilobytes of prose with few marks in it. So the text is searched for the characters that may be one, which
is faster than one expression for all marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_FENCE = re.compile(r"[ \t]*(?:[-*+][ \t]+|[0-9]+[.)][ \t]+)*(?P<fence>`{3,}|~{3,})(?!.*`)")
_MARK = re.compile(r"[`\\*<\[\]_&!]")
_SPAN = re.compile(r"(?P<ticks>`+)(?!`)(?:.+?)(?<!`)(?P=ticks)(?!`)", re.DOTALL)
_TICKS = re.compile(r"`+")
_LINK = re.compile(r"\[[^\[\]`]*\]\(https?://[^\s()<>\\]+\)")
_ENTITY = re.compile(r"&(?:#[0-9xX]|[A-Za-z][A-Za-z0-9]*;)")
_HEADING = re.compile(r"#{1,6}(?:[ \t]|$)")
_BLANK = re.compile(r"(\n[ \t]*(?:\n[ \t]*)*\n)")
_NEW_ITEM = re.compile(r"\n[ \t]*(?:[-*+]|[0-9]{1,9}[.)])(?:[ \t]|$)", re.MULTILINE)
"""The begin of another item of a list: code ends before it."""
_LINE_MARKS = frozenset("#>=-_")


def fenced(text: str, language: str) -> str:
    """Return `text` as a block of code. What a reader takes from it is the text with one line end at its end."""
    fence = "`" * max(3, _longest_ticks(text) + 1)
    return f"{fence}{language}\n{text}{'' if text.endswith(chr(10)) else chr(10)}{fence}"


def code_span(text: str) -> str:
    """Return one line of code inside a sentence."""
    ticks = "`" * (_longest_ticks(text) + 1)
    space = " " if text[:1] == "`" or text[-1:] == "`" or (text[:1] == text[-1:] == " " and text.strip()) else ""
    return f"{ticks}{space}{text}{space}{ticks}"


def plain(text: str) -> str:
    """Return one line in which nothing is a mark, such as a title."""
    return _escaped(" ".join(text.split())).replace("`", "\\`")


def prose(text: str) -> str:
    """Return prose of a record, without empty lines at its ends."""
    text = text.strip("\n")
    if "```" in text or "~~~" in text:
        return "\n".join(_blocks(text))
    return _paragraphs(text)


def _longest_ticks(text: str) -> int:
    return max(map(len, _TICKS.findall(text)), default=0) if "`" in text else 0


def _blocks(text: str) -> Iterator[str]:
    """Yield parts of prose: lines of fenced code as they are, what is between them escaped."""
    lines: list[str] = []
    fence = ""
    for line in text.split("\n"):
        if fence:
            yield line
            bare = line.strip()
            if bare.startswith(fence) and not bare.strip(fence[0]):
                fence = ""
        elif opening := _FENCE.match(line):
            if lines:
                yield _paragraphs("\n".join(lines))
            lines = []
            yield line
            fence = opening["fence"]
        else:
            lines.append(line)
    if lines:
        yield _paragraphs("\n".join(lines))


def _paragraphs(text: str) -> str:
    """Return paragraphs and lists in which everything is escaped but code and links."""
    return "".join(_inline(part) if number % 2 == 0 else part for number, part in enumerate(_BLANK.split(text)))


def _inline(text: str) -> str:
    """Return the same for one paragraph or list."""
    parts: list[str] = []
    start = 0
    while mark := _MARK.search(text, start):
        at = mark.start()
        parts.append(text[start:at])
        if whole := _whole(text, at):
            parts.append(whole[0].replace("\n", " "))  # which is how code is read, and no line of it begins a block
            start = whole.end()
        elif mark[0] == "`":
            start = at + len(text[at:]) - len(text[at:].lstrip("`"))
            parts.append(text[at:start])
        else:
            parts.append(f"\\{mark[0]}" if _acts(text, at) else mark[0])
            start = at + 1
    parts.append(text[start:])
    return "\n".join(_line(line) for line in "".join(parts).split("\n"))


def _whole(text: str, at: int) -> re.Match[str] | None:
    """Return the code or the link that begins at a place; None where none does."""
    if text[at] == "`":
        span = _SPAN.match(text, at)
        return None if span and _NEW_ITEM.search(span[0]) else span
    return _LINK.match(text, at) if text[at] == "[" else None


def _escaped(text: str) -> str:
    """Return one line with a backslash before each mark but backticks."""
    return _line(
        _MARK.sub(lambda mark: f"\\{mark[0]}" if mark[0] != "`" and _acts(text, mark.start()) else mark[0], text)
    )


def _acts(text: str, at: int) -> bool:
    """Return whether the character at a place, which is no backtick, may be a mark for CommonMark."""
    character = text[at]
    before, after = text[at - 1 : at] if at else "", text[at + 1 : at + 2]
    if character == "_":
        return not (before.isalnum() and after.isalnum())
    if character == "&":
        return _ENTITY.match(text, at) is not None
    if character == "!":
        return after == "["
    if character == "*" and after in {" ", "\t"}:
        line_start = text.rfind("\n", 0, at) + 1
        line = text[line_start:].partition("\n")[0]
        # That of a list, unless the whole line would be a rule.
        return bool(text[line_start:at].strip() or not line.strip("* \t"))
    return True


def _line(line: str) -> str:
    """Return a line with a backslash before what would make it a heading, a quote or a rule."""
    bare = line.lstrip(" \t")
    if bare[:1] not in _LINE_MARKS:
        return line
    mark = bare[0]
    acts = mark == ">" or (mark == "#" and _HEADING.match(bare)) or (mark in "=-_" and not bare.strip(f"{mark} \t"))
    return f"{line[: len(line) - len(bare)]}\\{bare}" if acts else line
