"""One probe: what a release offers is tried in the suspect environment and, where that fails, in its controls."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Literal

from fixcards.scout.candidate import Candidate, Control
from fixcards.scout.contents import contents_of, top_level_modules
from fixcards.scout.finding import MAX_OUTPUT, Kind, Side, Step
from fixcards.scout.probe_program import Attempt, ProbeProgram, probe_program
from fixcards.scout.probe_runner import Cost, Execution, ProbeRunner, ReadyEnvironment, changed
from fixcards.verify.environment import EnvironmentSpec, packages_of
from fixcards.verify.failure_signature import FailureSignature, signature_of
from fixcards.verify.unavailable import EnvironmentUnavailable

Outcome = Literal["passes", "unchanged", "broken", "fails", "flaky", "untestable"]
"""It works; nothing differs from the controls, so nothing was run; it fails and a control passes; it fails there, too;
it doesn't fail each time; nothing could be tried."""
MAX_BREAKS = 3
"""Breaks of one probe that are followed: further ones are mostly the same in other words."""
_WITHOUT_SETUPTOOLS = (3, 12)
"""The first Python whose `venv` installs no setuptools (gh-95299): before it a package could use it, and the
`pkg_resources` that it brought up to 81, undeclared."""
_PIP_CHECK = 'import subprocess\nimport sys\n\nsys.exit(subprocess.call([sys.executable, "-m", "pip", "check"]))\n'


@dataclass(frozen=True, slots=True)
class Break:
    """A program that fails in one environment, each time, and passes in another. What makes the difference is open."""

    axis: Kind
    """In what the two environments differ."""
    step: Step
    package: str
    release: str
    program: str
    suspect: Side
    control: Side
    signature: FailureSignature
    build: tuple[str, ...] = ()
    listed: str | None = None
    partner: str | None = None
    """The package that is suspected; None where any may be it."""
    modules: dict[str, str] = field(default_factory=dict)
    """The distributions of the top-level modules of the suspect, as far as they differ from the control's."""

    @property
    def order(self) -> tuple[str, str, str, str]:
        """Sort key."""
        return self.package, self.release, self.suspect.python, self.signature.error


@dataclass(frozen=True, slots=True)
class Probe:
    """What one candidate showed."""

    package: str
    release: str
    python: str
    axis: Kind
    outcome: Outcome
    reason: str = ""
    """Why it is untestable, or how it fails everywhere; one line."""
    breaks: tuple[Break, ...] = ()
    installed: tuple[str, ...] = ()
    """What the suspect needs, by name: what is worth keeping in the cache."""
    runs: int = 0
    seconds: float = field(default=0.0, compare=False)


def probe(candidate: Candidate, runner: ProbeRunner) -> Probe:
    """Try a candidate. Raises `FixcardsError` where the index can't be reached, or may be asked no more."""
    start = time.monotonic()
    one = _Probe(candidate, runner)
    outcome, reason, breaks = one.result()
    if outcome == "fails" and one.lacks_pkg_resources and candidate.partner:
        one = _Probe(_beside(candidate, "setuptools<82"), runner, one.cost)
        outcome, reason, breaks = one.result()
    return Probe(
        candidate.package,
        candidate.release,
        candidate.suspect.interpreter.version,
        candidate.controls[0].kind,
        outcome,
        reason,
        tuple(breaks),
        one.installed,
        one.cost.runs,
        round(time.monotonic() - start, 3),
    )


def _beside(candidate: Candidate, requirement: str) -> Candidate:
    """Return a candidate with one more package in each environment."""
    suspect = changed(candidate.suspect, *candidate.suspect.requires, requirement)
    controls = [replace(each, spec=changed(each.spec, *each.spec.requires, requirement)) for each in candidate.controls]
    return replace(candidate, suspect=suspect, controls=tuple(controls))


_Result = tuple[Outcome, str, Sequence[Break]]


