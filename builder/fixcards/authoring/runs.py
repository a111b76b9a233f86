"""The runs of one report: made, counted and reported as they come."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from fixcards.authoring.preparation import Phases, PreparationRunner
from fixcards.project import AssignedIndex
from fixcards.verify.bisect_result import BisectResult, failure_of
from fixcards.verify.failure_signature import FailureSignature
from fixcards.verify.interpreters import Interpreter, choose_interpreters, installed_interpreters
from fixcards.verify.package_index import PackageIndex, ReleaseInfo
from fixcards.verify.script_bisect import Bisection
from fixcards.verify.script_runner import Script, ScriptRun, ScriptRunner


@dataclass
class Runs:
    """Makes runs below one cache, and says what came of each."""

    cache: Path
    isolation: str = "auto"
    stop: threading.Event | None = None
    say: Callable[[str], None] = lambda text: None
    indexes: tuple[AssignedIndex, ...] = ()
    """Indexes of packages that come from no other."""
    phases: Phases | None = None
    """Where failures of resolving, building and installing are entered that count as failures of the program."""
    executed: int = 0
    """Programs that were executed, without those that an earlier command had executed."""

    @property
    def index(self) -> PackageIndex:
        """The package index."""
        return PackageIndex(self.cache.absolute() / "index", self.indexes)

    def runner(self, script: Script) -> ScriptRunner:
        """Return the runner of a script."""
        if self.phases is not None:
            return PreparationRunner(script, self.cache, self.isolation, self.stop, self.phases, self.indexes)
        return ScriptRunner(script, self.cache, self.isolation, stop=self.stop, indexes=self.indexes)

    def bisect(self, script: Script, error: str, start: str | None, most: int | None = None) -> BisectResult:
        """Bisect the package of a script, with at most `most` runs. Raises `FixcardsError` as `bisect_script` does."""
        bisection = Bisection(self.runner(script), error, start, max_runs=most)
        for tested in bisection.steps():
            self.count(tested.run, f"{script.package} {tested.release.version}", tested.state)
        return bisection.result()

    def count(self, run: ScriptRun, what: str, state: str = "") -> None:
        """Count a run and say what it shows."""
        self.executed += run.reason is None and not run.stored
        state = state or ("not-testable" if run.reason is not None else "fails" if run.failed else "passes")
        state += f" ({run.reason.partition(' cause: ')[0][:100]})" if run.reason is not None else ""
        self.say(f"  {what}: {state}" + (" (stored)" if run.stored else ""))


def shows(run: ScriptRun, signature: FailureSignature) -> bool:
    """Return whether a run shows a failure, in its own words or in others."""
    if run.reason is not None or not run.failed or run.stopped not in {None, "time"}:
        return False
    return signature.likeness(run.output, failure_of(run)) != "differs"


def usable_interpreters(script: Script, release: ReleaseInfo, day: date | None) -> list[Interpreter]:
    """Return the interpreters on which a release may be run, best first."""
    built = script.package in script.build and release.source
    specifiers = [script.python, release.requires_python]
    return choose_interpreters(installed_interpreters(), specifiers, day, None if built else release)
