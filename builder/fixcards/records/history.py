"""The order in which cards were added, from the history of the repository."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from fixcards.git import git_output_or_none


def ids_by_age(root: Path, files: Mapping[str, str]) -> list[str]:
    """Return the ids of `files` (paths below `root`), the last added first.

    A card that isn't committed yet is the newest. Where there is no git or no history, the order is by id.
    """
    order = {path: position for position, path in enumerate(_added(root))}
    return sorted(files, key=lambda card_id: (order.get(files[card_id], -1), card_id))


def _added(root: Path) -> list[str]:
    """Return the paths of all files ever added below `root`, the newest first, each once."""
    log = git_output_or_none(root, "log", "--diff-filter=A", "--no-renames", "--name-only", "--format=", "-z",
                             "--relative", "--", "*.yaml")  # fmt: skip
    paths = (path.strip("\n") for path in (log or "").split("\0"))
    return list(dict.fromkeys(path for path in paths if path))
