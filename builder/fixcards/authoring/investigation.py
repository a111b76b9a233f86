"""What runs say about the failure of a script: releases, second package, interpreters, day, ways out.

Every run is stored below the cache (`script_runner.py`), so a command that was stopped or is repeated goes on where it
was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from fixcards.authoring.partner import Partner, find_partner
from fixcards.authoring.python_range import PythonRange, measure_pythons
from fixcards.authoring.report import Report
from fixcards.authoring.runs import Runs, shows, usable_interpreters
from fixcards.authoring.subject import Subject, owner, subject_of
from fixcards.authoring.ways_out import MeasuredFix, WaysOut
from fixcards.ecosystems import PYPI
from fixcards.errors import FixcardsError
from fixcards.records.card import Phase
from fixcards.verify.bisect_result import BisectResult, failure_of
from fixcards.verify.failure_signature import FailureSignature, signature_of
from fixcards.verify.own_failure import own_failure
from fixcards.verify.package_index import PackageIndex, resolution_day
from fixcards.verify.script_bisect import Bisection
from fixcards.verify.script_runner import Script, ScriptRun, ScriptRunner

_NEEDS_BUILD = re.compile(r"\b([a-z0-9][a-z0-9._-]*)(?:==| )\S* (?:has|have) no (?:usable )?wheels", re.IGNORECASE)
_MAX_BUILDS = 4
HANG_SECONDS = 10.0
"""Time after which a program that goes on counts as one that hangs, where it was stopped at the sandbox's own limit."""


class NoFailureError(FixcardsError):
    """The runs don't show the failure that was to be shown. A result, not a fault."""


@dataclass(frozen=True)
class Measurement:
    """Everything that the runs show, from which the card is drafted."""

    script: Script
    signature: FailureSignature
    failing: ScriptRun
    """The run that the card repeats: last failing release, its own day."""
    bisection: BisectResult
    partner: Partner | None
    day: date | None
    python: PythonRange
    aliases: tuple[str, ...]
    fixes: tuple[MeasuredFix, ...]
    warnings: tuple[str, ...] = ()
    during: Phase | None = None
    """When it fails, where the program is never reached."""


