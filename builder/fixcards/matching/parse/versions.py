"""Releases that a text shows, and whether a release is in a range.

PEP 440 as far as failures need it: epochs, releases, pre-, post- and development releases, the operators of specifiers.
Local versions are ignored. It does without `packaging`, which a browser and the light core don't have.
"""

from __future__ import annotations

import re

from fixcards.matching.parse.packages import canonical_name
from fixcards.matching.parse.tokens import lower

RELEASE_MENTION = (
    r"(^|[^A-Za-z0-9_.])([A-Za-z][A-Za-z0-9_.]{0,50}(?:-[A-Za-z][A-Za-z0-9_.]{0,30}){0,4})"
    r"(?:[ ]{0,2}==[ ]{0,2}|[ @-]|[ ]v|[ ]{2,60})"
    r"([0-9]{1,4}(?:[.][0-9]{1,9}){1,4}(?:(?:a|b|rc|[.]post|[.]dev)[0-9]{1,9})?)(?![0-9A-Za-z_])"
)
"""A name followed by a release: `pip list`, `name==1.2`, `name-1.2`, `name 1.2`, folders of metadata."""
PYTHON_PATH = r"[Pp]ython([23])[.]?([0-9]{1,2})(?=[/\\])"
"""The interpreter in a path."""

COMPARISON_WORDS = frozenset(
    ("after", "and", "before", "from", "in", "of", "or", "requires", "since", "than", "to", "until")
)
"""Words before a name with a release that make it a statement about releases, not about the installed one."""

_RELEASE_MENTION = re.compile(RELEASE_MENTION)
_PYTHON_PATH = re.compile(PYTHON_PATH)
_NUMBERS = re.compile("[0-9]+(?:[.][0-9]+)*")
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
STAGE, POST, DEV = 9, 11, 12
"""Places in a key, after the epoch and `WIDTH` numbers."""
NO_DEV = 1_000_000_000
"""In the place of the number of a development release: any other release comes after all of these."""

VersionKey = tuple[int, ...]


def add_releases(releases: dict[str, str], line: str) -> None:
    """Add the releases that a line shows to `releases`, by canonical name. The last one of a name counts.

    The interpreter in a path counts only until something else names one.
    """
    if "." not in line:
        return
    for match in _RELEASE_MENTION.finditer(line):
        before = line[: match.start(2)].rstrip(" ").rpartition(" ")[2]
        if lower(before) not in COMPARISON_WORDS:
            releases[canonical_name(match[2])] = match[3]
    path = _PYTHON_PATH.search(line)
    if path and "python" not in releases:
        releases["python"] = f"{path[1]}.{path[2]}"


def version_key(version: str) -> VersionKey | None:
    """Return the numbers that versions are ordered by (PEP 440), None for a text that is no version."""
    match = _VERSION.match(version.lower())
    if not match:
        return None
    release = [int(part[:9]) for part in match[2].split(".")][:WIDTH]
    release += [0] * (WIDTH - len(release))
    stage, number = (STAGES[match[3]], int((match[4] or "0")[:9])) if match[3] else (FINAL, 0)
    post = int((match[6] or "0")[:9]) + 1 if match[5] else 0
    dev = int((match[8] or "0")[:9]) if match[7] else NO_DEV
    if match[7] and not match[3] and not match[5]:
        stage = 0  # a development release comes before the pre-releases
    return (int((match[1] or "0")[:9]), *release, stage, number, post, dev)


def in_specifier(version: str, specifier: str) -> bool | None:
    """Return whether a release satisfies a PEP 440 specifier, None if one of the two can't be read."""
    key = version_key(version)
    if key is None:
        return None
    for clause in specifier.split(","):
        if not clause.strip(" "):
            continue
        match = _CLAUSE.match(clause.strip(" "))
        satisfied = _satisfies(key, match[1], match[2]) if match else None
        if not satisfied:
            return satisfied
    return True


def _satisfies(key: VersionKey, operator: str, text: str) -> bool | None:
    if text.endswith(".*"):
        size = text.count(".") + 1  # the epoch, and as many numbers as are given
        bound = version_key(text[:-2])
        if bound is None or operator not in ("==", "!="):
            return None
        return (key[:size] == bound[:size]) == (operator == "==")
    bound = version_key(text)
    if bound is None:
        return None
    if operator == "~=":
        size = max(1, len(_NUMBERS.findall(text.partition("!")[2] or text)[0].split(".")) - 1)
        return key >= bound and key[: size + 1] == bound[: size + 1]
    if operator == ">":  # a post-release of the bound isn't above it, unless the bound is one
        final = bound[DEV] == NO_DEV
        return key > bound and not (key[:POST] == bound[:POST] and key[POST] and not bound[POST] and final)
    if operator == "<":  # a pre-release of the bound isn't below it, unless the bound is one
        place = DEV if bound[POST] else STAGE
        of_bound = key[:place] == bound[:place]
        return key < bound and not (of_bound and _is_prerelease(key) and not _is_prerelease(bound))
    return {"==": key == bound, "===": key == bound, "!=": key != bound, "<=": key <= bound, ">=": key >= bound}[
        operator
    ]


def _is_prerelease(version: VersionKey) -> bool:
    """Return whether a version is a pre-release or a development release."""
    return version[STAGE] != FINAL or version[DEV] != NO_DEV
