"""What a branch does to the cards, judged before it is merged: each card with its evidence, and what a run showed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from pydantic import ValidationError

from fixcards.records.card import Card
from fixcards.records.evidence import EVIDENCE_SUFFIX, Evidence, run_digest
from fixcards.records.library import Library
from fixcards.records.record import display_path
from fixcards.records.verdict import differing_runs, judge
from fixcards.records.yaml_document import YamlDocument, YamlError
from fixcards.verify.branch_changes import BranchChanges
from fixcards.verify.session import Result, Task

CardChange = Literal["new", "changed", "deleted", "unchanged"]
"""What the branch did to the card file; `unchanged` where only its evidence differs."""
EvidenceState = Literal["new", "unchanged", "stale", "missing", "deleted", "invalid"]
"""`new`: of this branch, and of this form of the card; `stale`: of an earlier form of the card; `invalid`: it has
problems, so that no page shows it."""
GOOD_VERDICTS = frozenset({"verified", "disputed", "retired"})
"""Verdicts with which an executed card is accepted. People decide about the last two, not a run."""


@dataclass(frozen=True, slots=True)
class CardReview:
    """One card that the branch touches."""

    card_id: str
    path: str
    """The card file, as the user would type it."""
    change: CardChange
    evidence: EvidenceState
    before: str | None = None
    """Verdict where the branch left its base; None for a new card, and for one that this program can't read."""
    verdict: str | None = None
    """Verdict by the evidence of the branch; after an execution, that of the execution."""
    reproduced: Literal["equal", "different", "not run", "could not run"] = "not run"
    """What an execution showed, compared with the evidence."""
    why_not_run: str = ""
    """Why there was no execution."""
    failures: tuple[str, ...] = ()
    """Why the branch may not be merged as it is, each a sentence that says what to do."""
    notes: tuple[str, ...] = ()
    """What a reviewer should look at."""
    task: Task | None = None
    """What is to be executed; None where nothing is."""

    @property
    def accepted(self) -> bool:
        """Whether nothing speaks against the card."""
        return not self.failures


def review_changes(library: Library, changes: BranchChanges, today: date, *, swept: bool = False) -> list[CardReview]:
    """Return the cards that a branch touches, by path, with every failure that shows without an execution.

    `swept` says that the execution will include a sweep over the releases.
    """
    reviewer = _Reviewer(library, changes, today, swept)
    return [reviewer.review(path) for path in sorted({_card_path(path) for path in changes.files if _is_record(path)})]


def with_result(review: CardReview, result: Result) -> CardReview:
    """Return a review with what the execution of its card showed."""
    if result.error is not None:
        failure = f"could not be executed: {result.error}"
        return replace(review, reproduced="could not run", failures=(*review.failures, failure))
    if result.judgement is None or result.evidence is None:
        return replace(review, why_not_run=result.skipped or "")
    failures = list(review.failures)
    comparable = review.evidence in {"new", "unchanged"}
    if comparable:
        failures += [f"its evidence is not what a run shows: {difference}" for difference in result.differences]
    if result.judgement.verdict not in GOOD_VERDICTS:
        runs = "; ".join(_unexpected_runs(result.evidence)) or "; ".join(result.judgement.reasons)
        failures.append(f"was executed and is {result.judgement.verdict}{f': {runs}' if runs else ''}")
    return replace(
        review,
        verdict=result.judgement.verdict,
        reproduced="equal" if comparable and not result.differences else "different",
        failures=tuple(failures),
    )


