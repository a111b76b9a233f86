"""What the commands print. Nothing in it steers the terminal: not cards, indexes, servers, file names or arguments.

All output but the progress displays goes through here, which a test holds.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from fixcards.characters import visible

if TYPE_CHECKING:
    from fixcards.search.text_report import Span


def echo(text: str, *, err: bool = False) -> None:
    """Print one line; what would break it or can't be seen becomes an escape."""
    click.echo(visible(text), err=err)


def echo_lines(text: str, *, err: bool = False) -> None:
    """Print a text of several lines, such as the output of a program."""
    click.echo(visible(text, allowed="\n\t"), nl=not text.endswith("\n"), err=err)


def echo_spans(spans: Iterable[Span], *, err: bool = False) -> None:
    """Print one line whose parts have colours of their own."""
    click.echo(
        "".join(click.style(visible(each.text), fg=each.color, bold=each.bold or None) for each in spans), err=err
    )


def echo_json(data: object) -> None:
    """Print data as JSON, as `json_text` writes it."""
    click.echo(json_text(data))


def json_text(data: object) -> str:
    """Return data as JSON in ASCII: on any terminal, a reader gets back exactly the same data."""
    return json.dumps(data, indent=2).replace("\x7f", "\\u007f")


def echo_click_error(error: click.ClickException) -> None:
    """Print an error of the command line as click words it."""
    words = io.StringIO()
    error.show(words)
    echo_lines(words.getvalue(), err=True)
