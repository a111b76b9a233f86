"""Building and rebuilding sites of generated cards, next to mkdocs-material and Hugo with the same content.

Usage: python -m benchmarks.build.run [SIZE ...] [--without-rivals]     (default: 1000 10000)
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

import psutil
import yaml
from benchmarks import cards, report
from benchmarks.build.markdown import rival_sites
from benchmarks.search.run import filled

REPOSITORY = Path(__file__).parents[2]
CACHE = REPOSITORY / ".cache" / "bench-build"
OLD = CACHE / "old"
BIN = Path(sys.executable).parent
Measured = tuple[float, float]
"""Seconds, and the most memory of all processes together in megabytes."""


def run(command: Sequence[str | Path], folder: Path) -> Measured:
    """Run a program to its end; exit with its errors if it fails."""
    start, most, done = time.perf_counter(), 0.0, threading.Event()
    with subprocess.Popen(
        [str(word) for word in command], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:

        def watch() -> None:
            nonlocal most
            while not done.wait(2.0):  # counting shared pages slows the process down
                most = max(most, _memory(process.pid))

        watcher = threading.Thread(target=watch)
        watcher.start()
        _, errors = process.communicate()
        seconds = time.perf_counter() - start
        done.set()
        watcher.join()
    if process.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{errors}")
    return seconds, most / 1e6


def _memory(pid: int) -> float:
    """Return the memory of a process and all its children in bytes, shared pages counted once."""
    try:
        first = psutil.Process(pid)
        return float(sum(each.memory_full_info().pss for each in (first, *first.children(recursive=True))))
    except psutil.Error:
        return 0.0


def some(paths: Iterable[Path]) -> Path:
    """Return one of some paths, the same every time."""
    ordered = sorted(paths)
    return ordered[777 % len(ordered)]


class Fixcards:
    """Our site of some generated cards."""

    def __init__(self, size: int) -> None:
        self.folder = CACHE / f"site-{size}"
        os.environ["FIXCARDS_CACHE"] = str(self.folder / ".cache")  # an empty one for a clean build
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
        (self.folder / "one.yml").write_text(text.replace(own, f"{own}      jobs: 1\n"), encoding="utf-8")
        self.address, self.words = "fixcards/", "All cards"
        self._edits = 0

    def build(self, config: str = "mkdocs.yml") -> Measured:
        return run([BIN / "mkdocs", "build", "--quiet", "--config-file", config], self.folder)

    def clean(self, config: str = "mkdocs.yml") -> Measured:
        move_away(self.folder / "site")
        shutil.rmtree(self.folder / ".cache", ignore_errors=True)
        return self.build(config)

    def changed(self) -> Measured:
        self.edit()
        return self.build()

    def edit(self) -> tuple[str, str]:
        """Change a card; return its address and the new words."""
        self._edits += 1
        path = some(self.cards.glob("*/*.yaml"))
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


class MkdocsMaterial:
    """The project of mkdocs-material with the same content."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.address, self.words = "", "Cards"
        self._edits = 0

    def build(self) -> Measured:
        return run([BIN / "mkdocs", "build", "--quiet"], self.folder)

    def edit(self) -> tuple[str, str]:
        """Change a page; return its address and the new words."""
        self._edits += 1
        path = some(self.folder.glob("docs/*/*.md"))
        words = f"Edited {self._edits} times"
        _, _, rest = path.read_text(encoding="utf-8").partition("\n")
        path.write_text(f"# {words}\n{rest}", encoding="utf-8")
        return f"{path.parent.name}/{path.stem}/", words


