"""A log of any size -> the chunks that may hold failures, in bounded memory.

Parsing every line of a log of gigabytes takes hours, and few of its lines matter. Fixed texts that failures contain are
searched for at the speed of `bytes.rfind`, and only the lines around them are parsed (measured in benchmarks/search).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple, Protocol

MARKERS = (b"rror", b"xception", b"arning", b'File "', b"Traceback", b"FAILED", b"atal", b"annot ", b"ould not ")
"""Texts of which every failure contains one. A chunk starts and ends near lines with one of these."""

BLOCK_BYTES = 1 << 19
"""Bytes that are read in one go."""
MAX_CHUNK_BYTES = 1 << 18
"""Size of the largest chunk. A longer one is split."""
MAX_GAP_BYTES = 1_000
"""Bytes between two markers of the same chunk, enough for the source lines between two frames."""
TRAILING_BYTES = 600
"""Bytes of a chunk after its last marker, for messages of several lines."""


class Log(Protocol):
    """An object that bytes can be read from."""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes, none at the end."""


class LogChunk(NamedTuple):
    """Whole lines of a log. `line` is the number of the first one."""

    line: int
    content: bytes

    def numbered(self) -> Iterator[tuple[int, str]]:
        """Yield the lines with their numbers in the log."""
        return enumerate(self.content.decode("utf-8", "replace").splitlines(), start=self.line)


def failure_chunks(log: Log) -> Iterator[tuple[int, LogChunk | None]]:
    """Yield each chunk that may hold a failure with the bytes read so far, and None after every block."""
    rest = b""
    line, done = 1, 0
    while True:
        block = log.read(BLOCK_BYTES)
        done += len(block)
        content = rest + block
        # The last line may be cut, and the last chunk may go on in the next block: both wait for it.
        end = len(content) if not block else _end_of_last_line(content)
        ranges = _chunk_ranges(content[:end] if end < len(content) else content)
        if block and ranges and ranges[-1][1] > end - TRAILING_BYTES and end - ranges[-1][0] < MAX_CHUNK_BYTES:
            end = ranges.pop()[0]
        position = 0
        for start, stop in ranges:
            line += content.count(b"\n", position, start)
            position = start
            yield done, LogChunk(line, content[start:stop])
        line += content.count(b"\n", position, end)
        rest = content[end:]
        if not block:
            return
        yield done, None


def _end_of_last_line(content: bytes) -> int:
    """Return where the last whole line ends. A line longer than a block is cut."""
    end = content.rfind(b"\n") + 1
    return end if end or len(content) < BLOCK_BYTES else len(content)


def _chunk_ranges(content: bytes) -> list[tuple[int, int]]:
    """Return the ranges of whole lines with markers in or near them."""
    ranges: list[tuple[int, int]] = []
    for first_marker, last_marker in _marker_ranges(content):
        start = content.rfind(b"\n", 0, first_marker) + 1
        end = content.find(b"\n", min(last_marker + TRAILING_BYTES, len(content)))
        end = len(content) if end < 0 else end + 1
        if ranges and start < ranges[-1][1]:
            start = ranges[-1][1]
        while end - start > MAX_CHUNK_BYTES:
            split = content.rfind(b"\n", start + 1, start + MAX_CHUNK_BYTES) + 1 or start + MAX_CHUNK_BYTES
            ranges.append((start, split))
            start = split
        if start < end:
            ranges.append((start, end))
    return ranges


def _marker_ranges(content: bytes) -> list[tuple[int, int]]:
    """Return the places of the first and the last marker of each chunk."""
    starts: list[int] = []
    ends: list[int] = []
    for marker in MARKERS:
        _add_ranges(content, marker, starts, ends)
    starts.sort()
    ends.sort()
    # As many ranges end before a gap as start before it, so neither list needs the other's pairs.
    gaps = [number for number, start in enumerate(starts[1:], 1) if start - ends[number - 1] > MAX_GAP_BYTES]
    return [(starts[first], ends[after - 1]) for first, after in pairwise((0, *gaps, len(starts)))] if starts else []


def _add_ranges(content: bytes, marker: bytes, starts: list[int], ends: list[int]) -> None:
    """Add the places of the first and the last of each group of one marker, backwards.

    `bytes.rfind` takes about half as long as `bytes.find` or an expression.
    """
    first = last = content.rfind(marker)
    while first >= 0:
        before = content.rfind(marker, 0, first + len(marker) - 1)
        if before >= 0 and first - before <= MAX_GAP_BYTES:
            # Jump to the first marker within reach: a log with one on every line costs a step a kilobyte, not a line.
            first = content.find(marker, max(0, first - MAX_GAP_BYTES), before + len(marker))
        else:
            starts.append(first)
            ends.append(last)
            first = last = before


def without_digits(content: bytes) -> bytes:
    """Return a text without its digits."""
    return content.translate(None, b"0123456789")
