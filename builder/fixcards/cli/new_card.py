"""What the command `fixcards new` does and prints."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import click

from fixcards.authoring.drafted_card import DraftedCard, StoppedError
from fixcards.authoring.form import read_form
from fixcards.authoring.new_card import Author
from fixcards.authoring.report import Report, checked_python, checked_requirement, of_text
from fixcards.authoring.script_file import read_script
from fixcards.cli.exit_status import CLEAN, FINDINGS
from fixcards.cli.log_input import open_log
from fixcards.cli.progress_report import describe_run
from fixcards.cli.terminal import echo, echo_lines, echo_spans
from fixcards.ecosystems import PYPI
from fixcards.errors import FixcardsError
from fixcards.search.answer import Answer
from fixcards.search.text_report import WIDTH, lines
from fixcards.verify.card_runner import RunSettings

_MAX_INPUT = 64 << 20
"""Bytes of a pasted text that are read."""
_TODO = "FC240"


@dataclass(frozen=True, slots=True)
class Sources:
    """What was given on the command line."""

    script: Path | None
    failure: BinaryIO | None
    form: BinaryIO | None
    issue: str | None
    pr: str | None
    package: str | None
    requires: tuple[str, ...]
    python: str | None
    discovery: str | None = None
    """Id of a found card that is to be explained."""

    def report(self) -> Report:
        """Return the report of all sources; what is more definite counts first."""
        report = Report(
            url=self.issue,
            pr=self.pr,
            package=PYPI.normalize_name(PYPI.requirement_name(checked_requirement(self.package)))
            if self.package
            else None,
            requires=tuple(map(checked_requirement, self.requires)),
            python=checked_python(self.python) if self.python else None,
        )
        for other in self._reports():
            report = report.filled_from(other)
        return report

    def _reports(self) -> Iterator[Report]:
        if self.script is not None:
            yield read_script(self.script)
        if self.form is not None:
            yield read_form(_text(self.form))
        if self.failure is not None:
            yield of_text(_text(self.failure))


def new_card(sources: Sources, root: Path, settings: RunSettings, *, anyway: bool, dry_run: bool) -> int:
    """Draft a card and write it with its evidence; return 1 where there is nothing to draft."""
    start = time.monotonic()
    report = sources.report()
    if sources.discovery is not None:
        return _explain(sources, root, settings, dry_run=dry_run)
    if report.code is None and not report.text and report.url is None and not report.requires:
        raise click.UsageError("Give what you have: --script, --from-failure, --issue, --from-form or --from-found.")

    def goes_on(answer: Answer) -> bool:
        columns = shutil.get_terminal_size((WIDTH, 0)).columns
        echo("These cards look like the same failure:", err=True)
        for line in lines(answer, 5, columns):
            echo_spans(line, err=True)
        if anyway:
            return True
        return sys.stdin.isatty() and sys.stderr.isatty() and click.confirm("Draft another card?", err=True)

    author = Author(root, settings, lambda text: echo(text, err=True), goes_on)
    return _write(lambda: author.make(report, trusted=sources.issue is not None), start, dry_run=dry_run)


def _explain(sources: Sources, root: Path, settings: RunSettings, *, dry_run: bool) -> int:
    """Draft the explained card in the place of a found one."""
    others = (sources.script, sources.failure, sources.form, sources.package, sources.python, sources.requires)
    if any(others):
        raise click.UsageError("--from-found takes everything that was measured; give only --issue and --pr with it.")
    author = Author(root, settings, lambda text: echo(text, err=True))
    name = sources.discovery or ""
    return _write(lambda: author.explain(name, sources.issue, sources.pr), time.monotonic(), dry_run=dry_run)


def _write(make: Callable[[], DraftedCard], start: float, *, dry_run: bool) -> int:
    """Make a draft and write it, or only print it; return 1 where there is nothing to draft."""
    try:
        draft = make()
    except StoppedError as stopped:
        echo(f"fixcards: {stopped}", err=True)
        return FINDINGS
    except KeyboardInterrupt:
        echo("fixcards: nothing was written; the runs so far are in the cache, so the same command goes on", err=True)
        raise
    if dry_run:
        echo_lines(draft.text)
    else:
        draft.write()
    _report(draft, time.monotonic() - start, written=not dry_run)
    return CLEAN


def _report(draft: DraftedCard, seconds: float, *, written: bool) -> None:
    """Print what the card shows and what is left to a person."""
    for run in draft.evidence.runs if draft.evidence is not None else ():
        echo(f"  {describe_run(run)}", err=True)
    for warning in draft.warnings:
        echo(f"warning: {warning}", err=True)
    others = [problem for problem in draft.problems if problem.code != _TODO]
    texts = [problem for problem in draft.problems if problem.code == _TODO]
    for problem in others:
        echo(str(problem), err=True)
    if texts:
        echo(f"{len(texts)} texts are left to you:", err=True)
    for problem in texts:
        echo(str(problem), err=True)
    where = f"wrote {draft.path}" if written else "nothing was written"
    verdict = draft.judgement.verdict
    echo(f"{draft.card.id}: {verdict}; {where}; {draft.runs} runs in {seconds:.0f} s", err=True)


def _text(source: BinaryIO) -> str:
    """Return a text that was given as a file or pasted. Raises `FixcardsError` for what is none."""
    with open_log(source):
        raw = source.read(_MAX_INPUT + 1)
    if len(raw) > _MAX_INPUT:
        raise FixcardsError(f"{source.name}: has more than {_MAX_INPUT >> 20} MB; cut out the failure")
    return raw.decode("utf-8", "replace")
