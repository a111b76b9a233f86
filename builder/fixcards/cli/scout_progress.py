"""The display of a run of the scout: each break and finding as it comes, and how much is left."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from fixcards.characters import visible
from fixcards.scout.exploration import Exploration, Step
from fixcards.scout.report import Report
from fixcards.scout.task import BreakTask, Task, task_key

LINE_SECONDS = 30
"""Seconds between two lines about the state where the output is no terminal."""


class ScoutProgress:
    """Follows a run. `steps` has everything that was done, in the order in which it was."""

    def __init__(self, stream: IO[str] | None = None) -> None:
        self.steps: list[Step] = []
        self._running: dict[str, tuple[str, float]] = {}
        self._console = Console(file=stream or sys.stderr, highlight=False, soft_wrap=True)
        self._since = self._last_line = time.monotonic()
        self._executed = 0
        self._taken: Counter[str] = Counter()
        self._exploration: Exploration | None = None

    @contextmanager
    def following(self, exploration: Exploration) -> Iterator[None]:
        """Show a live table while the run goes on, where the output is a terminal."""
        self._exploration = exploration
        if not self._console.is_terminal:
            yield
            return
        with Live(get_renderable=self._table, console=self._console, refresh_per_second=4, transient=True):
            yield

    def started(self, task: Task) -> None:
        """Enter a task as in progress."""
        self._running[task_key(task)] = task.title, time.monotonic()

    def finished(self, step: Step) -> None:
        """Enter a task as done, and print what it showed if that is something."""
        self.steps.append(step)
        self._running.pop(task_key(step.task), None)
        if step.resumed:
            return
        self._executed += 1
        for line in _lines(step):
            self._console.print(line)
        if step.result is not None:
            self._taken.update(step.result.index)
        if not self._console.is_terminal and time.monotonic() - self._last_line > LINE_SECONDS:
            self._last_line = time.monotonic()
            self._console.print(self._state())

    def summary(self, report: Report) -> str:
        """Return one line: probes, breaks, and the time."""
        seconds = time.monotonic() - self._since
        probes = sum(len(s.result.probes) for s in self.steps if s.result is not None and not s.resumed)
        runs = sum(
            sum(each.runs for each in s.result.probes) + (s.result.finding.runs if s.result.finding else 0)
            for s in self.steps
            if s.result is not None and not s.resumed
        )
        words = ", ".join(f"{count:,} {outcome}" for outcome, count in report.outcomes.items()) or "none"
        rate = f"{60 * probes / seconds:.0f} probes a minute" if probes else "none made now"
        taken = self._taken
        return (
            f"{len(report.probes):,} probes ({rate}): {words}; {len(report.findings)} causes, {len(report.new)} of "
            f"them new; {runs:,} runs in {seconds:.0f} s; from the index {taken['requests']:,} requests, "
            f"{taken['packages']:,} pages and {taken['bytes'] / 1e6:,.0f} MB"
        )

    def _state(self) -> str:
        waiting = self._exploration.waiting if self._exploration is not None else 0
        done = len(self.steps)
        breaks = sum(bool(each.breaks) for s in self.steps if s.result is not None for each in s.result.probes)
        causes = sum(s.result is not None and s.result.finding is not None for s in self.steps)
        left = ""
        if self._executed and waiting:
            seconds = (time.monotonic() - self._since) / self._executed * waiting
            left = f", about {_duration(seconds)} left"
        return f"{done:,} of {done + waiting:,} tasks, {breaks} breaks, {causes} findings{left}"

    def _table(self) -> Group:
        table = Table(box=None, show_header=False, pad_edge=False)
        for title, since in list(self._running.values())[:12]:
            table.add_row(Text(visible(title)[:100], style="bold"), f"{time.monotonic() - since:.0f} s")
        waiting = self._exploration.waiting if self._exploration is not None else 0
        bar = ProgressBar(total=max(1, len(self.steps) + waiting), completed=len(self.steps), width=40)
        return Group(table, bar, Text(self._state()))


def _lines(step: Step) -> Iterator[Text]:
    """Yield lines about what a step showed; none where everything works."""
    if step.error is not None:
        yield Text(f"{visible(step.task.title)}: {visible(step.error)}", style="red")
    if step.result is None:
        return
    for probe in step.result.probes:
        for broken in probe.breaks:
            what = f"{probe.package} {probe.release} on Python {probe.python}"
            yield Text(f"{visible(what)}: fails: {visible(broken.signature.error)[:160]}", style="yellow")
    if (finding := step.result.finding) is not None:
        culprit = finding.culprit
        where = f"{culprit.package} {culprit.last_good} -> {culprit.first_bad}"
        yield Text(f"{visible(finding.package)} {finding.release}: {visible(where)} ({step.result.seconds:.0f} s)")
    elif step.result.unexplained is not None and isinstance(step.task, BreakTask):
        yield Text(f"{visible(step.task.title)[:100]}: {visible(step.result.unexplained.reason)}")


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