class _Probe:
    def __init__(self, candidate: Candidate, runner: ProbeRunner, cost: Cost | None = None) -> None:
        self._candidate, self._runner = candidate, runner
        self.cost = cost or Cost()
        self.lacks_pkg_resources = False
        """Whether a control fails since `pkg_resources` is missing, which says nothing of the partner of a pair."""
        self.installed: tuple[str, ...] = ()
        self._flaky = False
        self._uninstallable = ""
        """Why a control can't be installed, where one can't."""

    def result(self) -> _Result:
        candidate = self._candidate
        try:
            nearest = candidate.controls[0]
            lock = (
                self._runner.lock_after(candidate.suspect, nearest.spec)
                if nearest.kind == "partner" and candidate.partner is None
                else self._runner.lock(candidate.suspect)
            )
            self.installed = tuple(packages_of(lock))
            controls = self._different(lock)
            first = next(controls, None)
            if first is None:
                return ("untestable", self._uninstallable, ()) if self._uninstallable else ("unchanged", "", ())
            with self._runner.ready(candidate.suspect, self.cost, lock) as suspect:
                return self._compare(suspect, chain([first], controls))
        except EnvironmentUnavailable as refusal:
            return self._refused(refusal)

    def _different(self, lock: str) -> Iterator[Control]:
        """Yield the controls that can be resolved and in which anything differs."""
        for control in self._candidate.controls:
            if control.kind != "partner":
                yield control
                continue
            try:
                other = self._runner.lock(control.spec)
            except EnvironmentUnavailable as refusal:
                self._uninstallable = f"its control: {refusal}"[:300]
                continue
            # What a build installs for itself is in no lock.
            if packages_of(other) != packages_of(lock) or control.spec.build:
                yield control

    def _compare(self, suspect: ReadyEnvironment, controls: Iterator[Control]) -> _Result:
        program = probe_program(self._candidate.package, contents_of(suspect.venv, self._candidate.package))
        if not program.attempts:
            return "untestable", "it offers no module", ()
        tried = suspect.run(program.code, program.files)
        failed = program.failed(tried.output)
        if not failed:
            return (
                self._consistent(suspect, next(controls)) if not program.unreached(tried.output) else _unreached(tried)
            )
        subset = ProbeProgram(tuple(failed))
        for control in controls:
            breaks = list(self._against(control, subset, suspect))
            if breaks:
                return "broken", "", breaks
            if self._flaky:
                return "flaky", program.error(tried.output), ()
        if any(each.step == "import" for each in program.attempts if each not in failed):
            return "passes", f"but for what fails in its controls, too: {program.error(tried.output)}", ()
        return "fails", program.error(tried.output), ()

    def _against(self, control: Control, subset: ProbeProgram, suspect: ReadyEnvironment) -> Iterator[Break]:
        """Yield what fails in the suspect and passes in one control, confirmed with the smallest program."""
        try:
            with self._runner.ready(control.spec, self.cost) as environment:
                again = environment.run(subset.code, subset.files)
                failed = subset.failed(again.output)
                if control.spec.interpreter.minor < _WITHOUT_SETUPTOOLS:
                    self.lacks_pkg_resources |= "No module named 'pkg_resources'" in again.output
                if subset.unreached(again.output):
                    failed = list(subset.attempts)
                errors: set[str] = set()
                for attempt in subset.attempts:
                    if attempt in failed or len(errors) >= MAX_BREAKS:
                        continue
                    one = self._confirmed(attempt, control, suspect, environment)
                    # An `assert` of our own that says nothing follows from what was printed before, if anything was.
                    if one is not None and one.signature.error not in {
                        *errors,
                        *(["AssertionError"] if errors else []),
                    }:
                        errors.add(one.signature.error)
                        yield one
        except EnvironmentUnavailable:
            return

    def _confirmed(
        self, attempt: Attempt, control: Control, suspect: ReadyEnvironment, environment: ReadyEnvironment
    ) -> Break | None:
        """Return a break if the smallest program shows it, too: then it has been seen twice in both environments."""
        failing = suspect.run(attempt.program)
        passing = environment.run(attempt.program) if not failing.passed else failing
        if failing.passed or not passing.passed:
            self._flaky = True
            return None
        sides = failing.side(suspect.spec), passing.side(environment.spec)
        modules = _modules(suspect, sides[1])
        return self._break(attempt, control, *sides, failing.signature, modules)

    def _break(
        self,
        attempt: Attempt,
        control: Control,
        suspect: Side,
        passing: Side,
        signature: FailureSignature,
        modules: dict[str, str] | None = None,
    ) -> Break:
        candidate = self._candidate
        return Break(
            axis=control.kind,
            step=attempt.step,
            package=candidate.package,
            release=candidate.release,
            program=attempt.program,
            suspect=suspect,
            control=passing,
            signature=signature,
            build=candidate.suspect.build,
            listed=candidate.listed,
            partner=candidate.partner,
            modules=modules or {},
        )

    def _consistent(self, suspect: ReadyEnvironment, control: Control) -> _Result:
        """Ask uv whether what is installed fulfils its own requirements, as `pip check` does."""
        if self._checks(suspect):
            return "passes", "", ()
        attempt = Attempt("consistency", "pip", _PIP_CHECK)
        with_pip = [changed(spec, *spec.requires, "pip") for spec in (suspect.spec, control.spec)]
        with (
            self._runner.ready(with_pip[0], self.cost) as failing,
            self._runner.ready(with_pip[1], self.cost) as passing,
        ):
            result = self._confirmed(attempt, control, failing, passing)
        return ("broken", "", (result,)) if result is not None else ("passes", "", ())

    def _checks(self, environment: ReadyEnvironment) -> bool:
        try:
            arguments = ["pip", "check", "--quiet", "--python", "venv/bin/python"]
            self._runner.environments.uv.run(arguments, environment.venv.parent)
        except EnvironmentUnavailable:
            return False
        return True

    def _refused(self, refusal: EnvironmentUnavailable) -> _Result:
        """Return a break where the suspect can't be resolved or built, and a control can, and works."""
        reason = str(refusal)[:300]
        # Of a pair, that says that the package itself refuses the partner, so that no reader gets both.
        if refusal.reason not in {"resolution", "build"} or refusal.phase is None or self._candidate.partner:
            return "untestable", reason, ()
        step: Step = "build" if refusal.phase == "build" else "resolve"
        candidate = self._candidate
        for control in candidate.controls:
            try:
                with self._runner.ready(control.spec, self.cost) as environment:
                    contents = contents_of(environment.venv, candidate.package)
                    if not contents.modules:
                        return "untestable", reason, ()
                    attempt = Attempt(step, contents.modules[0], f"import {contents.modules[0]}\n")
                    passing = environment.run(attempt.program)
            except EnvironmentUnavailable:
                continue
            if passing.passed:
                suspect = refused_side(candidate.suspect, refusal)
                signature = refusal_signature(refusal, candidate.package, candidate.release)
                side = passing.side(control.spec)
                return "broken", "", (self._break(attempt, control, suspect, side, signature),)
        return "untestable", reason, ()


def _modules(suspect: ReadyEnvironment, control: Side) -> dict[str, str]:
    before, after = control.packages, suspect.packages
    owners = top_level_modules(suspect.venv)
    return {module: name for module, name in owners.items() if name in after and before.get(name) != after[name]}


def refused_side(spec: EnvironmentSpec, refusal: EnvironmentUnavailable) -> Side:
    """Return an environment that can't be made as one side of a finding."""
    output = refusal.output[-MAX_OUTPUT:]
    return Side(spec.requires, spec.exclude_newer, spec.interpreter.version, {}, refusal.exit_status, None, output)


def refusal_signature(refusal: EnvironmentUnavailable, package: str, release: str) -> FailureSignature:
    """Return the signature of what uv or a build printed."""
    return signature_of(refusal.output, {package: release})


def _unreached(execution: Execution) -> _Result:
    why = f"stopped by its limit of {execution.stopped}" if execution.stopped else f"ended with {execution.exit}"
    return "untestable", f"the probe {why} before it had tried everything", ()
