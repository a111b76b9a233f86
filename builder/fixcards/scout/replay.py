"""Runs the program of a break again in other environments, and says whether it fails as it did."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import date

from fixcards.ecosystems import PYPI
from fixcards.errors import FixcardsError
from fixcards.scout.finding import Side
from fixcards.scout.probe import Break, refused_side
from fixcards.scout.probe_runner import Cost, ProbeRunner, changed
from fixcards.verify.bisect import FAILING, State
from fixcards.verify.environment import EnvironmentSpec
from fixcards.verify.failure_signature import signature_of
from fixcards.verify.interpreters import Interpreter, choose_interpreters, installed_interpreters
from fixcards.verify.package_index import ReleaseInfo
from fixcards.verify.unavailable import EnvironmentUnavailable


class Replay:
    """The runs of one investigation. An environment with the same releases is run once."""

    def __init__(self, broken: Break, runner: ProbeRunner) -> None:
        self.broken, self.runner = broken, runner
        self.cost = Cost()
        self.suspect = self.spec(broken.suspect)
        self.held = tuple(each for each in broken.suspect.requires if PYPI.requirement_name(each) not in self._own)
        """Pins of packages whose own changes break the program, too, so that they are held back on both sides."""
        self.others: list[Break] = []
        """Other failures that were met on the way, and stand behind this one or below it."""
        self._results: dict[tuple[str, str, date | None], tuple[State, Side]] = {}
        ends: tuple[tuple[Side, State], ...] = ((broken.suspect, "fails"), (broken.control, "passes"))
        for side, state in ends:  # the probe has run these
            with suppress(EnvironmentUnavailable):
                day = side.day if broken.build else None
                self._results[runner.lock(self.spec(side)), side.python, day] = state, side

    @property
    def _own(self) -> set[str | None]:
        return {self.broken.package, self.broken.partner}

    def pinning(self, *pins: str) -> EnvironmentSpec:
        """Return the suspect with pins of other packages, beside those that are held back."""
        return self.requiring(f"{self.broken.package}=={self.broken.release}", *self.held, *pins)

    def spec(self, side: Side) -> EnvironmentSpec:
        """Return the environment of a side. Raises `FixcardsError` where this machine lacks its interpreter."""
        return EnvironmentSpec(side.requires, interpreter(side.python), side.day, self.broken.build)

    def requiring(self, *requires: str) -> EnvironmentSpec:
        """Return the environment of the suspect with other requirements."""
        return changed(self.suspect, *requires)

    def on_python(self, line: str, *requires: str) -> EnvironmentSpec:
        """Return the environment of the suspect with other requirements, on another interpreter, such as 3.12.

        Raises `FixcardsError` where this machine lacks it.
        """
        return replace(self.requiring(*requires), interpreter=interpreter(line))

    def on(self, day: date) -> EnvironmentSpec:
        """Return the environment of the suspect with the releases of another day."""
        return replace(self.suspect, exclude_newer=day)

    def run(self, spec: EnvironmentSpec) -> tuple[State, Side]:
        """Return how the program ends in an environment, with the run as one side of a finding."""
        try:
            lock = self.runner.lock(spec)
            # A build takes other requirements of its own on another day, whatever the lock says.
            key = lock, spec.interpreter.version, spec.exclude_newer if spec.build else None
            if key not in self._results:
                self._results[key] = self._execute(spec, lock)
            state, side = self._results[key]
            return state, Side(spec.requires, spec.exclude_newer, spec.interpreter.version, side.packages, side.exit,
                               side.stopped, side.output)  # fmt: skip
        except EnvironmentUnavailable as refusal:
            return self._refused(spec, refusal)

    def fails(self, spec: EnvironmentSpec) -> bool:
        """Return whether it fails as the break did."""
        return self.run(spec)[0] in FAILING

    def passes(self, spec: EnvironmentSpec) -> bool:
        """Return whether it passes."""
        return self.run(spec)[0] == "passes"

    def packages(self, spec: EnvironmentSpec) -> dict[str, str]:
        """Return the packages of an environment that was run."""
        return self.run(spec)[1].packages

    def note_other(self, side: Side) -> None:
        """Note that the program fails otherwise in an environment, while the control passes."""
        failure = signature_of(side.output, side.packages, exit_status=side.exit, hangs=side.stopped == "time")
        if side.packages and not failure.hangs:
            self.others.append(replace(self.broken, suspect=side, signature=failure))

    def usable(self, releases: Iterable[ReleaseInfo]) -> list[ReleaseInfo]:
        """Return the final releases of some that the suspect's interpreter can run, and that are early enough."""
        python, day = self.suspect.interpreter, self.suspect.exclude_newer
        return [
            each
            for each in releases
            if not each.yanked
            and not each.parsed.is_prerelease
            and (day is None or (each.uploaded is not None and each.uploaded <= day))
            and (each.wheels or self.broken.build)
            and choose_interpreters([python], [each.requires_python], None, each)
        ]

    def _execute(self, spec: EnvironmentSpec, lock: str) -> tuple[State, Side]:
        with self.runner.ready(spec, self.cost, lock) as environment:
            execution = environment.run(self.broken.program)
        if execution.passed:
            return "passes", execution.side(spec)
        return self.broken.signature.likeness(execution.output, execution.signature), execution.side(spec)

    def _refused(self, spec: EnvironmentSpec, refusal: EnvironmentUnavailable) -> tuple[State, Side]:
        expected = {"resolve": "resolution", "build": "build"}.get(self.broken.step)
        return ("fails" if refusal.reason == expected else "not-testable"), refused_side(spec, refusal)


def interpreter(version: str) -> Interpreter:
    """Return the installed interpreter of a version, such as 3.12.1, or of a line, such as 3.12.

    Raises `FixcardsError` where there is none.
    """
    for each in installed_interpreters():
        if version in {each.version, ".".join(map(str, each.minor))}:
            return each
    raise FixcardsError(f"Python {version}, which an earlier step of this run used, is not installed here")
