"""Answer -> lines for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import NamedTuple

from fixcards.matching.parse.parser import Failure
from fixcards.matching.score.environment import EnvironmentMatch
from fixcards.matching.score.matcher import Match
from fixcards.search.answer import Answer


class Span(NamedTuple):
    """A part of a line, with its colour and weight. Its text may come from anywhere."""

    text: str
    color: str | None = None
    bold: bool = False


Line = tuple[Span, ...]

COLORS = {"exact": "green", "likely": "yellow", "possible": None}
"""Colours of the tiers."""
WIDTH = 110
"""Columns of the longest line: longer ones are hard to read."""
INDENT = 10
"""Columns before the text."""
_MIN_WIDTH = 40
_FRAMES = 5


def lines(answer: Answer, limit: int, columns: int = WIDTH) -> Iterator[Line]:
    """Yield each known failure with why it fits, its fix and its address; or what was read, where none fits.

    Lines are wrapped to `columns`, but for addresses.
    """
    width = text_width(columns)
    matches = answer.matches
    if answer.environment:
        yield from _environment(answer, width)
        if not matches:
            return
        yield (Span(""),)
    if not matches:
        yield (Span("No known failure fits this text."),)
        yield from _failure(answer.failure, width)
        return
    for number, match in enumerate(matches[:limit]):
        if number:
            yield (Span(""),)
        yield from _card(answer, match, width)
    if len(matches) > limit:
        yield (Span(""),)
        yield (Span(f"{len(matches) - limit} more; --limit shows them"),)


def _card(answer: Answer, match: Match, width: int) -> Iterator[Line]:
    display = match.entry.display
    first = Span(f"{match.tier:<{INDENT}}", COLORS[match.tier], bold=True)
    for line in wrapped(match.entry.title, width):
        yield first, Span(line, bold=True)
        first = Span(" " * INDENT)
    where = f", in {' and '.join(match.sources)}" if answer.sites else ""
    yield from row("card", f"{match.entry.id} ({display.get('verdict', '')}){where}", width)
    yield from row("why", "; ".join(match.reasons), width)
    if match.entry.note:
        yield from row("note", match.entry.note, width)
    if match.warning:
        yield from row("note", match.warning, width)
    yield from _ways_out(match, width)
    times = answer.times(match.entry.id)
    if match.line:
        yield from row("seen", f"line {match.line}" + (f", {times:,} times in all" if times > 1 else ""), width)
    yield (Span(" " * INDENT + answer.url(match)),)


def _ways_out(match: Match | EnvironmentMatch, width: int) -> Iterator[Line]:
    """Yield the fixes, those that fit first, and the card of the change that it comes from."""
    for number, fix in enumerate(match.fixes):
        install = f": {', '.join(fix.install)}" if fix.install else ""
        unfit = "" if fix.fits else f" (not for you: {fix.why})"
        yield from row("or" if number else "fix", f"{fix.title}{install}{unfit}", width)
    if failed := str(match.entry.display.get("failed_lines", "")):
        quoted = " and ".join(f'"{title}"' for title in failed.splitlines())
        yield from row("note", f"the line of {quoted} does not work any more", width)
    if match.entry.cause not in ("", match.entry.id):
        yield from row("cause", match.entry.cause, width)


def _environment(answer: Answer, width: int) -> Iterator[Line]:
    """Yield the known failures that the releases of a list are in for."""
    number = len(answer.environment)
    yield (Span(f"These releases are in for {number} known failure{'s' if number > 1 else ''}:"),)
    for match in answer.environment:
        yield (Span(""),)
        first = Span(" " * INDENT)
        for line in wrapped(match.entry.title, width):
            yield first, Span(line, bold=True)
        yield from row("card", f"{match.entry.id} ({match.entry.display.get('verdict', '')})", width)
        yield from row("why", ", ".join(f"{name} {release}" for name, release in match.versions.items()), width)
        if match.entry.note:
            yield from row("note", match.entry.note, width)
        yield from _ways_out(match, width)
        yield (Span(" " * INDENT + answer.url(match)),)


def text_width(columns: int) -> int:
    """Return how many columns a text may have on a terminal with so many."""
    return min(WIDTH, max(columns, _MIN_WIDTH)) - INDENT


def row(name: str, text: str, width: int) -> Iterator[Line]:
    """Yield a text with its name before it, wrapped to `width`."""
    first, *more = wrapped(text, width)
    yield (Span(f"{'  ' + name:<{INDENT}}{first}"),)
    for line in more:
        yield (Span(" " * INDENT + line),)


def wrapped(text: str, width: int) -> list[str]:
    """Return the lines of a text; at least one."""
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False) or [""]


def _failure(failure: Failure, width: int) -> Iterator[Line]:
    """Yield what was read from a text: its last exceptions with their frames, or its last lines."""
    for exception in failure.exceptions[-3:]:
        text = f"{exception.name}: {exception.message}" if exception.message else exception.name
        yield from row("read", text, width)
        for frame in exception.frames[-_FRAMES:]:
            yield (Span(" " * INDENT + frame),)
    if failure.exceptions:
        return
    for text in (*(other.text for other in failure.lines[-3:]), *failure.frames[-_FRAMES:]) or ("nothing",):
        yield from row("read", text, width)
