"""What was found in a text, for people at a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator

from builder.finder.finder import Answer
from builder.signature.match import Match
from builder.signature.reading import Failure

Style = Callable[..., str]
"""Gives a text a colour (`fg`) and weight (`bold`), as `click.style` does."""

_COLORS = {"exact": "green", "likely": "yellow", "possible": None}
_INDENT = 10
_WIDTH = 110
_FRAMES = 5


def lines(found: Answer, limit: int, style: Style) -> Iterator[str]:
    """Yield the answer: each known failure with why it fits, its fix and its address, or what was understood."""
    matches = found.matches
    if not matches:
        yield "No known failure fits this text."
        yield from _understood(found.failure)
        return
    for number, each in enumerate(matches[:limit]):
        if number:
            yield ""
        yield from _card(found, each, style)
    if len(matches) > limit:
        yield ""
        yield f"{len(matches) - limit} more; --limit shows them"


def _card(found: Answer, each: Match, style: Style) -> Iterator[str]:
    shown = each.entry.shown
    yield style(f"{each.tier:<{_INDENT}}", fg=_COLORS[each.tier], bold=True) + style(each.entry.title, bold=True)
    yield from _row("card", f"{each.entry.id} ({shown.get('verdict', '')})")
    yield from _row("why", "; ".join(each.reasons))
    yield from _row("fix", str(shown.get("fix", "")))
    times = found.times(each.entry.id)
    if each.line:
        yield from _row("seen", f"line {each.line}" + (f", {times:,} times in all" if times > 1 else ""))
    yield " " * _INDENT + found.url(each)


def _row(name: str, text: str) -> Iterator[str]:
    wrapped = textwrap.wrap(text, _WIDTH - _INDENT, break_long_words=False, break_on_hyphens=False) or [""]
    yield f"{'  ' + name:<{_INDENT}}{wrapped[0]}"
    for more in wrapped[1:]:
        yield " " * _INDENT + more


def _understood(failure: Failure) -> Iterator[str]:
    for head in failure.exceptions[-3:]:
        yield from _row("read", f"{head.name}: {head.message}" if head.message else head.name)
        for frame in head.frames[-_FRAMES:]:
            yield " " * _INDENT + frame
    if not failure.exceptions:
        for loose in failure.lines[-3:]:
            yield from _row("read", loose.text)
