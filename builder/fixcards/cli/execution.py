"""The commands `fixcards verify` and `fixcards reproduce`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from fixcards import cache
from fixcards.cli.card_folders import CardFolders
from fixcards.cli.exit_status import CLEAN, COULD_NOT_RUN, FINDINGS
from fixcards.cli.problem_output import print_problems
from fixcards.cli.progress_report import ProgressReport, as_data, describe_run, printed_instead
from fixcards.cli.terminal import echo, echo_json, echo_lines
from fixcards.errors import FixcardsError
from fixcards.files import make_private
from fixcards.records.card import Card
from fixcards.records.draft import drafts
from fixcards.records.evidence import Outcome, evidence_text
from fixcards.records.problem import Problem
from fixcards.records.record import RecordReader, evidence_path
from fixcards.verify import executors
from fixcards.verify.card_runner import CardRunner, RunSettings, today
from fixcards.verify.interpreters import installed_interpreters
from fixcards.verify.package_index import PackageIndex
from fixcards.verify.plan import Plan, plan
from fixcards.verify.sandbox import choose_sandbox
from fixcards.verify.selection import Selection
from fixcards.verify.session import Result, Session, Task


def verify_cache() -> Path:
    """Return the folder of the cache for executions: locks, uv's packages, claims of cards in progress."""
    folder = cache.cache_folder("verify")
    make_private(folder)
    for path in folder.iterdir():
        cache.cache_folder("verify", path.name)  # which refuses a link
    return folder


def run_settings(folders: CardFolders, isolation: str, *, sweep: bool = False, lines: bool = False) -> RunSettings:
    """Return how the cards of some folders are executed."""
    return RunSettings(
        verify_cache(),
        isolation,
        sweep=sweep,
        lines=lines,
        indexes=folders.package_indexes,
        tracker_hosts=folders.tracker_hosts,
    )


def verify(
    folders: CardFolders,
    selection: Selection,
    settings: RunSettings,
    *,
    jobs: int,
    scheduler: str | None,
    compare: bool,
    as_json: bool,
) -> int:
    """Execute cards and write their evidence; return 0 where all are verified, 1 where one isn't, 2 on errors.

    What `fixcards check` will say of the new evidence is printed at once, and is a reason for 1, too. With `compare`
    nothing is written, and 1 also says that an execution differs from the evidence that is there.
    """
    tasks = _tasks(folders, selection)
    # Chosen here, so that it says at once what is missing.
    sandbox = choose_sandbox(settings.isolation) if scheduler is None and tasks else None
    report = ProgressReport(len(tasks))
    key = json.dumps(
        [
            [str(root.absolute()) for root in folders.selected],
            repr(selection),
            settings.isolation,
            settings.sweep,
            settings.repetitions,
            compare,
        ]
    )
    with executor_pool(jobs, scheduler) as pool, report.following():
        session = Session(tasks, settings, pool.executor, pool.width, key, pool.stop, report.started, compare)
        with closing(session.results()) as results:
            for result in results:
                report.finished(result)
    if as_json:
        echo_json([as_data(result) for result in report.results])
    if sandbox is not None:
        protections = [f"{name}: {value}" for name, value in sandbox.protections().items()]
        echo("; ".join([f"isolation: {sandbox.name}", *protections]), err=True)
    echo(report.summary(), err=True)
    problems = [] if compare else _problems_of_evidence(report.results, settings)
    if problems and not as_json:
        print_problems(problems, (), "text")
    if any(result.error for result in report.results):
        return COULD_NOT_RUN
    if any(result.differences for result in report.results):
        return FINDINGS
    good = {"verified", "disputed", "retired"}
    bad = [r for r in report.results if r.judgement and r.judgement.verdict not in good and not r.skipped]
    return FINDINGS if bad or problems else CLEAN


def _problems_of_evidence(results: Iterable[Result], settings: RunSettings) -> list[Problem]:
    """Return the problems of the evidence that was made, such as a frame of a card that its run doesn't show."""
    problems: set[Problem] = set()
    for result in results:
        if result.evidence is not None and not result.skipped:
            path = result.task.path
            reader = RecordReader(path.parent.parent, settings.tracker_hosts)
            reader.validate_evidence(evidence_path(path), result.task.card, evidence_text(result.evidence).encode())
            problems |= reader.problems
    return sorted(problems)


def dry_run(folders: CardFolders, selection: Selection, settings: RunSettings, *, as_json: bool) -> int:
    """Print which runs would be made, with what, on which interpreter; execute nothing."""
    tasks = _tasks(folders, selection)
    index = PackageIndex(settings.cache / "index", settings.indexes)
    plans = [
        _plan_data(task, plan(task.card, index.releases(task.card.package), installed_interpreters())) for task in tasks
    ]
    if as_json:
        echo_json(plans)
        return CLEAN
    for each in plans:
        for run in each["runs"]:
            where = run["missing"] or f"Python {run['python']}, releases up to {run['exclude_newer'] or 'today'}"
            echo(f"{each['card']}: {run['role']}: {' '.join(run['requires'])} ({where})")
    return CLEAN


