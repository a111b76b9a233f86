"""A log of any size -> the parts that may hold failures, in bounded memory and little more time than reading takes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

MARKERS = (b"rror", b"xception", b"arning", b'File "', b"Traceback", b"FAILED", b"atal", b"annot ", b"ould not ")
"""What failures have somewhere. A part begins and ends with lines that have one of these."""
_SHARED_ENDING = b"not "
"""What several of them end with: they are looked for at once."""

BLOCK_BYTES = 1 << 20
"""Bytes that are read at once."""
MAX_CHUNK_BYTES = 1 << 18
"""Bytes of the largest part; a longer one goes on as another."""
MAX_GAP_BYTES = 1_000
"""Bytes between two such lines that belong to the same part: source lines and markers of a traceback."""
TRAILING_BYTES = 600
"""Bytes behind the last one that are kept, for messages of several lines."""


class Log(Protocol):
    """Anything that bytes can be read from."""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes, none at the end."""


@dataclass(frozen=True, slots=True)
class LogChunk:
    """A part of a log. `line` is the number of its first line, `content` whole lines."""

    line: int
    content: bytes

    def numbered(self) -> Iterator[tuple[int, str]]:
        """Yield its lines with their numbers in the log."""
        return enumerate(self.content.decode("utf-8", "replace").splitlines(), start=self.line)


def failure_chunks(log: Log) -> Iterator[tuple[int, LogChunk | None]]:
    """Yield the bytes read so far with each part that may hold a failure, or None where there was none for a while."""
    kept = b""
    line, done = 1, 0
    while True:
        block = log.read(BLOCK_BYTES)
        done += len(block)
        content = kept + block
        # The last line may be cut, and a part may go on in the next block.
        safe = len(content) if not block else _end_of_last_line(content)
        spans = _chunk_ranges(content[:safe] if safe < len(content) else content)
        kept_from = safe
        if block and spans and spans[-1][1] > safe - TRAILING_BYTES and safe - spans[-1][0] < MAX_CHUNK_BYTES:
            kept_from = spans.pop()[0]
        at = 0
        for start, end in spans:
            line += content.count(b"\n", at, start)
            at = start
            yield done, LogChunk(line, content[start:end])
        line += content.count(b"\n", at, kept_from)
        kept = content[kept_from:]
        if not block:
            return
        yield done, None


def _end_of_last_line(content: bytes) -> int:
    """Return where the last whole line ends; a line longer than a block is cut."""
    end = content.rfind(b"\n") + 1
    return end if end or len(content) < BLOCK_BYTES else len(content)


def _chunk_ranges(content: bytes) -> list[tuple[int, int]]:
    """Return the parts of whole lines that have needles or lie near them."""
    found: list[tuple[int, int]] = []
    for start, end in _marker_ranges(content):
        first = content.rfind(b"\n", 0, start) + 1
        last = content.find(b"\n", min(end + TRAILING_BYTES, len(content)))
        last = len(content) if last < 0 else last + 1
        if found and first < found[-1][1]:
            first = found[-1][1]
        while last - first > MAX_CHUNK_BYTES:
            cut = content.rfind(b"\n", first + 1, first + MAX_CHUNK_BYTES) + 1 or first + MAX_CHUNK_BYTES
            found.append((first, cut))
            first = cut
        if first < last:
            found.append((first, last))
    return found


def _marker_ranges(content: bytes) -> list[tuple[int, int]]:
    """Return where needles are, those near each other as one."""
    ranges: list[tuple[int, int]] = []
    for search, needles in _SEARCHES:
        found = search(content)
        while found:
            begin = at = found.start()
            # Jump from one to the last within reach: a needle on every line costs a step a reach, not a line.
            while (last := max(content.rfind(needle, at + 1, at + MAX_GAP_BYTES) for needle in needles)) >= 0:
                at = last
            ranges.append((begin, at))
            found = search(content, at + 1)
    merged: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if merged and start - merged[-1][1] <= MAX_GAP_BYTES:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _searches() -> Iterator[tuple[Callable[..., re.Match[bytes] | None], tuple[bytes, ...]]]:
    """Yield what looks for some needles. An expression finds a fixed text sooner than `find` does."""
    together = tuple(needle for needle in MARKERS if needle.endswith(_SHARED_ENDING))
    behind = b"|".join(b"(?<=%b)" % re.escape(needle) for needle in together)
    yield re.compile(b"%b(?:%b)" % (re.escape(_SHARED_ENDING), behind)).search, together
    for needle in MARKERS:
        if needle not in together:
            yield re.compile(re.escape(needle)).search, (needle,)


_SEARCHES = tuple(_searches())


def without_digits(content: bytes) -> bytes:
    """Return a text without its digits."""
    return content.translate(None, b"0123456789")
