"""What a failed program is told without having asked: the cards that surely fit what it printed, or nothing."""

from __future__ import annotations

import io
import os
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, TextIO

from fixcards.characters import visible
from fixcards.errors import FixcardsError
from fixcards.matching.score.matcher import Match
from fixcards.search.brief_report import brief_lines, sure_matches, text_of
from fixcards.search.card_sources import CardSources
from fixcards.search.finder import Finder
from fixcards.search.text_report import WIDTH, Line, Span

HEADING = "fixcards: a known failure"


class Notice(NamedTuple):
    """The cards that fit a text, each with its address."""

    cards: tuple[tuple[Match, str], ...]

    def lines(self, columns: int = WIDTH) -> Iterator[Line]:
        """Yield a heading and the cards in short; nothing where there is none."""
        if self.cards:
            yield (Span(HEADING, bold=True),)
        for match, url in self.cards:
            yield from brief_lines(match, url, columns)


def notice(text: str, finder: Finder) -> Notice:
    """Return the notice for what a program printed."""
    answer = finder.answer(io.BytesIO(text.encode("utf-8", "replace")))
    # What the output names already, such as that of a test run with our plugin, is not repeated.
    cards = ((match, answer.url(match)) for match in sure_matches(answer))
    return Notice(tuple((match, url) for match, url in cards if not url or url not in text))


def print_notice(text: str, stream: TextIO, seen: set[str] | None = None, folder: str | Path = ".") -> None:
    """Print the notice for what a program printed; cards in `seen` are left out, and new ones added.

    It raises nothing: a failure of this program must not take the place of the reader's.
    """
    seen = set() if seen is None else seen
    try:
        sources = CardSources.at_hand(folder=folder)
        cards = tuple(each for each in notice(text, sources.finder()).cards if each[0].entry.id not in seen)
        seen.update(match.entry.id for match, _ in cards)
        notes = [(Span(f"fixcards: {note}"),) for note in sources.notes]
        output = text_of([*Notice(cards).lines(_columns(stream)), *notes], color=_has_colors(stream))
    except FixcardsError as error:
        output = f"fixcards: {visible(str(error))}\n"
    except Exception as error:  # noqa: BLE001 - see above
        output = f"fixcards: could not look up the failure: {visible(repr(error))}\n"
    try:
        stream.write(output.encode(stream.encoding or "utf-8", "backslashreplace").decode(stream.encoding or "utf-8"))
        stream.flush()
    except (OSError, ValueError):  # closed by the program
        return


def traceback_text(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> str:
    """Return the traceback that Python prints for an exception."""
    return "".join(traceback.format_exception(kind, error, trace))


def _has_colors(stream: TextIO) -> bool:
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _columns(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns or WIDTH
    except (OSError, ValueError):
        return WIDTH
