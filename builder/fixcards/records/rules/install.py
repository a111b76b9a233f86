"""Rules about what a fix installs, and about placeholders that are releases; they are rules about a card (`FC2xx`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from packaging.specifiers import SpecifierSet

from fixcards.ecosystems import ecosystem
from fixcards.ecosystems.pypi import common_release, parse_requirement, parse_specifier
from fixcards.records.card import Card
from fixcards.records.fields import PLACEHOLDER
from fixcards.records.problem import quoted
from fixcards.records.rules.rule import Finding, rule
from fixcards.records.yaml_document import KeyPath

LINE_KINDS = frozenset({"upgrade", "pin"})
"""Kinds of fixes that consist in having other releases."""


@rule("FC218")
def installs_what_fails(card: Card, path: PurePosixPath) -> Iterator[Finding]:
    """What an upgrade or a pin installs allows no environment that fails: pip leaves alone what fits a requirement.

    It excludes the affected releases, or those of a second package that set the failure off.
    """
    broken = _broken_environment(card)
    for number, fix in enumerate(card.fixes):
        if fix.kind not in LINE_KINDS or not fix.install:
            continue
        registry = ecosystem(card.ecosystem)
        lines = {registry.requirement_name(text): parse_requirement(text).specifier for text in fix.install}
        where = ("fixes", number, "install")
        if all(name in broken and each.contains(broken[name], prereleases=True) for name, each in lines.items()):
            releases = " and ".join(f"{name} {broken[name]}" for name in lines)
            yield Finding(
                f"fixes[{number}] changes nothing where {releases} fails", "exclude the releases that fail", where
            )
        elif card.package in lines and (release := _affected_release(card, lines)):
            message = f"fixes[{number}] allows {card.package} {release}, which is affected"
            yield Finding(message, "exclude the affected releases, or those of a second package", where)


def _broken_environment(card: Card) -> dict[str, str]:
    """Return the releases of the broken run that the card itself pins."""
    registry = ecosystem(card.ecosystem)
    releases = {card.package: card.versions.named_broken or "0"}
    for text in card.reproduction.requires:
        if "{version}" not in text:
            releases |= {registry.requirement_name(text): each for each in registry.exact_releases(text)}
    return releases


def _affected_release(card: Card, lines: Mapping[str, SpecifierSet]) -> str | None:
    """Return an affected release that the lines allow, None where they exclude all of them or a second package."""
    for name, text in (card.versions.with_ or {}).items():
        if name in lines and common_release(lines[name], parse_specifier(text)) is None:
            return None
    releases = (common_release(lines[card.package], each) for each in card.versions.affected_set.specifiers)
    return next(filter(None, releases), None)


@rule("FC219")
def installs_the_release_under_test(card: Card, path: PurePosixPath) -> Iterator[Finding]:
    """What a fix installs is what a reader types: `{version}`, the release under test, is none."""
    for number, fix in enumerate(card.fixes):
        for at, text in enumerate(fix.install or ()):
            if "{version}" in text:
                yield Finding(
                    f"fixes[{number}] installs {quoted(text)}, which no reader can type",
                    "leave the package out where the reader keeps its release, or name the releases",
                    ("fixes", number, "install", at),
                )


@rule("FC220")
def release_without_range(card: Card, path: PurePosixPath) -> Iterator[Finding]:
    """A placeholder with the name of a required package stands for its release: `versions.with` says which fail."""
    registry = ecosystem(card.ecosystem)
    required = set(map(registry.requirement_name, _all_requirements(card)))
    required -= {card.package, *(card.versions.with_ or {})}
    texts: list[tuple[str, KeyPath]] = [(card.signature.error, ("signature", "error"))]
    texts += [(text, ("signature", "aliases", at)) for at, text in enumerate(card.signature.aliases)]
    for text, at in texts:
        for name in PLACEHOLDER.findall(text):
            package = registry.normalize_name(name)
            if package in required:
                yield Finding(
                    f"{{{name}}} stands for the release of {package}, which is not in `versions.with`",
                    f"add {package} there with the releases that fail, or give the placeholder another name",
                    at,
                )


def _all_requirements(card: Card) -> Iterator[str]:
    yield from card.reproduction.requires
    for fix in card.fixes:
        yield from fix.requires or ()
        yield from fix.install or ()


@rule("FC221")
def never_reached(card: Card, path: PurePosixPath) -> Iterator[Finding]:
    """Where it fails before the program starts (`expect.during`), nothing of the card waits for the program."""
    expect = card.reproduction.expect
    if expect is None or expect.during is None:
        return
    if expect.timeout is not None:
        message = "expect.timeout waits for a program that is never started"
        yield Finding(message, "remove `timeout` or `during`", ("reproduction", "expect", "timeout"))
    if expect.during == "build" and not card.reproduction.build:
        yield Finding(
            "expect.during says that a build fails, and nothing may be built from source",
            "name the distribution in reproduction.build",
            ("reproduction", "expect", "during"),
        )
    for number, fix in enumerate(card.fixes):
        if fix.code is not None and fix.requires is None:
            yield Finding(
                f"fixes[{number}] changes only the program, which is never started",
                "give it `requires`, or remove its `code`",
                ("fixes", number, "code"),
            )


@rule("FC222")
def overrides_nothing(card: Card, path: PurePosixPath) -> Iterator[Finding]:
    """What others require of a package is left out of account only where the reproduction requires it itself."""
    required = set(map(ecosystem(card.ecosystem).requirement_name, card.reproduction.requires))
    for number, name in enumerate(card.reproduction.overrides):
        if name not in required:
            yield Finding(
                f"reproduction.overrides names {name}, which reproduction.requires doesn't",
                f'add a release of it there, such as "{name}==1.0", or remove it',
                ("reproduction", "overrides", number),
            )
