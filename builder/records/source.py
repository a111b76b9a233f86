"""YAML text into plain data that remembers where every key and value stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml
from yaml.constructor import SafeConstructor
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # PyYAML built without libyaml: the same results, several times slower.
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

Path = tuple[str | int, ...]
"""Keys and list positions from the top of the record to a value."""

MAX_DEPTH = 20
_CORE = {f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "timestamp", "map", "seq")}
_TEXT_TAGS = {"tag:yaml.org,2002:merge", "tag:yaml.org,2002:value"}  # `<<` and `=`: plain text to us


@dataclass(frozen=True, order=True, slots=True)
class Mark:
    """A place in a text; line and column count from 1, columns in characters."""

    line: int
    column: int


class Refused(Exception):  # noqa: N818 - an answer about the text, not a fault of the program
    """The text can't become data. `kind` names the lint rule that it breaks (see `rules/text.py`)."""

    def __init__(self, kind: str, mark: Mark, detail: str = "") -> None:
        super().__init__(kind, mark, detail)
        self.kind = kind
        self.mark = mark
        self.detail = detail


class Source:
    """One YAML document.

    Raises `Refused` where the text is no YAML, or YAML that a record may not use: duplicate keys, anchors,
    aliases, tags, keys that aren't text, nesting deeper than `MAX_DEPTH`, several documents, an empty one.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        _refuse_events(text)
        self._root = _compose(text)
        self.data: dict[str, Any] = _construct(self._root)

    def mark(self, path: Path, *, key: bool = False) -> Mark:
        """Return where the value at `path` stands, or its key; where it is missing, the nearest parent's key."""
        place, node = self._walk(path)
        return place if key or node is None else _mark(node)

    def raw(self, path: Path) -> str | None:
        """Return the scalar at `path` as it is typed, None where there is none."""
        _, node = self._walk(path)
        return node.value if isinstance(node, ScalarNode) else None

    def _walk(self, path: Path) -> tuple[Mark, Node | None]:
        """Follow `path`: the place of the last key that exists, and the value, None where it is missing."""
        node, place = self._root, _mark(self._root)
        for step in path:
            child = next(((at, value) for name, at, value in _children(node) if name == step), None)
            if child is None:
                return place, None
            place, node = _mark(child[0]), child[1]
        return place, node


def _children(node: Node) -> Iterator[tuple[str | int, Node, Node]]:
    """Yield name, the node that marks the key, and the value node of each child."""
    if isinstance(node, MappingNode):
        for key, value in node.value:
            yield key.value, key, value
    elif isinstance(node, SequenceNode):
        for number, value in enumerate(node.value):
            yield number, value, value


def _mark(start: Node | yaml.Event) -> Mark:
    mark = start.start_mark
    return Mark(mark.line + 1, mark.column + 1) if mark else Mark(1, 1)


def _refuse_events(text: str) -> None:
    """Refuse what can only be seen, or only safely be seen, in the stream of events."""
    depth = documents = 0
    try:
        for event in yaml.parse(text, Loader=_Loader):
            mark = _mark(event)
            if anchor := getattr(event, "anchor", None):
                raise Refused("anchor", mark, anchor)
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise Refused("documents", mark)
            elif isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > MAX_DEPTH:
                    raise Refused("depth", mark)
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if tag := getattr(event, "tag", None):
                raise Refused("tag", mark, tag)
    except yaml.YAMLError as error:
        raise _refused(error, text) from None


def _refused(error: yaml.YAMLError, text: str) -> Refused:
    place = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if place is None:  # a character that YAML does not allow: only its offset is known
        before = text[: getattr(error, "position", 0)]
        mark = Mark(before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)
        return Refused("syntax", mark, getattr(error, "reason", str(error)))
    mark = Mark(place.line + 1, place.column + 1)
    lines = text.split("\n")
    rest = lines[place.line][place.column :] if place.line < len(lines) else ""
    if rest.startswith("\t") or (place.line < len(lines) and lines[place.line].lstrip(" ").startswith("\t")):
        column = lines[place.line].index("\t") + 1
        return Refused("tab", Mark(mark.line, column))
    parts = [part for part in (getattr(error, "context", None), getattr(error, "problem", None)) if part]
    return Refused("syntax", mark, ", ".join(parts))


def _compose(text: str) -> Node:
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        raise _refused(error, text) from None
    if node is None or (isinstance(node, ScalarNode) and not node.value):
        raise Refused("empty", Mark(1, 1))
    if not isinstance(node, MappingNode):
        raise Refused("not_mapping", _mark(node))
    return node


def _construct(node: Node) -> Any:
    if isinstance(node, MappingNode):
        data: dict[str, Any] = {}
        seen: dict[str, Mark] = {}
        for key, value in node.value:
            if not isinstance(key, ScalarNode) or key.tag not in _CORE | _TEXT_TAGS:
                raise Refused("key", _mark(key), "a list or mapping")
            if key.tag.rpartition(":")[2] != "str" and key.tag not in _TEXT_TAGS:
                raise Refused("key", _mark(key), key.value)
            if key.value in seen:
                raise Refused("duplicate", _mark(key), f"{key.value}\n{seen[key.value].line}")
            seen[key.value] = _mark(key)
            data[key.value] = _construct(value)
        return data
    if isinstance(node, SequenceNode):
        return [_construct(item) for item in node.value]
    return _scalar(node) if isinstance(node, ScalarNode) else None


_constructor = SafeConstructor()


def _scalar(node: ScalarNode) -> Any:
    kind = node.tag.rpartition(":")[2]
    if kind not in {"int", "float", "bool", "null", "timestamp"}:
        return node.value
    try:
        return getattr(_constructor, f"construct_yaml_{kind}")(node)
    except (ValueError, OverflowError):
        # It looks like a number or a day and is none (2024-13-45, ten thousand digits): text, then.
        return node.value
