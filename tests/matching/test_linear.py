"""Twice the text takes at most about twice the time, whatever it consists of."""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Callable

import pytest

from fixcards.matching import js_tables
from fixcards.matching.parse.log_chunks import failure_chunks
from fixcards.matching.parse.normalized_failure import normalize_failure
from fixcards.matching.parse.parser import parse

UNITS = [
    "a", "A.", "1.", "0x", '"', "'", 'File "', "/a", "C:\\", "E ", "> ", "[", " ", "\\", '{"a":"b c",', "\\n",
    "&lt", "::", "<", "-", "| ", "ERROR:", "Error: ", "Error(", "x.py:1", "http://", "='", "\x1b[", "\x1b]",
    "\t", "2024-01-01 ", "_", "\n", "a\n", '  File "a", line 1, in b\n', "TypeError: a\n", "at a(b:1",
    "KeyError('", "a 1.1 ", "a==1.", "0123456789abcdef", "\U0001f600",
    "[31m", "[3", "\\x1b[", "\u00a0", "\u200b", "<br>", "Traceback (most recent call last):", 'call last): File "a", ',
    "1 2: Traceback (most recent call last):\n", "1 2 Traceback (most recent call last):\\n", "\\\\n", "| a |\n",
    ' File "', "raise A(", "a.py:1 in f\n| a ",
]  # fmt: skip


def seconds(text: str, read: Callable[[str], object] = parse) -> float:
    best = math.inf
    for _ in range(3):
        start = time.process_time()
        read(text)
        best = min(best, time.process_time() - start)
    return best


@pytest.mark.parametrize("unit", UNITS)
def test_reading_takes_linear_time(unit: str) -> None:
    small, large = (unit * (size // len(unit)) for size in (40_000, 160_000))
    assert seconds(large) < 4 * 2.5 * max(seconds(small), 0.004)


@pytest.mark.parametrize("sign", ["a", ":", "(", "a(", ") "])
def test_a_line_that_begins_like_that_of_a_stack_takes_linear_time(sign: str) -> None:
    small, large = (f"ValueError: x\n    at a{sign * (size // len(sign))} x" for size in (40_000, 160_000))
    assert seconds(large) < 4 * 2.5 * max(seconds(small), 0.004)


@pytest.mark.parametrize(
    "unit", ["class a ", "from a import b, ", "import a ", "abcd.B(", "a = b.", "import a\na = a.b\n"]
)
def test_where_names_come_from_is_read_in_linear_time(unit: str) -> None:
    def read(text: str) -> object:
        return normalize_failure(parse(text)).origins

    small, large = (unit * (size // len(unit)) for size in (40_000, 160_000))
    assert seconds(large, read) < 4 * 2.5 * max(seconds(small, read), 0.004)


def test_no_expression_looks_behind_or_takes_what_the_other_language_lacks() -> None:
    tables = js_tables.tables()
    rules = tables["values"][js_tables.names().index("NORMALIZING_RULES")]
    for pattern in [*(rule[0] for rule in rules), *tables["searched"], *tables["replaced"]]:
        assert not re.search(r"\(\?<|\(\?P|\(\?>|[*+?}]\+|\\[AZzGdDwWsSbB]|\(\?[aiLmsux]", pattern), pattern


class Log:
    def __init__(self, content: bytes, step: int) -> None:
        self.content, self.step, self.at = content, step, 0

    def read(self, size: int, /) -> bytes:
        part = self.content[self.at : self.at + min(size, self.step)]
        self.at += len(part)
        return part


QUIET = b"2026-01-01 step compiled without a word\n" * 3000
LOUD = b'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\n    go()\nValueError: no\n'


@pytest.mark.parametrize("step", [1 << 20, 5_000, 997])
def test_the_chunks_of_a_log_are_whole_lines_and_have_their_numbers(step: int) -> None:
    log = QUIET + LOUD + QUIET + LOUD + b"the end"
    chunks = [part for _, part in failure_chunks(Log(log, step)) if part is not None]
    assert [part.line for part in chunks] == [3001, 3001 + 4 + 3000]
    assert all(LOUD in part.content for part in chunks)
    assert len(b"".join(part.content for part in chunks)) < 4_000


def test_a_line_without_an_end_keeps_the_memory_bounded() -> None:
    chunks = [part for _, part in failure_chunks(Log(b"Error " * 1_000_000, 1 << 20)) if part is not None]
    assert sum(len(part.content) for part in chunks) == 6_000_000
    assert max(len(part.content) for part in chunks) <= 1 << 20


def test_json_in_json_takes_linear_time() -> None:
    def nested(size: int) -> str:
        text = "TypeError: no " * (size // 14)
        for _ in range(8):
            text = json.dumps({"log": text})
        return text

    small, large = nested(40_000), nested(160_000)
    assert seconds(large) < 4 * 2.5 * max(seconds(small), 0.004)
