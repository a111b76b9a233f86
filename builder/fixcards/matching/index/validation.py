"""Whether parsed index files are as `format.py` says. An index may come from anywhere, so nothing else is relied on.

The browser checks the same where it would fail otherwise (`worker.js`, `engine/reader.js`), and
`tests/data/matching/bad_indexes.json` has indexes that both refuse.
"""

from __future__ import annotations

import re
from operator import lt
from typing import Any

from fixcards.matching.index.format import (
    ENTRY_PATH,
    HASH_LENGTH,
    MAX_CHUNK,
    MAX_ENTRIES,
    MAX_LIST_LENGTH,
    MAX_TEXT_LENGTH,
    SITE_ADDRESS,
)

_ENTRY_PATH, _SITE_ADDRESS = re.compile(ENTRY_PATH), re.compile(SITE_ADDRESS)
_HASHES = re.compile(f"(?:[0-9a-v]{{{HASH_LENGTH}}})*")
_TEXT_FIELDS = frozenset(
    {"id", "package", "exception", "title", "affected", "fixed", "requires_python", "cause", "note"}
)
_LIST_FIELDS = frozenset({"templates", "frames"})
_MAPPING_FIELDS = frozenset({"requirements", "display"})


class InvalidIndexError(ValueError):
    """A file of an index is not as the format says. The message completes `<file>: ...`."""


def check_head(head: Any) -> None:
    """Raise `InvalidIndexError` unless `index.json`, whose format and rules were compared, can be read by."""
    for name, most in (("entries", MAX_ENTRIES), ("chunk", MAX_CHUNK), ("most", MAX_ENTRIES)):
        least = 1 if name == "chunk" else 0
        _need(_is_number(head.get(name), least, most), f"`{name}` is no number from {least} to {most:,}")
    common, starts = head.get("common"), head.get("starts")
    _need(isinstance(common, dict), "`common` is no object")
    _need(all(_is_number(each, 0, head["entries"]) for each in common.values()), "`common` has a number out of range")
    _need(is_texts(starts), "`starts` is no list of texts")
    _need(all(map(lt, starts, starts[1:])), "`starts` is not in order")
    files = -(-head["entries"] // head["chunk"])
    for name, number in (("terms", len(starts)), ("cards", files)):
        names = head.get(name)
        _need(isinstance(names, str) and bool(_HASHES.fullmatch(names)), f"`{name}` has a name that is no hash")
        _need(len(names) == number * HASH_LENGTH, f"`{name}` names {len(names) // HASH_LENGTH:,} files, not {number:,}")
    site = head.get("site")
    _need(is_text(site) and (not site or bool(_SITE_ADDRESS.fullmatch(site))), "`site` is no address of a site")


def check_terms(terms: Any, entries: int) -> None:
    """Raise `InvalidIndexError` unless a term file has postings of so many entries at most."""
    _need(isinstance(terms, dict), "is no object of terms")
    for steps in terms.values():
        good = type(steps) is list and bool(steps) and all(type(step) is int and step > 0 for step in steps[1:])
        good = good and type(steps[0]) is int and steps[0] >= 0 and sum(steps) < 2 * entries
        _need(good, "has postings that are no ascending numbers of entries")


def check_entries(records: Any, number: int) -> None:
    """Raise `InvalidIndexError` unless an entry file has so many records of entries."""
    _need(isinstance(records, list) and len(records) == number, f"is no list of {number} entries")
    for record in records:
        _need(isinstance(record, dict) and bool(record.get("id")), "has an entry without an id")
        for name, value in record.items():
            if name in _TEXT_FIELDS:
                good = is_text(value)
            elif name in _LIST_FIELDS:
                good = is_texts(value) and len(value) <= MAX_LIST_LENGTH
            elif name == "fixes":
                good = isinstance(value, list) and len(value) <= MAX_LIST_LENGTH and all(map(_is_fix, value))
            else:
                good = name in _MAPPING_FIELDS and isinstance(value, dict) and is_texts([*value, *value.values()])
                good = good and len(value) <= MAX_LIST_LENGTH
            _need(good, "has an entry with a field that is not as the format says")
        display = record.get("display", {})
        # Links of results start with the site's own address, and stay there.
        _need(bool(_ENTRY_PATH.fullmatch(display.get("path", ""))), "has an entry whose `path` is none below the site")
        _need(display.get("kind") == "page" or "verdict" in display, "has an entry without a verdict")


def _need(good: bool, problem: str) -> None:
    if not good:
        raise InvalidIndexError(problem)


def _is_number(value: Any, least: int, most: int) -> bool:
    return type(value) is int and least <= value <= most  # true is an `int`, too


def is_text(value: Any) -> bool:
    """Return whether a value is text of some length that can be written: JSON can have halves of characters."""
    if not isinstance(value, str) or len(value) > MAX_TEXT_LENGTH:
        return False
    try:
        value.isascii() or value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_fix(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    install = value.get("install", [])
    texts = [value.get("title"), value.get("kind"), value.get("python", "")]
    return is_texts(texts) and is_texts(install) and len(install) <= MAX_LIST_LENGTH


def is_texts(value: Any) -> bool:
    """Return whether a value is a list of such texts."""
    return isinstance(value, list) and all(map(is_text, value))
