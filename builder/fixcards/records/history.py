"""The order in which cards were added, from the history of the repository."""

from __future__ import annotations

from pathlib import Path

from fixcards.git import git_output_or_none
from fixcards.records.library import Library


def ids_by_age(library: Library) -> list[str]:
    """Return the ids of the cards, the last added first; those of further folders follow, each in its own order.

    A card that isn't committed yet is the newest. Where there is no git or no history, the order is by id.
    """
    ids: list[str] = []
    for root in library.roots:
        order = {path: position for position, path in enumerate(_added(root))}
        own = [card_id for card_id in library.files if library.root_of(card_id) == root]
        ids += sorted(own, key=lambda card_id: (order.get(library.files[card_id], -1), card_id))
    return ids


def _added(root: Path) -> list[str]:
    """Return the paths of all files ever added below `root`, the newest first, each once."""
    log = git_output_or_none(root, "log", "--diff-filter=A", "--no-renames", "--name-only", "--format=", "-z",
                             "--relative", "--", "*.yaml")  # fmt: skip
    paths = (path.strip("\n") for path in (log or "").split("\0"))
    return list(dict.fromkeys(path for path in paths if path))
