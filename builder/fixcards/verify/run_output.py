"""The output of a run as evidence stores it: short, without control characters, without paths of the machine."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from fixcards.characters import visible
from fixcards.matching.parse.normalize import TERMINAL
from fixcards.records.evidence import MAX_OUTPUT

_MAX_LINE = 500
_INDEX = re.compile(r"https?://[A-Za-z0-9.:-]+/simple\b/?")
"""The address of a package index, which the help of a tool prints as its default."""


def clean(text: str, paths: Mapping[Path, str]) -> str:
    """Return `text` without terminal sequences and addresses of indexes, with each of `paths` replaced by its text.

    Characters that can't be seen become escapes, since evidence may not have them. Paths of the system itself stay as
    they are.
    """
    text = _INDEX.sub("<index>/simple", visible(TERMINAL.apply(text), allowed="\n\t"))
    for path, replacement in paths.items():
        if str(path) not in {"/usr", "/"}:
            text = text.replace(str(path), replacement)
    return text


def tail(text: str) -> str:
    """Return the last part of `text` that fits into `MAX_OUTPUT`, from the start of a line where there is one."""
    raw = text.encode("utf-8", "replace")
    if len(raw) <= MAX_OUTPUT:
        return text
    part = raw[-MAX_OUTPUT:].decode("utf-8", "ignore")
    first, newline, rest = part.partition("\n")
    return rest if newline and len(first) < MAX_OUTPUT // 2 else part


def truncate(line: str) -> str:
    """Return `line` with at most 500 characters, the last one an ellipsis where something is missing."""
    return line if len(line) <= _MAX_LINE else f"{line[: _MAX_LINE - 1]}…"
