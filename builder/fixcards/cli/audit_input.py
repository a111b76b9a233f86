"""What `fixcards audit` looks at: a lock, a list on standard input, a file of a git revision, an installation."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from fixcards.audit.environment import AuditedEnvironment
from fixcards.audit.installed import installed, interpreter_at, this_interpreter, virtual_environment
from fixcards.audit.locks import PROJECT_LOCKS, read_lock
from fixcards.audit.target import TargetChoice
from fixcards.cli.terminal import echo
from fixcards.errors import FixcardsError
from fixcards.files import atomic_write, read_regular
from fixcards.git import git_output

MAX_LOCK_BYTES = 64 << 20
STANDARD_INPUT = "-"
_BASELINE_FORMAT = 1


def environment_of(lock: str, choice: TargetChoice) -> AuditedEnvironment:
    """Return the environments of a lock as it was typed: a path, `-`, or `REVISION:PATH` of the git repository here.

    Raises `FixcardsError` where it can't be read.
    """
    if lock == STANDARD_INPUT:
        return read_lock(_standard_input(), "standard input", choice)
    path = Path(lock)
    if path.is_dir():
        return default_environment(path, choice)
    if path.exists():
        return read_lock(_content(path), lock, choice, lock)
    revision, colon, place = lock.partition(":")
    if colon and revision and place:
        text = git_output(Path(), "cat-file", "blob", "--", f"{revision}:{_from_top(place)}")
        return read_lock(os.fsencode(text), lock, choice, "")
    raise FixcardsError(f"{lock}: no such file; give a lock, `-` for standard input, or REVISION:PATH")


def default_environment(folder: Path, choice: TargetChoice) -> AuditedEnvironment:
    """Return the lock of the project in a folder.

    Without one it is the active virtual environment, that in the folder `.venv`, or what is installed for the
    interpreter that runs the program.
    """
    for name in PROJECT_LOCKS:
        if (folder / name).is_file():
            path = os.path.normpath(folder / name)
            return read_lock(_content(Path(path)), path, choice, path)
    active = os.environ.get("VIRTUAL_ENV")
    for place in (*([Path(active)] if active else []), folder / ".venv"):
        environment = virtual_environment(place)
        if environment is not None:
            return installed(environment)
    return installed(this_interpreter())


def installed_for(python: Path) -> AuditedEnvironment:
    """Return the environment of an interpreter, or of the folder of a virtual environment."""
    return installed(interpreter_at(python))


def _content(path: Path) -> bytes:
    content = read_regular(path, MAX_LOCK_BYTES + 1)
    if len(content) > MAX_LOCK_BYTES:
        raise FixcardsError(f"{path}: has more than {MAX_LOCK_BYTES >> 20} MiB, which no lock has")
    return content


def _standard_input() -> bytes:
    if sys.stdin.isatty():
        echo("Paste a lock or the output of pip freeze, then end the input.", err=True)
    content = sys.stdin.buffer.read(MAX_LOCK_BYTES + 1)
    if len(content) > MAX_LOCK_BYTES:
        raise FixcardsError(f"standard input: has more than {MAX_LOCK_BYTES >> 20} MiB, which no lock has")
    return content


def _from_top(place: str) -> str:
    """Return a path for git relative to the folder here, as users type paths."""
    return place if place.startswith(("./", "../", "/")) else f"./{place}"


def read_baseline(path: Path) -> list[str]:
    """Return the ids of a baseline file. Raises `FixcardsError` where it isn't one."""
    try:
        data = json.loads(_content(path).decode())
    except (ValueError, RecursionError) as error:
        raise FixcardsError(f"{path}: is no JSON: {error}") from None
    ids = data.get("ignored") if isinstance(data, dict) and data.get("format") == _BASELINE_FORMAT else None
    if not isinstance(ids, list) or not all(isinstance(each, str) for each in ids):
        raise FixcardsError(f"{path}: is no baseline; write it with --write-baseline {path}")
    return ids


def write_baseline(path: Path, ids: Sequence[str]) -> None:
    """Write a baseline file, an id a line."""
    data = {"format": _BASELINE_FORMAT, "ignored": sorted(set(ids))}
    atomic_write(path, (json.dumps(data, indent=2) + "\n").encode())
