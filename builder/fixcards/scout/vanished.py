"""Looks up the name that a failure misses in both releases of the culprit: whether it was there, and where it went."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from fixcards.scout.contents import contents_of, top_level_modules
from fixcards.scout.culprit import CulpritRuns
from fixcards.scout.finding import PYTHON, VanishedName
from fixcards.scout.inside import lookup
from fixcards.scout.probe_runner import ReadyEnvironment
from fixcards.scout.replay import Replay
from fixcards.verify.unavailable import EnvironmentUnavailable

_PATTERNS: tuple[tuple[Literal["module", "attribute", "argument"], re.Pattern[str]], ...] = (
    (
        "attribute",
        re.compile(r"cannot import name '(?P<name>\w+)' from (?:partially initialized module )?'(?P<module>[\w.]+)'"),
    ),
    ("attribute", re.compile(r"module '(?P<module>[\w.]+)' has no attribute '(?P<name>\w+)'")),
    ("attribute", re.compile(r"type object '(?P<owner>\w+)' has no attribute '(?P<name>\w+)'")),
    ("attribute", re.compile(r"'(?P<owner>\w+)' object has no attribute '(?P<name>\w+)'")),
    ("argument", re.compile(r"(?P<owner>[\w.]+)\(\) got an unexpected keyword argument '(?P<name>\w+)'")),
    ("module", re.compile(r"No module named '(?P<module>[\w.]+)'")),
)
_ERROR_LINE = re.compile(r"[A-Za-z_][\w.]*Error: ")
_PROGRAM = Path(lookup.__file__)
MAX_NAMES = 3
"""Names that are looked up, of the failure and of those that it follows from."""
_Answer: TypeAlias = "tuple[bool, list[str]] | None"


@dataclass(frozen=True, slots=True)
class _Missing:
    kind: Literal["module", "attribute", "argument"]
    module: str
    owner: str
    name: str


def vanished_name(replay: Replay, runs: CulpritRuns) -> VanishedName | None:
    """Return the name that the culprit's last good release has and its first bad one hasn't; None where none is seen.

    Nothing is concluded from a message alone: both releases are asked, or both interpreters for their standard
    libraries. Where the failure follows from others, as when something is tried in place of a module that is gone, the
    last of them that names what is gone counts.
    """
    broken = replay.broken
    missing = missing_names(broken.signature.error, broken.suspect.output)
    if not missing or runs.culprit.package == broken.package:
        return None
    answers: list[list[_Answer]] = []
    folders: dict[_Missing, tuple[str, ...]] = dict.fromkeys(missing, ())
    with suppress(EnvironmentUnavailable):
        for side in (runs.control, runs.suspect):
            with replay.runner.ready(replay.spec(side), replay.cost) as environment:
                for each in missing:
                    # Those that the last good release has, too: a whole one may be what is gone.
                    offered = _offered(environment.venv, runs.culprit.package, each)
                    folders[each] = tuple(dict.fromkeys((*folders[each], *offered)))
                answers.append([_ask(environment, each, folders[each]) for each in missing])
    if len(answers) < 2:
        return None
    for each, before, after in zip(missing, *answers, strict=True):
        if before is not None and after is not None and before[0] and not after[0]:
            return _vanished(each, before[1], after[1])
    return None


def _ask(environment: ReadyEnvironment, missing: _Missing, folders: tuple[str, ...]) -> _Answer:
    """Return whether a name is there, with the modules that define it; None for one of a package that isn't asked."""
    if missing.module and not _belongs(missing.module, folders):
        return None
    question = json.dumps([missing.kind, missing.module, missing.owner, missing.name, folders])
    return _answer(environment.run(_PROGRAM.read_text(encoding="utf-8"), {"question.json": question}).output)


def _offered(venv: Path, culprit: str, missing: _Missing) -> tuple[str, ...]:
    """Return the top-level modules of the culprit, or that of the standard library in which the name is missing."""
    if culprit != PYTHON:
        return contents_of(venv, culprit).modules
    top = missing.module.partition(".")[0]
    return (top,) if top and top not in top_level_modules(venv) else ()


def _vanished(missing: _Missing, where: list[str], now: list[str]) -> VanishedName:
    """Return the name, given the modules that had it before and those that have one of that name now."""
    if missing.kind == "argument":
        module = missing.module or (where[0] if where else "")
        return VanishedName("argument", module, missing.owner, missing.name)
    # Where it was before, too, it has not gone now; a private module is no place for a reader to take it from.
    new = [each for each in now if each not in where and not any(part.startswith("_") for part in each.split("."))]
    moved = new[0] if new and not missing.owner else None
    if missing.kind == "module":
        return VanishedName("module", missing.module, moved_to=moved)
    module = missing.module or (where[0] if where else "")
    name = f"{missing.owner}.{missing.name}" if missing.owner else missing.name
    return VanishedName("attribute", module, name, moved_to=moved)


def missing_names(error: str, output: str) -> list[_Missing]:
    """Return the names that an error says are missing, then those of the errors before it in the output, last first."""
    lines = [error, *(line for line in reversed(output.splitlines()) if _ERROR_LINE.match(line))]
    names = dict.fromkeys(name for name in map(_missing_name, lines) if name is not None)
    return list(names)[:MAX_NAMES]


def _missing_name(error: str) -> _Missing | None:
    for kind, pattern in _PATTERNS:
        if match := pattern.search(error):
            groups = match.groupdict()
            owner = groups.get("owner") or ""
            return _Missing(kind, groups.get("module") or "", owner, groups.get("name") or "")
    return None


def _belongs(module: str, folders: tuple[str, ...]) -> bool:
    """Return whether a module is one of the culprit's."""
    return any(module == folder or module.startswith(f"{folder}.") for folder in folders)


def _answer(output: str) -> _Answer:
    for line in output.splitlines():
        if line.startswith(lookup.MARK):
            try:
                answer = json.loads(line[len(lookup.MARK) :])
                return bool(answer["there"]), [str(each) for each in answer["where"]]
            except (ValueError, KeyError, TypeError):
                return None
    return None