@dataclass(frozen=True, slots=True)
class _Reviewer:
    library: Library
    changes: BranchChanges
    today: date
    swept: bool

    def review(self, path: str) -> CardReview:
        """Return the review of the card at `path`, below the folder of the cards."""
        change: CardChange = self.changes.files.get(path) or "unchanged"
        card_id = next((each for each, file in self.library.files.items() if file == path), _id_of(path))
        card = self.library.cards.get(card_id)
        evidence = self._evidence_state(path, card)
        before = self._verdict_before(path)
        review = CardReview(card_id, display_path(self.library.root / path), change, evidence, before)
        if change == "deleted" and (successor := self.library.successors.get(card_id)):
            return replace(review, notes=(f"{successor} took its place",), why_not_run="it was superseded")
        if change == "deleted":
            return replace(review, failures=tuple(self._failures_of_deleted(path)), why_not_run="it was deleted")
        failures = [*self._failures(card, card_id, path, change, evidence)]
        if card is None:
            return replace(review, failures=tuple(failures), why_not_run="it has problems")
        stored = self.library.evidence.get(card_id)
        verdict = judge(card, stored, self.today).verdict
        why_not = _why_not_run(card, change, evidence)
        task = None if why_not else Task(card, self.library.root / path)
        return replace(
            review,
            verdict=verdict,
            failures=tuple(failures),
            notes=tuple(_notes(card, stored, evidence, swept=self.swept)),
            why_not_run=why_not,
            task=task,
        )

    def _evidence_state(self, path: str, card: Card | None) -> EvidenceState:
        evidence_path = _evidence_path(path)
        change = self.changes.files.get(evidence_path)
        if change == "deleted":
            return "deleted"
        if not os.path.lexists(self.library.root / evidence_path):
            return "missing"
        if card is None:
            return "new" if change else "unchanged"
        evidence = self.library.evidence.get(card.id)
        if evidence is None:
            return "invalid"
        if evidence.digest != run_digest(card):
            return "stale"
        return "new" if change else "unchanged"

    def _failures_of_deleted(self, path: str) -> Iterator[str]:
        yield (
            f"was deleted, and others link to its address: restore it with `git checkout {self.changes.fork[:12]} -- "
            f"{display_path(self.library.root / path)}`, and set `status:` to `retired` with a reason"
        )
        if self.changes.files.get(_evidence_path(path)) != "deleted":
            yield "its evidence is still there without it"

    def _failures(
        self, card: Card | None, card_id: str, path: str, change: CardChange, evidence: EvidenceState
    ) -> Iterator[str]:
        file = display_path(self.library.root / path)
        evidence_file = display_path(self.library.root / _evidence_path(path))
        again = f"run `fixcards verify {card_id}` and commit {evidence_file}"
        if not os.path.lexists(self.library.root / path):
            yield f"is evidence without a card: add {file}, or remove {evidence_file}"
            return
        if evidence == "deleted":
            restore = f"git checkout {self.changes.fork[:12]} -- {evidence_file}"
            yield f"its evidence was deleted: restore it with `{restore}`, or {again}"
        elif evidence == "invalid":
            yield f"its evidence has problems, which `fixcards check {evidence_file}` names: {again}"
        elif evidence == "stale" and (card is None or not _needs_none(card)):
            yield f"its evidence is of an earlier form of the card, and what is run was changed since: {again}"
        elif evidence == "missing" and (card is None or not _needs_none(card)):
            verb = "was added" if change == "new" else "was changed"
            yield f"{verb} without evidence: {again}"
        if card is None:
            yield f"has problems, which `fixcards check {file}` names; it was not executed"

    def _verdict_before(self, path: str) -> str | None:
        """Return the verdict that the card had where the branch left its base."""
        if self.changes.files.get(path) == "new":
            return None
        raw = self.changes.content_at_fork(path)
        if raw is None:
            return None
        try:
            card = Card.model_validate(YamlDocument(raw.decode()).data)
        except (UnicodeDecodeError, YamlError, ValidationError):
            return None
        evidence = None
        if (raw := self.changes.content_at_fork(_evidence_path(path))) is not None:
            try:
                evidence = Evidence.model_validate_json(raw)
            except ValidationError:
                evidence = None
        return judge(card, evidence, self.today).verdict


def _why_not_run(card: Card, change: CardChange, evidence: EvidenceState) -> str:
    """Return why there is nothing to execute, empty where there is."""
    if card.reproduction.skip:
        return card.reproduction.skip
    if card.status.state == "retired":
        return "it is retired"
    if evidence == "unchanged" and change == "changed":
        return "nothing that is run was changed"
    return ""


def _needs_none(card: Card) -> bool:
    """Return whether a card needs no evidence: it says that it can't be executed, or that it is retired."""
    return bool(card.reproduction.skip) or card.status.state == "retired"


def _notes(card: Card, stored: Evidence | None, evidence: EvidenceState, *, swept: bool) -> Iterator[str]:
    if stored is not None and evidence == "new" and stored.provenance.runner == "ci":
        yield f"its evidence says that continuous integration made it: {stored.provenance.url or 'no address'}"
    if stored is not None and evidence == "new" and stored.releases and not swept:
        yield f"its table of {len(stored.releases):,} releases was not run again; `fixcards review --sweep` does that"
    if card.reproduction.skip:
        yield "says that it can't be executed; a reviewer has to agree"
    if card.status.state != "published":
        yield f"is {card.status.state}: {card.status.reason}"


def _unexpected_runs(evidence: Evidence) -> Iterator[str]:
    """Yield the runs that keep a card from being verified, in a few words."""
    for run in differing_runs(evidence):
        differ = " (repetitions differ)" if run.flaky else ""
        yield f"{run.name} {run.release or '-'} {run.outcome}{differ}{f' ({run.reason})' if run.reason else ''}"


def results_by_card(results: Iterable[Result]) -> dict[str, Result]:
    """Return results by the ids of their cards."""
    return {result.task.card.id: result for result in results}


def tasks(reviews: Sequence[CardReview]) -> list[Task]:
    """Return the executions that the reviews ask for."""
    return [review.task for review in reviews if review.task is not None]


def _is_record(path: str) -> bool:
    """Return whether a file below the cards is a card or evidence, by its name."""
    return "/" in path and path.endswith((".yaml", EVIDENCE_SUFFIX))


def _card_path(path: str) -> str:
    return path[: -len(EVIDENCE_SUFFIX)] + ".yaml" if path.endswith(EVIDENCE_SUFFIX) else path


def _evidence_path(path: str) -> str:
    return path[: -len(".yaml")] + EVIDENCE_SUFFIX


def _id_of(path: str) -> str:
    """Return the id that a card at this path has."""
    return "-".join(path[: -len(".yaml")].rsplit("/", 2)[-2:])
