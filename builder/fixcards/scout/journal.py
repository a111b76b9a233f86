"""The journal of a run: one line for each step that is done, on the disk before the next one begins.

A program that was killed goes on from it: nothing that is in it is done again. A line that the kill cut off is removed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, TextIO

from pydantic import TypeAdapter, ValidationError

from fixcards.errors import FixcardsError
from fixcards.files import locked
from fixcards.scout.task import TaskResult

NAME = "journal.jsonl"
_FORMAT = 1
_END = {"end": True}
"""The line of a run that is done."""
_RESULT: TypeAdapter[TaskResult] = TypeAdapter(TaskResult)


class Journal:
    """The open journal of a folder. `results` are those of all tasks that are done, by `task_key`."""

    def __init__(self, file: TextIO, head: dict[str, Any], results: dict[str, TaskResult]) -> None:
        self._file = file
        self.head = head
        self.results = results
        self.is_finished = False

    def add(self, key: str, result: TaskResult) -> None:
        """Enter the result of a task. It is on the disk when this returns."""
        data = _RESULT.dump_python(result, mode="json", exclude_defaults=True)
        self._write({"task": key, **data})
        self.results[key] = result

    def finish(self) -> None:
        """Enter that every task is done: a run that starts on a later day begins a journal of its own."""
        if not self.is_finished:
            self._write(_END)
            self.is_finished = True

    def _write(self, entry: dict[str, Any]) -> None:
        self._file.write(json.dumps(entry, separators=(",", ":")) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def begin(self, head: dict[str, Any]) -> None:
        """Write the first line of a new journal."""
        self.head = {"format": _FORMAT, **head}
        self._write(self.head)


@contextmanager
def open_journal(folder: Path, today: date, settings: dict[str, Any]) -> Iterator[Journal]:
    """Open the journal of a folder, or begin one; `settings` are those on which results depend.

    A journal has the day that it is about, so that a run that goes on later asks about the same one; one that is
    finished and about an earlier day makes room, under a name with that day. Raises
    `FixcardsError` where another program writes it, or where it is of a run with other settings.
    """
    path = folder / NAME
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder / f"{NAME}.lock", wait=False) as acquired:
        if not acquired:
            raise FixcardsError(f"{path}: another run writes it; wait for its end, or give another --output")
        entries = list(_entries(path))
        if entries and entries[-1] == _END and str(entries[0].get("today")) < today.isoformat():
            path.rename(folder / f"journal-{entries[0].get('today')}.jsonl")
            entries = []
        with path.open("a", encoding="utf-8") as file:
            if not entries:
                journal = Journal(file, {}, {})
                journal.begin({"today": today.isoformat(), **settings})
            else:
                journal = Journal(
                    file, entries[0], dict(_results([each for each in entries[1:] if each != _END], path))
                )
                journal.is_finished = entries[-1] == _END
            differing = [name for name, value in settings.items() if journal.head.get(name) != value]
            if journal.head.get("format") != _FORMAT or differing:
                names = ", ".join(differing) or "another version of the program"
                raise FixcardsError(f"{path}: is of a run with other settings ({names}); give another --output")
            yield journal


def _results(entries: list[dict[str, Any]], path: Path) -> Iterator[tuple[str, TaskResult]]:
    try:
        for entry in entries:
            yield str(entry.pop("task")), _RESULT.validate_python(entry)
    except (KeyError, ValidationError) as error:
        raise FixcardsError(f"{path}: a line is no result ({type(error).__name__}); give another --output") from None


def _entries(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the lines of a journal. What follows the last whole line is cut off."""
    try:
        with path.open("r+b") as file:
            end = 0
            for line in file:
                if not line.endswith(b"\n"):
                    file.truncate(end)
                    return
                end += len(line)
                yield json.loads(line)
    except FileNotFoundError:
        return
    except ValueError:
        raise FixcardsError(f"{path}: a line is no JSON; give another --output") from None
