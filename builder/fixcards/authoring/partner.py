"""The second package of a failure: the one whose release makes the difference while the first one stays as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from packaging.version import Version

from fixcards.authoring.report import mentioned
from fixcards.ecosystems import PYPI
from fixcards.errors import FixcardsError
from fixcards.matching.parse.parser import parse
from fixcards.verify.bisect_result import BisectResult
from fixcards.verify.package_index import ReleaseInfo
from fixcards.verify.script_runner import Script, ScriptRun

MAX_CANDIDATES = 4
"""Packages that are tried at most; each costs a bisection, but for those that never make a difference two runs."""
_LOOKING = 6
"""Runs after which a package that made no difference so far is given up."""


@dataclass(frozen=True, slots=True)
class Partner:
    """A package that some releases of set the failure off, and the bisection that shows it."""

    package: str
    release: str
    """The release with which the failure was run."""
    bisection: BisectResult

    @property
    def affected(self) -> str:
        """The releases that set it off, as a specifier.

        It ends only before a release with which the program passes: with one that fails otherwise, for what else is
        installed, a reader has this failure as well.
        """
        parts = [f">={self.first_failing}"] if self.first_failing else []
        parts += [f"<{self.fixed}"] if self.fixed else []
        return ",".join(parts) or f">={self.bisection.releases[0].version}"

    @property
    def first_failing(self) -> str | None:
        """The lowest release that sets it off, None where even the oldest does."""
        first = self.bisection.first_failing
        return first.version if first is not None and self.last_passing is not None else None

    @property
    def last_passing(self) -> str | None:
        """The release below it, with which the program passes."""
        last = self.bisection.last_passing
        return last.version if last is not None else None

    def passing_below(self, version: str) -> list[ReleaseInfo]:
        """Return the releases below one with which the program was run and passes, highest first."""
        tested = [each.release for each in self.bisection.tested if each.state == "passes"]
        below = [release for release in tested if release.parsed < Version(version)]
        return sorted(below, key=lambda each: each.parsed, reverse=True)

    @property
    def fixed(self) -> str | None:
        """The first higher release with which the program passes again."""
        return self.bisection.fixed


Bisect = Callable[[Script, str | None, int | None], BisectResult]
"""Bisects a script from a release on, with at most so many runs."""


def find_partner(script: Script, run: ScriptRun, bisect: Bisect) -> Partner | None:
    """Return the partner of a failure, given a run in which the script failed; None where none makes a difference.

    Tried are the packages that a person has named, then those that the message or the traceback names.
    """
    for name in list(_candidates(script, run))[:MAX_CANDIDATES]:
        requires = [text for text in script.requires if PYPI.requirement_name(text) not in {name, script.package}]
        pinned = script.requirements(run.release)[0]
        other = replace(script, package=name, requires=(pinned, *requires))
        try:
            result = bisect(other, run.packages[name], _LOOKING)
            if not _makes_a_difference(result):
                continue
            partner = Partner(name, run.packages[name], bisect(other, run.packages[name], None))
        except FixcardsError:  # no other release of it can be run
            continue
        if _makes_a_difference(partner.bisection):
            return partner
    return None


def _candidates(script: Script, run: ScriptRun) -> Iterator[str]:
    named = [PYPI.requirement_name(text) for text in script.requires]
    in_text = mentioned(parse(run.output), tuple(run.packages)) if run.output.strip() else []
    for name in dict.fromkeys([*(name for name in in_text if name in named), *in_text, *named]):
        if name in run.packages and name != script.package:
            yield name


def _makes_a_difference(result: BisectResult) -> bool:
    return result.last_failing is not None and (result.last_passing or result.first_passing) is not None
