"""The ways out of a finding: each is run before it becomes a fix of the card."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from packaging.version import Version

from fixcards.authoring.runs import Runs, usable_interpreters
from fixcards.authoring.ways_out import MeasuredFix
from fixcards.ecosystems import PYPI
from fixcards.scout.finding import PYTHON, Finding
from fixcards.scout.sentences import Facts, in_words, vanished_words
from fixcards.verify.script_runner import Script, ScriptRun

BACKPORTS: dict[str, tuple[str, ...]] = {
    "asynchat": ("pyasynchat",),
    "asyncore": ("pyasyncore",),
    "audioop": ("audioop-lts",),
    "cgi": ("legacy-cgi",),
    "cgitb": ("legacy-cgi",),
    "crypt": ("crypt-r", "standard-crypt"),
    "distutils": ("setuptools",),
    "imp": ("zombie-imp",),
    **{name: (f"standard-{name}",) for name in ("aifc", "chunk", "imghdr", "mailcap", "nntplib", "pipes", "smtpd",
                                                "sndhdr", "sunau", "telnetlib", "uu", "xdrlib")},
}  # fmt: skip
"""Distributions that bring a module that Python 3.12 or 3.13 took out of the standard library (PEP 594, PEP 632)."""


@dataclass(frozen=True)
class WaysOut:
    """Tries the ways out of a finding in the environment of its failing run."""

    finding: Finding
    runs: Runs

    def passing(self) -> Iterator[MeasuredFix]:
        """Yield the ways out with which the program passes, best first."""
        for alternatives in self._candidates():
            for fix in alternatives:
                run = self._run(fix)
                if run is not None and not run.failed:
                    yield fix
                    break
                if run is not None and fix.kind == "upgrade":
                    break  # it takes the change and fails with it, so what it does without the change is no way out

    def _candidates(self) -> Iterator[tuple[MeasuredFix, ...]]:
        """Yield the ways out, each with other forms that are tried where the one before doesn't pass."""
        finding, culprit = self.finding, self.finding.culprit
        package = finding.package
        own = f"{package}=={{version}}"
        others = tuple(text for text in finding.suspect.requires if PYPI.requirement_name(text) != package)
        free = tuple(text for text in others if PYPI.requirement_name(text) != culprit.package)
        if finding.fixed is not None:
            line, pin = f"{package}>={finding.fixed}", f"{package}=={finding.fixed}"
            # A release that refuses the change by its requirements is installed with what it asks for.
            kinds = dict.fromkeys([(pin, *others), (pin, *free)])
            yield tuple(MeasuredFix("upgrade", package, line, requires) for requires in kinds)
        if culprit.package == PYTHON and (gone := gone_module(finding)) is not None:
            yield tuple(
                MeasuredFix("workaround", name, name, (own, *others, f"{name}=={newest.version}"))
                for name in BACKPORTS[gone]
                if (newest := self.runs.index.releases(name).newest) is not None
            )
        if culprit.package in {PYTHON, package}:
            if culprit.package == package and culprit.last_good is not None:
                pin = f"{package}=={culprit.last_good}"
                yield (MeasuredFix("pin", package, f"{package}<{culprit.first_bad}", (pin, *others)),)
            return
        if culprit.fixed is not None:
            requires = (own, *free, f"{culprit.package}=={culprit.fixed}")
            yield (MeasuredFix("upgrade", culprit.package, f"{culprit.package}>={culprit.fixed}", requires),)
        if culprit.last_good is not None:
            requires = (own, *free, f"{culprit.package}=={culprit.last_good}")
            bound = f"<{culprit.first_bad}" if self._adjacent() else f"<={culprit.last_good}"
            yield (MeasuredFix("pin", culprit.package, f"{culprit.package}{bound}", requires),)

    def _adjacent(self) -> bool:
        """Return whether the culprit's first bad release follows its last good one.

        Otherwise those between fail in another way, or can't be installed: a pin below the first bad one allows them.
        """
        culprit = self.finding.culprit
        low, high = Version(culprit.last_good or "0"), Version(culprit.first_bad)
        offered = self.runs.index.releases(culprit.package).releases
        return not any(
            low < each.parsed < high and not each.parsed.is_prerelease and not each.yanked for each in offered
        )

    def _run(self, fix: MeasuredFix) -> ScriptRun | None:
        """Return the run of the program with a way out, None where that can't be installed."""
        finding = self.finding
        requires = [text.replace("{version}", finding.highest_failing) for text in fix.requires]
        own, *others = requires
        script = Script(finding.program, finding.package, requires=tuple(others), build=finding.build)
        runner = self.runs.runner(script)
        release = runner.index.releases(finding.package).get(PYPI.exact_releases(own)[0])
        if release is None:
            return None
        usable = usable_interpreters(script, release, finding.suspect.day)
        same = [each for each in usable if each.version == finding.suspect.python]
        run = runner.run(release, same, finding.suspect.day)
        self.runs.count(run, f"with {', '.join(requires)}")
        return run if run.reason is None else None


def gone_module(finding: Finding) -> str | None:
    """Return the module of the standard library that is gone and that a distribution brings back, None for others."""
    gone = finding.vanished.module if finding.vanished is not None and finding.vanished.kind == "module" else ""
    return gone.partition(".")[0] if gone.partition(".")[0] in BACKPORTS else None


def fix_texts(fix: MeasuredFix, facts: Facts) -> dict[str, str]:
    """Return the texts of a fix that passed."""
    if fix.kind == "upgrade":
        return _upgrade(fix, facts)
    if fix.kind == "workaround":
        return _backport(fix, facts)
    return _own_pin(fix, facts) if fix.package == facts.finding.package else _partner_pin(fix, facts)


