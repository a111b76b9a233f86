from __future__ import annotations

import io
import random

from fixcards.matching.parse.log_chunks import BLOCK_BYTES, MARKERS, failure_chunks


def test_every_line_with_a_marker_is_in_one_chunk_by_its_number() -> None:
    choose = random.Random(7)  # noqa: S311 - the same log every time
    quiet = [b"x" * length for length in (0, 3, 90, 700, 1_400)]
    lines = [(choose.choice(MARKERS) if choose.random() < 0.05 else b"") + choose.choice(quiet) for _ in range(4_000)]
    log = b"\n".join(lines) + b"\n"
    assert len(log) > 2 * BLOCK_BYTES
    read: dict[int, str] = {}
    for _, chunk in failure_chunks(io.BytesIO(log)):
        for number, line in chunk.numbered() if chunk else ():
            assert number not in read
            read[number] = line
    assert all(lines[number - 1].decode() == line for number, line in read.items())
    marked = {number for number, line in enumerate(lines, start=1) if any(marker in line for marker in MARKERS)}
    assert marked <= read.keys()
    assert len(read) < len(lines), "what is quiet is left out"
