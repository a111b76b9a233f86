"""YAML text into plain data that remembers where every key and value stands."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import yaml
from yaml.constructor import SafeConstructor
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)
from yaml.nodes import ScalarNode

from fixcards.characters import hidden_characters, name_of
from fixcards.records.yaml_messages import CLOSE_QUOTE, explain

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # PyYAML built without libyaml: the same results, several times slower.
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

KeyPath = tuple[str | int, ...]
"""Keys and list positions from the top of the record to a value."""

MAX_DEPTH = 20
_RESOLVERS = yaml.SafeLoader.yaml_implicit_resolvers
_TEXT_KINDS = {"str", "merge", "value"}  # `<<` and `=` are plain text to us
_LONGEST_NUMBER = 100
_constructor = SafeConstructor()


@dataclass(frozen=True, order=True, slots=True)
class Position:
    """A place in a text; line and column count from 1, columns in characters."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Span:
    """The place of a value in a text. An item of a list has no key: `key` is where the item itself starts."""

    key: Position
    start: Position
    end: Position
    """The place after it; after a text below `|` or `>` that is the start of a later line."""
    style: str
    """The quote or the sign before a text, `[` or `{` for a list or mapping in such signs, else nothing."""


class YamlError(Exception):
    """The text can't become data. `kind` names the lint rule that it breaks (see `rules/text.py`)."""

    def __init__(self, kind: str, position: Position, detail: str = "", hint: str = "") -> None:
        super().__init__(kind, position, detail, hint)
        self.kind = kind
        self.position = position
        self.detail = detail
        self.hint = hint


class YamlDocument:
    """One YAML document.

    Raises `YamlError` where the text is no YAML, or YAML that a record may not use: duplicate keys, anchors,
    aliases, tags, keys that aren't text, nesting deeper than `MAX_DEPTH`, several documents, an empty one.
    """

    def __init__(self, text: str) -> None:
        self._root = _Reader(text).read()
        self.data: dict[str, Any] = self._root.data

    def position(self, path: KeyPath, *, key: bool = False) -> Position:
        """Return where the value at `path` stands, or its key.

        Where it is missing: the key of the nearest parent that exists, or the parent itself if it is a scalar.
        """
        place, node, rest = self._walk(path)
        return _position(place if key or (rest and node.children is not None) else node.at)

    def existing(self, path: KeyPath) -> KeyPath:
        """Return the part of `path` that the text has."""
        *_, rest = self._walk(path)
        return path[: len(path) - len(rest)]

    def raw(self, path: KeyPath) -> str | None:
        """Return the scalar at `path` as it is typed, None where there is none."""
        _, node, rest = self._walk(path)
        return None if rest else node.raw

    def span(self, path: KeyPath) -> Span | None:
        """Return where the value at `path` starts and ends, None where there is none."""
        key, node, rest = self._walk(path)
        return None if rest else Span(_position(key), _position(node.at), _position(node.end), node.style)

    def lines_of_texts(self) -> set[int]:
        """Return the numbers of the lines that a value of several lines goes on after, so that their ends are in it."""
        lines: set[int] = set()
        nodes = [self._root]
        while nodes:
            node = nodes.pop()
            if node.children is None:
                lines.update(range(node.at.line + 1, node.end.line + 1))
            else:
                nodes += [child for _, child in node.children.values()]
        return lines

    def _walk(self, path: KeyPath) -> tuple[Any, _Node, KeyPath]:
        """Follow `path`: the place of the last key that exists, its value, and the steps that don't exist."""
        node, place = self._root, self._root.at
        for number, step in enumerate(path):
            if node.children is None or step not in node.children:
                return place, node, path[number:]
            place, node = node.children[step]
        return place, node, ()


@dataclass(slots=True)
class _Node:
    """A value: its place, its data, its text where it is a scalar, else its children with the places of their keys."""

    at: Any
    """Where it starts, a mark of the YAML parser."""
    end: Any
    data: Any
    raw: str | None = None
    children: dict[str | int, tuple[Any, _Node]] | None = None
    style: str = ""


