"""Options that several commands have."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import click

_cards = partial(
    click.option,
    "--cards",
    "roots",
    type=click.Path(path_type=Path, readable=False),
    multiple=True,
    envvar="FIXCARDS_CARDS",
)
cards_option = _cards(help="Folder with cards; may be given several times.  [default: those in mkdocs.yml, or cards]")
card_option = _cards(help="Folder with the cards.  [default: docs_dir in mkdocs.yml, or cards]")
searched_option = click.option(
    "--cards",
    "roots",
    type=click.Path(path_type=Path, readable=False),
    multiple=True,
    help="Folder with cards to search; may be given several times.",
)
"""That of commands which only search: where it is missing, `search/card_sources.py` decides."""
sites_option = click.option(
    "--site",
    "sites",
    metavar="URL|FOLDER",
    multiple=True,
    help="Search a published or built site, instead of cards or beside --cards; may be given several times.",
)
jobs_option = click.option(
    "--jobs",
    "-j",
    type=click.IntRange(1),
    default=2 * (os.cpu_count() or 1),
    help="Cards at a time.  [default: two a processor]",
)
"""Much of what a card takes is waiting: for the index, for files, for programs that wait themselves."""

isolation = click.option(
    "--isolation",
    type=click.Choice(["auto", "bubblewrap", "container", "none"]),
    default="auto",
    show_default=True,
    help="What keeps the runs apart from this machine; `none` only for cards that you have read.",
)
