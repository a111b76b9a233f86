"""The folders of cards that a command is about: by option, by environment variable, by mkdocs.yml, or `cards`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from fixcards.errors import FixcardsError
from fixcards.project import AssignedIndex, Project

if TYPE_CHECKING:
    from fixcards.records.library import Library
    from fixcards.records.record import Keep
    from fixcards.worker_pool import WorkerPool

DEFAULT = Path("cards")


class CardFolders(NamedTuple):
    """What a command reads."""

    projects: tuple[Project, ...]
    """What their settings are from: one, or that of each folder given."""
    selected: tuple[Path, ...]
    """What it is about."""
    others: tuple[Path, ...] = ()
    """Further folders of the project, whose cards those may refer to."""

    @classmethod
    def of(cls, given: Sequence[Path], *, own: bool = False) -> CardFolders:
        """Return the folders that were given, else those of the project at hand; `own` leaves out its `more_cards`.

        Raises `FixcardsError` for one that isn't there, and for a mkdocs.yml that can't be read.
        """
        projects = tuple(map(Project.of_cards, given)) or (Project.in_folder(Path()),)
        project = projects[0]
        folders = tuple(dict.fromkeys(given)) or project.cards[: 1 if own else None] or (DEFAULT,)
        places = set(map(os.path.realpath, folders))
        others = tuple(each for each in project.cards if os.path.realpath(each) not in places)
        if len(others) == len(project.cards):  # these folders are none of the project
            others = ()
        hint = "start in the folder that has the cards, or give --cards"
        for folder in folders:
            named = "mkdocs.yml names it; correct `docs_dir` or `more_cards`, or give --cards"
            _need_folder(folder, hint if given or not project.cards else named)
        for folder in others:
            _need_folder(folder, "mkdocs.yml names it; correct `docs_dir` or `more_cards`")
        return cls(tuple(dict.fromkeys(projects)), folders, others)

    @classmethod
    def to_write(cls, given: Sequence[Path]) -> CardFolders:
        """Return the folders for a command that writes into them. Refuses links, too: it would follow them."""
        folders = cls.of(given, own=True)
        for folder in folders.selected:
            if folder.is_symlink():
                raise FixcardsError(
                    f"{folder}: is a link, and nothing is written to where it leads; give --cards with the folder"
                )
        return folders

    @property
    def tracker_hosts(self) -> tuple[str, ...]:
        """Hosts that one of the projects allows."""
        hosts = (host for project in self.projects for host in project.options.tracker_hosts)
        return tuple(dict.fromkeys(hosts))

    @property
    def package_indexes(self) -> tuple[AssignedIndex, ...]:
        """Indexes of packages that come from no other, those of the first project first."""
        indexes = (index for project in self.projects for index in project.options.package_indexes)
        return tuple(dict.fromkeys(indexes))

    @property
    def first(self) -> Path:
        """The only one. Raises `FixcardsError` where there are several."""
        if len(self.selected) > 1:
            raise FixcardsError(f"{len(self.selected)} folders of cards; give --cards with the one that is meant")
        return self.selected[0]

    def load(self, pool: WorkerPool | None = None, *, keep: Keep | None = None) -> Library:
        """Return the library of all folders, with the others."""
        from fixcards.records.loader import load

        first, *more = (*self.selected, *self.others)
        return load(first, pool, cached=True, keep=keep, more=more, tracker_hosts=self.tracker_hosts)

    def __str__(self) -> str:
        """Return the folders for a message."""
        return " and ".join(map(str, self.selected))


def _need_folder(folder: Path, hint: str) -> None:
    if not folder.is_dir():
        raise FixcardsError(f"{folder}: no such folder; {hint}")
