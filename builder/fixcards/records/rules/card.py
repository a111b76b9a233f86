"""Rules about a whole card that fits the model: `FC2xx`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from packaging.version import Version

from fixcards.ecosystems import ecosystem
from fixcards.records.card import Card
from fixcards.records.fields import PLACEHOLDER
from fixcards.records.identity import (
    DISCOVERY_FOLDER,
    KEY,
    RESERVED,
    card_file,
    is_discovery_key,
    issue_key,
)
from fixcards.records.problem import quoted
from fixcards.records.repair import MoveCard
from fixcards.records.rules.rule import Finding, rule
from fixcards.records.script import SCRIPT_NAME
from fixcards.records.yaml_document import KeyPath, Position

_HOME = re.compile(r"(?<![\w.-])(?:/(?:(?:home|Users)/[^/\s\"']+|root/)|[A-Za-z]:\\+Users\\+[^\\\s\"']+)")
_BRACES = re.compile(r"\{[^{}]*\}")
_SHARED_HOSTS = frozenset({"github.com", "gitlab.com", "codeberg.org", "bitbucket.org", "salsa.debian.org"})
_IN_REPOSITORY = re.compile(r"/(?:issues?|pulls?|commits?|releases|compare|-|merge_requests)/")
"""What separates the repository from the rest in addresses of GitHub, GitLab and Gitea."""
_CARD_FILE = re.compile(rf"{KEY}\.yaml")


@rule("FC201")
def place(card: Card, path: PurePosixPath) -> Iterator[Finding]:
    """A card lies at `cards/<package>/<issue>.yaml`; folder and file say the same as `package` and `issue`.

    A found card lies at `cards/_found/<package>/<key>.yaml`, with the key that `discovery` has.
    """
    if not _is_place(card, path):
        key = _key(card) or "<issue number>"
        yield Finding(
            f"lies at {path}, which is no place for a {'' if card.explained else 'found '}card",
            f"move it to {card_file(card.ecosystem, card.package, key)}",
            Position(1, 1),
            repair=_move(card),
        )


def _is_place(card: Card, path: PurePosixPath) -> bool:
    """Return whether a card may lie in such a folder, whatever the name of its package."""
    *above, _, name = ("", *path.parts)[-4:]
    folders = [""] if card.explained else ["", DISCOVERY_FOLDER]
    return above == folders and _CARD_FILE.fullmatch(name) is not None


def _key(card: Card) -> str | None:
    return issue_key(card.issue) if card.issue is not None else card.key


def _move(card: Card) -> MoveCard | None:
    key = _key(card)
    return MoveCard(card_file(card.ecosystem, card.package, key)) if key else None


@rule("FC202")
def folder(card: Card, path: PurePosixPath) -> Iterator[Finding]:
    """The folder has the name of the package."""
    if _is_place(card, path) and path.parts[-2] != card.package:
        yield Finding(
            f"package {card.package!r} differs from the folder {path.parts[-2]!r}",
            f"move the file to {path.parent.with_name(card.package) / path.name}, or correct `package`",
            ("package",),
            repair=_move(card),
        )


@rule("FC203")
def issue_in_name(card: Card, path: PurePosixPath) -> Iterator[Finding]:
    """The file name is the number of the issue, which stands at the end of its URL, or its key in lower case.

    That of a found card is its key. No issue has such a key.
    """
    key, where = _key(card), ("issue",) if card.explained else ("discovery", "key")
    if key is None or (card.explained and is_discovery_key(key)):
        yield Finding("issue: the address ends with no issue number", "link the issue itself", where)
    elif _CARD_FILE.fullmatch(path.name) and path.stem != key:
        message = f"{'issue' if card.explained else 'key'} {key} differs from the file name {path.name}"
        yield Finding(message, f"rename the file to {key}.yaml", where, repair=_move(card))


@rule("FC204")
def reserved_package(card: Card, path: PurePosixPath) -> Iterator[Finding]:
    """A package is not called like a part of the site, such as `about`, or like another ecosystem, such as `npm`."""
    if card.package in RESERVED:
        yield Finding(
            f"the address /{card.package}/ is reserved",
            "open an issue, so that its cards get another address",
            ("package",),
        )


@rule("FC205")
def fixed_is_affected(card: Card, path: PurePosixPath) -> Iterator[Finding]:
    """The first fixed release is not inside the affected range."""
    versions = card.versions
    if versions.fixed is not None and versions.fixed in versions.affected_set:
        yield Finding(
            f"fixed release {versions.fixed} is inside the affected range {quoted(str(versions.affected_set))}",
            "end the range before it, for example with `<=` and the last affected release",
            ("versions", "fixed"),
        )


@rule("FC206")
def no_affected_release(card: Card, path: PurePosixPath) -> Iterator[Finding]:
    """The affected range names an affected release: the last with `<=` or `==`, or else the first with `>=`."""
    if card.versions.named_broken is None:
        yield Finding(
            f"affected {quoted(str(card.versions.affected_set))} names no release that fails",
            "name the last affected release with `<=`, or else the first with `>=`",
            ("versions", "affected"),
        )


@rule("FC207")
def fixed_without_pr(card: Card, path: PurePosixPath) -> Iterator[Finding]:
    """Where a release fixes the failure, `pr` says what changed; on a found card a person is still to look that up."""
    if card.versions.fixed is not None and card.pr is None and card.explained:
        yield Finding(
            "versions.fixed names a release but there is no `pr`",
            "link the pull request, commit or release note",
            ("versions", "fixed"),
        )


@rule("FC208")
def version_not_under_test(card: Card, path: PurePosixPath) -> Iterator[Finding]:
    """The reproduction installs the package with `=={version}`, so that any release can be put to the test."""
    requires = card.reproduction.requires
    if not requires or card.about_python:
        return
    registry = ecosystem(card.ecosystem)
    own = [text for text in requires if registry.requirement_name(text) == card.package]
    if not any("=={version}" in text.replace(" ", "") for text in own):
        yield Finding(
            f"reproduction.requires doesn't install {card.package} in the release under test",
            f'add "{card.package}=={{version}}"',
            ("reproduction", "requires"),
        )


@rule("FC209")
def second_package_missing(card: Card, path: PurePosixPath) -> Iterator[Finding]:
    """Each second package in `versions.with` is among the reproduction's requirements."""
    installed = set(map(ecosystem(card.ecosystem).requirement_name, card.reproduction.requires))
    for name in card.versions.with_ or {}:
        if name not in installed:
            yield Finding(
                f"the reproduction doesn't install {name}, which the failure takes",
                f'add a release of it to reproduction.requires, such as "{name}==1.0"',
                ("versions", "with", name),
                key=True,
            )


