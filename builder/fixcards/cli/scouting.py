"""The commands `fixcards scout`: a run from its tasks to its report."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from fixcards.cli.card_folders import DEFAULT, CardFolders
from fixcards.cli.execution import executor_pool, verify_cache
from fixcards.cli.exit_status import CLEAN, COULD_NOT_RUN, FINDINGS
from fixcards.cli.scout_progress import ScoutProgress
from fixcards.cli.terminal import echo, echo_lines, json_text
from fixcards.errors import FixcardsError
from fixcards.files import atomic_write
from fixcards.project import Project
from fixcards.scout.card_answers import CardAnswers
from fixcards.scout.exploration import Exploration
from fixcards.scout.finding import Finding, findings_json
from fixcards.scout.investigation import Unexplained
from fixcards.scout.journal import open_journal
from fixcards.scout.package_cache import PackageCache
from fixcards.scout.pair import Pair, pairs_text
from fixcards.scout.public_lists import READERS
from fixcards.scout.report import Report, grouped
from fixcards.scout.settings import ScoutSettings
from fixcards.scout.task import PackageTask, PairTask, Task
from fixcards.verify.package_index import PackageIndex
from fixcards.verify.sandbox import choose_sandbox

REPORT_SECONDS = 120
"""Seconds between two reports of a run that goes on."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """The options that all ways in have, as they were typed."""

    output: Path
    today: date | None
    build: bool
    jobs: int
    scheduler: str | None
    rate: float
    max_packages: int
    max_gigabytes: float
    cache_gigabytes: float
    isolation: str
    roots: tuple[Path, ...]
    as_json: bool

    @property
    def day(self) -> date:
        """The last day whose uploads count."""
        return self.today or datetime.now(timezone.utc).date() - timedelta(days=1)


def scout_packages(names: list[str], ago: list[int], *, newest: bool, **options: Any) -> int:
    """Probe packages: releases of days ago, and the newest ones."""
    run = _Run(RunOptions(**options), {"mode": "packages", "days": ago, "newest": newest})

    def tasks(today: date) -> list[Task]:
        days = tuple(today - timedelta(days=each) for each in ago)
        return [PackageTask(name, days, newest) for name in names]

    return run.run(tasks)


def scout_releases(names: list[str], since: date | None, **options: Any) -> int:
    """Probe what was uploaded since a day in the packages that are watched."""
    run = _Run(RunOptions(**options), {"mode": "releases", "since": since.isoformat() if since else None})

    def tasks(today: date) -> list[Task]:
        first = since or today
        if first > today:
            raise FixcardsError(f"--since {first} lies after --today {today}")
        return [PackageTask(name, (first - timedelta(days=1),), newest=True, since=first) for name in names]

    return run.run(tasks)


def scout_pairs(pairs: list[Pair], **options: Any) -> int:
    """Probe suspected pairs."""
    if not pairs:
        raise FixcardsError("the file has no pairs")
    return _Run(RunOptions(**options), {"mode": "pairs"}).run(lambda today: [PairTask(pair) for pair in pairs])


def convert(kind: str, paths: tuple[Path, ...]) -> int:
    """Print the pairs that a public list suspects."""
    pairs = READERS[kind](paths, PackageIndex(verify_cache() / "index"))
    echo_lines(pairs_text(pairs))
    echo(f"{len(pairs):,} pairs", err=True)
    return CLEAN


class _Run:
    """One start of the command."""

    def __init__(self, options: RunOptions, mode: dict[str, Any]) -> None:
        self._options, self._mode = options, mode
        self._written = time.monotonic()

    def run(self, tasks: Callable[[date], list[Task]]) -> int:
        """Run the tasks that `tasks` returns for a day; return the exit status."""
        options = self._options
        decisive = {**self._mode, "build": options.build}
        if options.today is not None:
            decisive["today"] = options.today.isoformat()
        cache = PackageCache(verify_cache(), int(options.cache_gigabytes * (1 << 30)))
        if options.scheduler is None:
            choose_sandbox(options.isolation)  # so that it says at once what is missing
        with (
            open_journal(options.output, options.day, decisive) as journal,
            executor_pool(options.jobs, options.scheduler) as pool,
        ):
            today = date.fromisoformat(journal.head["today"])
            settings = self._settings(today)
            if options.scheduler is not None:  # each worker has limits of its own, which together are these
                workers = max(pool.width // 2, 1)
                settings = replace(
                    settings,
                    rate=settings.rate / workers,
                    packages=max(settings.packages // workers, 1),
                    size=settings.size // workers,
                )
            progress = ScoutProgress()
            exploration = Exploration(
                tasks(today), settings, pool.executor, pool.width, journal, pool.stop, progress.started
            )
            try:
                with progress.following(exploration), closing(exploration.steps()) as steps:
                    for step in steps:
                        progress.finished(step)
                        cache.used(step)
                        self._write_sometimes(progress)
                if exploration.spent is None and all(step.error is None for step in progress.steps):
                    journal.finish()
            except KeyboardInterrupt:
                echo("fixcards: stopped; the same command goes on from there", err=True)
                raise
            finally:
                report = self._report(progress)
                self._write(report)
        return self._end(report, progress, exploration)

    def _write_sometimes(self, progress: ScoutProgress) -> None:
        """Write what there is so far: a run of many hours is looked at before its end."""
        if time.monotonic() - self._written > REPORT_SECONDS:
            self._write(self._report(progress))
            self._written = time.monotonic()

    def _settings(self, today: date) -> ScoutSettings:
        options = self._options
        return ScoutSettings(
            cache=verify_cache(),
            today=today,
            isolation=options.isolation,
            indexes=Project.in_folder(Path()).options.package_indexes,
            build=options.build,
            rate=options.rate,
            packages=options.max_packages,
            size=int(options.max_gigabytes * 1e9),
        )

    def _report(self, progress: ScoutProgress) -> Report:
        findings: list[Finding] = []
        unexplained: list[Unexplained] = []
        for step in progress.steps:
            if step.result is not None and step.result.finding is not None:
                findings.append(step.result.finding)
            if step.result is not None and step.result.unexplained is not None:
                unexplained.append(step.result.unexplained)
        answers = self._answers()
        probes = [each for step in progress.steps if step.result is not None for each in step.result.probes]
        return Report(
            tuple(sorted(probes, key=lambda each: (each.package, each.release, each.python, each.axis))),
            tuple(answers.answered(each) for each in grouped(findings)),
            tuple(sorted(unexplained, key=lambda each: each.broken.order)),
            tuple(sorted((step.task.title, step.error) for step in progress.steps if step.error is not None)),
        )

    def _answers(self) -> CardAnswers:
        from fixcards.search.finder import Finder

        given = self._options.roots
        if not given and not Project.in_folder(Path()).cards and not DEFAULT.is_dir():
            return CardAnswers(None, ())  # without cards everything is new
        folders = CardFolders.of(given)
        hosts = folders.tracker_hosts
        finder = Finder.of_all([Finder.of_cards(root, tracker_hosts=hosts) for root in folders.selected])
        return CardAnswers(finder, folders.load().summaries.values())

    def _write(self, report: Report) -> None:
        folder = self._options.output
        atomic_write(folder / "findings.json", findings_json(report.findings, cost=False))
        atomic_write(folder / "report.json", report.as_json())
        atomic_write(folder / "report.md", report.as_markdown().encode())

    def _end(self, report: Report, progress: ScoutProgress, exploration: Exploration) -> int:
        data = report.as_data()
        if self._options.as_json:
            echo_lines(json_text(data))
        for finding in report.findings:
            echo(_line(finding))
        echo(progress.summary(report), err=True)
        echo(f"the report is {self._options.output / 'report.md'}", err=True)
        if exploration.spent is not None:
            echo(
                f"fixcards: {exploration.spent}, and {exploration.waiting:,} tasks are left; the same command goes on",
                err=True,
            )
            return COULD_NOT_RUN
        if report.errors:
            return COULD_NOT_RUN
        return FINDINGS if report.new else CLEAN


def _line(finding: Finding) -> str:
    """Return a finding in one line."""
    culprit = finding.culprit
    others = f" and {len(finding.victims)} more" if finding.victims else ""
    by = f"answered by {finding.answer.id}" if finding.answer else "new"
    return (
        f"{culprit.package} {culprit.first_bad} breaks {finding.package} {finding.release}{others}: "
        f"{finding.signature.error[:160]} ({by})"
    )
