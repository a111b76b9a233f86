"""Names of packages as a user lists them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from fixcards.ecosystems import PYPI
from fixcards.errors import FixcardsError

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")


def package_names(lines: Iterable[str]) -> list[str]:
    """Return the normalised names in some lines, each once, in their order. Raises `FixcardsError` for what is none."""
    names: dict[str, None] = {}
    for line in lines:
        text = line.partition("#")[0].strip()
        if not text:
            continue
        if not _NAME.fullmatch(text):
            raise FixcardsError(f"{text[:80]!r} is no name of a package; a list has one name a line and nothing else")
        names[PYPI.normalize_name(text)] = None
    return list(names)
