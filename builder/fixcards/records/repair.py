"""A correction that needs no decision: what a rule proposes, and the text of a card with it.

A text is edited only at the places of its YAML that a repair names, so that comments, order, quotes and line breaks
stay as they are. Each edited text is read again: where it does not say exactly what the repair meant, there is no
repair. Writing the whole YAML anew would change the layout of whatever its author indents or wraps in another way.
"""

from __future__ import annotations

import copy
import json
import re
from dataclasses import dataclass
from typing import Any

from fixcards.records.problem import quoted
from fixcards.records.yaml_document import KeyPath, Position, Span, YamlDocument, YamlError

_PLAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_./-]*[A-Za-z0-9_])?")
"""Text that needs no quotes, unless YAML reads a number or a word of its own in it."""


@dataclass(frozen=True, slots=True)
class SetValue:
    """The scalar at `path` gets another text; where YAML read a number in it, it becomes text."""

    path: KeyPath
    value: str

    def __str__(self) -> str:
        """Return the repair in words, as a list of them shows it."""
        return f"wrote {quoted(self.value)}"


@dataclass(frozen=True, slots=True)
class RenameKey:
    """The key at `path` gets another name."""

    path: KeyPath
    name: str

    def __str__(self) -> str:
        """Return the repair in words, as a list of them shows it."""
        return f"renamed it to {self.name!r}"


@dataclass(frozen=True, slots=True)
class RemoveItem:
    """The item of a list at `path` goes; with the last one the whole list."""

    path: KeyPath

    def __str__(self) -> str:
        """Return the repair in words, as a list of them shows it."""
        return "removed it"


@dataclass(frozen=True, slots=True)
class InsertList:
    """The mapping at `path` gets a key with a list of texts: before the first of some keys, else behind another."""

    path: KeyPath
    name: str
    items: tuple[str, ...]
    before: tuple[str, ...]
    behind: str

    def __str__(self) -> str:
        """Return the repair in words, as a list of them shows it."""
        return f"wrote `{self.name}: {_flow_list(self.items)}`"


@dataclass(frozen=True, slots=True)
class Rewrite:
    """The whole text gets another form with the same meaning."""

    text: str
    action: str

    def __str__(self) -> str:
        """Return the repair in words, as a list of them shows it."""
        return self.action


@dataclass(frozen=True, slots=True)
class MoveCard:
    """The card, with its evidence, goes to another path below the folder of the cards."""

    path: str

    def __str__(self) -> str:
        """Return the repair in words, as a list of them shows it."""
        return f"moved it to {self.path}"


Repair = SetValue | RenameKey | RemoveItem | InsertList | Rewrite | MoveCard


def repaired_text(text: str, repair: Repair) -> str | None:
    """Return the text with one repair, None where it can't be done without changing anything else."""
    before = _document(text)
    if isinstance(repair, Rewrite):
        after = _document(repair.text)
        same = before is None or (after is not None and after.data == before.data)
        return repair.text if same and repair.text != text else None
    if isinstance(repair, MoveCard) or before is None:
        return None
    edited = _edited(text, before, repair)
    after = _document(edited) if edited is not None else None
    return edited if after is not None and after.data == _repaired_data(before.data, repair) else None


def _document(text: str) -> YamlDocument | None:
    try:
        return YamlDocument(text.removeprefix("\ufeff"))
    except YamlError:
        return None


def _edited(text: str, document: YamlDocument, repair: SetValue | RenameKey | RemoveItem | InsertList) -> str | None:
    if isinstance(repair, InsertList):
        return _with_list(text, document, repair)
    span = document.span(repair.path)
    if span is None:
        return None
    if isinstance(repair, SetValue):
        return _with_value(text, span, repair.value)
    if isinstance(repair, RenameKey):
        return _with_key(text, span, str(repair.path[-1]), repair.name)
    return _without_item(text, document, repair.path)


def _with_value(text: str, span: Span, value: str) -> str | None:
    if span.style not in {"", "'", '"'} or not value.isprintable():
        return None
    if span.style == "'":
        new = "'" + value.replace("'", "''") + "'"
    elif span.style == '"' or not _PLAIN.fullmatch(value) or not _is_text(value):
        new = json.dumps(value, ensure_ascii=False)
    else:
        new = value
    return text[: _offset(text, span.start)] + new + text[_offset(text, span.end) :]


