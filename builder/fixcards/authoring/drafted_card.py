"""A drafted card with its evidence, which was executed as `fixcards verify` does, and is written at the very end."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from fixcards.authoring.yaml_writer import Plain, card_text
from fixcards.errors import FixcardsError
from fixcards.files import atomic_write
from fixcards.records.card import Card
from fixcards.records.evidence import EVIDENCE_SUFFIX, Evidence, evidence_text, run_digest
from fixcards.records.problem import Problem
from fixcards.records.record import Content, RecordReader, display_path
from fixcards.records.verdict import Judgement, judge
from fixcards.verify.card_runner import RunSettings, today
from fixcards.verify.execution import execute


class StoppedError(FixcardsError):
    """There is nothing to be made: a card exists, or the runs show no failure. A result, not a fault."""


@dataclass(frozen=True)
class DraftedCard:
    """A drafted card with its evidence; nothing of it is written yet."""

    root: Path
    path: Path
    card: Card
    text: str
    evidence: Evidence | None
    judgement: Judgement
    problems: tuple[Problem, ...]
    """What `fixcards check` will say, the texts that only a person can write among it."""
    warnings: tuple[str, ...]
    runs: int
    """Programs that were executed for it."""
    replaces: tuple[Path, ...] = ()
    """Files that are removed once it is written: those of the found card in whose place it is."""

    @property
    def evidence_path(self) -> Path:
        """The file for its evidence."""
        return self.path.with_name(self.path.stem + EVIDENCE_SUFFIX)

    def write(self) -> None:
        """Write card and evidence, or neither, then remove what it replaces.

        Raises `StoppedError` where a card is there already.
        """
        need_free(self.path)
        try:
            atomic_write(self.path, self.text.encode(), durable=True)
            if self.evidence is not None:
                atomic_write(self.evidence_path, evidence_text(self.evidence).encode(), durable=True)
        except BaseException:
            self.path.unlink(missing_ok=True)
            self.evidence_path.unlink(missing_ok=True)
            raise
        for path in self.replaces:
            path.unlink(missing_ok=True)


def execute_draft(
    root: Path,
    path: Path,
    record: Mapping[str, Plain],
    settings: RunSettings,
    stop: threading.Event | None = None,
    warnings: tuple[str, ...] = (),
    runs: int = 0,
) -> DraftedCard:
    """Execute a record that is to stand at `path`, below `root`. `runs` is the number of programs run for it before.

    Where the same one was executed today, its evidence comes from the cache.
    """
    content = card_text(record).encode()
    card = Card.model_validate(as_read(record))
    evidence, executed = _evidence(card, settings, stop)
    judgement = judge(card, evidence, today())
    if evidence.isolation == "none":
        warnings = (*warnings, "runs without isolation are no evidence, so none is written")
    stored = None if evidence.isolation == "none" else evidence
    files = Content(b"", content, evidence_text(stored).encode() if stored else None)
    evidence_path = path.with_name(path.stem + EVIDENCE_SUFFIX) if stored else None
    result = RecordReader(root, settings.tracker_hosts).read(path, evidence_path, files)
    problems = tuple(
        Problem(display_path(evidence_path if of_evidence and evidence_path else path), line, column, code, text, hint)
        for of_evidence, line, column, code, text, hint in result.record.problems
    )
    return DraftedCard(root, path, card, content.decode(), stored, judgement, problems, warnings, runs + executed)


def need_free(path: Path) -> None:
    """Raise `StoppedError` where a card is there already."""
    if path.exists() or path.is_symlink():
        raise StoppedError(f"{display_path(path)}: there is a card of this issue already; correct that one")


def _evidence(card: Card, settings: RunSettings, stop: threading.Event | None) -> tuple[Evidence, int]:
    """Return the evidence of a card, from the cache where the same one was executed today, and how often it ran.

    Where repetitions differed, as on a machine with too much to do, it is executed again.
    """
    place = settings.cache / "drafts" / f"{run_digest(card)}-{settings.isolation}.json"
    with suppress(OSError, ValidationError):
        evidence = Evidence.model_validate_json(place.read_bytes())
        if evidence.last_verified == today() and not any(run.flaky for run in evidence.runs):
            return evidence, 0
    evidence = execute(card, settings, stop)
    atomic_write(place, evidence_text(evidence).encode())
    return evidence, sum(len(run.repetitions) for run in evidence.runs)


def as_read(record: Mapping[str, Plain]) -> dict[str, object]:
    """Return a record as the YAML reader would: with lists, and days as text."""
    return dict(json.loads(json.dumps(record, default=str)))
