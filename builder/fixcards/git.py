"""Questions to the user's git."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from fixcards.errors import FixcardsError

_TIMEOUT_SECONDS = 60


def git_output(folder: Path, *arguments: str) -> str:
    """Return the output of `git` with `arguments` in `folder`; names of files are decoded as the file system does.

    Raises `FixcardsError` with git's own last line where it fails, and where there is no git.
    """
    try:
        done = subprocess.run(  # noqa: S603
            ["git", "-C", str(folder), *arguments],  # noqa: S607 - the user's git
            capture_output=True,
            check=False,
            timeout=_TIMEOUT_SECONDS,
        )
    except OSError as error:
        raise FixcardsError(f"git can't be run: {error.strerror}") from None
    except subprocess.TimeoutExpired:
        raise FixcardsError(f"git {arguments[0]}: no answer after {_TIMEOUT_SECONDS} s") from None
    if done.returncode:
        lines = os.fsdecode(done.stderr).splitlines() or [f"exit status {done.returncode}"]
        raise FixcardsError(f"git {arguments[0]}: {lines[-1]}")
    return os.fsdecode(done.stdout)


def git_output_or_none(folder: Path, *arguments: str) -> str | None:
    """Return the same, or None where git fails: for what the program can do without."""
    try:
        return git_output(folder, *arguments)
    except FixcardsError:
        return None
