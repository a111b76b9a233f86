"""Doubled hostile texts, from 1.25 to 10 MB: how much longer reading and matching take, in Python and in JavaScript.

Times are those of the processor, of several rounds the median.

Usage: python -m benchmarks.search.linear [--rounds 3] [--largest 10]
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import IO, cast

from fixcards.exports.index_entries import index_entries
from fixcards.matching.index.reader import Index
from fixcards.matching.index.writer import build
from fixcards.matching.js_tables import tables
from fixcards.matching.parse.parser import parse
from fixcards.matching.score.matcher import match
from fixcards.records.loader import load

REPOSITORY = Path(__file__).parents[2]
ASSETS = REPOSITORY / "templates" / "theme" / "assets" / "search"
CACHE = REPOSITORY / ".cache" / "bench-search"
MEGABYTE = 1_000_000
DOUBLINGS = 3

FRAME = '  File "/venv/lib/python3.12/site-packages/lamp/core.py", line 9, in light\n    trim()\n'
UNITS: dict[str, str] = {
    "one long line": "abc def ",
    "one word": "a",
    "many lines": "a\n",
    "empty lines": "\n",
    "digits": "1234567890",
    "numbers": "1.1 ",
    "hexadecimal": "0x0123456789abcdef",
    "double quotes": '"',
    "single quotes": "='",
    "brackets": "[",
    "closed brackets": "(]{}",
    "backslashes": "\\",
    "line breaks, escaped": "\\n",
    "JSON that never ends": '{"a":"b c",',
    "JSON lines": '{"msg": "Traceback (most recent call last):\\n  File \\"a.py\\", line 1\\nKeyError: 1"}\n',
    "colours": "\x1b[31m",
    "colours that never end": "\x1b[",
    "titles that never end": "\x1b]",
    "entities": "&lt;",
    "ampersands": "&",
    "tags": "</b>",
    "quotation marks": "> ",
    "nested prefixes": "ERROR: [pod/a/b] E ",
    "nested containers": "a | ",
    "tabs": "a\tb\t",
    "spaces": " ",
    "spaces of pages": "\u00a0",
    "words between them": "a\u00a0",
    "paths": "/a",
    "Windows paths": "C:\\a ",
    "addresses": "http://a ",
    "files cut off": 'File "',
    "names with dots": "A.",
    "underscores": "_",
    "heads in one line": "ValueError: ",
    "calls in one line": "KeyError('",
    "releases": "a==1.1 ",
    "names with dashes": "a-",
    "thousands of frames": FRAME,
    "thousands of exceptions": "TypeError: a\n",
    "thousands of tracebacks": f"Traceback (most recent call last):\n{FRAME}ValueError: wick 'a' is too short\n",
    "members of a group": "  +-+---------------- 1 ----------------\n  | ValueError: a\n",
    "stacks of another language": "ValueError: a\n    at run (a.js:1:1)\n",
    "words": "attribute module object wick lamp oil ",
}

Seconds = Callable[[str, int], float]


def python(index: Index) -> Seconds:
    """Return how long Python takes to read and match a unit repeated up to a size."""

    def seconds(unit: str, size: int) -> float:
        text = unit * (size // len(unit))
        start = time.process_time()
        match(parse(text), index)
        return time.process_time() - start

    return seconds


@contextmanager
def javascript(files: dict[str, bytes]) -> Iterator[Seconds]:
    """Yield the same for JavaScript under Node.js."""
    CACHE.mkdir(parents=True, exist_ok=True)
    stored = CACHE / "linear.json"
    stored.write_text(json.dumps({path: content.decode() for path, content in files.items()}), encoding="utf-8")
    command = [str(shutil.which("node")), str(Path(__file__).with_suffix(".mjs")), str(ASSETS), str(stored)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        into, out = cast("IO[str]", process.stdin), cast("IO[str]", process.stdout)

        def seconds(unit: str, size: int) -> float:
            into.write(json.dumps({"unit": unit, "size": size}) + "\n")
            into.flush()
            return float(out.readline()) / 1000

        yield seconds
        into.close()


def row(name: str, seconds: Seconds, sizes: list[int], rounds: int) -> tuple[float, str]:
    """Return the largest ratio of a doubling and a row: seconds for the largest text, then the ratio of each."""
    taken = [median(seconds(UNITS[name], size) for _ in range(rounds)) for size in sizes]
    ratios = [later / earlier for earlier, later in pairwise(taken)]
    return max(ratios), f"{taken[-1]:.2f} | {' / '.join(f'{each:.2f}' for each in ratios)}"


def main() -> None:
    """Print the table and what is worst."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--largest", type=float, default=10, help="megabytes")
    parser.add_argument("--only", default="", help="units whose name has this")
    chosen = parser.parse_args()
    sizes = [int(chosen.largest * MEGABYTE / 2**step) for step in range(DOUBLINGS, -1, -1)]
    files = dict(build(index_entries(load(REPOSITORY / "cards").summaries.values()), tables=tables()))
    index = Index(files.__getitem__)
    say = sys.stdout.write
    say(f"| | Python s | ratios | JavaScript s | ratios |\n|{'---|' * 5}\n")
    worst: list[tuple[float, str]] = []
    with javascript(files) as browser:
        for engine in (python(index), browser):
            engine("warm up ", MEGABYTE)
        for name in UNITS:
            if chosen.only not in name:
                continue
            cells = []
            for language, engine in (("Python", python(index)), ("JavaScript", browser)):
                ratio, cell = row(name, engine, sizes, chosen.rounds)
                worst.append((ratio, f"{name} in {language}"))
                cells.append(cell)
            say(f"| {name} | {' | '.join(cells)} |\n")
            sys.stdout.flush()
    say("\nworst ratios of a doubling: ")
    say(", ".join(f"{name} {ratio:.2f}" for ratio, name in sorted(worst, reverse=True)[:5]) + "\n")


if __name__ == "__main__":
    main()
