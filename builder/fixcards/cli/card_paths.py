"""The paths on a command line that name cards or folders of cards."""

from __future__ import annotations

import functools
import os
from collections.abc import Sequence
from pathlib import Path

from fixcards.cli.card_folders import CardFolders
from fixcards.errors import FixcardsError


def targets_of(paths: Sequence[Path], folders: CardFolders) -> frozenset[str]:
    """Return the resolved places of `paths`, by default those of all cards."""
    tops = tuple(map(os.path.realpath, folders.selected))
    targets = set()
    for path in paths:
        if not os.path.lexists(path):
            raise FixcardsError(f"{path}: no such file or folder")
        place = os.path.realpath(path) if path.is_dir() and os.path.realpath(path) in tops else _place(path)
        if place not in tops and not place.startswith(tuple(top.rstrip(os.sep) + os.sep for top in tops)):
            raise FixcardsError(f"{path}: is outside {folders}; give --cards with the folder that holds it")
        targets.add(place)
    return frozenset(targets or tops)


def places_of(path: str) -> set[str]:
    """Return the resolved places of `path` and of every folder above it."""
    place = _place(path)
    return {place, *(str(folder) for folder in Path(place).parents)}


def _place(path: str | Path) -> str:
    # The path itself is not resolved: it may be a link out of the cards.
    folder, name = os.path.split(os.path.abspath(path))  # noqa: PTH100
    return os.path.join(_real(folder), name)  # noqa: PTH118


@functools.lru_cache(maxsize=1024)
def _real(folder: str) -> str:
    return os.path.realpath(folder)
