"""The command `fixcards review`."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from fixcards.cli import review_report
from fixcards.cli.card_folders import CardFolders
from fixcards.cli.exit_status import CLEAN, COULD_NOT_RUN, FINDINGS
from fixcards.cli.progress_report import ProgressReport
from fixcards.cli.terminal import echo, echo_json, echo_lines
from fixcards.errors import FixcardsError
from fixcards.files import atomic_write
from fixcards.records.evidence import evidence_text
from fixcards.verify import executors
from fixcards.verify.branch_changes import branch_changes
from fixcards.verify.card_runner import RunSettings, today
from fixcards.verify.review import CardReview, results_by_card, review_changes, tasks, with_result
from fixcards.verify.sandbox import choose_sandbox
from fixcards.verify.session import Result, Session


@dataclass(frozen=True, slots=True)
class ReviewOutput:
    """Where the result of a review goes."""

    style: str = "text"
    """`text`, `markdown`, `github` or `json`."""
    summary: Path | None = None
    """File to which the review is appended as Markdown."""
    evidence: Path | None = None
    """Folder for the evidence of the executions, so that it can be handed to the contributor."""


def review(
    folders: CardFolders, base: str, settings: RunSettings, output: ReviewOutput, *, jobs: int, execute: bool
) -> int:
    """Judge each card that the branch touches, and execute those whose runs or evidence it changes.

    Nothing is written next to the cards. Returns 1 where a card can't be merged as it is, 2 where one could not be
    executed for a reason outside the card.
    """
    root = folders.first
    changes = branch_changes(root, base)
    library = folders.load(keep="records")
    reviews = review_changes(library, changes, today(), swept=settings.sweep)
    if execute and tasks(reviews):
        results = _execute(root, reviews, settings, jobs)
        if output.evidence is not None:
            _write_evidence(output.evidence, root, results)
        by_card = results_by_card(results)
        reviews = [with_result(each, by_card[each.card_id]) if each.card_id in by_card else each for each in reviews]
    _print(reviews, output)
    if any(each.reproduced == "could not run" for each in reviews):
        return COULD_NOT_RUN
    return CLEAN if all(each.accepted for each in reviews) else FINDINGS


def _execute(root: Path, reviews: list[CardReview], settings: RunSettings, jobs: int) -> list[Result]:
    selected = tasks(reviews)
    choose_sandbox(settings.isolation)  # so that it says at once what is missing
    report = ProgressReport(len(selected))
    key = json.dumps(["review", str(root.absolute()), [task.card.id for task in selected], settings.isolation])
    with executors.threads(jobs) as pool, report.following():
        session = Session(selected, settings, pool.executor, pool.width, key, pool.stop, report.started, compare=True)
        with closing(session.results()) as results:
            for result in results:
                report.finished(result)
    echo(report.summary(), err=True)
    return report.results


def _write_evidence(folder: Path, root: Path, results: list[Result]) -> None:
    for result in results:
        if result.evidence is not None:
            path = folder / result.task.evidence_path.relative_to(root)
            path.parent.mkdir(parents=True, exist_ok=True)
            atomic_write(path, evidence_text(result.evidence).encode())


def _print(reviews: list[CardReview], output: ReviewOutput) -> None:
    markdown = "\n".join(review_report.markdown_lines(reviews))
    if output.summary is not None:
        try:
            with output.summary.open("a", encoding="utf-8") as file:
                file.write(markdown + "\n")
        except OSError as error:
            raise FixcardsError(f"{output.summary}: the summary can't be written: {error.strerror}") from None
    if output.style == "json":
        echo_json([review_report.as_data(each) for each in reviews])
        return
    if output.style == "markdown":
        echo_lines(markdown)
        return
    if output.style == "github":
        for line in review_report.github_annotations(reviews):
            echo(line)
    for line in review_report.text_lines(reviews):
        echo(line)
