"""What a person brings: a script, a pasted failure, an issue, a filled form; joined into one report.

A later source fills only what an earlier one has left open, so what was typed on the command line counts first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from packaging.requirements import InvalidRequirement
from packaging.specifiers import InvalidSpecifier
from packaging.version import InvalidVersion

from fixcards.authoring.distributions import distribution_of
from fixcards.ecosystems import PYPI
from fixcards.ecosystems.pypi import parse_requirement, parse_specifier, parse_version
from fixcards.errors import FixcardsError
from fixcards.matching.parse.packages import canonical_name
from fixcards.matching.parse.parser import Failure, parse
from fixcards.matching.parse.tokens import lower

_MAX_TEXT = 1 << 20
"""Characters of a pasted text that are looked at, those at its end: a failure ends a log."""


@dataclass(frozen=True, slots=True)
class Report:
    """The facts of one failure, as far as they were given. All are guesses until they have been run."""

    url: str | None = None
    """Address of the upstream issue."""
    pr: str | None = None
    """Address of the change that fixed it."""
    text: str = ""
    """What was printed."""
    code: str | None = None
    """The script."""
    package: str | None = None
    """Normalised name of the distribution that the card is about."""
    requires: tuple[str, ...] = ()
    """Requirements, as PEP 508 has them."""
    python: str | None = None
    """Specifier of the interpreters."""
    releases: Mapping[str, str] = field(default_factory=dict)
    """Releases that were installed, by normalised name."""
    exclude_newer: date | None = None
    """Last day whose releases count."""

    def filled_from(self, other: Report) -> Report:
        """Return this report with what only the other one has."""
        return Report(
            url=self.url or other.url,
            pr=self.pr or other.pr,
            text=self.text or other.text,
            code=self.code if self.code is not None else other.code,
            package=self.package or other.package,
            requires=joined_requirements(self.requires, other.requires),
            python=self.python or other.python,
            releases={**other.releases, **self.releases},
            exclude_newer=self.exclude_newer or other.exclude_newer,
        )

    @property
    def failure(self) -> Failure | None:
        """The text, parsed; None where there is none."""
        return parse(self.text) if self.text.strip() else None


def joined_requirements(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    """Return the requirements of the first, and those of the second about other distributions."""
    names = {PYPI.requirement_name(text) for text in first}
    return (*first, *(text for text in second if PYPI.requirement_name(text) not in names))


def checked_requirement(text: str) -> str:
    """Return a requirement that was typed. Raises `FixcardsError` for one that a card may not have."""
    try:
        requirement = parse_requirement(text)
    except InvalidRequirement:
        raise FixcardsError(f'{text[:80]!r} is no requirement; write it as pip does, such as "flask==1.1.2"') from None
    if requirement.url:
        raise FixcardsError(f"{text[:80]!r} installs from an address; name the distribution and a version")
    return text.strip()


def checked_python(text: str) -> str:
    """Return the specifier of an interpreter that was typed: `3.9` means `==3.9.*`."""
    text = text.strip()
    if re.fullmatch(r"3\.[0-9]{1,2}", text):
        return f"=={text}.*"
    if match := re.fullmatch(r"(3\.[0-9]{1,2})\.[0-9]{1,2}", text):
        return f"=={match[1]}.*"  # a patch release is hardly ever what matters, or is there
    try:
        parse_specifier(text)
    except InvalidSpecifier:
        raise FixcardsError(f"{text[:80]!r} names no Python; write 3.9 or a range such as >=3.8,<3.12") from None
    return text


def of_text(text: str) -> Report:
    """Return the report of a pasted failure: package of its innermost library frame, releases that it names.

    The text says what was installed (`pip freeze`, folders of metadata), and advice in it is no release.
    """
    text = text[-_MAX_TEXT:]
    report = Report(text=text)
    failure = report.failure
    if failure is None:
        raise FixcardsError("there is no text in it; paste the whole output, from the first line of the traceback")
    releases = {name: version for name, version in failure.versions.items() if _is_version(version)}
    python = releases.pop("python", None)
    return replace(
        report,
        package=package_of(failure),
        python=checked_python(python) if python and re.match(r"3\.[0-9]", python) else None,
        releases=releases,
    )


def package_of(failure: Failure) -> str | None:
    """Return the distribution whose code a failure came out of: that of the innermost library frame."""
    frames = library_frames(failure)
    return distribution_of(top_module(frames[-1])) if frames else None


def library_frames(failure: Failure) -> tuple[str, ...]:
    """Return the library frames of the last exception that has some, innermost last; else those without exception."""
    with_frames = [each.frames for each in failure.exceptions if each.frames]
    return with_frames[-1] if with_frames else failure.frames


def top_module(frame: str) -> str:
    """Return the normalised name of the top-level module of a frame."""
    path = frame.partition(":")[0]
    return canonical_name(path.partition("/")[0].removesuffix(".py"))


def mentioned(failure: Failure, names: tuple[str, ...]) -> list[str]:
    """Return those of `names` that the message of a failure or its frames name, in the order of that."""
    texts = [f"{each.name} {each.message}" for each in reversed(failure.exceptions)]
    texts += [frame.partition(":")[0] for frame in reversed(library_frames(failure))]
    words = [distribution_of(word) for text in texts for word in re.findall(r"[A-Za-z][A-Za-z0-9_-]*", lower(text))]
    return [name for name in dict.fromkeys(words) if name in names]


def _is_version(text: str) -> bool:
    try:
        parse_version(text)
    except InvalidVersion:
        return False
    return True
