"""A part of a log without what no card knows, so that failures which differ in nothing else are looked at once."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable

from fixcards.matching.index.entry import Entry
from fixcards.matching.index.query import WARNING_PATTERN
from fixcards.matching.parse.lines import PREFIXES
from fixcards.matching.parse.log_chunks import without_digits
from fixcards.matching.parse.parser import (
    CAUSE,
    HANDLING,
    HEADER,
    INNERMOST_FIRST,
    KNOWN_SUFFIXES,
    LIBRARY_FOLDERS,
    PATTERNS,
    REPEATED,
)
from fixcards.matching.parse.versions import COMPARISON_WORDS

_WORD = re.compile(rb"[A-Za-z_]+")
_TOKEN = re.compile(rb"[A-Za-z_]+|[^A-Za-z_]+")
_TELLS = re.compile(f"{WARNING_PATTERN}|{KNOWN_SUFFIXES}$")
_READING = " ".join(
    (
        HEADER,
        INNERMOST_FIRST,
        HANDLING,
        CAUSE,
        REPEATED,
        *LIBRARY_FOLDERS,
        *PATTERNS.values(),
        *(rule for _, rule in PREFIXES),
    )
)
_DOTS = (b"..", "\u2026".encode())
_MOST, _LONGEST_LINE, _LONGEST_TOKEN = 50_000, 400, 40
"""Lines and tokens whose outlines are kept, and the bytes of each."""


class LogFingerprint:
    """What matters of a text to some entries: every sign, and the words that they or the rules of reading have.

    So do the beginnings of such words at the end of a line and before dots, where a log may have cut a message. Any
    other word can't stand in a template's fixed parts, in a frame or among the terms of the index. It still fills
    placeholders, so texts of one outline have the same matches but not the same marks, and where a template makes up
    about a third of a line not always the same tier. Beyond ASCII letters are signs.
    """

    def __init__(self, words: bytes) -> None:
        self._sorted = words.split()
        self._known = frozenset(self._sorted)
        self._lines = _Memo(self._line, _LONGEST_LINE)
        self._tokens = _Memo(self._token, _LONGEST_TOKEN)

    def of(self, content: bytes) -> bytes:
        """Return the outline of a text that is `without_digits`."""
        return b"\n".join(map(self._lines.__getitem__, content.split(b"\n")))

    def _line(self, line: bytes) -> bytes:
        tokens = _TOKEN.findall(line)
        made = list(map(self._tokens.__getitem__, tokens))
        last = len(tokens) - 2
        for at, token in enumerate(tokens):  # where a log has cut a message
            if (at >= last or tokens[at + 1].startswith(_DOTS)) and self._begins(token.lower()):
                made[at] = token
        return b"".join(made)

    def _begins(self, word: bytes) -> bool:
        """Return whether a known word begins with another one."""
        at = bisect_left(self._sorted, word)
        return at < len(self._sorted) and self._sorted[at].startswith(word)

    def _token(self, token: bytes) -> bytes:
        if not _WORD.match(token) or token.lower() in self._known or _TELLS.search(token.decode("ascii")):
            return token
        return b"W" if token[:1].isupper() else b"w"


def known_words(entries: Iterable[Entry]) -> bytes:
    """Return the words that some entries or the rules of reading have, in order, for `Outline`."""
    texts = [_READING, *COMPARISON_WORDS]
    for entry in entries:
        texts += (entry.package, entry.exception, entry.title, entry.prose)
        texts += (*entry.templates, *entry.frames, *entry.requirements)
    found = {word for text in texts for word in _WORD.findall(without_digits(text.lower().encode()))}
    return b" ".join(sorted(found))


class _Memo(dict[bytes, bytes]):
    """What becomes of a text. Most come again and again and are looked up without a call."""

    def __init__(self, make: Callable[[bytes], bytes], longest: int) -> None:
        super().__init__()
        self._make, self._longest = make, longest

    def __missing__(self, text: bytes) -> bytes:
        made = self._make(text)
        if len(text) <= self._longest:
            if len(self) >= _MOST:
                self.clear()
            self[text] = made
        return made
