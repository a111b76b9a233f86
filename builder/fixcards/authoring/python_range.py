"""The interpreters on which a failure shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from fixcards.authoring.runs import Runs, shows, usable_interpreters
from fixcards.verify.bisect_result import failure_of
from fixcards.verify.failure_signature import FailureSignature
from fixcards.verify.interpreters import installed_interpreters
from fixcards.verify.package_index import ReleaseInfo
from fixcards.verify.script_runner import Script, ScriptRun

Minor = tuple[int, int]


@dataclass(frozen=True, slots=True)
class PythonRange:
    """Interpreters on which the failure was seen and those on which the program passed, as minor versions."""

    fails: tuple[Minor, ...]
    passes: tuple[Minor, ...]

    @property
    def reproduces(self) -> str:
        """The interpreters on which it reproduces, as a specifier."""
        low, high = self.fails[0], self.fails[-1]
        return f">={_name(low)},<{_name((high[0], high[1] + 1))}"

    @property
    def concerned(self) -> str | None:
        """The interpreters that it takes, None where it doesn't depend on them."""
        parts = []
        if any(each < self.fails[0] for each in self.passes):
            parts.append(f">={_name(self.fails[0])}")
        if any(each > self.fails[-1] for each in self.passes):
            parts.append(f"<{_name((self.fails[-1][0], self.fails[-1][1] + 1))}")
        return ",".join(parts) or None


def measure_pythons(
    runs: Runs, script: Script, release: ReleaseInfo, day: date | None, failing: ScriptRun, signature: FailureSignature
) -> tuple[PythonRange, list[str]]:
    """Run a failing release on each interpreter; return where it fails, and other wordings of the failure."""
    runner = runs.runner(replace(script, python=None))
    own = next(each.minor for each in installed_interpreters() if each.version == failing.python)
    fails, passes, wordings = {own}, set[Minor](), list[str]()
    for interpreter in usable_interpreters(runner.script, release, None):
        if interpreter.minor == own:
            continue
        run = runner.run(release, [interpreter], day)
        runs.count(run, f"{script.package} {release.version} on Python {interpreter.version}")
        if run.reason is None and not run.failed:
            passes.add(interpreter.minor)
        elif shows(run, signature):
            fails.add(interpreter.minor)
            if signature.likeness(run.output, failure_of(run)) == "reworded":
                wordings.append(failure_of(run).error)
    return PythonRange(tuple(_around(own, fails, passes)), tuple(sorted(passes))), wordings


def _around(own: Minor, fails: Iterable[Minor], passes: Iterable[Minor]) -> list[Minor]:
    """Return the minor versions around one on which it fails, up to the next on which it passes."""
    low = max((each for each in passes if each < own), default=(0, 0))
    high = min((each for each in passes if each > own), default=(99, 0))
    return sorted(each for each in fails if low < each < high)


def _name(minor: Minor) -> str:
    return f"{minor[0]}.{minor[1]}"
