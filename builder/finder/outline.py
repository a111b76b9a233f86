"""A part of a log without what no card knows, so that failures which differ in nothing else are looked at once."""

from __future__ import annotations

import re
from collections.abc import Iterable

from builder.signature.entry import Entry
from builder.signature.lines import PREFIXES
from builder.signature.query import WARNS
from builder.signature.reading import CAUSE, FOLDERS, HANDLING, HEADER, INNERMOST_FIRST, KNOWN, PATTERNS, REPEATED
from builder.signature.stream import NEEDLES
from builder.signature.versions import TOLD

_WORD = re.compile(rb"([A-Za-z_][A-Za-z0-9_]*)")
_TELLS = re.compile(f"{WARNS}|{KNOWN}$")
_READING = " ".join(
    (HEADER, INNERMOST_FIRST, HANDLING, CAUSE, REPEATED, *FOLDERS, *PATTERNS.values(), *(rule for _, rule in PREFIXES))
)
_DIGITS = b"0123456789"
_MOST_WORDS = 100_000


class Outline:
    """What matters of a text to some entries: every sign, and the words that they or the rules of reading have.

    Any other word can't stand in a template's fixed parts, in a frame or among the terms of the index. It still fills
    placeholders, so texts of one outline have the same matches but not the same marks, and where a template makes up
    about a third of a line not always the same tier. Beyond ASCII letters are signs.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        known = set(_WORD.findall(_READING.lower().encode()))
        known.update(word.encode() for word in TOLD)
        known.update(word for needle in NEEDLES for word in _WORD.findall(needle.lower()))
        for entry in entries:
            texts = (entry.package, entry.exception, entry.title, entry.prose, *entry.templates, *entry.frames)
            known.update(_WORD.findall(" ".join((*texts, *entry.needs)).lower().encode()))
        self._kept = _Kept(frozenset(known))

    def of(self, content: bytes) -> bytes:
        """Return the outline of a text; numbers are left out."""
        if len(self._kept) > _MOST_WORDS:
            self._kept.clear()
        pieces = _WORD.split(content)
        pieces[1::2] = map(self._kept.__getitem__, pieces[1::2])
        return b"".join(pieces).translate(None, _DIGITS)


class _Kept(dict[bytes, bytes]):
    """What becomes of each word: itself, or a sign that a word is there. Looked up without a call for most words."""

    def __init__(self, known: frozenset[bytes]) -> None:
        super().__init__()
        self._known = known

    def __missing__(self, word: bytes) -> bytes:
        if word.lower() in self._known or _TELLS.search(word.decode("ascii")):
            kept = word
        else:
            kept = b"W" if word[:1].isupper() else b"w"
        self[word] = kept
        return kept
