"""When cards were added, as the repository's history tells."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path


def ids_by_age(root: Path, files: Mapping[str, str]) -> list[str]:
    """Return the ids of `files` (paths below `root`), the last added first.

    A card that isn't committed yet is the newest. Where there is no git or no history, the order is by id.
    """
    order = {path: at for at, path in enumerate(_added(root))}
    return sorted(files, key=lambda card_id: (order.get(files[card_id], -1), card_id))


def _added(root: Path) -> list[str]:
    """Return the paths of all files ever added below `root`, the newest first, each once."""
    command = ["git", "-C", str(root), "log", "--diff-filter=A", "--no-renames", "--name-only", "--format=", "-z",
               "--relative", "--", "*.yaml"]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=60)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return []
    paths = done.stdout.decode("utf-8", "replace").split("\0") if done.returncode == 0 else []
    return list(dict.fromkeys(path.strip("\n") for path in paths if path.strip("\n")))
