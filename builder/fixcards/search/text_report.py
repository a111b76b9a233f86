"""What was found in a text, for people at a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator

from fixcards.matching.parse.parser import Failure
from fixcards.matching.score.matcher import Match
from fixcards.search.finder import Answer

Style = Callable[..., str]
"""Gives a text a colour (`fg`) and weight (`bold`), as `click.style` does."""

_COLORS = {"exact": "green", "likely": "yellow", "possible": None}
WIDTH = 110
"""Columns that are filled at most: longer lines are hard to read."""
_INDENT = 10
_NARROWEST = 40
_FRAMES = 5


def lines(found: Answer, limit: int, style: Style, columns: int = WIDTH) -> Iterator[str]:
    """Yield the answer: each known failure with why it fits, its fix and its address, or what was understood.

    Lines are wrapped to `columns`, addresses never.
    """
    width = min(WIDTH, max(columns, _NARROWEST)) - _INDENT
    matches = found.matches
    if not matches:
        yield "No known failure fits this text."
        yield from _understood(found.failure, width)
        return
    for number, each in enumerate(matches[:limit]):
        if number:
            yield ""
        yield from _card(found, each, style, width)
    if len(matches) > limit:
        yield ""
        yield f"{len(matches) - limit} more; --limit shows them"


def _card(found: Answer, each: Match, style: Style, width: int) -> Iterator[str]:
    shown = each.entry.display
    first = style(f"{each.tier:<{_INDENT}}", fg=_COLORS[each.tier], bold=True)
    for line in _wrapped(each.entry.title, width):
        yield first + style(line, bold=True)
        first = " " * _INDENT
    yield from _row("card", f"{each.entry.id} ({shown.get('verdict', '')})", width)
    yield from _row("why", "; ".join(each.reasons), width)
    yield from _row("fix", str(shown.get("fix", "")), width)
    times = found.times(each.entry.id)
    if each.line:
        yield from _row("seen", f"line {each.line}" + (f", {times:,} times in all" if times > 1 else ""), width)
    yield " " * _INDENT + found.url(each)


def _row(name: str, text: str, width: int) -> Iterator[str]:
    first, *more = _wrapped(text, width)
    yield f"{'  ' + name:<{_INDENT}}{first}"
    for line in more:
        yield " " * _INDENT + line


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False) or [""]


def _understood(failure: Failure, width: int) -> Iterator[str]:
    for head in failure.exceptions[-3:]:
        yield from _row("read", f"{head.name}: {head.message}" if head.message else head.name, width)
        for frame in head.frames[-_FRAMES:]:
            yield " " * _INDENT + frame
    if failure.exceptions:
        return
    for text in (*(loose.text for loose in failure.lines[-3:]), *failure.frames[-_FRAMES:]) or ("nothing",):
        yield from _row("read", text, width)