@rule("FC210")
def upgrade_to_nowhere(card: Card, path: PurePosixPath) -> Iterator[Finding]:
    """An upgrade says which release to run: its own `requires`, or `versions.fixed`."""
    for number, fix in enumerate(card.fixes):
        if fix.kind == "upgrade" and fix.requires is None and card.versions.fixed is None:
            yield Finding(
                f"fixes[{number}] upgrades to no release",
                "give it `requires`, or the card `versions.fixed`",
                ("fixes", number, "kind"),
            )


@rule("FC211")
def placeholder(card: Card, path: PurePosixPath) -> Iterator[Finding]:
    """Variable parts of `error` and `aliases` are written `{name}`, lower case; any text may stand there."""
    texts: list[tuple[str, KeyPath]] = [(card.signature.error, ("signature", "error"))]
    texts += [(text, ("signature", "aliases", at)) for at, text in enumerate(card.signature.aliases)]
    for text, at in texts:
        if not PLACEHOLDER.sub("", text).strip(" :'\"."):
            yield Finding(f"{quoted(text)} would fit any failure", "keep the words that identify it", at)
        for brace in _BRACES.findall(text):
            if brace[1:-1].isidentifier() and not PLACEHOLDER.fullmatch(brace):
                lower = brace.lower()
                hint = f"write {lower}" if PLACEHOLDER.fullmatch(lower) else "name it with a to z, 0 to 9 and _"
                yield Finding(f"{brace} is no placeholder", hint, at)


