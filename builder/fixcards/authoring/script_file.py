"""A script off the disk, with its inline metadata (PEP 723)."""

from __future__ import annotations

import re
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from fixcards.authoring.report import Report, checked_python, checked_requirement
from fixcards.errors import FixcardsError
from fixcards.files import read_regular
from fixcards.records.program_syntax import parse_program

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

MAX_BYTES = 32 * 1024
"""Size of a script that fits into a card of 64 KiB, beside everything else."""
_BLOCK = re.compile(r"(?m)^# /// script$\s(?P<content>(?:^#(?:| .*)$\s)+?)^# ///$\n?")
"""The block of metadata, as PEP 723 has it."""


def read_script(path: Path) -> Report:
    """Return the report that a script makes by itself. Its metadata is taken out of the code, for the card has both.

    Raises `FixcardsError` where it can't be read, is no Python, or its metadata is wrong.
    """
    try:
        raw = read_regular(path, MAX_BYTES + 1)
    except OSError as error:
        raise FixcardsError(f"{path}: can't be read: {error.strerror or error}") from None
    if len(raw) > MAX_BYTES:
        raise FixcardsError(f"{path}: has more than {MAX_BYTES:,} bytes; cut it down to what shows the failure")
    try:
        text = raw.decode("utf-8").removeprefix("\ufeff").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise FixcardsError(f"{path}: is not UTF-8") from None
    return read_code(text, str(path))


def read_code(text: str, name: str) -> Report:
    """Return the report of the text of a script; `name` is for messages."""
    blocks = list(_BLOCK.finditer(text))
    if len(blocks) > 1:
        raise FixcardsError(f"{name}: has more than one block of metadata (PEP 723)")
    metadata: dict[str, Any] = {}
    if blocks:
        lines = [line.removeprefix("#").removeprefix(" ") for line in blocks[0]["content"].splitlines()]
        try:
            metadata = tomllib.loads("\n".join(lines))
        except tomllib.TOMLDecodeError as error:
            raise FixcardsError(f"{name}: its metadata (PEP 723) is no TOML: {error}") from None
        text = text[: blocks[0].start()] + text[blocks[0].end() :]
    code = text.strip("\n") + "\n"
    if not code.strip():
        raise FixcardsError(f"{name}: has no code")
    if parse_program(code) is None:
        raise FixcardsError(f"{name}: is no Python that this interpreter reads")
    dependencies = metadata.get("dependencies", [])
    python = metadata.get("requires-python")
    if not isinstance(dependencies, list) or not all(isinstance(each, str) for each in dependencies):
        raise FixcardsError(f"{name}: `dependencies` in its metadata is no list of texts")
    if python is not None and not isinstance(python, str):
        raise FixcardsError(f"{name}: `requires-python` in its metadata is no text")
    return Report(
        code=code,
        requires=tuple(map(checked_requirement, dependencies)),
        python=checked_python(python) if python else None,
        exclude_newer=_last_day(metadata),
    )


def _last_day(metadata: dict[str, Any]) -> date | None:
    """Return the last day whose releases count by uv's own table, None where there is none that can be read."""
    tool = metadata.get("tool")
    table = tool.get("uv") if isinstance(tool, dict) else None
    moment = table.get("exclude-newer") if isinstance(table, dict) else None
    if not isinstance(moment, str):
        return None
    try:
        return date.fromisoformat(moment[:10]) - timedelta(days=1 if moment[10:].startswith("T00:00:00") else 0)
    except (ValueError, OverflowError):
        return None
