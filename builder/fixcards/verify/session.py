"""Executing many cards. A program that is killed loses at most the cards in progress."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from fixcards.errors import FixcardsError
from fixcards.files import atomic_write, locked
from fixcards.records.card import Card
from fixcards.records.evidence import EVIDENCE_SUFFIX, Evidence, evidence_text, run_digest
from fixcards.records.verdict import Judgement, judge
from fixcards.verify.card_runner import RunSettings, today
from fixcards.verify.comparison import differences, losses
from fixcards.verify.execution import execute
from fixcards.verify.outcome import signature_templates
from fixcards.verify.stable_evidence import keep_unchanged_values

JOURNAL_SECONDS = 24 * 3600
"""Age after which the journal of an interrupted session is ignored, so that its cards are executed again."""
_RETRY_SECONDS = 0.2
"""Seconds between two tries to claim a card that another program executes."""


@dataclass(frozen=True, slots=True)
class Task:
    """A card to execute, and its file."""

    card: Card
    path: Path

    @property
    def evidence_path(self) -> Path:
        """The file for its evidence."""
        return self.path.with_name(self.path.stem + EVIDENCE_SUFFIX)


@dataclass(frozen=True, slots=True)
class Result:
    """The result of one card: its evidence, or the reason why there is none."""

    task: Task
    evidence: Evidence | None = None
    judgement: Judgement | None = None
    error: str | None = None
    skipped: str | None = None
    """Why the card says that it can't be executed."""
    seconds: float = 0.0
    resumed: bool = False
    """Whether an interrupted session, or another program at the same time, has executed it already."""
    differences: tuple[str, ...] = ()
    """How it differs from the stored evidence, where it was compared instead of written."""
    losses: tuple[str, ...] = ()
    """What the evidence that was replaced had and this one has not, in sentences for the reader."""


