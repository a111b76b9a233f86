"""Whether a release is in a range.

PEP 440 as far as failures need it: epochs, releases, pre-, post- and development releases, the operators of specifiers.
Local versions are ignored. It does without `packaging`, which a browser and the light core don't have.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

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


PRERELEASE = "(?:a|b|rc|[.]?dev)[0-9]+$"
_PRERELEASE = re.compile(PRERELEASE)
ALTERNATIVE = " or "
"""What stands between the specifiers of a range that consists of several."""


def in_range(version: str, text: str) -> bool | None:
    """Return whether a release satisfies one of the specifiers of a range, such as `<2 or >=3,<3.2`."""
    results = [in_specifier(version, part) for part in text.split(ALTERNATIVE)]
    return True if True in results else None if None in results else False


def overlap(one: str, other: str) -> bool:
    """Return whether a release can satisfy two specifiers, tried on those that they name and their neighbours.

    One of them names a release.
    """
    numbers = _NUMBERS.findall(f"{one},{other}")
    releases = [release for number in numbers for release in (number, f"{number}.1", _before(number))]
    return any(in_range(each, one) and in_range(each, other) for each in releases)


def _before(number: str) -> str:
    head, _, last = number.rpartition(".")
    return f"{head}.{max(0, int(last) - 1)}.999" if head else f"{max(0, int(last) - 1)}.999"


def may_satisfy(releases: Sequence[str], specifier: str) -> bool | None:
    """Return whether one of some releases is in a range, None where that isn't known.

    3.12 may be any 3.12, and 8.0rc1 may have what 8.0 has, so they are out only where these are.
    """
    results = [_may_be_in(release, specifier) for release in releases]
    return True if True in results else None if None in results or not results else False


def _may_be_in(release: str, specifier: str) -> bool | None:
    result = in_range(release, specifier)
    if result is False:
        final = _PRERELEASE.sub("", release)
        also = [final] if final != release else [f"{release}.999"] if release.count(".") == 1 else []
        return None if any(in_range(each, specifier) for each in also) else False
    return result


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
