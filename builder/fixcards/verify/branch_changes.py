"""The files below a folder of cards that a branch has changed, as git tells."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from fixcards.errors import FixcardsError
from fixcards.git import git_output, git_output_or_none

FileChange = Literal["new", "changed", "deleted"]


@dataclass(frozen=True, slots=True)
class BranchChanges:
    """What differs from the commit where the current branch left its base, uncommitted changes included."""

    root: Path
    fork: str
    """The commit where the branch left its base."""
    files: Mapping[str, FileChange]
    """Each file that differs, by its path below `root` with `/` on every system. A renamed file is deleted and new."""

    def content_at_fork(self, path: str) -> bytes | None:
        """Return the bytes that a file had at the fork, None where it wasn't there."""
        text = git_output_or_none(self.root, "show", f"{self.fork}:./{path}")
        return None if text is None else os.fsencode(text)


def branch_changes(root: Path, base: str) -> BranchChanges:
    """Return the changes of the current branch below `root`, compared with `base`; empty for the main branch.

    Raises `FixcardsError` where git can't compare.
    """
    fork = git_output(root, "merge-base", base or _default_base(root), "HEAD").strip()
    words = git_output(root, "diff", "--no-renames", "--name-status", "-z", "--relative", fork, "--", ".").split("\0")
    files: dict[str, FileChange] = {
        path: "new" if letter == "A" else "changed" for letter, path in zip(words[::2], words[1::2], strict=False)
    }
    for path in git_output(root, "ls-files", "--others", "--exclude-standard", "-z", "--", ".").split("\0"):
        if path:
            files.setdefault(path, "new")
    for path in files:
        if not os.path.lexists(root / path):
            files[path] = "deleted"
    return BranchChanges(root, fork, files)


def _default_base(root: Path) -> str:
    """Return the branch from which others start: the remote's default, else a local `main` or `master`."""
    for name in ("origin/HEAD", "origin/main", "main", "master"):
        if commit := git_output_or_none(root, "rev-parse", "--verify", "--quiet", name):
            return commit.strip()
    raise FixcardsError("there is no main branch to compare with; name one")
