"""Answer -> lines for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator

from fixcards.matching.parse.parser import Failure
from fixcards.matching.score.matcher import Match
from fixcards.search.answer import Answer

Style = Callable[..., str]
"""Gives a text a colour (`fg`) and weight (`bold`), as `click.style` does."""

_COLORS = {"exact": "green", "likely": "yellow", "possible": None}
WIDTH = 110
"""Columns of the longest line: longer ones are hard to read."""
_INDENT = 10
_MIN_WIDTH = 40
_FRAMES = 5


def lines(answer: Answer, limit: int, style: Style, columns: int = WIDTH) -> Iterator[str]:
    """Yield each known failure with why it fits, its fix and its address; or what was read, where none fits.

    Lines are wrapped to `columns`, but for addresses.
    """
    width = min(WIDTH, max(columns, _MIN_WIDTH)) - _INDENT
    matches = answer.matches
    if not matches:
        yield "No known failure fits this text."
        yield from _failure(answer.failure, width)
        return
    for number, match in enumerate(matches[:limit]):
        if number:
            yield ""
        yield from _card(answer, match, style, width)
    if len(matches) > limit:
        yield ""
        yield f"{len(matches) - limit} more; --limit shows them"


def _card(answer: Answer, match: Match, style: Style, width: int) -> Iterator[str]:
    display = match.entry.display
    first = style(f"{match.tier:<{_INDENT}}", fg=_COLORS[match.tier], bold=True)
    for line in _wrapped(match.entry.title, width):
        yield first + style(line, bold=True)
        first = " " * _INDENT
    yield from _row("card", f"{match.entry.id} ({display.get('verdict', '')})", width)
    yield from _row("why", "; ".join(match.reasons), width)
    yield from _row("fix", str(display.get("fix", "")), width)
    times = answer.times(match.entry.id)
    if match.line:
        yield from _row("seen", f"line {match.line}" + (f", {times:,} times in all" if times > 1 else ""), width)
    yield " " * _INDENT + answer.url(match)


def _row(name: str, text: str, width: int) -> Iterator[str]:
    first, *more = _wrapped(text, width)
    yield f"{'  ' + name:<{_INDENT}}{first}"
    for line in more:
        yield " " * _INDENT + line


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False) or [""]


def _failure(failure: Failure, width: int) -> Iterator[str]:
    """Yield what was read from a text: its last exceptions with their frames, or its last lines."""
    for exception in failure.exceptions[-3:]:
        text = f"{exception.name}: {exception.message}" if exception.message else exception.name
        yield from _row("read", text, width)
        for frame in exception.frames[-_FRAMES:]:
            yield " " * _INDENT + frame
    if failure.exceptions:
        return
    for text in (*(other.text for other in failure.lines[-3:]), *failure.frames[-_FRAMES:]) or ("nothing",):
        yield from _row("read", text, width)