@dataclass
class Session:
    """Executes `tasks` on `pool`, at most `width` at a time.

    A session with the `key` of one that was killed continues where that one stopped. Only this object writes evidence,
    and it refuses evidence of another card than the one that it has sent to a worker. With `compare` it writes none and
    compares each execution with the evidence that is there.
    """

    tasks: Sequence[Task]
    settings: RunSettings
    pool: Executor
    width: int
    key: str
    stop: threading.Event | None = None
    started: Callable[[Task], None] = lambda task: None
    compare: bool = False
    _start_time: float = field(default_factory=time.time)

    def results(self) -> Generator[Result, None, None]:
        """Yield each card's result as soon as there is one. Removes the journal at the end."""
        journal = self._journal_entries()
        queue = deque(self.tasks)
        running: dict[Future[Evidence], tuple[Task, ExitStack, float]] = {}
        try:
            while queue or running:
                claimed_elsewhere = 0
                while queue and len(running) < self.width and claimed_elsewhere < len(queue):
                    task = queue.popleft()
                    claim = ExitStack()
                    if not claim.enter_context(locked(self._claim_path(task), wait=False)):
                        claim.close()
                        queue.append(task)
                        claimed_elsewhere += 1
                        continue
                    if earlier := self._skipped(task) or self._done_earlier(task, journal):
                        claim.close()
                        yield earlier
                        continue
                    self.started(task)
                    stored = read_evidence(task.evidence_path) if self.settings.lines else None
                    future = self.pool.submit(execute, task.card, self.settings, self.stop, stored)
                    running[future] = task, claim, time.monotonic()
                if not running:
                    time.sleep(_RETRY_SECONDS)
                    continue
                ready, _ = wait(
                    running, timeout=_RETRY_SECONDS if claimed_elsewhere else 1.0, return_when=FIRST_COMPLETED
                )
                for future in ready:
                    task, claim, since = running.pop(future)
                    with claim:
                        yield self._result(task, future, time.monotonic() - since)
        finally:
            for future, (_, claim, _) in running.items():
                future.cancel()
                claim.close()
        self._journal_path().unlink(missing_ok=True)

    def _result(self, task: Task, future: Future[Evidence], seconds: float) -> Result:
        try:
            evidence = future.result()
        except KeyboardInterrupt:
            raise
        except FixcardsError as error:
            return Result(task, error=str(error), seconds=seconds)
        except Exception as error:  # noqa: BLE001 - a fault in one card, or a dead worker, stops no other card
            return Result(task, error=f"{type(error).__name__}: {error}", seconds=seconds)
        if evidence.card != task.card.id or evidence.digest != run_digest(task.card):
            return Result(task, error=f"the worker sent evidence of {evidence.card}", seconds=seconds)
        if self.compare:
            differing = differences(read_evidence(task.evidence_path), evidence, signature_templates(task.card))
            judgement = judge(task.card, evidence, today())
            return Result(task, evidence, judgement, seconds=seconds, differences=differing)
        old = read_evidence(task.evidence_path)
        lost = tuple(losses(old, evidence))
        if old is None and task.evidence_path.exists():
            lost = ("replaces evidence that could not be read",)
        evidence = keep_unchanged_values(evidence, old)
        if not evidence.releases:
            evidence = evidence.model_copy(update={"sweep_digest": None})
        text = evidence_text(evidence)
        atomic_write(task.evidence_path, text.encode(), durable=True)
        self._record_done(task, text)
        return Result(task, evidence, judge(task.card, evidence, today()), seconds=seconds, losses=lost)

    def _skipped(self, task: Task) -> Result | None:
        """Return the result of a card that says that it can't be executed, else None."""
        reason = task.card.reproduction.skip
        return Result(task, judgement=judge(task.card, None, today()), skipped=reason) if reason else None

    def _done_earlier(self, task: Task, journal: dict[str, str]) -> Result | None:
        """Return the result of a card that was executed since the start, or by the interrupted session before it."""
        if self.compare:
            return None
        try:
            raw = task.evidence_path.read_bytes()
            written = task.evidence_path.stat().st_mtime
        except OSError:
            return None
        if written < self._start_time and journal.get(task.card.id) != hashlib.sha256(raw).hexdigest():
            return None
        evidence = read_evidence(task.evidence_path)
        if evidence is None or evidence.digest != run_digest(task.card):
            return None
        if self.settings.sweep and not evidence.releases:
            return None
        return Result(task, evidence, judge(task.card, evidence, today()), resumed=True)

    def _claim_path(self, task: Task) -> Path:
        place = hashlib.sha256(str(task.path.absolute()).encode()).hexdigest()[:16]
        return self.settings.cache / "claims" / f"{task.card.id}-{place}.lock"

    def _journal_path(self) -> Path:
        return self.settings.cache / "journal" / f"{hashlib.sha256(self.key.encode()).hexdigest()[:16]}.jsonl"

    def _journal_entries(self) -> dict[str, str]:
        """Return the digest of the evidence of each card that an interrupted session has executed."""
        entries: dict[str, str] = {}
        try:
            if time.time() - self._journal_path().stat().st_mtime > JOURNAL_SECONDS:
                return entries
            for line in self._journal_path().read_text(encoding="utf-8").splitlines():
                entry = json.loads(line)
                entries[entry["card"]] = entry["evidence"]
        except (OSError, ValueError, KeyError, TypeError):
            pass  # a line that the kill cut off costs one card
        return entries

    def _record_done(self, task: Task, text: str) -> None:
        entry = json.dumps({"card": task.card.id, "evidence": hashlib.sha256(text.encode()).hexdigest()})
        self._journal_path().parent.mkdir(parents=True, exist_ok=True)
        with self._journal_path().open("a", encoding="utf-8") as journal:
            journal.write(entry + "\n")


def read_evidence(path: Path) -> Evidence | None:
    """Return the evidence in a file, None where there is no valid one."""
    try:
        return Evidence.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None