@dataclass
class Investigator:
    """Makes the runs of one report."""

    runs: Runs
    _warnings: list[str] = field(default_factory=list)

    def first_failure(self, report: Report) -> tuple[Subject, ScriptRun, FailureSignature]:
        """Run the script of a report until it fails; return the subject, the run and its signature.

        Raises `NoFailureError` where it passes, or fails in another way than the text of the report says.
        """
        index = self.runs.index
        subject = subject_of(report, lambda name: bool(index.releases(name).releases))
        if subject.prepares:
            self.runs.phases = {}
        subject = self._on_the_day_of_pins(subject, index)
        self.runs.say(f"requirements: {', '.join(_asked(subject))}" + (" (guessed from the imports)" * subject.guessed))
        expected = self._expected(report)
        subject, run = self._first_run(subject, expected)
        package = owner(run.output, run.packages)
        if report.package is None and package and package != subject.script.package:
            self.runs.say(f"the innermost frame is of {package}, so the card is about {package}")
            subject = subject.about(package, run.packages)
            subject, run = self._first_run(subject, expected)
        signature = failure_of(run) if expected is None else replace(expected, given=False).completed(failure_of(run))
        if own := own_failure(subject.script.code, run.output):
            raise NoFailureError(
                f"the script {own}, which shows nothing about {subject.script.package}; let the library fail, "
                "or compare its result in an assert"
            )
        self._look_at_the_innermost_frame(subject.script, signature)
        return subject, run, signature

    def measure(self, subject: Subject, first: ScriptRun, signature: FailureSignature) -> Measurement:
        """Make all further runs. Raises `FixcardsError` where the index can't be reached."""
        script = subject.script
        self.runs.say(f"looking for the releases of {script.package} that fail")
        bisection = self.runs.bisect(script, signature.error, first.release)
        last = bisection.last_failing
        if last is None:
            raise NoFailureError(f"{script.package} {first.release} failed once and not again; is the script flaky?")
        failing = bisection.tested_release(last.version).run
        self.runs.say(
            f"{script.package}: {' or '.join(bisection.affected)} fails; fixed in {bisection.fixed or 'none'}"
        )
        if not bisection.is_settled:
            self._warnings.append(
                f"the releases of {script.package} are not settled after {len(bisection.tested)} runs"
            )
        partner = find_partner(
            script, failing, lambda other, start, most: self.runs.bisect(other, signature.error, start, most)
        )
        if partner is not None:
            self.runs.say(f"second package: {partner.package} {partner.affected}")
            pin = f"{partner.package}=={partner.release}"
            others = tuple(text for text in script.requires if PYPI.requirement_name(text) != partner.package)
            script = replace(script, requires=(*others, pin))
        runner = self.runs.runner(script)
        day, failing = self._settled_day(runner, bisection, partner, failing, signature)
        python, wordings = measure_pythons(self.runs, script, last, day, failing, signature)
        ways = WaysOut(self.runs, script, failing, day, {})
        fixes = tuple(ways.passing(bisection, partner))
        where = f"is no way out on Python {failing.python}"
        refused = {install: why for install, why in ways.refused.items() if all(install != f.install for f in fixes)}
        self._warnings += [f"{install} {where}: {why[:200]}" for install, why in refused.items()]
        aliases = [each.error for each in bisection.aliases]
        return Measurement(
            script,
            signature,
            failing,
            bisection,
            partner,
            day,
            python,
            tuple(dict.fromkeys(each for each in [*aliases, *wordings] if each != signature.error)),
            fixes,
            (*self._warnings, *bisection.notes),
            during=(self.runs.phases or {}).get((failing.release, failing.python or "")),
        )

    def _on_the_day_of_pins(self, subject: Subject, index: PackageIndex) -> Subject:
        """Let the releases of the other packages be those of the day on which all that were named together are there.

        Who names several releases has seen them fail together; with today's releases of the rest something else may
        fail first. A single release is run with today's, as a reader who installs it now gets it.
        """
        script = subject.script
        pins = {
            PYPI.requirement_name(text): version for text in script.requires for version in PYPI.exact_releases(text)
        }
        if script.exclude_newer is not None or not pins or subject.start is None:
            return subject
        releases = [
            index.releases(name).get(version) for name, version in {**pins, script.package: subject.start}.items()
        ]
        days = [resolution_day(None, release.uploaded) if release is not None else None for release in releases]
        if None in days:
            return subject
        return replace(subject, script=replace(script, exclude_newer=max(day for day in days if day is not None)))

    def _expected(self, report: Report) -> FailureSignature | None:
        failure = report.failure
        if failure is None or not (failure.exceptions or report.code is None):
            return None
        return replace(signature_of(report.text, report.releases), given=True)

    def _first_run(self, subject: Subject, expected: FailureSignature | None) -> tuple[Subject, ScriptRun]:
        """Return the first run that fails, from the release that was named or the newest one backwards."""
        for _ in range(_MAX_BUILDS):
            steps = Bisection(
                self.runs.runner(subject.script), expected.error if expected else None, subject.start
            ).steps()
            last: ScriptRun | None = None
            for tested in steps:
                self.runs.count(tested.run, f"{subject.script.package} {tested.release.version}", tested.state)
                last = tested.run
                if tested.state in {"fails", "reworded"}:
                    return self._patient(subject, tested.run)
                if subject.start is not None:
                    break
            more = self._to_build(subject.script, last)
            if more is None:
                break
            self.runs.say(f"{more} has no wheel, so it is built from its source")
            subject = replace(subject, script=replace(subject.script, build=(*subject.script.build, more)))
        raise NoFailureError(_why_no_failure(subject, last, expected))

    def _patient(self, subject: Subject, run: ScriptRun) -> tuple[Subject, ScriptRun]:
        """Give a program that hangs a time of its own, which is far below the limit of the sandbox."""
        if run.stopped == "time" and subject.script.timeout is None:
            subject = replace(subject, script=replace(subject.script, timeout=HANG_SECONDS))
        return subject, run

    def _to_build(self, script: Script, run: ScriptRun | None) -> str | None:
        """Return a distribution that a run could not be made without building, None where there is none (more)."""
        if run is None or run.reason is None or not run.reason.startswith("no wheel"):
            return None
        match = _NEEDS_BUILD.search(run.reason)
        name = PYPI.normalize_name(match[1]) if match else script.package
        return name if name not in script.build else None

    def _look_at_the_innermost_frame(self, script: Script, signature: FailureSignature) -> None:
        innermost = signature.innermost or ""
        if not innermost.startswith("/repro/") or signature.hangs:
            return
        if signature.exception == "AssertionError" and not signature.message:
            raise NoFailureError(
                "the assert that fails says nothing, so the card would have no line to search for; write what is wrong "
                'after it, for example: assert total == 3, f"sum() counts twice: {total}"'
            )
        if signature.exception == "AssertionError":
            return
        self._warnings.append(
            "the innermost frame is the script's own, so the traceback names no package; the card is found by its "
            f"message alone. Is {script.package} what changed?"
        )

    def _settled_day(
        self,
        runner: ScriptRunner,
        bisection: BisectResult,
        partner: Partner | None,
        failing: ScriptRun,
        signature: FailureSignature,
    ) -> tuple[date | None, ScriptRun]:
        """Return the earliest day with whose releases everything can be repeated, and the failing run of that day.

        The fewer days after the releases of the card, the fewer other releases decide. Where it does not fail so, it is
        the day of the run that did.
        """
        last, fixed = bisection.last_failing, bisection.first_passing
        uploads = [each.uploaded for each in (last, fixed) if each is not None]
        for text in runner.script.requires:
            for version in PYPI.exact_releases(text):
                release = runner.index.releases(PYPI.requirement_name(text)).get(version)
                uploads.append(release.uploaded if release is not None else None)
        if last is None or None in uploads:
            return failing.exclude_newer, failing
        day = resolution_day(runner.script.exclude_newer, max(each for each in uploads if each is not None))
        usable = usable_interpreters(runner.script, last, day)
        usable.sort(key=lambda each: each.version != failing.python)
        run = runner.run(last, usable, day)
        self.runs.count(run, f"{runner.script.package} {last.version} with the releases of {day}")
        if shows(run, signature):
            return day, run
        if run.reason is None and run.failed:
            self._warnings.append(f"with the releases of {day} it fails with: {failure_of(run).error[:200]}; an alias?")
        return failing.exclude_newer, failing


def _asked(subject: Subject) -> Iterator[str]:
    if all(PYPI.requirement_name(text) != subject.script.package for text in subject.script.requires):
        yield f"{subject.script.package}=={subject.start}" if subject.start else subject.script.package
    yield from subject.script.requires


def _why_no_failure(subject: Subject, run: ScriptRun | None, expected: FailureSignature | None) -> str:
    package = subject.script.package
    if run is None:
        return f"no release of {package} could be run"
    if run.reason is not None:
        return f"{package} {run.release} can't be run: {run.reason}"
    if not run.failed:
        where = f"{package} {run.release} on Python {run.python}"
        older = "" if subject.start else f"; name a release that fails, such as --requires {package}==VERSION"
        return f"the script passes with {where}{older}"
    printed = [line for line in run.output.splitlines() if line.strip()]
    last = printed[-1].strip() if printed else "nothing"
    wanted = f", not with: {expected.error}" if expected is not None else ""
    return f"the script fails with: {last[:300]}{wanted}"
