"""Looks up the name that a failure misses in both releases of the culprit: whether it was there, and where it went."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from fixcards.scout.contents import contents_of, top_level_modules
from fixcards.scout.culprit import CulpritRuns
from fixcards.scout.finding import PYTHON, VanishedName
from fixcards.scout.inside import lookup
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
_PROGRAM = Path(lookup.__file__)


@dataclass(frozen=True, slots=True)
class _Missing:
    kind: Literal["module", "attribute", "argument"]
    module: str
    owner: str
    name: str


def vanished_name(replay: Replay, runs: CulpritRuns) -> VanishedName | None:
    """Return the name that the culprit's last good release has and its first bad one hasn't; None where none is seen.

    Nothing is concluded from the message alone: both releases are asked, or both interpreters for their standard
    libraries.
    """
    missing = missing_name(replay.broken.signature.error)
    if missing is None or runs.culprit.package == replay.broken.package:
        return None
    code = _PROGRAM.read_text(encoding="utf-8")
    answers: list[tuple[bool, list[str]]] = []
    folders: list[str] = []
    for side in (runs.control, runs.suspect):
        try:
            with replay.runner.ready(replay.spec(side), replay.cost) as environment:
                # Those that the last good release has, too: a whole one may be what is gone.
                offered = _offered(environment.venv, runs.culprit.package, missing)
                folders += [each for each in offered if each not in folders]
                question = json.dumps([missing.kind, missing.module, missing.owner, missing.name, folders])
                output = environment.run(code, {"question.json": question}).output
        except EnvironmentUnavailable:
            return None
        answer = _answer(output)
        # Only the first answer, that of the control, decides it: what is gone is among the suspect's no more.
        if answer is None or (missing.module and not _belongs(missing.module, folders)):
            return None
        answers.append(answer)
    (before, where), (after, now) = answers
    return _vanished(missing, where, now) if before and not after else None


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


def missing_name(error: str) -> _Missing | None:
    """Return the name that an error says is missing, None where it says none."""
    for kind, pattern in _PATTERNS:
        if match := pattern.search(error):
            groups = match.groupdict()
            owner = groups.get("owner") or ""
            return _Missing(kind, groups.get("module") or "", owner, groups.get("name") or "")
    return None


def _belongs(module: str, folders: list[str]) -> bool:
    """Return whether a module is one of the culprit's."""
    return any(module == folder or module.startswith(f"{folder}.") for folder in folders)


def _answer(output: str) -> tuple[bool, list[str]] | None:
    for line in output.splitlines():
        if line.startswith(lookup.MARK):
            try:
                answer = json.loads(line[len(lookup.MARK) :])
                return bool(answer["there"]), [str(each) for each in answer["where"]]
            except (ValueError, KeyError, TypeError):
                return None
    return None
