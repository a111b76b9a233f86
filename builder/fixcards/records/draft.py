"""Drafts: cards with problems that don't touch what is run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from fixcards.records.card import Card
from fixcards.records.evidence import EVIDENCE_SUFFIX
from fixcards.records.library import Library
from fixcards.records.record import RecordReader, display_path
from fixcards.records.rules.text import MAX_BYTES
from fixcards.records.yaml_document import YamlDocument

_UNWRITTEN = "Not written yet."
_RUN = ("package", "ecosystem", "discovery", "issue", "versions", "signature", "reproduction")
"""Keys of a card that decide what is run and how it is judged."""
_RUN_OF_FIX = ("kind", "install", "requires", "code")
_DISPLAY_ONLY = ("traceback", "frames")
_UNREADABLE = "FC03"
"""Codes of hidden characters: what a person has read is not what would run."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A card file with problems; `card` is None where they touch what is run."""

    path: Path
    card: Card | None
    reason: str = ""
    """Where there is no card: the first problem."""


def drafts(library: Library) -> Iterator[Draft]:
    """Yield each card file of a library that has problems, with what of it can be run.

    Texts that are missing or wrong are left open. Evidence of a draft stays good when they are written: prose is no
    part of the digest.
    """
    good = {display_path(library.path_of(card_id)) for card_id in library.files}
    for path in library.paths:
        if path not in good and path.endswith(".yaml") and not path.lower().endswith(EVIDENCE_SUFFIX):
            yield read_draft(library.root, Path(path))


def read_draft(root: Path, path: Path) -> Draft:
    """Return the draft in one file below `root`."""
    reader = RecordReader(root)
    document = reader.parse_yaml(path, reader.read_bytes(path, MAX_BYTES))
    if document is None or any(problem.code.startswith(_UNREADABLE) for problem in reader.problems):
        return Draft(path, None, min(map(str, sorted(reader.problems)), default="can't be read"))
    try:
        return Draft(path, Card.model_validate(document.data))
    except ValidationError:
        reader.validate(path, document)
    try:
        return Draft(path, Card.model_validate(_run_only(document.data)))
    except ValidationError as error:
        lines = {_line(document, each) for each in error.errors()}
        problems = sorted(reader.problems)
        return Draft(path, None, str(next((each for each in problems if each.line in lines), problems[0])))


def _line(document: YamlDocument, error: ErrorDetails) -> int:
    """Return the line at which the check reports an error of the model."""
    if error["type"] == "missing":
        return document.position(error["loc"][:-1], key=True).line
    return document.position(error["loc"]).line


def _run_only(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data of a card with only what is run, and the rest left open."""
    reduced = {key: data[key] for key in _RUN if key in data}
    if isinstance(signature := reduced.get("signature"), Mapping):
        reduced["signature"] = {key: value for key, value in signature.items() if key not in _DISPLAY_ONLY}
    fixes = data.get("fixes")
    texts = {"title": _UNWRITTEN, "body": _UNWRITTEN, "avoid_when": _UNWRITTEN}
    if isinstance(fixes, list) and fixes and all(isinstance(fix, Mapping) for fix in fixes):
        reduced["fixes"] = [{**texts, **{key: fix[key] for key in _RUN_OF_FIX if key in fix}} for fix in fixes]
    else:
        reduced["fixes"] = [{**texts, "kind": "workaround"}]
    prose = dict.fromkeys(("title", "symptom", "trigger", "mechanism"), _UNWRITTEN)
    return {**prose, "category": "crash", "prevention": [_UNWRITTEN], **reduced}
