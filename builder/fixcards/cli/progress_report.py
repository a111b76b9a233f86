"""The display of a session: a live table on a terminal, plain lines elsewhere, or JSON."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from fixcards.characters import visible
from fixcards.records.evidence import Run
from fixcards.verify.session import Result, Task

_COLOURS = {"verified": "green", "partly verified": "yellow"}


class ProgressReport:
    """Follows a session. `results` has every card's result in the order in which they came."""

    def __init__(self, total: int, stream: IO[str] | None = None) -> None:
        self.results: list[Result] = []
        self._total = total
        self._running: dict[str, float] = {}
        self._console = Console(file=stream or sys.stderr, highlight=False, soft_wrap=True)
        self._live: Live | None = None
        self._start_time = time.monotonic()

    @contextmanager
    def following(self) -> Iterator[ProgressReport]:
        """Show a live table while the session goes on, where the output is a terminal."""
        if not self._console.is_terminal:
            yield self
            return
        with Live(
            get_renderable=self._table, console=self._console, refresh_per_second=4, transient=True
        ) as self._live:
            yield self
        self._live = None

    def started(self, task: Task) -> None:
        """Enter a card as in progress."""
        self._running[task.card.id] = time.monotonic()

    def finished(self, result: Result) -> None:
        """Print the result of a card."""
        self._running.pop(result.task.card.id, None)
        self.results.append(result)
        self._console.print(result_line(result))

    def summary(self) -> str:
        """Return one line: how many cards, by verdict, and the time."""
        verdicts = Counter(r.judgement.verdict if r.judgement else "not run" for r in self.results)
        words = ", ".join(f"{number} {verdict}" for verdict, number in sorted(verdicts.items()))
        runs = sum(
            len(run.repetitions) for r in self.results if r.evidence and not r.resumed for run in r.evidence.runs
        )
        seconds = time.monotonic() - self._start_time
        return f"{len(self.results)} of {self._total} cards: {words or 'none'}; {runs} runs in {seconds:.1f} s"

    def _table(self) -> Group:
        table = Table(box=None, show_header=False, pad_edge=False)
        for card_id, since in self._running.items():
            table.add_row(Text(card_id, style="bold"), f"{time.monotonic() - since:.0f} s")
        bar = ProgressBar(total=max(1, self._total), completed=len(self.results), width=40)
        return Group(table, bar, Text(f"{len(self.results)} of {self._total} cards"))


def result_line(result: Result) -> Text:
    """Return one line: the card, its verdict, and each run."""
    text = Text(f"{result.task.card.id}: ")
    if result.error is not None:
        return text.append(visible(result.error), style="red")
    if result.judgement is None or result.evidence is None:
        return text.append(f"not executed: {visible(result.skipped or 'no evidence')}")
    verdict = result.judgement.verdict + (" (flaky)" if result.judgement.flaky else "")
    text.append(verdict, style=_COLOURS.get(result.judgement.verdict, "red"))
    if result.resumed:
        return text.append(" (done before)")
    runs = result.evidence.runs
    text.append(f"; {'; '.join(describe_run(run) for run in runs)}; {result.seconds:.1f} s")
    for run in runs:
        if instead := printed_instead(run):
            text.append(
                f"\n  {run.name}: {visible(instead, allowed=chr(10))}".replace("\n", "\n    ").replace("    ", "  ", 1)
            )
    if result.evidence.releases:
        states = Counter(release.state for release in result.evidence.releases)
        text.append(f"; sweep: {', '.join(f'{number} {state}' for state, number in sorted(states.items()))}")
    for note in result.evidence.notes:
        text.append(f"\n  note: {visible(note)}", style="yellow")
    for loss in result.losses:
        text.append(f"\n  worse: {visible(loss)}", style="red")
    for difference in result.differences:
        text.append(f"\n  differs: {visible(difference)}", style="red")
    return text


def describe_run(run: Run) -> str:
    """Return the outcome of a run in a few words."""
    agree = f"{run.repetitions.count(run.outcome)}/{len(run.repetitions)}"
    why = f" ({visible(run.reason)[:160]})" if run.reason else ""
    return f"{run.name} {run.release or '-'} {run.outcome} {agree}{why}"


def printed_instead(run: Run) -> str:
    """Return the output to show of a run that did not end as its role has it, empty where there is none.

    Of one that failed otherwise the last line; of one that could not run all that the resolver or the build said, with
    its hints. A run with stubs in place of the package's code is made to fail otherwise.
    """
    if run.outcome == "could-not-run":
        return run.output.strip()
    if run.outcome != "failed-otherwise" or run.role == "stub":
        return ""
    lines = [line.strip() for line in run.output.splitlines() if line.strip()]
    return f"the last line that it printed: {lines[-1]}" if lines else "it printed nothing"


def as_data(result: Result) -> dict[str, Any]:
    """Return a result as plain data, for `--json`."""
    return {
        "card": result.task.card.id,
        "verdict": result.judgement.verdict if result.judgement else None,
        "confidence": result.judgement.confidence if result.judgement else None,
        "flaky": result.judgement.flaky if result.judgement else None,
        "error": result.error,
        "skipped": result.skipped,
        "seconds": round(result.seconds, 3),
        "resumed": result.resumed,
        "differences": list(result.differences),
        "losses": list(result.losses),
        "runs": [
            {
                "role": run.role,
                "fix": run.fix,
                "others": run.others,
                "release": run.release,
                "python": run.python,
                "outcome": run.outcome,
                "reason": run.reason,
                "printed": printed_instead(run) or None,
                "repetitions": list(run.repetitions),
            }
            for run in (result.evidence.runs if result.evidence else ())
        ],
    }
