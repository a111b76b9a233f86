"""Releases that a text shows, and whether a release is in a range.

PEP 440 as far as failures need it: epochs, releases, pre-, post- and development releases, the operators of specifiers.
Local versions are cut off. It is written out here, and small enough to be written twice: a browser has no `packaging`.
"""

from __future__ import annotations

import re

from fixcards.matching.parse.tokens import lower

RELEASE_MENTION = (
    r"(^|[^A-Za-z0-9_.])([A-Za-z][A-Za-z0-9_.]{0,50}(?:-[A-Za-z][A-Za-z0-9_.]{0,30}){0,4})"
    r"(?:[ ]{0,2}==[ ]{0,2}|[ @-]|[ ]v|[ ]{2,60})"
    r"([0-9]{1,4}(?:[.][0-9]{1,9}){1,4}(?:(?:a|b|rc|[.]post|[.]dev)[0-9]{1,9})?)(?![0-9A-Za-z_])"
)
"""A name with a release behind it: `pip list`, `name==1.2`, `name-1.2`, `name 1.2`, folders of metadata."""
PYTHON_PATH = r"[Pp]ython([23])[.]?([0-9]{1,2})(?=[/\\])"
"""The interpreter in a path."""

COMPARISON_WORDS = frozenset(
    ("after", "and", "before", "from", "in", "of", "or", "requires", "since", "than", "to", "until")
)
"""Words before a name with a release that tell of releases in general, not of the one that is there."""

_SEEN = re.compile(RELEASE_MENTION)
_PYTHON_PATH = re.compile(PYTHON_PATH)
_NUMBERS = re.compile("[0-9]+(?:[.][0-9]+)*")
_NAME = re.compile("[-_.]+")
VERSION = (
    r"^v?(?:([0-9]+)!)?([0-9]+(?:[.][0-9]+)*)[-_.]?(?:(alpha|a|beta|b|preview|pre|c|rc)[-_.]?([0-9]*))?"
    r"(?:[-_.]?(post|rev|r)[-_.]?([0-9]*))?(?:[-_.]?(dev)[-_.]?([0-9]*))?(?:[+][a-z0-9.]*)?$"
)
"""A release in small letters: PEP 440, appendix B, without its rarest spellings."""
CLAUSE = r"^(===|~=|==|!=|<=|>=|<|>)[ ]*([^ ,]+)$"

_VERSION, _CLAUSE = re.compile(VERSION), re.compile(CLAUSE)
STAGES = {"a": 1, "alpha": 1, "b": 2, "beta": 2, "c": 3, "rc": 3, "pre": 3, "preview": 3}
FINAL = 4
WIDTH = 8
STAGE, POST, DEV = 9, 11, 12  # places in a key, behind the epoch and `WIDTH` numbers
NO_DEV = 1_000_000_000

VersionKey = tuple[int, ...]


def add_releases(found: dict[str, str], line: str) -> None:
    """Add the releases that a line shows, by package name as PEP 503 writes it; the last one of a name counts.

    The interpreter of a path counts only until something else names one.
    """
    if "." not in line:
        return
    for match in _SEEN.finditer(line):
        before = line[: match.start(2)].rstrip(" ").rpartition(" ")[2]
        if lower(before) not in COMPARISON_WORDS:
            found[_NAME.sub("-", match[2].lower())] = match[3]
    path = _PYTHON_PATH.search(line)
    if path and "python" not in found:
        found["python"] = f"{path[1]}.{path[2]}"


def version_key(version: str) -> VersionKey | None:
    """Return what versions are ordered by, None where the text is no version."""
    found = _VERSION.match(version.lower())
    if not found:
        return None
    release = [int(part[:9]) for part in found[2].split(".")][:WIDTH]
    release += [0] * (WIDTH - len(release))
    stage, number = (STAGES[found[3]], int((found[4] or "0")[:9])) if found[3] else (FINAL, 0)
    post = int((found[6] or "0")[:9]) + 1 if found[5] else 0
    dev = int((found[8] or "0")[:9]) if found[7] else NO_DEV
    if found[7] and not found[3] and not found[5]:
        stage = 0  # a development release comes before the pre-releases
    return (int((found[1] or "0")[:9]), *release, stage, number, post, dev)


def in_specifier(version: str, specifier: str) -> bool | None:
    """Return whether a release is in a range, None where one of them can't be read."""
    have = version_key(version)
    if have is None:
        return None
    for clause in specifier.split(","):
        if not clause.strip(" "):
            continue
        found = _CLAUSE.match(clause.strip(" "))
        fits = _satisfies(have, found[1], found[2]) if found else None
        if not fits:
            return fits
    return True


def _satisfies(have: VersionKey, operator: str, text: str) -> bool | None:
    if text.endswith(".*"):
        size = text.count(".") + 1
        wanted = version_key(text[:-2])
        if wanted is None or operator not in ("==", "!="):
            return None
        return (have[:size] == wanted[:size]) == (operator == "==")
    wanted = version_key(text)
    if wanted is None:
        return None
    same = have[:STAGE] == wanted[:STAGE]
    final = wanted[DEV] == NO_DEV
    early = have[:DEV] == wanted[:DEV] if wanted[POST] else same
    if operator == "~=":
        size = max(1, len(_NUMBERS.findall(text.partition("!")[2] or text)[0].split(".")) - 1)
        return have >= wanted and have[: size + 1] == wanted[: size + 1]
    if operator == ">":
        return have > wanted and not (have[:POST] == wanted[:POST] and have[POST] and not wanted[POST] and final)
    return {
        "==": have == wanted,
        "===": have == wanted,
        "!=": have != wanted,
        "<=": have <= wanted,
        ">=": have >= wanted,
        "<": have < wanted and not (early and _is_prerelease(have) and not _is_prerelease(wanted)),
    }[operator]


def _is_prerelease(version: VersionKey) -> bool:
    """Return whether a version is a pre- or development release."""
    return version[STAGE] != FINAL or version[DEV] != NO_DEV
