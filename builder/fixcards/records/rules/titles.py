"""Rules that hold the releases in titles to those in the rest of the card; they are rules about quality (`FC4xx`)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from packaging.specifiers import SpecifierSet

from fixcards.ecosystems import ecosystem
from fixcards.ecosystems.pypi import common_release, parse_requirement, parse_specifier
from fixcards.records.card import Card
from fixcards.records.evidence import Evidence
from fixcards.records.problem import quoted
from fixcards.records.rules.rule import Finding, rule

_RELEASE = r"v?(\d+(?:\.\d+)*)(?![\w-]|\.\d)"
_TARGET = re.compile(
    rf"(?:(?P<name>[A-Za-z][\w.-]*)\s+)?\b(?P<word>to|at|below|under|before)\s+(?:(?P<after>[A-Za-z][\w.-]*)\s+)?{_RELEASE}"
)
_AND_LATER = re.compile(r"\s+(?:or|and)\s+(?:later|newer|higher)\b")
_NEXT = re.compile(rf"\s*(?:,|to|and|or|/|-|\u2013)\s*{_RELEASE}")
_VERBS = frozenset({"back", "down", "hold", "move", "pin", "raise", "stay", "stick", "up", "update", "upgrade"})
"""Words before `to` that name no package."""
_UPPER_BOUNDS = frozenset({"below", "under", "before"})


class Target(NamedTuple):
    """A release to which the title of a fix goes, or below which it stays."""

    package: str
    """The normalised name before or after the word, empty where there is none."""
    word: str
    release: str
    and_later: bool
    """Whether the title says "or later"."""


def targets(title: str) -> Iterator[Target]:
    """Yield the releases that the title of a fix names behind `to`, `at`, `below`, `under` or `before`."""
    registry = ecosystem("pypi")
    for match in _TARGET.finditer(title):
        name = match["after"] or match["name"] or ""
        name = "" if name.lower() in _VERBS else registry.normalize_name(name)
        yield Target(name, match["word"], match[match.re.groups], _AND_LATER.match(title, match.end()) is not None)


@rule("FC419")
def title_against_line(card: Card, evidence: Evidence | None) -> Iterator[Finding]:
    """What a fix installs is what its title says: "to 2.3" installs 2.3, and "below 3" does not allow 3."""
    registry = ecosystem(card.ecosystem)
    for number, fix in enumerate(card.fixes):
        if not fix.install:
            continue
        lines = {registry.requirement_name(text): parse_requirement(text).specifier for text in fix.install}
        for target in targets(fix.title):
            names = [target.package] if target.package else list(lines)
            specifiers = [lines[name] for name in names if name in lines]
            if specifiers and not any(_reaches(each, target) for each in specifiers):
                words = f"{target.word} {target.release}{' or later' if target.and_later else ''}"
                yield Finding(
                    f"the title says {quoted(words)}, and `install` is {', '.join(fix.install)}",
                    "correct one of the two",
                    ("fixes", number, "title"),
                )


def _reaches(specifier: SpecifierSet, target: Target) -> bool:
    if target.and_later and all(clause.operator == "==" for clause in specifier):
        return False
    if target.word in _UPPER_BOUNDS:
        return common_release(specifier, parse_specifier(f">={target.release}")) is None
    return common_release(specifier, parse_specifier(f"=={target.release}.*")) is not None


@rule("FC420")
def title_against_range(card: Card, evidence: Evidence | None) -> Iterator[Finding]:
    """The releases that a card's title names behind a package or Python are those that it is about."""
    ranges: dict[str, Sequence[SpecifierSet]] = {card.package: card.versions.affected_set.specifiers}
    texts = {card.package: str(card.versions.affected_set)}
    for name, text in (*(card.versions.with_ or {}).items(), ("python", card.versions.python)):
        if text is not None:
            ranges[name], texts[name] = (parse_specifier(text),), text
    for name, parts in ranges.items():
        for release in _releases_behind(card.title, name):
            if not any(common_release(part, parse_specifier(f"=={release}.*")) for part in parts):
                key = "affected" if name == card.package else "python" if name == "python" else "with"
                allowed = texts[name]
                yield Finding(
                    f"the title says {name} {release}, and `versions.{key}` says {quoted(allowed)}",
                    "correct one of the two",
                    ("title",),
                )


def _releases_behind(title: str, name: str) -> Iterator[str]:
    """Yield the releases that stand right behind a name, and those that follow them behind `to`, `and` or `or`."""
    if name.partition("-")[0] not in title.casefold():  # compiling the expression takes longer than most rules
        return
    spelled = re.escape(name).replace(r"\-", "[-_. ]?")
    for match in re.finditer(rf"(?<![\w-]){spelled}\s+{_RELEASE}", title, re.IGNORECASE):
        yield match[1]
        following = _NEXT.match(title, match.end())
        while following is not None and "." in following[1]:
            yield following[1]
            following = _NEXT.match(title, following.end())