def _is_text(value: str) -> bool:
    document = _document(f"key: {value}")
    return document is not None and document.data == {"key": value}


def _with_key(text: str, span: Span, old: str, name: str) -> str | None:
    start = _offset(text, span.key)
    for written in (old, f'"{old}"', f"'{old}'"):
        if text.startswith(written, start):
            return text[:start] + name + text[start + len(written) :]
    return None


def _without_item(text: str, document: YamlDocument, path: KeyPath) -> str | None:
    *above, number = path
    around, item = document.span(tuple(above)), document.span(path)
    if around is None or item is None or not isinstance(number, int):
        return None
    previous, following = document.span((*above, number - 1)), document.span((*above, number + 1))
    if number == 0 and following is None:
        return _without_lines(text, around.key, around.end if around.style else item.end, mark="")
    if around.style != "[":
        return _without_lines(text, item.start, item.end, mark="- ")
    if following is not None:
        start, end = item.start, following.start
    elif previous is not None:
        start, end = previous.end, item.end
    removed = text[_offset(text, start) : _offset(text, end)]
    if "\n" in removed or "#" in removed:  # a comment belongs to something that stays
        return None
    return text[: _offset(text, start)] + text[_offset(text, end) :]


def _without_lines(text: str, start: Position, end: Position, mark: str) -> str | None:
    """Return the text without whole lines, None where they hold anything else, such as a comment."""
    lines = text.split("\n")
    if end.column == 1:  # below `|` or `>` the end is the start of a later line
        return None
    before, behind = lines[start.line - 1][: start.column - 1], lines[end.line - 1][end.column - 1 :]
    if (
        before.strip() != mark.strip()
        or behind.strip()
        or any("#" in line for line in lines[start.line - 1 : end.line])
    ):
        return None
    return "\n".join(lines[: start.line - 1] + lines[end.line :])


def _with_list(text: str, document: YamlDocument, repair: InsertList) -> str | None:
    lines = text.split("\n")
    behind = document.span((*repair.path, repair.behind))
    if behind is None:
        return None
    margin = " " * (behind.key.column - 1)
    number = behind.end.line if behind.end.column > 1 else behind.end.line - 1
    following = filter(None, (document.span((*repair.path, name)) for name in repair.before))
    if (span := min(following, key=lambda each: each.key, default=None)) is not None:
        number = span.key.line - 1
        while lines[number - 1].startswith(f"{margin}#"):  # a comment stays above its key
            number -= 1
    lines.insert(number, f"{margin}{repair.name}: {_flow_list(repair.items)}")
    return "\n".join(lines)


def _flow_list(items: tuple[str, ...]) -> str:
    return "[" + ", ".join(json.dumps(item, ensure_ascii=False) for item in items) + "]"


def _offset(text: str, position: Position) -> int:
    start = 0
    for _ in range(position.line - 1):
        start = text.index("\n", start) + 1
    return start + position.column - 1


def _repaired_data(data: dict[str, Any], repair: SetValue | RenameKey | RemoveItem | InsertList) -> dict[str, Any]:
    """Return the data of a text after a repair."""
    new = copy.deepcopy(data)
    if isinstance(repair, InsertList):
        _at(new, repair.path)[repair.name] = list(repair.items)
        return new
    *above, last = repair.path
    parent = _at(new, tuple(above))
    if isinstance(repair, SetValue):
        parent[last] = repair.value
    elif isinstance(repair, RemoveItem):
        del parent[last]
        if not parent:
            *further, name = above
            del _at(new, tuple(further))[name]
    elif repair.name not in parent:
        parent[repair.name] = parent.pop(last)
    return new


def _at(data: Any, path: KeyPath) -> Any:
    for step in path:
        data = data[step]
    return data


def without_trailing_spaces(text: str) -> str:
    """Return the text without spaces at the ends of lines, where these are no part of a value."""
    document = _document(text)
    if document is None:
        return text
    inside = document.lines_of_texts()
    lines = text.split("\n")
    everywhere = [line.rstrip(" \t") for line in lines]
    outside = [
        line if number in inside else clean
        for number, (line, clean) in enumerate(zip(lines, everywhere, strict=True), 1)
    ]
    for candidate in ("\n".join(everywhere), "\n".join(outside)):
        if repaired_text(text, Rewrite(candidate, "")) is not None:
            return candidate
    return text
