"""PyPI: names as PEP 503, versions and ranges as PEP 440, requirements as PEP 508, scripts as PEP 723 have them."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Collection, Sequence
from datetime import date, timedelta
from functools import lru_cache

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

_VERSION_START = re.compile(r"[0-9]")
_LOWEST = Version("0")
MAX_CLAUSES = 40
_MAX_PARENTHESES = 20
"""Each level of a marker's parentheses costs the parser of `packaging` some levels of the stack."""


class PyPI:
    """The ecosystem of pip and uv."""

    name = "pypi"
    library_folder = "site-packages"

    def normalize_name(self, name: str) -> str:
        """Return a distribution's name in lower case with single hyphens (PEP 503)."""
        return canonicalize_name(name)

    def requirement_name(self, requirement: str) -> str:
        """Return the normalised name of the distribution that a requirement installs."""
        return canonicalize_name(parse_requirement(requirement).name)

    def exact_releases(self, requirement: str) -> list[str]:
        """Return the releases that a requirement pins with `==`, without those with a wildcard."""
        pins = parse_requirement(requirement).specifier
        return [pin.version for pin in pins if pin.operator == "==" and not pin.version.endswith("*")]

    def install_lines(self, requirements: Sequence[str]) -> dict[str, str]:
        """Return the lines that install some requirements, by the program that they are for, pip first."""
        words = " ".join(map(_shell_word, requirements))
        return {
            "pip": f"pip install {words}",
            "uv": f"uv add {words}",
            "poetry": f"poetry add {words}",
            "requirements.txt": "\n".join(requirements),
        }

    def script_head(
        self, requirements: Sequence[str], runtime: str | None, last_day: date | None, overrides: Collection[str] = ()
    ) -> list[str]:
        """Return inline script metadata (PEP 723), with a table for uv, which knows how to look back in time."""
        head = ["# /// script"]
        if runtime:
            head.append(f"# requires-python = {json.dumps(runtime)}")
        head.append(f"# dependencies = {json.dumps(list(requirements))}")
        if last_day or overrides:
            head += ["#", "# [tool.uv]"]
        if last_day:
            head.append(f'# exclude-newer = "{end_of_day(last_day)}"')
        if overrides:
            overriding = [text for text in requirements if self.requirement_name(text) in overrides]
            head.append(f"# override-dependencies = {json.dumps(overriding)}")
        return [*head, "# ///"]


@lru_cache(maxsize=4096)
def parse_requirement(text: str) -> Requirement:
    """Return `text` parsed, with 0 for the release under test. Raises `InvalidRequirement`."""
    if text.count("(") > _MAX_PARENTHESES or not text.isascii():
        raise InvalidRequirement(text)
    return Requirement(text.replace("{version}", "0"))


@lru_cache(maxsize=4096)
def parse_specifier(text: str) -> SpecifierSet:
    """Return `text` parsed, to be shared; pre-releases that it names count. Raises `InvalidSpecifier`."""
    if not text.isascii():
        raise InvalidSpecifier(text)
    return SpecifierSet(text, prereleases=True)


def parse_version(text: str) -> Version:
    """Return `text` parsed; it starts with a digit and has no space around it. Raises `InvalidVersion`."""
    if not _VERSION_START.match(text) or not text.isascii() or text != text.strip():
        raise InvalidVersion(text)
    return Version(text)


def _shell_word(text: str) -> str:
    """Return `text` quoted for a command line; in double quotes, which every shell knows, where nothing in it acts."""
    return f'"{text}"' if not set(text) & set('"$`\\!%') else shlex.quote(text)


def end_of_day(day: date) -> str:
    """Return the moment after the last one of `day`, UTC, as RFC 3339: what was uploaded on that day still counts."""
    return f"{day + timedelta(days=1)}T00:00:00Z"


def common_release(*specifiers: SpecifierSet) -> str | None:
    """Return a release that all of the specifiers allow, None where there can't be one.

    Ranges that have a release in common have one of these: the lowest of all, a release that one of their clauses
    names, or one right above that. Beyond `MAX_CLAUSES` clauses, which no card needs, none is looked for.
    """
    clauses = [clause for specifier in specifiers for clause in specifier]
    if len(clauses) > MAX_CLAUSES:
        return None
    candidates = {_LOWEST}
    for clause in clauses:
        candidates |= _near(clause.version)
    for release in sorted(candidates):
        if all(specifier.contains(release, prereleases=True) for specifier in specifiers):
            return str(release)
    return None


@lru_cache(maxsize=4096)
def _near(text: str) -> frozenset[Version]:
    """Return the release of a clause, its final form, and those right above the two."""
    named = parse_version(text.removesuffix(".*"))
    texts = [named.base_version, f"{named.base_version}.0.0.1"]
    if named.pre is not None:
        letter, number = named.pre
        texts.append(f"{named.base_version}{letter}{number + 1}")
    return frozenset({named, *map(Version, texts)})
