"""The cards that a command asks, by its options, the environment and the settings of the project."""

from __future__ import annotations

from pathlib import Path

import click
from click.core import ParameterSource

from fixcards.cli.terminal import echo
from fixcards.search.finder import Finder

sites_option = click.option(
    "--site",
    "sites",
    metavar="URL|FOLDER",
    multiple=True,
    help="Search a published or built site, instead of cards or beside --cards; may be given several times.",
)


def finder_of(context: click.Context, roots: tuple[Path, ...], sites: tuple[str, ...]) -> Finder:
    """Return the finder of the cards and sites of a command, and say which cards can't be found."""
    finders = []
    # A site takes the place of cards that only the environment or mkdocs.yml names.
    if not sites or context.get_parameter_source("roots") is ParameterSource.COMMANDLINE:
        from fixcards.cli.card_folders import CardFolders  # not above: a search of a site has no need of it

        folders = CardFolders.of(roots)
        hosts = folders.tracker_hosts
        finders += [Finder.of_cards(root, jobs=None, tracker_hosts=hosts) for root in folders.selected]
    finder = Finder.of_all([*finders, *map(Finder.of_site, sites)])
    for part in finder.parts:
        if part.excluded_cards:
            cards = "1 card has" if part.excluded_cards == 1 else f"{part.excluded_cards:,} cards have"
            where = f"{part.name}: " if finder.parts[1:] else ""
            echo(f"fixcards: {where}{cards} problems and can't be found; fixcards check names them", err=True)
    return finder
