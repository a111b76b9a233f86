"""What RFC 4287 demands of a feed: its grammar (RELAX NG, appendix B) and the rules in its words, for what we use."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

ATOM = "{http://www.w3.org/2005/Atom}"
_TEXT, _URI, _DATE, _PERSON, _LINK, _CATEGORY = "text", "URI", "date", "person", "link", "category"
_FEED = {
    "author": (_PERSON, 1, 1),
    "category": (_CATEGORY, 0, 999),
    "id": (_URI, 1, 1),
    "link": (_LINK, 1, 999),
    "subtitle": (_TEXT, 0, 1),
    "title": (_TEXT, 1, 1),
    "updated": (_DATE, 1, 1),
}
_ENTRY = {
    "category": (_CATEGORY, 0, 999),
    "id": (_URI, 1, 1),
    "link": (_LINK, 1, 999),
    "published": (_DATE, 0, 1),
    "summary": (_TEXT, 0, 1),
    "title": (_TEXT, 1, 1),
    "updated": (_DATE, 1, 1),
}
"""Children by name: what they are, and how many there may be. The grammar has more that we don't write."""
_RFC3339 = re.compile(
    r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]\d\d:\d\d)"
)
_MEDIA_TYPE = re.compile(r".+/.+")


def faults(content: bytes, address: str) -> list[str]:
    """Return what is wrong with the feed that is served at `address`."""
    if not content.startswith(b'<?xml version="1.0" encoding="utf-8"?>\n'):
        return ["no XML declaration"]
    root = ET.fromstring(content)  # noqa: S314 - our own
    if root.tag != f"{ATOM}feed":
        return [f"the root is {root.tag}"]
    entries = root.findall(f"{ATOM}entry")
    for entry in entries:
        root.remove(entry)
    result = [*_children("feed", root, _FEED), *_feed_links(root, address)]
    for entry in entries:
        result += _children("entry", entry, _ENTRY)
    # 4.2.1, 4.2.7.2: no two of one entry or feed with the same relation, type and language
    for element in (root, *entries):
        relations = Counter((link.get("rel"), link.get("type")) for link in element.findall(f"{ATOM}link"))
        result += [f"twice the link {relation}" for relation, number in relations.items() if number > 1]
    ids = Counter(entry.findtext(f"{ATOM}id") for entry in entries)
    result += [f"two entries with the id {name}" for name, number in ids.items() if number > 1]
    if entries and max(entry.findtext(f"{ATOM}updated") or "" for entry in entries) != root.findtext(f"{ATOM}updated"):
        result.append("updated of the feed is not that of its newest entry")
    return result


def _feed_links(root: ET.Element, address: str) -> Iterator[str]:
    """4.1.1: a feed should name its own address, and must not have two alternates of one type."""
    own = [link.get("href") for link in root.findall(f"{ATOM}link") if link.get("rel") == "self"]
    if own != [address]:
        yield f"the link to itself is {own}, not {address}"


def _children(name: str, element: ET.Element, grammar: dict[str, tuple[str, int, int]]) -> Iterator[str]:
    if element.attrib or (element.text or "").strip():
        yield f"{name} has attributes or text"
    numbers = Counter(child.tag.removeprefix(ATOM) for child in element)
    for child in numbers:
        if child not in grammar:
            yield f"{name} has {child}"
    for child, (_, least, most) in grammar.items():
        if not least <= numbers[child] <= most:
            yield f"{name} has {numbers[child]} times {child}"
    for child in element:
        kind = grammar.get(child.tag.removeprefix(ATOM), ("", 0, 0))[0]
        for fault in _CONTENT.get(kind, lambda _: iter(()))(child):
            yield f"{name}/{child.tag.removeprefix(ATOM)}: {fault}"


def _text(element: ET.Element) -> Iterator[str]:
    if element.get("type", "text") not in {"text", "html"} or set(element.attrib) - {"type"}:
        yield "no text construct"
    if len(element) or not (element.text or "").strip():
        yield "empty, or with elements in it"


def _uri(element: ET.Element) -> Iterator[str]:
    yield from _absolute(element.text or "")
    if element.attrib or len(element):
        yield "has attributes or elements"


def _absolute(text: str) -> Iterator[str]:
    parts = urlsplit(text)
    if not parts.scheme or not parts.netloc or text != text.strip():
        yield f"{text!r} is no absolute address"


def _date(element: ET.Element) -> Iterator[str]:
    if not _RFC3339.fullmatch(element.text or ""):
        yield f"{element.text!r} is no moment of RFC 3339 in capital letters"


def _person(element: ET.Element) -> Iterator[str]:
    if [child.tag for child in element] != [f"{ATOM}name"] or not (element[0].text or "").strip():
        yield "has no name, or more than that"


def _link(element: ET.Element) -> Iterator[str]:
    if set(element.attrib) - {"href", "rel", "type"} or len(element) or element.text:
        yield "has more than href, rel and type"
    yield from _absolute(element.get("href", ""))
    if not _MEDIA_TYPE.fullmatch(element.get("type", "")):
        yield "has no type"
    if element.get("rel") not in {"self", "alternate"}:
        yield f"has the relation {element.get('rel')}"


def _category(element: ET.Element) -> Iterator[str]:
    if not element.get("term") or set(element.attrib) - {"term", "scheme", "label"}:
        yield "has no term"


_CONTENT = {_TEXT: _text, _URI: _uri, _DATE: _date, _PERSON: _person, _LINK: _link, _CATEGORY: _category}
