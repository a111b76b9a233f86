"""From a report to the program that is to be run, and the package whose releases are to be tried."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from packaging.requirements import Requirement
from packaging.version import Version

from fixcards.authoring.distributions import distribution_of, imported_distributions
from fixcards.authoring.preparation import importing_script
from fixcards.authoring.report import Report, joined_requirements, library_frames, mentioned, top_module
from fixcards.ecosystems import PYPI
from fixcards.ecosystems.pypi import parse_requirement
from fixcards.errors import FixcardsError
from fixcards.matching.parse.parser import Failure, parse
from fixcards.verify.script_runner import Script

MAX_MENTIONED = 4
"""Packages of a pasted text beside the failing one that are installed in the releases that it names."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is run: a script with one package under test, and the release of it to begin at."""

    script: Script
    start: str | None = None
    guessed: bool = False
    """Whether the requirements are guesses from the imports of the script."""
    prepares: bool = False
    """Whether it is about installing the package, and the script is only what would be run afterwards."""

    def about(self, package: str, installed: Mapping[str, str]) -> Subject:
        """Return the same with another package under test, at the release that was installed."""
        script = self.script
        requires = list(script.requires)
        if all(PYPI.requirement_name(text) != script.package for text in requires):
            requires.append(script.package)
        pins = dict(self._pins())
        return subject(
            script.code,
            package,
            tuple(f"{text}=={pins[text]}" if text in pins else text for text in requires),
            installed,
            script,
        )

    def _pins(self) -> Iterator[tuple[str, str]]:
        """Yield the requirement of the package under test with the release that it was given in."""
        for text in self.script.requires:
            if PYPI.requirement_name(text) == self.script.package and self.start:
                yield text, self.start


def subject_of(report: Report, offers: Callable[[str], bool]) -> Subject:
    """Return the subject of a report. Raises `FixcardsError` where it doesn't say enough."""
    code = report.code if report.code is not None else import_script(report.failure)
    prepares = code is None and bool(report.requires)
    if prepares:
        code = importing_script(report.package or PYPI.requirement_name(report.requires[0]))
    if code is None:
        raise FixcardsError(
            "the text shows no failure while a package is imported, so it takes a script to repeat it: give the "
            "smallest one that shows it with --script, or what can't be installed with --requires"
        )
    failure = report.failure
    requires = joined_requirements(report.requires, tuple(_pins_of_text(report, failure)))
    guessed = not requires
    if guessed:
        requires = tuple(imported_distributions(code, offers))
    if report.package and all(PYPI.requirement_name(text) != report.package for text in requires):
        requires = (report.package, *requires)
    if not requires:
        raise FixcardsError("it isn't clear what to install; name it with --requires, for example flask==1.1.2")
    package = report.package or _first_package(report, requires)
    build = (package,) if prepares else ()
    template = Script(code, package, python=report.python, build=build, exclude_newer=report.exclude_newer)
    return replace(subject(code, package, requires, report.releases, template), guessed=guessed, prepares=prepares)


def subject(code: str, package: str, requires: Sequence[str], releases: Mapping[str, str], template: Script) -> Subject:
    """Return a subject. An exact release of the package under test is where to begin, not a bound of the search."""
    start: str | None = releases.get(package)
    others: list[str] = []
    for text in requires:
        if PYPI.requirement_name(text) != package:
            others.append(text)
            continue
        requirement = Requirement(str(parse_requirement(text)))
        exact = PYPI.exact_releases(text)
        start = exact[0] if exact else start
        if requirement.extras:
            others.append(f"{requirement.name}[{','.join(sorted(requirement.extras))}]")
    script = Script(
        code,
        package,
        requires=tuple(others),
        python=template.python,
        build=template.build,
        exclude_newer=template.exclude_newer,
        files=template.files,
        timeout=template.timeout,
    )
    return Subject(script, str(Version(start)) if start else None)


def import_script(failure: Failure | None) -> str | None:
    """Return the program that repeats a failure while a package is imported, None where it is another failure.

    The outermost library frame then is the top of a module. Importing the package that it lies in is enough.
    """
    frames = library_frames(failure) if failure is not None else ()
    if not frames or not frames[0].endswith(":<module>"):
        return None
    module = frames[0].partition(":")[0].removesuffix(".py").replace("/", ".").removesuffix(".__init__")
    return f"import {module}\n" if all(part.isidentifier() for part in module.split(".")) else None


def owner(output: str, packages: Mapping[str, str]) -> str | None:
    """Return the installed distribution whose code a failure came out of, None where no frame tells."""
    frames = library_frames(parse(output)) if output.strip() else ()
    for frame in reversed(frames):
        name = distribution_of(top_module(frame))
        if name in packages:
            return name
    return None


def _pins_of_text(report: Report, failure: Failure | None) -> Iterator[str]:
    """Yield the releases of a pasted text for the packages that its failure names."""
    if failure is None:
        return
    names = mentioned(failure, tuple(report.releases))[:MAX_MENTIONED]
    if report.package and report.package in report.releases and report.package not in names:
        names.insert(0, report.package)
    for name in names:
        yield f"{name}=={report.releases[name]}"


def _first_package(report: Report, requires: Sequence[str]) -> str:
    """Return the package to begin with: the first that is pinned, for that is what a person has looked at."""
    names = [PYPI.requirement_name(text) for text in requires]
    pinned = [PYPI.requirement_name(text) for text in requires if PYPI.exact_releases(text)]
    imported = [distribution_of(top_module(f)) for f in library_frames(report.failure)] if report.failure else []
    return next((name for name in reversed(imported) if name in names), (pinned or names)[0])