class _Reader:
    """Reads a text in one pass over the events of the YAML parser; the first error ends it."""

    def __init__(self, text: str) -> None:
        self._text = text

    def read(self) -> _Node:
        try:
            loader = _Loader(self._text)
            try:
                self._next = loader.get_event
                return self._document()
            finally:
                loader.dispose()
        except yaml.YAMLError as error:
            raise _yaml_error(error, self._text) from None
        except ValueError:  # PyYAML's own reader lets chr() refuse \U00110000
            raise YamlError("syntax", Position(1, 1), "an escape stands for no character", "remove it") from None

    def _document(self) -> _Node:
        root: _Node | None = None
        while type(event := self._next()) is not StreamEndEvent:
            if isinstance(event, DocumentStartEvent) and root is not None:
                raise YamlError("documents", _position(event.start_mark))
            if isinstance(event, NodeEvent):
                root = self._node(event, 0)
                if not isinstance(event, MappingStartEvent):
                    empty = not (root.raw or root.children)
                    raise YamlError("empty", Position(1, 1)) if empty else YamlError("not_mapping", _position(root.at))
        if root is None:
            raise YamlError("empty", Position(1, 1))
        return root

    def _node(self, event: Any, depth: int) -> _Node:
        kind, at = type(event), event.start_mark
        if kind is AliasEvent or event.anchor:
            raise YamlError("anchor", _position(at), event.anchor or "")
        if kind is ScalarEvent:
            if event.tag:
                raise YamlError("tag", _position(at), event.tag)
            return _Node(at, event.end_mark, _scalar(event), event.value, None, event.style or "")
        if depth == MAX_DEPTH:
            raise YamlError("depth", _position(at))
        if event.tag:
            raise YamlError("tag", _position(at), event.tag)
        if kind is MappingStartEvent:
            return self._mapping(at, depth + 1, "{" if event.flow_style else "")
        items: list[_Node] = []
        style = "[" if event.flow_style else ""
        while type(event := self._next()) is not SequenceEndEvent:
            items.append(self._node(event, depth + 1))
        children: dict[str | int, tuple[Any, _Node]] = {n: (item.at, item) for n, item in enumerate(items)}
        return _Node(at, event.end_mark, [item.data for item in items], None, children, style)

    def _mapping(self, at: Any, depth: int, style: str) -> _Node:
        children: dict[str | int, tuple[Any, _Node]] = {}
        data: dict[str, Any] = {}
        while type(event := self._next()) is not MappingEndEvent:
            key = self._node(event, depth)
            name = key.data
            if not isinstance(name, str):
                raise YamlError("key", _position(key.at), key.raw or "")
            if name in children:
                raise YamlError("duplicate", _position(key.at), f"{name}\n{_position(children[name][0]).line}")
            value = self._node(self._next(), depth)
            children[name] = key.at, value
            data[name] = value.data
        return _Node(at, event.end_mark, data, None, children, style)


def _position(at: Any) -> Position:
    return Position(at.line + 1, at.column + 1)


def _scalar(event: ScalarEvent) -> Any:
    text = event.value
    # The text of the file has no hidden characters, so those of its data come from escapes.
    if event.style == '"' and (hidden := next(hidden_characters(text), None)) is not None:
        raise YamlError("character", _position(event.start_mark), name_of(text[hidden]))
    if not event.implicit[0] or len(text) > _LONGEST_NUMBER:
        return text
    resolvers = _RESOLVERS.get(text[:1])
    tag = resolvers and next((tag for tag, regexp in resolvers if regexp.match(text)), None)
    if not tag:
        return text
    kind = tag.rpartition(":")[2]
    if kind in _TEXT_KINDS:
        return text
    try:
        return getattr(_constructor, f"construct_yaml_{kind}")(ScalarNode(tag, text))
    except (ValueError, OverflowError):
        # It looks like a number or a day and is none, such as 2024-13-45: text, then.
        return text


def _yaml_error(error: yaml.YAMLError, text: str) -> YamlError:
    lines = text.split("\n")
    last = _last_event(text)
    problem_mark = getattr(error, "problem_mark", None)
    context_mark = getattr(error, "context_mark", None)
    if problem_mark is None:  # a character that YAML does not allow; the rules of the text have refused those before
        return YamlError("syntax", Position(1, 1), "has a character that YAML doesn't allow", "remove it")
    place = problem_mark.line, problem_mark.column
    line = lines[place[0]] if place[0] < len(lines) else ""
    if line[place[1] :].startswith("\t") or line.lstrip(" ").startswith("\t"):
        return YamlError("tab", Position(place[0] + 1, line.index("\t") + 1))
    if isinstance(last, ScalarEvent) and last.style in {"'", '"'}:
        begin, end = _position(last.start_mark), last.end_mark
        if end is not None and begin.line <= end.line == place[0]:
            return YamlError(
                "syntax", begin, f"the quote that starts here is closed on line {end.line + 1}", CLOSE_QUOTE
            )
    start = (context_mark.line, context_mark.column) if context_mark else None
    problem, context = getattr(error, "problem", None) or "", getattr(error, "context", None) or ""
    message, hint, place = explain(problem, context, lines, place, start)
    return YamlError("syntax", _inside(lines, place), message, hint)


def _last_event(text: str) -> Any:
    """Return the last event of the parser before its error."""
    event = None
    with suppress(yaml.YAMLError, ValueError):
        for event in yaml.parse(text, Loader=_Loader):  # noqa: B007 - the last one counts
            pass
    return event


def _inside(lines: list[str], place: tuple[int, int]) -> Position:
    """Return `place` as a position, or the end of the last line where the reader names a line after it."""
    written = len(lines) - 1 if len(lines) > 1 and not lines[-1] else len(lines)
    line = min(place[0], written - 1)
    column = place[1] if line == place[0] else len(lines[line])
    return Position(line + 1, min(column, len(lines[line])) + 1)