@rule("FC212")
def home_directory(card: Card, path: PurePosixPath) -> Iterator[Finding]:
    """Tracebacks name no home directory of a person."""
    home = _HOME.search(card.signature.traceback or "")
    if home:
        yield Finding(
            f"the traceback shows the directory {home[0][:80]}",
            "replace it, for example by /app or /venv",
            ("signature", "traceback"),
        )


@rule("FC213")
def day_of_resolution(card: Card, path: PurePosixPath) -> Iterator[Finding]:
    """A reproduction says with which day's releases it is resolved; otherwise tomorrow's releases change it."""
    if card.reproduction.exclude_newer is None and card.reproduction.skip is None:
        yield Finding(
            "the reproduction has no `exclude_newer`",
            "give the day after the fixed release was uploaded",
            ("reproduction",),
            key=True,
        )


@rule("FC214")
def fix_names_no_release(card: Card, path: PurePosixPath) -> Iterator[Finding]:
    """Requirements of a fix name exact releases, so that it is clear what was tested."""
    for number, fix in enumerate(card.fixes):
        for at, text in enumerate(fix.requires or ()):
            if not ecosystem(card.ecosystem).exact_releases(text):
                yield Finding(
                    f"fixes[{number}] requires {quoted(text)} without an exact release",
                    "pin it with `==`",
                    ("fixes", number, "requires", at),
                )


@rule("FC215")
def fix_says_nothing_new(card: Card, path: PurePosixPath) -> Iterator[Finding]:
    """An upgrade goes to a release that is not affected."""
    registry = ecosystem(card.ecosystem)
    for number, fix in enumerate(card.fixes):
        for at, text in enumerate(fix.requires or ()):
            if fix.kind != "upgrade" or registry.requirement_name(text) != card.package or "{version}" in text:
                continue
            for release in registry.exact_releases(text):
                if Version(release) in card.versions.affected_set:
                    yield Finding(
                        f"fixes[{number}] upgrades to {release}, which is inside the affected range",
                        "name a release that works",
                        ("fixes", number, "requires", at),
                    )


@rule("FC216")
def file_instead_of_program(card: Card, path: PurePosixPath) -> Iterator[Finding]:
    """No extra file takes the name under which the reproduction itself is run."""
    for name in card.reproduction.files or {}:
        if name.casefold() == SCRIPT_NAME:
            at = ("reproduction", "files", name)
            yield Finding(f"{name} is the name of the program itself", "rename the file", at, key=True)


@rule("FC217")
def tracker_of_another(card: Card, path: PurePosixPath) -> Iterator[Finding]:
    """The issue and the fix are in the tracker of the package; where they lie elsewhere, a text of the card says so.

    Only hosts with the trackers of many are looked at. A tracker is taken for the package's where its owner or its name
    shares a word with the name of the package. A text says so by naming the owner or the name.
    """
    words = [word.rstrip("0123456789") for word in card.package.split("-")]
    for key, url in (("issue", card.issue), ("pr", card.pr)):
        address = urlsplit(url or "")
        if address.hostname not in _SHARED_HOSTS:
            continue
        repository = _IN_REPOSITORY.split(address.path.lower())[0].strip("/")
        place = re.sub(r"[^a-z0-9]", "", f"{address.hostname}{repository}")
        if any(word in place for word in words if len(word) > 1):
            continue
        prose = " ".join(card.prose).lower()
        if not any(re.search(rf"\b{re.escape(part)}\b", prose) for part in repository.split("/") if len(part) > 2):
            yield Finding(
                f"{key}: {repository or url} does not look like the tracker of {card.package}",
                "link the package's own issue, or say in `discussion` or `mechanism` why it lies there",
                (key,),
            )
