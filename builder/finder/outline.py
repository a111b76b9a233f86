"""A part of a log without what no card knows, so that failures which differ in nothing else are looked at once."""

from __future__ import annotations

import re
from collections.abc import Iterable

from builder.signature.entry import Entry
from builder.signature.lines import PREFIXES
from builder.signature.query import WARNS
from builder.signature.reading import CAUSE, FOLDERS, HANDLING, HEADER, INNERMOST_FIRST, KNOWN, PATTERNS, REPEATED
from builder.signature.stream import without_digits
from builder.signature.versions import TOLD

_WORD = re.compile(rb"[A-Za-z_]+")
_TELLS = re.compile(f"{WARNS}|{KNOWN}$")
_READING = " ".join(
    (HEADER, INNERMOST_FIRST, HANDLING, CAUSE, REPEATED, *FOLDERS, *PATTERNS.values(), *(rule for _, rule in PREFIXES))
)
_MOST_LINES = 100_000


class Outline:
    """What matters of a text to some entries: every sign, and the words that they or the rules of reading have.

    Any other word can't stand in a template's fixed parts, in a frame or among the terms of the index. It still fills
    placeholders, so texts of one outline have the same matches but not the same marks, and where a template makes up
    about a third of a line not always the same tier. Beyond ASCII letters are signs.
    """

    def __init__(self, words: bytes) -> None:
        self._kept = _Kept(frozenset(words.split()))

    def of(self, content: bytes) -> bytes:
        """Return the outline of a text that is `without_digits`."""
        if len(self._kept) > _MOST_LINES:
            self._kept.clear()
        return b"\n".join(map(self._kept.__getitem__, content.split(b"\n")))


def words_of(entries: Iterable[Entry]) -> bytes:
    """Return the words that some entries or the rules of reading have, for `Outline`."""
    texts = [_READING, *TOLD]
    for entry in entries:
        texts += (entry.package, entry.exception, entry.title, entry.prose)
        texts += (*entry.templates, *entry.frames, *entry.needs)
    found = {word for text in texts for word in _WORD.findall(without_digits(text.lower().encode()))}
    return b" ".join(sorted(found))


class _Kept(dict[bytes, bytes]):
    """What becomes of each line. Most come again and again and are looked up without a call."""

    def __init__(self, known: frozenset[bytes]) -> None:
        super().__init__()
        self._known = known

    def __missing__(self, line: bytes) -> bytes:
        kept = self[line] = _WORD.sub(self._word, line)
        return kept

    def _word(self, found: re.Match[bytes]) -> bytes:
        word = found[0]
        if word.lower() in self._known or _TELLS.search(word.decode("ascii")):
            return word
        return b"W" if word[:1].isupper() else b"w"
