"""Where every door gets its cards from, where none are given: the one place that decides.

The first of these that there is:

1. folders and sites that were given, by options or another call;
2. the environment variables `FIXCARDS_CARDS` (folders, separated as in `PATH`) and `FIXCARDS_SITES` (with spaces);
3. `[tool.fixcards]` in the nearest pyproject.toml, beside the public cards unless it says `data = false`;
4. the folders of cards that the mkdocs.yml at hand names;
5. the public cards: the distribution `fixcards-data` or what `fixcards update` fetched, whichever is newer;
6. the folder `cards`.

Only an address that was given, by 1 or 2, is asked over the network. Of those in a pyproject.toml, which may come with
a stranger's checkout, the copy is read that `fixcards update` made.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from fixcards.errors import FixcardsError
from fixcards.project import FILE_NAMES, Project
from fixcards.search.card_data import DISTRIBUTION, CardData, public_data, updated_copy
from fixcards.search.finder import Finder
from fixcards.search.project_cards import ProjectCards, is_address, project_cards

CARDS_VARIABLE, SITES_VARIABLE = "FIXCARDS_CARDS", "FIXCARDS_SITES"
DEFAULT = Path("cards")


class CardSources(NamedTuple):
    """The sources that a door asks together."""

    cards: tuple[Path, ...] = ()
    """Folders of cards."""
    sites: tuple[str, ...] = ()
    """Folders of built sites, and addresses that are asked over the network."""
    data: tuple[CardData, ...] = ()
    """Copies of published indexes."""
    notes: tuple[str, ...] = ()
    """What the user should know about sources that are missing."""

    @classmethod
    def at_hand(
        cls, cards: Sequence[str | Path] = (), sites: Sequence[str] = (), folder: str | Path = "."
    ) -> CardSources:
        """Return the sources that were given, or else those that count in a folder.

        Raises `FixcardsError` where there is none, where a folder isn't there, and where a file with settings can't
        be read.
        """
        folder = Path(folder)
        if not cards and not sites:
            cards = tuple(filter(None, os.environ.get(CARDS_VARIABLE, "").split(os.pathsep)))
            sites = tuple(os.environ.get(SITES_VARIABLE, "").split())
        if cards or sites:
            return cls(_folders(cards, "give a folder that has cards"), tuple(sites))
        if configured := project_cards(folder):
            return _of_project(configured)
        if own := _named_by_project(folder):
            return cls(_folders(own, "mkdocs.yml names it; correct `docs_dir` or `more_cards`, or give --cards"))
        if public := public_data():
            return cls(data=(public,))
        if (folder / DEFAULT).is_dir():
            return cls((folder / DEFAULT,))
        raise FixcardsError(
            f"no cards: type pip install {DISTRIBUTION}, or fixcards update, or give a folder with --cards"
        )

    def finder(self, jobs: int | None = None) -> Finder:
        """Return the finder of all sources. So many processes write the index of a folder (None: one a processor).

        Raises `FixcardsError` where one of them can't be read.
        """
        return Finder.of_all(self._finders(jobs))

    def _finders(self, jobs: int | None) -> Iterator[Finder]:
        hosts = {host: None for each in self.cards for host in Project.of_cards(each).options.tracker_hosts}
        for folder in self.cards:
            yield Finder.of_cards(folder, jobs=jobs, tracker_hosts=tuple(hosts))
        yield from map(Finder.of_site, self.sites)
        for data in self.data:
            yield data.finder()


def default_finder(folder: str | Path = ".") -> Finder:
    """Return the finder of the cards that count in a folder, by default the working directory.

    These are the cards that all commands start with: those that the environment, a pyproject.toml or a mkdocs.yml
    names, or the public ones of the distribution `fixcards-data`. Raises `FixcardsError` where there are none.
    """
    return CardSources.at_hand(folder=folder).finder()


def _of_project(configured: ProjectCards) -> CardSources:
    hint = f"{configured.path} names it; correct `cards` in [tool.fixcards]"
    copies = {site: updated_copy(site) for site in configured.sites if is_address(site)}
    notes = [f"{site}: is not on this machine yet; type: fixcards update" for site, copy in copies.items() if not copy]
    public = public_data() if configured.data else None
    if configured.data and public is None:
        notes.append(f"the public cards are not on this machine; type: pip install {DISTRIBUTION}, or fixcards update")
    data = tuple(copy for copy in (*copies.values(), public) if copy is not None)
    folders = tuple(site for site in configured.sites if not is_address(site))
    sources = CardSources(_folders(configured.cards, hint), folders, data, tuple(notes))
    if not (sources.cards or sources.sites or sources.data):
        raise FixcardsError("; ".join(notes) or f"{configured.path}: [tool.fixcards] leaves no cards to search")
    return sources


def _named_by_project(folder: Path) -> tuple[Path, ...]:
    """Return the folders of cards that the mkdocs.yml in a folder names; none where it is that of another site."""
    for name in FILE_NAMES:
        path = folder / name
        # Most are the site of something else, and need no library that reads YAML.
        if path.is_file() and any(word in path.read_bytes() for word in (b"fixcards", b"INHERIT")):
            return Project.in_folder(folder).cards
    return ()


def _folders(names: Sequence[str | Path], hint: str) -> tuple[Path, ...]:
    folders = tuple(dict.fromkeys(map(Path, names)))
    for each in folders:
        if not each.is_dir():
            raise FixcardsError(f"{each}: no such folder; {hint}")
    return folders
