"""A chunk of a log without the words that no card has, so that chunks which differ in nothing else are matched once."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable

from fixcards.matching.index.entry import Entry
from fixcards.matching.index.query import WARNING_PATTERN
from fixcards.matching.parse.lines import PREFIXES
from fixcards.matching.parse.log_chunks import without_digits
from fixcards.matching.parse.packages import LIBRARY_FOLDERS, OTHER_NAMES
from fixcards.matching.parse.patterns import (
    CAUSE,
    EXCEPTION_SUFFIXES,
    HANDLING,
    HEADER,
    INNERMOST_FIRST,
    PATTERNS,
    REPEATED,
)
from fixcards.matching.parse.releases import ADVICE_WORDS, COMPARISON_WORDS, CURE, RELEASE_MENTION
from fixcards.matching.parse.tokens import Memo

_WORD = re.compile(rb"([A-Za-z_]+)")
_MEANINGFUL = re.compile(f"{WARNING_PATTERN}|{EXCEPTION_SUFFIXES}$")
_PARSER_TEXT = " ".join(
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
_TWO_DOTS, _ELLIPSIS = b"..", "\u2026".encode()
_MAX_ENTRIES, _MAX_LINE_LENGTH, _MAX_TOKEN_LENGTH = 50_000, 400, 40


class LogFingerprint:
    """The part of a text that matters to some entries: all signs, and the words that the entries or the parser have.

    Prefixes of such words stay, too, at the end of a line and before dots, where a log may have truncated a message.
    Any other word can't stand in a template's fixed parts, in a frame, or among the terms of the index. It still fills
    placeholders, so texts with one fingerprint have the same matches but not the same marks, and where a template
    makes up about a third of a line not always the same tier. Letters beyond ASCII count as signs.
    """

    def __init__(self, words: bytes) -> None:
        self._sorted = words.split()
        self._words = frozenset(self._sorted)
        self._lines = Memo(self._line, _MAX_LINE_LENGTH, _MAX_ENTRIES)
        self._parts = Memo(self._part, _MAX_LINE_LENGTH, _MAX_ENTRIES)
        self._tokens = Memo(self._token, _MAX_TOKEN_LENGTH, _MAX_ENTRIES)

    def of(self, content: bytes) -> bytes:
        """Return the fingerprint of a text that went through `without_digits`."""
        return b"\n".join(map(self._lines.__getitem__, content.split(b"\n")))

    def _line(self, line: bytes) -> bytes:
        if len(line) <= _MAX_LINE_LENGTH:
            return self._part(line, is_end=True)
        # A long line is mostly a text in JSON, which has a backslash between two lines. These come again and again.
        parts = line.split(b"\\")
        result = list(map(self._parts.__getitem__, parts))
        last = next((number for number in range(len(parts) - 1, -1, -1) if _WORD.search(parts[number])), 0)
        result[last] = self._part(parts[last], is_end=True)
        return b"\\".join(result)

    def _part(self, part: bytes, *, is_end: bool = False) -> bytes:
        """Return the fingerprint of a part of a line. `is_end`: no word of the line follows."""
        pieces = _WORD.split(part)  # signs and words by turns
        words = pieces[1::2]
        pieces[1::2] = result = list(map(self._tokens.__getitem__, words))
        # Where a log may have truncated a message: at the end of the line and before dots.
        ends = [len(words) - 1] if is_end and words else []
        if _TWO_DOTS in part or _ELLIPSIS in part:
            ends += [number for number, signs in enumerate(pieces[2::2]) if signs.startswith((_TWO_DOTS, _ELLIPSIS))]
        for number in ends:
            if result[number] != words[number] and self._is_prefix(words[number].lower()):
                pieces[2 * number + 1] = words[number]
        return b"".join(pieces)

    def _is_prefix(self, text: bytes) -> bool:
        """Return whether a word starts with `text`."""
        number = bisect_left(self._sorted, text)
        return number < len(self._sorted) and self._sorted[number].startswith(text)

    def _token(self, token: bytes) -> bytes:
        if token.lower() in self._words or _MEANINGFUL.search(token.decode("ascii")):
            return token
        return b"W" if token[:1].isupper() else b"w"


def vocabulary(entries: Iterable[Entry]) -> bytes:
    """Return the words that some entries or the parser have, sorted, for `LogFingerprint`."""
    texts = [_PARSER_TEXT, CURE, RELEASE_MENTION, *COMPARISON_WORDS, *ADVICE_WORDS, *dict(OTHER_NAMES)]
    for entry in entries:
        texts += (entry.package, entry.exception, entry.title, entry.prose, *entry.keywords)
        texts += (*entry.templates, *entry.frames, *entry.requirements)
    words = {word for text in texts for word in _WORD.findall(without_digits(text.lower().encode()))}
    return b" ".join(sorted(words))