def reproduce(folders: CardFolders, name: str, fix: int | None, settings: RunSettings) -> int:
    """Run a card's reproduction, or one of its fixes, and print what it prints; return 0 where the card is right."""
    tasks = _tasks(folders, Selection((name,)))
    if len(tasks) != 1:
        raise FixcardsError(f"{name} means {len(tasks)} cards; name one, such as {tasks[0].card.id}")
    card = tasks[0].card
    runner = CardRunner(card, replace(settings, repetitions=1))
    card_plan = plan(card, runner.index.releases(card.package), installed_interpreters())
    planned = card_plan.broken
    if fix is not None:
        _option(card, fix)
        planned = next((each for each in card_plan.fixes if each.fix == fix), planned)
    echo(f"{card.id}: {planned.name}: {' '.join(planned.requires)}", err=True)
    run = runner.run(planned)
    echo_lines(run.output)
    echo(describe_run(run), err=True)
    if instead := printed_instead(run):
        echo_lines(instead, err=True)
    expected: Outcome = "passed" if fix is not None else "failed-as-described"
    if run.outcome == "could-not-run":
        return COULD_NOT_RUN
    return CLEAN if run.outcome == expected else FINDINGS


def interpreters(*, as_json: bool) -> int:
    """Print the interpreters on which runs can be made, oldest first; return 2 where there is none."""
    installed = installed_interpreters()
    if as_json:
        echo_json([{"version": each.version, "executable": str(each.executable)} for each in installed])
    else:
        width = max((len(each.version) for each in installed), default=0)
        for each in installed:
            echo(f"{each.version:<{width}}  {each.executable}")
    if not installed:
        raise FixcardsError(
            "there is no CPython from 3.6 on; PATH, the folders of uv, pyenv and CI runners, and those that "
            "FIXCARDS_PYTHONS names are searched"
        )
    return CLEAN


def _tasks(folders: CardFolders, selection: Selection) -> list[Task]:
    library = folders.load(keep="records")
    with_problems = list(drafts(library)) if len(library.all_ids) > len(library.summaries) else []
    tasks = selection.tasks(library, today(), with_problems)
    selected = {task.path for task in tasks}
    if run := [draft.card.id for draft in with_problems if draft.card and draft.path in selected]:
        names = f"{', '.join(run[:5])}{' ...' if len(run) > 5 else ''}"
        echo(f"fixcards: executed in spite of their problems, which fixcards check names: {names}", err=True)
    if not selection.names and (refused := sum(draft.card is None for draft in with_problems)):
        cards = "1 card has" if refused == 1 else f"{refused:,} cards have"
        echo(f"fixcards: {cards} problems and can't be executed; fixcards check names them", err=True)
    if not folders.others:
        return tasks
    tops = [root.absolute() for root in folders.selected]
    own = [task for task in tasks if any(task.path.absolute().is_relative_to(top) for top in tops)]
    if selection.names and tasks and not own:
        root = library.root_of(tasks[0].card.id)
        raise FixcardsError(f"{tasks[0].card.id} lies in {root}; give --cards {root} to execute it")
    return own


def _option(card: Card, number: int) -> None:
    """Refuse an option that the card doesn't have or that can't be run."""
    from fixcards.records.verdict import executable_fixes

    executable = [each for each, _ in executable_fixes(card)]
    if number not in executable:
        have = ", ".join(map(str, executable)) or "none"
        raise FixcardsError(f"{card.id} has no option {number} that can be run (it has {have})")


@contextmanager
def executor_pool(jobs: int, scheduler: str | None) -> Iterator[executors.Pool]:
    """Yield the workers behind a scheduler, or `jobs` threads of this program."""
    with executors.cluster(scheduler) if scheduler else executors.threads(jobs) as pool:
        yield pool


def _plan_data(task: Task, card_plan: Plan) -> dict[str, Any]:
    return {
        "card": task.card.id,
        "runs": [
            {
                "role": planned.name,
                "release": planned.release,
                "requires": list(planned.requires),
                "exclude_newer": str(planned.exclude_newer) if planned.exclude_newer else None,
                "python": planned.interpreters[0].version if planned.interpreters else None,
                "build": list(planned.build),
                "overrides": list(planned.overrides),
                "missing": str(planned.missing) if planned.missing else None,
            }
            for planned in card_plan.runs
        ],
    }
