"""Texts that may come from anywhere, as Markdown that displays them and does nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote

from fixcards.characters import visible

MAX_BYTES = 1_000_000
"""Bytes of a summary that a job of GitHub shows, which is 1 MiB: a longer one is refused as a whole."""
_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+!|~@&])")


def escaped(text: str) -> str:
    """Return a text in one line in which nothing is Markdown or HTML, mentions a user, or ends a cell of a table."""
    return _SPECIAL.sub(r"\\\1", visible(text)).replace("\\@", "@\u200b").replace("\\&", "&amp;").replace("\\<", "&lt;")


def linked(text: str, address: str) -> str:
    """Return a text with a link, and without one where the address is none of the web."""
    if not address.startswith(("https://", "http://")):
        return escaped(text)
    return f"[{escaped(text)}]({quote(address, safe=':/?#@!$&,;=%~+')})"


def bounded(lines: Iterable[str]) -> str:
    """Return lines as a text of at most `MAX_BYTES`, with a word about those that are left out."""
    chosen, size, left_out = [], 0, 0
    for line in lines:
        size += len(line.encode()) + 1
        if size > MAX_BYTES - 100:
            left_out += 1
        else:
            chosen.append(line)
    if left_out:
        chosen.append(f"\n{left_out:,} more lines are left out: a summary may have 1 MiB.")
    return "".join(f"{line}\n" for line in chosen)
