"""Building and rebuilding sites of generated cards, beside mkdocs-material and Hugo over the same content.

Usage: python -m benchmarks.build.run [SIZE ...] [--without-rivals]     (default: 1000 10000)
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil

from benchmarks import cards
from benchmarks.build.markdown import rival_sites
from benchmarks.search.run import filled

REPOSITORY = Path(__file__).parents[2]
CACHE = REPOSITORY / ".cache" / "bench-build"
BIN = Path(sys.executable).parent
Measured = tuple[float, float]
"""Seconds, and the most memory of all processes together in megabytes."""


def run(command: Sequence[str], folder: Path) -> Measured:
    """Run a program to its end."""
    start, most, done = time.perf_counter(), 0.0, threading.Event()
    with subprocess.Popen(
        [str(word) for word in command], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:

        def watch() -> None:
            nonlocal most
            while not done.wait(0.25):
                most = max(most, _memory(process.pid))

        watcher = threading.Thread(target=watch)
        watcher.start()
        _, said = process.communicate()
        seconds = time.perf_counter() - start
        done.set()
        watcher.join()
    if process.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{said}")
    return seconds, most / 1e6


def _memory(pid: int) -> float:
    """Return what a process and all below it have for themselves, shared pages counted once."""
    try:
        first = psutil.Process(pid)
        return float(sum(each.memory_full_info().pss for each in (first, *first.children(recursive=True))))
    except psutil.Error:
        return 0.0


class Ours:
    """Our site of some generated cards."""

    def __init__(self, size: int) -> None:
        self.folder = CACHE / f"ours-{size}"
        self.cards = self.folder / "cards"
        shutil.rmtree(self.folder, ignore_errors=True)
        cards.write(self.cards, size, filled([], 10_000))
        (self.folder / "templates").parent.mkdir(exist_ok=True)
        shutil.copytree(REPOSITORY / "templates", self.folder / "templates")
        text = (REPOSITORY / "mkdocs.yml").read_text(encoding="utf-8")
        plain, own = "  - fixcards\n", "  - fixcards:\n      templates: templates\n"
        if plain not in text:
            sys.exit("mkdocs.yml has another list of plugins than this benchmark knows")
        text = text.replace(plain, own)
        (self.folder / "mkdocs.yml").write_text(text, encoding="utf-8")
        self._edits = 0

    def build(self) -> Measured:
        return run([BIN / "mkdocs", "build", "--quiet"], self.folder)

    def clean(self) -> Measured:
        shutil.rmtree(self.folder / "site", ignore_errors=True)
        shutil.rmtree(self.folder / ".cache", ignore_errors=True)
        return self.build()

    def changed(self) -> Measured:
        self.edit()
        return self.build()

    def edit(self) -> tuple[str, str]:
        """Change a card; return its address and the new words."""
        self._edits += 1
        path = sorted(self.cards.glob("*/*.yaml"))[777]
        words = f"Edited {self._edits} times"
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        at = next(at for at, line in enumerate(lines) if line.startswith("title:"))
        path.write_text("".join([*lines[:at], f"title: {words}\n", *lines[at + 1 :]]), encoding="utf-8")
        return f"{path.parent.name}/{path.stem}/", words

    def template(self) -> Measured:
        path = self.folder / "templates" / "card.html"
        path.write_text(path.read_text(encoding="utf-8") + "<!-- changed -->\n", encoding="utf-8")
        return self.build()

    def rewritten(self) -> int:
        """Build once more with nothing changed; return how many files were written."""
        site = self.folder / "site"
        before = {path: path.stat().st_mtime_ns for path in site.rglob("*") if path.is_file()}
        self.build()
        return sum(path.stat().st_mtime_ns != before.get(path) for path in site.rglob("*") if path.is_file())


def median(measure: Callable[[], Measured], times: int) -> Measured:
    """Return the median of several measurements."""
    seconds, memory = zip(*(measure() for _ in range(times)), strict=True)
    return statistics.median(seconds), max(memory)


def row(name: str, measured: Measured, of: float | None = None) -> str:
    """Return a row of the table; `of` is what mkdocs-material took."""
    seconds, memory = measured
    ratio = f"{of / seconds:.1f}" if of else ""
    return f"| {name} | {seconds:.1f} | {memory:.0f} | {ratio} |"


def measure(size: int, *, with_rivals: bool) -> None:
    """Print the table of one size."""
    say = lambda text: print(text, flush=True)  # noqa: E731
    ours = Ours(size)
    times = 3 if size <= 10_000 else 1
    say(f"\n{size:,} cards\n\n| | seconds | MB | times faster than mkdocs-material |\n|---|---|---|---|")
    theirs = None
    if with_rivals:
        folder = CACHE / f"rivals-{size}"
        rival_sites(ours.cards, folder)
        material = run([BIN / "mkdocs", "build", "--quiet"], folder / "material")
        theirs = material[0]
        say(row("mkdocs-material", material, theirs))
        hugo = [BIN / "hugo", "build", "--quiet", "--cleanDestinationDir"]
        say(row("Hugo", median(lambda: run(hugo, folder / "hugo"), times), theirs))
    say(row("fixcards, clean", median(ours.clean, times), theirs))
    say(row("nothing changed", median(ours.build, times), theirs))
    say(row("one card changed", median(ours.changed, times), theirs))
    say(row("a template changed", median(ours.template, min(times, 2)), theirs))
    say(f"\nfiles written by a build with nothing changed: {ours.rewritten()}")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=[1_000, 10_000])
    parser.add_argument("--without-rivals", action="store_true")
    chosen = parser.parse_args()
    for size in chosen.sizes:
        measure(size, with_rivals=not chosen.without_rivals)


if __name__ == "__main__":
    main()
