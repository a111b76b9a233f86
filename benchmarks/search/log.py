"""What a dense log of 1 GB costs `fixcards match`, compared with a bare loop over its lines.

Both run by turns in one process each, and times are those of the processor, so that others on the machine matter less.

Usage: python -m benchmarks.search.log [--gigabytes 1]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from benchmarks.search import uncovered
from benchmarks.search.run import printed

from fixcards.records.loader import load

REPOSITORY = Path(__file__).parents[2]
CACHE = REPOSITORY / ".cache" / "bench-search"
ROUNDS = 3
HEADER = "Traceback (most recent call last):\n"
QUIET = "2026-03-02T09:{0:02}:{1:02}.123Z step {2} compiled src/module_{2}.c in {1} ms\n"

Failure = Callable[[int], str]


def outputs() -> list[str]:
    """Return what all cards and all failures that no card covers printed."""
    outputs = [output for _, _, output in printed(load(REPOSITORY / "cards"))]
    return outputs + [each["output"] for each in uncovered.load()]


def distinct(number: int, stored: list[str]) -> str:
    """Return a traceback that no other number has: other frames of the reader's own and another word in its message."""
    word = "".join(chr(97 + number // 26**place % 26) for place in range(6))
    output = stored[number % len(stored)].rstrip("\n")
    own = f'{HEADER}  File "/srv/shop/{word}.py", line {number}, in {word}\n    {word}(order)\n'
    return output.replace(HEADER, own) + f" {word}\n"


def write(path: Path, size: int, every: int, failure: Failure) -> int:
    """Write a log of `size` bytes with a failure after every `every` lines; return how many there are."""
    written = number = line = 0
    with path.open("w", encoding="utf-8") as file:
        while written < size:
            quiet = (QUIET.format(at // 60 % 60, at % 60, at) for at in range(line, line + every))
            written += file.write("".join(quiet) + failure(number))
            line += every
            number += 1
    return number


def bare(path: Path) -> float:
    """Return how long a bare loop over the lines takes."""
    start = time.process_time()
    with path.open(encoding="utf-8", errors="replace") as file:
        for _line in file:
            pass
    return time.process_time() - start


def matched(path: Path) -> tuple[float, float]:
    """Return seconds and peak megabytes of `fixcards match`."""
    program = [str(Path(sys.executable).with_name("fixcards")), "match"]
    with path.open("rb") as log:
        process = subprocess.Popen(program, stdin=log, stdout=subprocess.DEVNULL, cwd=REPOSITORY)
        _, _, used = os.wait4(process.pid, 0)
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1000


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--gigabytes", type=float, default=1)
    chosen = parser.parse_args()
    CACHE.mkdir(parents=True, exist_ok=True)
    stored = outputs()
    logs: dict[str, tuple[int, Failure]] = {
        "sparse: one every 20,000 lines": (20_000, lambda number: distinct(number, stored)),
        "dense: another one every 50 lines": (50, lambda number: distinct(number, stored)),
        "dense: the same every 50 lines": (50, lambda _: stored[0]),
    }
    say = sys.stdout.write
    say(f"| log | failures | bare loop s | match s | times | MB |\n|{'---|' * 6}\n")
    path = CACHE / "log.txt"
    for name, (every, failure) in logs.items():
        count = write(path, int(chosen.gigabytes * 1e9), every, failure)
        rounds = [(bare(path), *matched(path)) for _ in range(ROUNDS)]
        loop, seconds, memory = (median(each) for each in zip(*rounds, strict=True))
        times = median(taken / looped for looped, taken, _ in rounds)
        say(f"| {name} | {count:,} | {loop:.2f} | {seconds:.1f} | {times:.1f} | {memory:.0f} |\n")
        sys.stdout.flush()
    path.unlink()


if __name__ == "__main__":
    main()
