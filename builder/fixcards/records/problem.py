"""One finding about one file."""

from __future__ import annotations

from typing import Any, NamedTuple

from fixcards.characters import visible


class Problem(NamedTuple):
    """Something wrong at one place of one file. Problems sort by place.

    `line` and `column` count from 1; a column counts characters, not bytes. `code` is stable (`FC101`) and
    never reused for another rule.
    """

    path: str
    line: int
    column: int
    code: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        """Return `path:line:column: CODE message (hint)`, always one line that can't move the terminal's cursor."""
        hint = f" ({self.hint})" if self.hint else ""
        return visible(f"{self.path}:{self.line}:{self.column}: {self.code} {self.message}{hint}")

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as plain data."""
        return self._asdict()


def quoted(text: str, most: int = 80) -> str:
    """Return `text` in quotes for a message, cut after `most` characters."""
    return repr(text) if len(text) <= most else f"{text[:most]!r}..."