def served(site: Fixcards | MkdocsMaterial, times: int) -> float:
    """Return the seconds from a changed source to its page in `mkdocs serve`, median of so many times."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(BIN / "mkdocs"), "serve", "--quiet", "--dev-addr", f"127.0.0.1:{port}"]
    with subprocess.Popen(command, cwd=site.folder, stderr=subprocess.DEVNULL) as server:
        try:
            address = f"http://127.0.0.1:{port}/{site.address}"
            _wait_for(address, site.words, 900)
            seconds = []
            for _ in range(times):
                time.sleep(3)  # the server looks at the folder again before it sees the next change
                start = time.perf_counter()
                path, words = site.edit()
                _wait_for(address + path, words, 900)
                seconds.append(time.perf_counter() - start)
        finally:
            server.terminate()
    return statistics.median(seconds)


def _wait_for(address: str, words: str, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(OSError), urllib.request.urlopen(address, timeout=30) as answer:  # noqa: S310 - this machine
            if words in answer.read().decode():
                return
        time.sleep(0.05)
    sys.exit(f"{address} never showed {words!r}")


def checks(site: Fixcards) -> str:
    """Return the time of `fixcards check`, next to the plain parser over the same files in one process."""
    files = sorted(site.cards.glob("*/*.yaml"))
    plain, cold, again = [], [], []
    for _ in range(3):
        start = time.perf_counter()
        for path in files:
            yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
        plain.append(time.perf_counter() - start)
        shutil.rmtree(site.folder / ".cache", ignore_errors=True)
        cold.append(run([BIN / "fixcards", "check"], site.folder)[0])
        again.append(run([BIN / "fixcards", "check"], site.folder)[0])
    base = statistics.median(plain)
    return "\n".join(
        f"| {name} | {statistics.median(times):.2f} | {statistics.median(times) / base:.2f} |"
        for name, times in (("yaml.CSafeLoader", plain), ("fixcards check", cold), ("the same, unchanged", again))
    )


def starts(site: Fixcards) -> str:
    """Return the time of commands that a user waits for, next to the start of the interpreter."""
    card = next(iter(sorted(site.cards.glob("*/*.yaml"))))
    text = yaml.safe_load(card.read_bytes())["signature"].get("traceback") or "ValueError: nothing"
    commands = {
        "python -c pass": [BIN / "python", "-c", "pass"],
        "fixcards --help": [BIN / "fixcards", "--help"],
        "fixcards match --site, the index of the site": [BIN / "fixcards", "match", "--site", "site"],
        "fixcards match, the index in the cache": [BIN / "fixcards", "match"],
    }
    # Modules are compiled once, as in an installed program.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

    def seconds(command: Sequence[str | Path]) -> float:
        start = time.perf_counter()
        subprocess.run(
            command, cwd=site.folder, input=text, text=True, capture_output=True, check=False, env=environment
        )
        return time.perf_counter() - start

    for command in commands.values():
        seconds(command)  # fills the cache and compiles modules
    rounds = [[seconds(command) for command in commands.values()] for _ in range(21)]
    measured = dict(zip(commands, zip(*rounds, strict=True), strict=True))
    base = statistics.median(measured["python -c pass"])
    return "\n".join(
        f"| {name} | {1000 * statistics.median(times):.0f} | {statistics.median(times) / base:.1f} |"
        for name, times in measured.items()
    )


def median(measure: Callable[[], Measured], times: int) -> Measured:
    """Return the median of several measurements."""
    seconds, memory = zip(*(measure() for _ in range(times)), strict=True)
    return statistics.median(seconds), max(memory)


def row(name: str, measured: Measured, of: float | None = None) -> str:
    """Return a row of the table; `of` is the time of mkdocs-material in seconds."""
    seconds, memory = measured
    ratio = f"{of / seconds:.1f}" if of else ""
    return f"| {name} | {seconds:.1f} | {f'{memory:.0f}' if memory else 'ended before it was measured'} | {ratio} |"


def measure(size: int, say: Callable[[str], None], *, with_rivals: bool) -> None:
    """Print the tables of one size: above 10,000 cards fixcards alone, once."""
    site = Fixcards(size)
    large = size > 10_000
    times = 1 if large else 3
    say(f"\n{size:,} cards\n\n| | seconds | MB | times faster than mkdocs-material |\n|---|---|---|---|")
    rival, material = None, None
    if with_rivals and not large:
        folder = CACHE / f"rivals-{size}"
        rival_sites(site.cards, folder)
        material = MkdocsMaterial(folder / "material")
        built = median(material.build, 3 if size <= 1_000 else 1)
        rival = built[0]
        say(row("mkdocs-material", built, rival))
        say(row("Hugo", median(lambda: hugo(folder / "hugo"), times), rival))
    say(row("fixcards, clean", median(site.clean, times), rival))
    say(row("clean, one process", median(lambda: site.clean("one.yml"), times), rival))
    say(row("nothing changed", median(site.build, times), rival))
    say(row("one card changed", median(site.changed, times), rival))
    if not large:
        say(row("a template changed", median(site.template, times), rival))
    say(f"\nfiles written by a build with nothing changed: {site.rewritten()}")
    if large:
        return
    delay = served(site, 3)
    line = f"\nseconds from a changed card to its page in `mkdocs serve`: {delay:.1f}"
    if material and size <= 1_000:
        line += f"; with mkdocs-material {served(material, 3):.1f}"
    elif rival:
        line += f"; mkdocs-material builds everything first, which takes {rival / delay:.0f} times as long"
    say(line)
    say(f"\n| | ms | times the interpreter |\n|---|---|---|\n{starts(site)}")
    say(f"\n| | seconds | times the parser |\n|---|---|---|\n{checks(site)}")


def move_away(site: Path) -> None:
    """Move a built site away: for some seconds after a removal, ext4 reads each inode twice."""
    if site.exists():
        OLD.mkdir(parents=True, exist_ok=True)
        site.rename(OLD / f"{time.monotonic_ns()}")


def hugo(folder: Path) -> Measured:
    """Build Hugo's site anew."""
    move_away(folder / "public")
    return run([BIN / "hugo", "build", "--quiet"], folder)


def main() -> None:
    """Print the tables, and write them into the README."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=[1_000, 10_000])
    parser.add_argument("--without-rivals", action="store_true")
    chosen = parser.parse_args()
    printed: list[str] = []

    def say(text: str) -> None:
        print(text, flush=True)
        printed.append(text)

    for size in chosen.sizes:
        shutil.rmtree(OLD, ignore_errors=True)
        measure(size, say, with_rivals=not chosen.without_rivals)
    report.put("build", "\n".join(printed))


if __name__ == "__main__":
    main()