def without_a_way_out(facts: Facts) -> dict[str, str]:
    """Return the fix of a finding none of whose ways out could be run: what made the control."""
    finding, culprit = facts.finding, facts.finding.culprit
    if culprit.package == PYTHON and culprit.last_good is not None:
        return {
            "title": f"Stay on Python {culprit.last_good}",
            "kind": "configuration",
            "body": f"With Python {finding.control.python} the same program passes. No later release of "
            f"{finding.package} that was run passes on Python {culprit.first_bad}.",
            "avoid_when": f"Something else in the environment needs Python {culprit.first_bad} or later.",
        }
    day = finding.control.day
    if day is None:
        return {
            "title": f"Install {' and '.join(finding.control.requires)}",
            "kind": "workaround",
            "body": "With these releases the same program passes.",
            "avoid_when": "Something else in the environment needs later releases.",
        }
    requirement = f"{finding.package}=={finding.release}"
    return {
        "title": f"Install with the releases of {in_words(day)}",
        "kind": "workaround",
        "body": f"`uv pip install --exclude-newer {day} {requirement}` gives an environment in which it passes.",
        "avoid_when": "Something else in the environment needs a later release. What was fixed since is missing, too.",
    }


def _upgrade(fix: MeasuredFix, facts: Facts) -> dict[str, str]:
    finding, culprit = facts.finding, facts.finding.culprit
    release = fix.install.partition(">=")[2]
    own = fix.package == finding.package
    before = finding.highest_failing if own else culprit.first_bad
    with_change = any(PYPI.requirement_name(text) == culprit.package for text in fix.requires[1:])
    first = f" Of the releases that were run it is the first after {before}."
    body = f"The program passes with {fix.package} {release}"
    if own and culprit.package not in {PYTHON, finding.package}:
        body += (
            f" and {culprit.package} {culprit.first_bad}."
            if with_change
            else f", which keeps {culprit.package} {culprit.first_bad} out and brings a release that it works with."
        )
    else:
        body += f" on Python {culprit.first_bad}." if culprit.package == PYTHON else "."
    body += first
    uploaded = f" It was uploaded on {in_words(finding.fixed_uploaded)}." if own and finding.fixed_uploaded else ""
    return {
        "title": f"Upgrade {fix.package} to {release} or later",
        "kind": "upgrade",
        "body": body + uploaded,
        "use_when": f"You can move {fix.package} from {before}.",
        "avoid_when": _upgrade_risk(fix.package, before, release),
    }


def _upgrade_risk(package: str, before: str, after: str) -> str:
    if Version(before).major != Version(after).major:
        return (
            f"Your code was written for {package} {Version(before).major}: {after} is another major release, and only "
            "the program on this page was run with it."
        )
    return f"Other code of yours relies on {package} {before}: only the program on this page was run with {after}."


def _partner_pin(fix: MeasuredFix, facts: Facts) -> dict[str, str]:
    finding, culprit = facts.finding, facts.finding.culprit
    last = f"{culprit.last_good} is the last release before {culprit.first_bad} with which the program passes."
    adjacent = fix.install.endswith(f"<{culprit.first_bad}")
    texts = {
        "title": f"Hold {fix.package} {f'below {culprit.first_bad}' if adjacent else f'at {culprit.last_good}'}",
        "kind": "pin",
        "body": f"Add `{fix.install}` beside the other requirements. {last}",
    }
    if finding.vanished is not None:
        texts["why"] = f"{culprit.package} {culprit.last_good} still has {vanished_words(finding.vanished)}."
    texts["use_when"] = f"{finding.package} has to stay at {finding.highest_failing}."
    if finding.fixed is None:
        own = f"{finding.package} {finding.highest_failing}"
        texts["use_when"] = (
            f"{own} is the newest release, so there is none to upgrade to."
            if facts.newest == finding.highest_failing
            else f"No later release of {finding.package} passes with {culprit.package} {culprit.first_bad}, as far as "
            "they have wheels and were run."
        )
    more = f"{culprit.first_bad} or later" if adjacent else f"above {culprit.last_good}"
    texts["avoid_when"] = f"Another package requires {culprit.package} {more}: then the resolver finds no solution."
    return texts


def _backport(fix: MeasuredFix, facts: Facts) -> dict[str, str]:
    finding, culprit = facts.finding, facts.finding.culprit
    module = gone_module(finding)
    release = fix.requires[-1].partition("==")[2]
    better = (
        f"You can upgrade {finding.package} to {finding.fixed} or later"
        if finding.fixed is not None
        else f"Your code can move from {finding.package} to something that is maintained"
    )
    return {
        "title": f"Install {fix.package} beside {finding.package}",
        "kind": "workaround",
        "body": f"The program passes on Python {culprit.first_bad} with {fix.package} {release}: it brings a module "
        f"`{module}` of its own. Nothing else of {finding.package} was run with it.",
        "use_when": f"You run on Python {culprit.first_bad} or later, and {finding.package} has to stay.",
        "avoid_when": f"{better}: {fix.package} only puts off that a module has left the standard library.",
    }


def _own_pin(fix: MeasuredFix, facts: Facts) -> dict[str, str]:
    culprit = facts.finding.culprit
    later = "No later release that was run passes." if facts.finding.fixed is None else "You can't upgrade yet."
    return {
        "title": f"Hold {fix.package} below {culprit.first_bad}",
        "kind": "pin",
        "body": f"Add `{fix.install}`. {culprit.last_good}, the release before it, passes.",
        "use_when": later,
        "avoid_when": f"Your code or another package needs something that came with {culprit.first_bad}.",
    }
