"""The cards that a command which only searches asks."""

from __future__ import annotations

from pathlib import Path

from fixcards.cli.terminal import echo
from fixcards.search.card_sources import CardSources
from fixcards.search.finder import Finder


def finder_of(roots: tuple[Path, ...], sites: tuple[str, ...]) -> Finder:
    """Return the finder of the cards and sites that were given, or of those at hand; say which cards it leaves out."""
    sources = CardSources.at_hand(roots, sites)
    for note in sources.notes:
        echo(f"fixcards: {note}", err=True)
    finder = sources.finder()
    for part in finder.parts:
        if part.excluded_cards:
            cards = "1 card has" if part.excluded_cards == 1 else f"{part.excluded_cards:,} cards have"
            where = f"{part.name}: " if finder.parts[1:] else ""
            echo(f"fixcards: {where}{cards} problems and can't be found; fixcards check names them", err=True)
    return finder
