"""`fixcards check --fix`: repairs are listed on the error stream, since the output has the problems that are left."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from fixcards.cli.card_folders import CardFolders
from fixcards.cli.terminal import echo
from fixcards.errors import FixcardsError
from fixcards.records.problem import Problem
from fixcards.records.repairer import RepairedFile, repaired_files
from fixcards.worker_pool import WorkerPool


def repair(folders: CardFolders, problems: Sequence[Problem], pool: WorkerPool, *, write: bool) -> int:
    """Repair the files that have some of the problems, or print the change, and return the number of repairs."""
    done, files = 0, 0
    for root, file in _repaired(folders, problems, pool):
        if write:
            try:
                file.write(root)
            except (FixcardsError, OSError) as error:  # the others are repaired all the same
                echo(f"fixcards: {error}", err=True)
                continue
        else:
            for line in file.diff():
                echo(line)
        for problem in file.repairs:
            echo(str(problem), err=True)
        done += len(file.repairs)
        files += 1
    verb = "repaired" if write else "could be repaired"
    echo(
        f"{done:,} {'problem' if done == 1 else 'problems'} {verb} in {files:,} {'file' if files == 1 else 'files'}",
        err=True,
    )
    return done


def _repaired(
    folders: CardFolders, problems: Sequence[Problem], pool: WorkerPool
) -> Iterator[tuple[Path, RepairedFile]]:
    """Yield each file that can be repaired, with the folder that it lies in."""
    for root in folders.selected:
        top = os.path.abspath(root) + os.sep  # noqa: PTH100 - as problems name it: resolve() would follow links
        own = [each for each in problems if os.path.abspath(each.path).startswith(top)]  # noqa: PTH100
        yield from ((root, file) for file in repaired_files(root, own, pool, folders.tracker_hosts))
