"""Lock formats, one module each."""

from __future__ import annotations

from pathlib import PurePath

from fixcards.audit.environment import AuditedEnvironment
from fixcards.audit.locks.interface import LockError, LockFormat
from fixcards.audit.locks.pdm_lock import PdmLock
from fixcards.audit.locks.pip_list import PipList, PipListJson
from fixcards.audit.locks.pipfile_lock import PipfileLock
from fixcards.audit.locks.poetry_lock import PoetryLock
from fixcards.audit.locks.pylock import Pylock
from fixcards.audit.locks.requirements import Requirements
from fixcards.audit.locks.uv_lock import UvLock
from fixcards.audit.target import TargetChoice
from fixcards.errors import FixcardsError

FORMATS: tuple[LockFormat, ...] = (
    UvLock(),
    Pylock(),
    PoetryLock(),
    PdmLock(),
    PipfileLock(),
    PipListJson(),
    Requirements(),
    PipList(),
)
"""Every format, those that are told by their text first before those that more texts fit."""
PROJECT_LOCKS = ("uv.lock", "pylock.toml", "poetry.lock", "pdm.lock", "Pipfile.lock", "requirements.txt")
"""Locks of a project, by the order in which one is taken where a folder has several."""

__all__ = ["FORMATS", "PROJECT_LOCKS", "LockError", "read_lock"]


def read_lock(content: bytes, source: str, choice: TargetChoice, path: str = "") -> AuditedEnvironment:
    """Return the environments of a lock or a list: of the format that its name says, or else its text.

    Raises `FixcardsError` with the source where it can't be read.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FixcardsError(f"{source}: is not UTF-8") from None
    name = PurePath(path or source.rpartition(":")[2]).name
    used = next((each for each in FORMATS if each.is_name(name)), None)
    used = used or next(each for each in FORMATS if each.is_text(text))
    try:
        read = used.read(text, choice)
    except LockError as error:
        raise FixcardsError(f"{source}: {error}") from None
    return AuditedEnvironment(
        source, used.name, read.environments, tuple(map(str, read.without_release)), read.notes, path, read.roots
    )
