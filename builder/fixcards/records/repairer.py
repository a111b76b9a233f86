"""The repairs of a folder of cards: what `fixcards check --fix` changes, as new contents and paths of files."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Sequence
from functools import partial
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from fixcards.errors import FixcardsError
from fixcards.files import atomic_write, read_regular
from fixcards.records.problem import Problem
from fixcards.records.record import Content, RecordReader, evidence_path, read_content
from fixcards.records.repair import MoveCard, Repair, repaired_text
from fixcards.records.rules.rule import is_blocking
from fixcards.records.rules.text import MAX_BYTES
from fixcards.records.schema import SCHEMAS, schema_text
from fixcards.worker_pool import WorkerPool

_MAX_REPAIRS = 500
"""Repairs of one file."""
_PLACE_RULES = frozenset({"FC201", "FC202", "FC203"})


class RepairedFile(NamedTuple):
    """One file as it is and as it is to be; paths are below the folder of the cards."""

    path: str
    new_path: str
    before: bytes
    after: bytes
    repairs: tuple[Problem, ...]
    """What was wrong, with what was done as the hint."""

    def diff(self) -> Iterator[str]:
        """Yield the lines of the change as `git apply` takes them, without line ends, from the folder of the cards."""
        yield f"diff --git a/{self.path} b/{self.new_path}"
        if self.path != self.new_path:
            yield from (f"rename from {self.path}", f"rename to {self.new_path}")
        before, after = (
            StringIO(text.decode("utf-8", "replace"), newline="\n").readlines() for text in (self.before, self.after)
        )
        for line in difflib.unified_diff(before, after, f"a/{self.path}", f"b/{self.new_path}"):
            yield line.removesuffix("\n")
            if not line.endswith("\n"):
                yield "\\ No newline at end of file"

    def write(self, root: Path) -> None:
        """Write the file, or raise `FixcardsError` where it was changed meanwhile or another file is in the way."""
        path, new_path = root / self.path, root / self.new_path
        if read_regular(path, len(self.before) + 1) != self.before:
            raise FixcardsError(f"{path}: was changed meanwhile, and is left as it is; try again")
        if self.after != self.before:
            atomic_write(path, self.after, mode=path.stat().st_mode & 0o777)
        if new_path != path:
            _move(path, new_path)


def repaired_files(
    root: Path, problems: Sequence[Problem], pool: WorkerPool, tracker_hosts: Sequence[str] = ()
) -> Iterator[RepairedFile]:
    """Yield each file with one of the problems for which there is a repair; nothing is written."""
    reader = RecordReader(root)
    paths = sorted({str(reader.relative(Path(problem.path))) for problem in problems})
    for name in SCHEMAS:
        path = f"{name}.schema.json"
        for problem in problems:
            if problem.code == "FC045" and str(reader.relative(Path(problem.path))) == path:
                done = problem._replace(hint="repaired: wrote it anew")
                raw = read_regular(root / path, MAX_BYTES)
                yield RepairedFile(path, path, raw, schema_text(name).encode(), (done,))
    cards = [path for path in paths if path.lower().endswith((".yaml", ".yml"))]
    taken: set[str] = set()
    for repaired in pool.run(partial(_repaired_cards, str(root), tracker_hosts=tuple(tracker_hosts)), cards):
        if repaired is None:
            continue
        if repaired.new_path in taken:  # two cards that belong to one place
            repaired = _in_place(repaired)  # noqa: PLW2901
        taken.add(repaired.new_path)
        if repaired.repairs:
            yield repaired


def _repaired_cards(root: str, paths: Sequence[str], *, tracker_hosts: Sequence[str]) -> list[RepairedFile | None]:
    return [_repaired_card(Path(root), path, tracker_hosts) for path in paths]


def _repaired_card(root: Path, path: str, tracker_hosts: Sequence[str]) -> RepairedFile | None:
    """Return a card with every repair that can be done, None where there is none."""
    evidence = evidence_path(root / path)
    content = read_content(str(root), path, None)
    if content is None or len(content.card) > MAX_BYTES:
        return None
    raw_evidence = read_content(str(root), str(Path(path).with_name(evidence.name)), None)
    text = content.card
    repairs: list[Problem] = []
    refused: set[tuple[str, Repair]] = set()
    while len(repairs) < _MAX_REPAIRS:
        reader = RecordReader(root, tracker_hosts)
        new = Content(b"", text, raw_evidence.card if raw_evidence else None)
        reader.examine(root / path, evidence if raw_evidence else None, new)
        for problem, repair in reader.repairs:
            after = None if (problem.code, repair) in refused else repaired_text(text.decode(), repair)
            if after is not None and len(after.encode()) <= MAX_BYTES:
                text = after.encode()
                repairs.append(problem._replace(hint=f"repaired: {repair}"))
                break
            refused.add((problem.code, repair))
        else:
            break
    new_path, moved = _new_place(root, path, reader)
    repairs += moved
    return RepairedFile(path, new_path, content.card, text, tuple(repairs)) if repairs else None


def _new_place(root: Path, path: str, reader: RecordReader) -> tuple[str, list[Problem]]:
    """Return where a card belongs that has no other fault than its place, with the problem that this repairs.

    One that has other faults may lie in the right place and have the wrong `package`.
    """
    if any(is_blocking(problem.code) and problem.code not in _PLACE_RULES for problem in reader.problems):
        return path, []
    for problem, repair in reader.repairs:
        if isinstance(repair, MoveCard) and not _in_the_way(root / path, root / repair.path):
            return repair.path, [problem._replace(hint=f"repaired: {repair}")]
    return path, []


def _in_place(repaired: RepairedFile) -> RepairedFile:
    repairs = tuple(each for each in repaired.repairs if each.code not in _PLACE_RULES)
    return repaired._replace(new_path=repaired.path, repairs=repairs)


def _in_the_way(path: Path, new_path: Path) -> bool:
    """Return whether a card can't go to a path, since something is there, or its folder is a link or a file."""
    folder = new_path.parent
    blocked = folder.is_symlink() or (folder.exists() and not folder.is_dir())
    places = {new_path, evidence_path(new_path)} - {evidence_path(path)}  # next to `7.yml` its evidence is right
    return blocked or any(map(os.path.lexists, places))


def _move(path: Path, new_path: Path) -> None:
    if _in_the_way(path, new_path):
        raise FixcardsError(f"{new_path}: something is there already; {path} stays where it is")
    new_path.parent.mkdir(parents=True, exist_ok=True)
    evidence = evidence_path(path)
    path.rename(new_path)
    if evidence.is_file() and not evidence.is_symlink():
        evidence.rename(evidence_path(new_path))
    if not any(path.parent.iterdir()):
        path.parent.rmdir()
