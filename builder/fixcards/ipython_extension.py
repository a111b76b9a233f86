"""The door for IPython and Jupyter: `%load_ext fixcards`.

A cell that raises a known failure gets an answer below its traceback, which stays as it is. `%fixcard` looks up the
last exception again, or the text that follows it.
"""

from __future__ import annotations

import html
import sys
from functools import cache
from typing import Any

from fixcards.characters import visible
from fixcards.errors import FixcardsError
from fixcards.search.brief_report import line_to_copy, text_of
from fixcards.search.card_sources import default_finder
from fixcards.search.failure_notice import Notice, notice, traceback_text
from fixcards.search.finder import Finder

_NOTHING = "fixcards: no known failure fits surely; fixcards match shows what resembles it"


class DisplayedNotice:
    """A notice as text for a terminal and as escaped HTML for a browser, without script or style."""

    def __init__(self, cards: Notice) -> None:
        self._notice = cards

    def __repr__(self) -> str:
        return text_of(self._notice.lines()).rstrip("\n")

    def _repr_html_(self) -> str:
        return "".join(self._card(*each) for each in self._notice.cards)

    @staticmethod
    def _card(match: Any, url: str) -> str:
        entry = match.entry
        title = _text(entry.title)
        linked = f'<a href="{html.escape(url)}" rel="noreferrer">{title}</a>' if url.startswith("https://") else title
        rows = [f"<strong>Known failure ({_text(match.tier)}):</strong> {linked}"]
        if entry.note:
            rows.append(_text(entry.note))
        if match.fixes:
            rows.append(f"Fix: {_text(match.fixes[0].title)}")
        if command := line_to_copy(match):
            rows.append(f"<code>{_text(command)}</code>")
        return f"<div>{'<br>'.join(rows)}</div>"


def _text(text: str) -> str:
    return html.escape(visible(text))


def load_ipython_extension(shell: Any) -> None:
    """Register the answer below tracebacks and the magic `%fixcard`. Loaded twice, it changes nothing more."""
    unload_ipython_extension(shell)
    shell.events.register("post_run_cell", _after_cell)
    shell.register_magic_function(_fixcard, "line", "fixcard")


def unload_ipython_extension(shell: Any) -> None:
    """Take both back."""
    try:
        shell.events.unregister("post_run_cell", _after_cell)
    except ValueError:  # it is not loaded
        return
    shell.magics_manager.magics["line"].pop("fixcard", None)


def _after_cell(result: Any) -> None:
    error = result.error_before_exec or result.error_in_exec
    if isinstance(error, Exception):
        _answer(traceback_text(type(error), error, error.__traceback__), ask=False)


def _fixcard(line: str = "") -> None:
    """Look up the last exception, or the text that follows, among the known failures."""
    error = getattr(sys, "last_value", None)
    if line.strip():
        _answer(line, ask=True)
    elif error is None:
        print("fixcards: no exception yet; write a text after %fixcard to look that up")  # noqa: T201 - the reader's cell
    else:
        _answer(traceback_text(type(error), error, error.__traceback__), ask=True)


def _answer(text: str, *, ask: bool) -> None:
    """Display what surely fits; `ask` says that the reader wants to hear that nothing does."""
    from IPython.display import display

    try:
        cards = notice(text, _finder())
    except FixcardsError as error:
        print(f"fixcards: {visible(str(error))}")  # noqa: T201 - as above
        return
    if cards.cards:
        display(DisplayedNotice(cards))
    elif ask:
        print(_NOTHING)  # noqa: T201 - as above


@cache
def _finder() -> Finder:
    return default_finder()
