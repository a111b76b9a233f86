"""The text of a lock in TOML: its data without the lists of files, and the line of each package.

A lock of 300 packages is a megabyte of addresses and hashes, for which the parser of the standard library takes half a
second. Nothing here needs them, so they are cut out first, where they stand as the tools write them.
"""

from __future__ import annotations

import re
import sys
from typing import Any

from fixcards.audit.locks.interface import LockError

_FILES = re.compile(r"^(?:wheels|files) = \[(?:\n(?:[ \t]+\{[^\n]*\},?\n)*|[ ]?\{[^\n]*\}[ ]?)\]\n", re.MULTILINE)
_SDIST = re.compile(r"^sdist = \{[^\n]*\}\n", re.MULTILINE)
_NAME = re.compile(r"^name[ \t]*=", re.MULTILINE)


def data_of(text: str) -> dict[str, Any]:
    """Return the data of a lock, without the files of its packages. Raises `LockError` for what is no TOML."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    text = text.replace("\r\n", "\n")
    try:
        return tomllib.loads(_SDIST.sub("", _FILES.sub("", text)))
    except (tomllib.TOMLDecodeError, RecursionError):
        pass
    try:
        return tomllib.loads(text)  # for the place of the error, and in case that the cut was one
    except tomllib.TOMLDecodeError as error:
        raise LockError(f"is no TOML: {error}") from None
    except RecursionError:
        raise LockError("is nested too deeply") from None


def packages_of(data: dict[str, Any], text: str, key: str = "package") -> list[tuple[dict[str, Any], int]]:
    """Return the tables of all packages, each with the line that has its name. Raises `LockError` for another shape."""
    tables = data.get(key, [])
    if not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
        raise LockError(f"`{key}` is no list of tables")
    # A pattern that begins with a line feed is found five times as fast as one that begins with ^.
    lines = [_name_line(text, match.start()) for match in re.finditer(rf"\n\[\[{key}\]\]", f"\n{text}")]
    if len(lines) != len(tables):
        lines = [1] * len(tables)
    return _with_numbers(tables, lines, text)


def _name_line(text: str, start: int) -> int:
    match = _NAME.search(text, start)
    return match.start() if match else start


def _with_numbers(tables: list[dict[str, Any]], starts: list[int], text: str) -> list[tuple[dict[str, Any], int]]:
    """Return each table with the number of the line that begins at its place in the text."""
    numbered = []
    line, place = 1, 0
    for table, start in zip(tables, starts, strict=True):
        line += text.count("\n", place, max(start, place))
        place = max(start, place)
        numbered.append((table, line))
    return numbered


def table_of(data: dict[str, Any], key: str) -> dict[str, Any]:
    """Return a table of a table, empty where it is missing or no table."""
    value = data.get(key)
    return value if isinstance(value, dict) else {}
