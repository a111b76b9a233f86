"""Executing the library against bare runs of the same programs: `make bench-verify`.

Both sides run every card's program on its broken release, each executable fix and the newest release, three times
each, two at a time, in the same minute and from a warm cache. The library's side is all of `fixcards verify`: plan,
lock, a fresh environment, the sandbox, the outcome, evidence. The bare side is `python repro.py` in environments
that exist already, with the same variables (so without bytecode files, which a read-only environment never gets).
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks import report

from fixcards.cli.execution import verify_cache
from fixcards.records.evidence import REPETITIONS
from fixcards.records.loader import load
from fixcards.verify.card_runner import CardRunner, RunSettings, today
from fixcards.verify.executors import threads
from fixcards.verify.interpreters import installed_interpreters
from fixcards.verify.plan import plan
from fixcards.verify.ready_run import ENVIRONMENT, ReadyRun
from fixcards.verify.sandbox import Job
from fixcards.verify.selection import Selection
from fixcards.verify.session import Session, Task

LIMIT = 1.3


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cards", nargs="*", help="ids, packages or files (default: all)")
    parser.add_argument("--root", type=Path, default=Path("cards"))
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as text:
        root = Path(text) / "cards"
        shutil.copytree(options.root, root)
        settings = RunSettings(verify_cache())
        tasks = Selection(tuple(options.cards)).tasks(load(root), today())
        library(tasks, settings, options.jobs)  # fills the cache
        with contextlib.ExitStack() as stack:
            ready = [each for task in tasks for each in environments(task, settings, stack)]
            bare_seconds = bare(ready, options.jobs)
            library_seconds, runs = library(tasks, settings, options.jobs)
            bare_again = bare(ready, options.jobs)
            alone = [overhead(runner, each) for runner, each in ready[:12]]
    bare_seconds = statistics.mean([bare_seconds, bare_again])
    ratio = library_seconds / bare_seconds
    lines = [
        f"{len(tasks)} cards, {runs} runs, {options.jobs} at a time; bare: the mean of before and after\n",
        "| | seconds | runs a minute |\n|---|---|---|",
        f"| library | {library_seconds:.1f} | {60 * runs / library_seconds:.0f} |",
        f"| bare | {bare_seconds:.1f} | {60 * runs / bare_seconds:.0f} |",
        f"\nratio {ratio:.2f}, at most {LIMIT}",
        f"\nThe sandbox takes {1000 * statistics.median(alone):.1f} ms a run more than bare, one at a time (median).",
    ]
    print("\n".join(lines))
    if not options.cards:
        report.put("verify", "\n".join(lines))
    return ratio > LIMIT


def library(tasks: list[Task], settings: RunSettings, jobs: int) -> tuple[float, int]:
    """Return the seconds of a whole session, and its number of runs."""
    start = time.perf_counter()
    with threads(jobs) as pool:
        session = Session(tasks, settings, pool.executor, jobs, f"bench {os.getpid()} {start}", pool.stop)
        results = list(session.results())
    seconds = time.perf_counter() - start
    for result in results:
        if result.error:
            sys.exit(f"{result.task.card.id}: {result.error}")
    return seconds, sum(
        len(run.repetitions) for r in results if r.evidence for run in r.evidence.runs if run.outcome != "could-not-run"
    )


def environments(
    task: Task, settings: RunSettings, stack: contextlib.ExitStack
) -> Iterator[tuple[CardRunner, ReadyRun]]:
    """Yield the environments of a card's runs, which stay until the end."""
    runner = CardRunner(task.card, settings)
    card_plan = plan(task.card, runner.index.releases(task.card.package), installed_interpreters())
    for planned in card_plan.runs:
        choices = [planned] if planned.role != "latest" else list(card_plan.latest)
        for choice in choices:
            with contextlib.suppress(Exception):
                yield runner, stack.enter_context(runner.ready(choice))
                break


def bare(ready: list[tuple[CardRunner, ReadyRun]], jobs: int) -> float:
    """Return the seconds of the same programs without the library around them."""
    work = [(outside(runner, each), each.source) for runner, each in ready for _ in range(REPETITIONS)]
    limits = [runner.limits.wall_seconds for runner, _ in ready for _ in range(REPETITIONS)]
    start = time.perf_counter()
    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(lambda job: start_bare(*job), [(*each, most) for each, most in zip(work, limits, strict=True)]))
    return time.perf_counter() - start


def outside(runner: CardRunner, ready: ReadyRun) -> list[str]:
    job: Job = runner.job(ready)
    return [str(ready.venv / "bin" / "python"), str(ready.source / Path(job.argv[1]).name)]


def start_bare(command: list[str], folder: Path, most: float) -> float:
    environment = ENVIRONMENT | {
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "PATH": f"{Path(command[0]).parent}:/usr/bin:/bin",
    }
    start = time.perf_counter()
    with contextlib.suppress(subprocess.TimeoutExpired):
        subprocess.run(command, env=environment, cwd=folder, capture_output=True, timeout=most, check=False)
    return time.perf_counter() - start


def overhead(runner: CardRunner, ready: ReadyRun) -> float:
    """Return what the sandbox adds to an empty program, in seconds."""
    job = dataclasses.replace(runner.job(ready), argv=("/venv/bin/python", "-c", "pass"))
    python = [str(ready.venv / "bin" / "python"), "-c", "pass"]
    start = time.perf_counter()
    runner.sandbox.run(job)
    return time.perf_counter() - start - start_bare(python, ready.source, 10)


if __name__ == "__main__":
    sys.exit(main())
