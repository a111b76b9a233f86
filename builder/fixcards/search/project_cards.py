"""What a project says in its pyproject.toml about cards: the table `[tool.fixcards]`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from fixcards.errors import FixcardsError
from fixcards.files import read_regular

FILE_NAME = "pyproject.toml"
MAX_BYTES = 1 << 20
_KEYS = ("cards", "sites", "data")
_EXAMPLE = 'write: cards = ["../our-cards"], sites = ["https://cards.example.com/"] or data = false'


class ProjectCards(NamedTuple):
    """The cards that a project adds to the public ones."""

    path: Path
    """Its pyproject.toml."""
    cards: tuple[Path, ...] = ()
    """Folders of cards."""
    sites: tuple[str, ...] = ()
    """Folders of built sites, and addresses of published ones, with a slash at the end of an address."""
    data: bool = True
    """Whether the public cards are searched, too."""


def project_cards(folder: Path) -> ProjectCards | None:
    """Return the table of the nearest pyproject.toml in or above a folder that has one; None where none has.

    Raises `FixcardsError` where the table means nothing.
    """
    top = folder.absolute()
    for each in (top, *top.parents):
        path = each / FILE_NAME
        with suppress(OSError):
            content = read_regular(path, MAX_BYTES)
            if re.search(rb"^\s*\[\s*tool\s*\.\s*fixcards\s*\]", content, re.MULTILINE):
                return _parsed(path, content)
    return None


def is_address(site: str) -> bool:
    """Return whether a site is one on a server, not a folder."""
    return bool(re.match(r"https?://", site))


def _parsed(path: Path, content: bytes) -> ProjectCards | None:
    table = _toml(path, content).get("tool", {}).get("fixcards")
    if not isinstance(table, dict):
        return None
    for key in table:
        if key not in _KEYS:
            raise FixcardsError(f"{path}: [tool.fixcards] has no key {key!r}; {_EXAMPLE}")
    data = table.get("data", True)
    if not isinstance(data, bool):
        raise FixcardsError(f"{path}: `data` in [tool.fixcards] is neither true nor false; {_EXAMPLE}")
    return ProjectCards(
        path,
        tuple(path.parent / each for each in _texts(path, table, "cards")),
        tuple(
            each.rstrip("/") + "/" if is_address(each) else str(path.parent / each)
            for each in _texts(path, table, "sites")
        ),
        data,
    )


def _texts(path: Path, table: dict[str, Any], key: str) -> Iterator[str]:
    value = table.get(key, [])
    for each in value if isinstance(value, list) else [value]:
        if not isinstance(each, str) or not each.strip():
            raise FixcardsError(f"{path}: `{key}` in [tool.fixcards] is no list of texts; {_EXAMPLE}")
        yield each


def _toml(path: Path, content: bytes) -> dict[str, Any]:
    try:
        import tomllib  # not above: few projects have the table, and Python 3.10 has no such module
    except ModuleNotFoundError:
        try:
            import tomli as tomllib  # type: ignore[no-redef, unused-ignore]
        except ModuleNotFoundError:
            raise FixcardsError(f"{path}: Python 3.10 reads it with tomli; type: pip install tomli") from None
    try:
        return tomllib.loads(content.decode())
    except ValueError as error:  # of the TOML, or no UTF-8
        raise FixcardsError(f"{path}: is no TOML: {error}") from None
