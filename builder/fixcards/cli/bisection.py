"""The command `fixcards bisect`."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from rich.console import Console

from fixcards.characters import visible
from fixcards.cli.bisect_report import STATE_WORDS, as_data, report_lines
from fixcards.cli.execution import verify_cache
from fixcards.cli.exit_status import CLEAN, COULD_NOT_RUN, FINDINGS
from fixcards.cli.terminal import echo, echo_json
from fixcards.project import Project
from fixcards.verify.bisect_result import TestedRelease, failure_of
from fixcards.verify.package_index import ReleaseInfo
from fixcards.verify.script_bisect import Bisection
from fixcards.verify.script_runner import Script, ScriptRunner


def bisect(
    script: Script,
    script_path: str,
    *,
    error: str | None,
    start: str | None,
    prereleases: bool,
    max_runs: int | None,
    isolation: str,
    fresh: bool,
    as_json: bool,
) -> int:
    """Bisect a script and print the result.

    Return 0 where the last release that fails and the first one after it that passes are certain, 1 where no release
    failed or the runs did not suffice, 2 where nothing could be run.
    """
    indexes = Project.in_folder(Path()).options.package_indexes
    runner = ScriptRunner(script, verify_cache(), isolation, fresh=fresh, indexes=indexes)
    bisection = Bisection(runner, error, start, prereleases=prereleases, max_runs=max_runs)
    display = _Display(bisection)
    try:
        for tested in bisection.steps(display.started):
            display.finished(tested)
    except KeyboardInterrupt:
        echo(f"fixcards: stopped after {bisection.runs} runs; the same command goes on from there", err=True)
        raise
    finally:
        display.close()
    result = bisection.result()
    if as_json:
        echo_json(as_data(result, script_path))
    else:
        for line in report_lines(result, script_path):
            echo(line)
    if not result.executions:
        echo(f"fixcards: none of the releases of {script.package} that were tried could be run", err=True)
        return COULD_NOT_RUN
    earlier = sum(each.run.stored for each in result.tested)
    again = f", {earlier} of them by an earlier command" if earlier else ""
    echo(f"{result.executions} runs{again} in {result.seconds:.1f} s; isolation: {runner.sandbox.name}", err=True)
    if result.last_failing is None:
        echo("fixcards: give --start with a release on which it fails, or a higher --max-runs", err=True)
    return CLEAN if result.is_settled else FINDINGS


class _Display:
    """One line for each run on standard error; on a terminal, what goes on below them."""

    def __init__(self, bisection: Bisection) -> None:
        self._bisection = bisection
        self._console = Console(file=sys.stderr, highlight=False, soft_wrap=True)
        self._status = self._console.status("")
        self._since = time.monotonic()

    def started(self, release: ReleaseInfo) -> None:
        self._since = time.monotonic()
        if self._console.is_terminal:
            self._status.update(f"running {self._bisection.script.package} {visible(release.version)}")
            self._status.start()

    def finished(self, tested: TestedRelease) -> None:
        self._status.stop()
        run = tested.run
        words = f"{STATE_WORDS[tested.state]} on Python {run.python}" if run.python else STATE_WORDS[tested.state]
        if tested.state == "not-testable":
            words += f": {(run.reason or '')[:160]}"
        elif tested.state != "passes":
            words += f": {failure_of(run).error[:120]}"
        seconds = "stored" if run.stored else f"{time.monotonic() - self._since:.1f} s"
        echo(
            f"{self._bisection.runs}/{self._bisection.max_runs}  {self._bisection.script.package} "
            f"{tested.release.version}  {words}  ({seconds})",
            err=True,
        )

    def close(self) -> None:
        self._status.stop()
