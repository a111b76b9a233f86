"""The commands, one thin function each."""

from __future__ import annotations

import functools
import os
import shutil
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, BinaryIO

import click

from fixcards import __version__
from fixcards.cli.exit_status import CLEAN, FINDINGS
from fixcards.cli.terminal import echo, echo_json, echo_lines, echo_spans
from fixcards.errors import FixcardsError, needs_extra
from fixcards.files import atomic_write

_cards = click.option(
    "--cards",
    "root",
    type=click.Path(path_type=Path, readable=False),
    default=Path("cards"),
    show_default=True,
    envvar="FIXCARDS_CARDS",
    help="Folder with the cards.",
)


_isolation = click.option(
    "--isolation",
    type=click.Choice(["auto", "bubblewrap", "container", "none"]),
    default="auto",
    show_default=True,
    help="What keeps the runs apart from this machine; `none` only for cards that you have read.",
)


@click.group(
    context_settings={
        "help_option_names": ["-h", "--help"],
        "max_content_width": 100,
        "color": False if os.environ.get("NO_COLOR") else None,  # https://no-color.org
    }
)
@click.version_option(__version__, "-V", "--version", prog_name="fixcards")
def cli() -> None:
    """A knowledge base of fix cards: known upstream failures, and fixes that were executed.

    Exit status: 0 clean, 1 findings, 2 could not run.
    """


@cli.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, readable=False), metavar="[PATH]...")
@_cards
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    show_default=True,
    help="How to print the problems; `github` marks them on the lines of a pull request.",
)
@click.option(
    "--ignore",
    "ignored",
    multiple=True,
    metavar="CODE",
    help="Leave out problems whose code starts so, such as FC401 while a card is not executed yet.",
)
@click.option("--fix", is_flag=True, help="Repair what needs no decision; comments, order and line breaks stay.")
@click.option("--diff", is_flag=True, help="Print what --fix would change, and write nothing.")
@needs_extra("cards")
def check(paths: tuple[Path, ...], root: Path, style: str, ignored: tuple[str, ...], fix: bool, diff: bool) -> int:
    """Check every card and its evidence, or only what lies at PATH.

    A problem is printed as path:line:column: CODE message (hint). Codes from FC400 on are about quality;
    the site shows these cards all the same.
    """
    from fixcards.cli import repairs
    from fixcards.records.check_summary import check_summary
    from fixcards.records.loader import load
    from fixcards.search.quality import quality_problems
    from fixcards.worker_pool import WorkerPool

    start = time.perf_counter()
    _need_folder(root)
    targets = _targets(paths, root)
    _need_rules(ignored)
    with WorkerPool() as workers:
        library = load(root, workers, cached=True)
        if fix or diff:
            _need_own_folder(root)
            chosen = [each for each in library.problems if _places(each.path) & targets]
            repaired = repairs.repair(root, chosen, workers, write=not diff)
            if diff:
                return FINDINGS if repaired or chosen else CLEAN
            if repaired:
                library = load(root, workers, cached=True)
        problems = [*library.problems, *quality_problems(library, workers)]
    read = set(library.paths)
    problems = sorted(each for each in problems if not each.code.startswith(ignored))
    if paths:
        read = {path for path in read if _places(path) & targets}
        problems = [problem for problem in problems if _places(problem.path) & targets]
        covered = {place for path in (*read, *(problem.path for problem in problems)) for place in _places(path)}
        for path in paths:
            if not _targets((path,), root) & covered:
                raise FixcardsError(f"{path}: no card there; a card is {root}/<package>/<issue number>.yaml")
    if style == "json":
        echo_json([problem.as_dict() for problem in problems])
    else:
        for problem in problems:
            echo(problem.as_github() if style == "github" else str(problem))
    echo(check_summary(read, problems, time.perf_counter() - start), err=True)
    return FINDINGS if problems else CLEAN


@cli.command()
def clear() -> int:
    """Empty the cache that makes the next check, build or match faster.

    Locks and packages of `fixcards verify` stay: they are in the folder `verify` of the cache.
    """
    from fixcards import cache

    cache.clear()
    return CLEAN


@cli.command()
@click.argument("reports", type=click.File(encoding="utf-8"), default="-")
@_cards
@needs_extra("cards")
def tally(reports: IO[str], root: Path) -> int:
    r"""Count readers' reports into tally.json, which card pages show.

    REPORTS is the JSON that the tracker exports; it needs `title`, `state` and an address of each issue:

    \b
    gh issue list --label fix-report --state all --limit 100000 --json title,state,url
    glab issue list --label fix-report --all --output json

    A card is disputed while a report that a fix failed is open.
    """
    from fixcards.records.reader_reports import count_reports, exported_reports, write_reports

    try:
        issues = exported_reports(reports.read())
    except UnicodeDecodeError:
        raise FixcardsError(f"{reports.name}: not UTF-8") from None
    except ValueError as error:
        raise FixcardsError(f"{reports.name}: {error}") from None
    _need_own_folder(root)
    counted = count_reports(issues)
    write_reports(root, counted)
    total = sum(each.total for each in counted.values())
    cards = "1 card" if len(counted) == 1 else f"{len(counted):,} cards"
    echo(f"{total:,} of {len(issues):,} issues are reports, about {cards}", err=True)
    for card_id, each in counted.items():
        if each.unanswered:
            where = ", ".join(filter(None, (report.url for report in each.unanswered)))
            echo(f"{card_id}: disputed until its reports are answered{f': {where}' if where else ''}", err=True)
    return CLEAN


@cli.command()
@_cards
@click.option("--write", is_flag=True, help="Write the schemas into the folder with the cards.")
@click.argument("name", type=click.Choice(["card", "evidence"]), default="card")
@needs_extra("cards")
def schema(name: str, root: Path, write: bool) -> int:
    """Print the JSON Schema of a record, by which editors complete and check."""
    from fixcards.records.schema import SCHEMAS, schema_text

    if write:
        _need_own_folder(root)
        for each in SCHEMAS:
            atomic_write(root / f"{each}.schema.json", schema_text(each).encode())
    else:
        echo_lines(schema_text(name))
    return CLEAN


@cli.command()
@click.argument("names", nargs=-1, metavar="[CARD]...")
@_cards
@click.option("--changed", metavar="[BASE]", is_flag=False, flag_value="", help="Cards that this branch touches.")
@click.option("--stale", type=click.IntRange(0), metavar="DAYS", help="Cards without evidence that is this young.")
@click.option("--not-by-ci", is_flag=True, help="Cards whose evidence doesn't say that CI made it.")
@click.option("--oldest", type=click.IntRange(1), metavar="N", help="Of these the N whose evidence is oldest.")
@click.option("--shard", metavar="I/N", help="Part I of N, by card id; the same on every machine.")
@click.option("--sweep", is_flag=True, help="Run every release that the index offers, too.")
@click.option(
    "--jobs", "-j", type=click.IntRange(1), default=os.cpu_count() or 1, help="Cards at a time.  [default: processors]"
)
@click.option(
    "--scheduler", metavar="ADDRESS", help="Run on the Dask cluster behind ADDRESS (needs fixcards[cluster])."
)
@_isolation
@click.option("--compare", is_flag=True, help="Write nothing; compare with the evidence that is there.")
@click.option("--dry-run", is_flag=True, help="Only print what would be run.")
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON on standard output.")
@needs_extra("verify")
def verify(
    names: tuple[str, ...],
    root: Path,
    changed: str | None,
    stale: int | None,
    not_by_ci: bool,
    oldest: int | None,
    shard: str | None,
    sweep: bool,
    jobs: int,
    scheduler: str | None,
    isolation: str,
    compare: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Execute every card, or each CARD (an id, a package, a file or a folder), and write the evidence.

    Each runs on the last affected release, on every executable fix and on the newest release, in a sandbox without
    network; then without the code of the package, where it must not fail as described. A start that was interrupted
    goes on where it stopped.
    """
    from fixcards.cli import execution
    from fixcards.verify import selection
    from fixcards.verify.card_runner import RunSettings

    _need_own_folder(root)
    try:
        part = selection.shard(shard) if shard else None
    except ValueError:
        raise click.BadParameter("write it as I/N, for example 1/4", param_hint="--shard") from None
    selected = selection.Selection(names, changed, stale, part, not_by_ci, oldest)
    settings = RunSettings(execution.verify_cache(), isolation, sweep=sweep)
    if dry_run:
        return execution.dry_run(root, selected, settings, as_json=as_json)
    return execution.verify(root, selected, settings, jobs=jobs, scheduler=scheduler, compare=compare, as_json=as_json)


@cli.command()
@click.argument("base", default="")
@_cards
@click.option("--run/--no-run", "execute", default=True, help="Execute the changed cards, as is the default.")
@click.option("--sweep", is_flag=True, help="Run every release that the index offers, too.")
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "markdown", "json", "github"]),
    default="text",
    show_default=True,
    help="How to print the review; `github` marks failures on the files of a pull request.",
)
@click.option("--summary", type=click.Path(path_type=Path), metavar="FILE", help="Append it to FILE as Markdown.")
@click.option(
    "--evidence", type=click.Path(path_type=Path), metavar="FOLDER", help="Write the evidence of the runs below FOLDER."
)
@click.option(
    "--jobs", "-j", type=click.IntRange(1), default=os.cpu_count() or 1, help="Cards at a time.  [default: processors]"
)
@_isolation
@needs_extra("verify")
def review(
    base: str,
    root: Path,
    execute: bool,
    sweep: bool,
    style: str,
    summary: Path | None,
    evidence: Path | None,
    jobs: int,
    isolation: str,
) -> int:
    """Judge the cards that this branch changes since it left BASE, by default the main branch.

    A card has to come with evidence of its present form, and cards and evidence may not be deleted. Each card whose
    runs or evidence are changed is executed and compared with its evidence. Nothing is written next to the cards.
    """
    from fixcards.cli import execution
    from fixcards.cli import review as command
    from fixcards.verify.card_runner import RunSettings

    _need_folder(root)
    output = command.ReviewOutput(style, summary, evidence)
    settings = RunSettings(execution.verify_cache(), isolation, sweep=sweep)
    return command.review(root, base, settings, output, jobs=jobs, execute=execute)


@cli.command()
@click.argument("card")
@click.option("--fix", type=click.IntRange(1), metavar="N", help="Run option N of the card instead, counted from 1.")
@_cards
@_isolation
@needs_extra("verify")
def reproduce(card: str, fix: int | None, root: Path, isolation: str) -> int:
    """Run the reproduction of CARD in a sandbox and print what it prints.

    Exit status: 0 if it failed as described (with --fix: if it passed), 1 if not, 2 if it could not run.
    """
    from fixcards.cli import execution
    from fixcards.verify.card_runner import RunSettings

    _need_folder(root)
    return execution.reproduce(root, card, fix, RunSettings(execution.verify_cache(), isolation))


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON on standard output.")
@needs_extra("verify")
def interpreters(as_json: bool) -> int:
    """List the Python interpreters of this machine on which reproductions can be run.

    The folders that FIXCARDS_PYTHONS names are searched, too.
    """
    from fixcards.cli import execution

    return execution.interpreters(as_json=as_json)


@cli.command()
@click.argument("script", type=click.File(encoding="utf-8"))
@click.option("--package", metavar="NAME", required=True, help="Package whose releases are tried.")
@click.option("--python", metavar="SPEC", help="Interpreters that may run it, such as `>=3.8,<3.12`.")
@click.option("--requires", metavar="REQ", multiple=True, help="What is installed beside it; may be given repeatedly.")
@click.option("--error", metavar="TEXT", help="The failure.  [default: that of the newest release that fails]")
@click.option("--start", metavar="VERSION", help="A release on which it fails.  [default: looked for]")
@click.option(
    "--exclude-newer",
    metavar="DATE",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Last day whose uploads count, except for the release that is run.  [default: today]",
)
@click.option("--build", metavar="NAME", multiple=True, help="Package that may be built from source.")
@click.option("--pre", is_flag=True, help="Run pre-releases, too.")
@click.option(
    "--timeout", type=click.FloatRange(0.1, 600), metavar="SECONDS", help="When a run counts as one that hangs."
)
@click.option("--max-runs", type=click.IntRange(1), metavar="N", help="Runs at most.  [default: 12 among 200 releases]")
@click.option("--fresh", is_flag=True, help="Use no run of an earlier command.")
@_isolation
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON on standard output.")
@needs_extra("verify")
def bisect(
    script: IO[str],
    package: str,
    python: str | None,
    requires: tuple[str, ...],
    error: str | None,
    start: str | None,
    exclude_newer: datetime | None,
    build: tuple[str, ...],
    pre: bool,
    timeout: float | None,
    max_runs: int | None,
    fresh: bool,
    isolation: str,
    as_json: bool,
) -> int:
    """Find the releases of a package between which a failing SCRIPT begins and stops to fail, by running it.

    A release fails only if it prints the same failure; that it ends with another status than 0 is not enough. Runs are
    stored: a command that was interrupted, or is given more --max-runs, goes on where it stopped. Exit status: 0 the
    last release that fails and the first that passes are certain, 1 they are not, 2 could not run.
    """
    from fixcards.cli import bisection
    from fixcards.verify.script_runner import Script, checked_script

    day = exclude_newer.date() if exclude_newer else None
    return bisection.bisect(
        checked_script(Script(script.read(), package, requires, python, build, day, timeout=timeout)),
        script.name,
        error=error,
        start=start,
        prereleases=pre,
        max_runs=max_runs,
        isolation=isolation,
        fresh=fresh,
        as_json=as_json,
    )


@cli.command()
@click.argument("log", metavar="[FILE]", type=click.File("rb"), default="-")
@_cards
@click.option("--site", metavar="URL|FOLDER", help="Use the index of a published or built site instead of --cards.")
@click.option("--limit", type=click.IntRange(1, 1000), default=8, show_default=True, help="Cards to show at most.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON; match.schema.json on the site describes it.")
@needs_extra("cards")
def match(log: BinaryIO, root: Path, site: str | None, limit: int, as_json: bool) -> int:
    """Find the known failures in a traceback, a log of any size or a few words, by default standard input.

    Nothing of it leaves the machine. Exit status: 0 something fits, 1 nothing does, 2 could not run.
    """
    from fixcards.cli.log_input import open_log
    from fixcards.search import Finder
    from fixcards.search.text_report import WIDTH, lines

    if site is None:
        _need_folder(root)
    finder = Finder.of_site(site) if site is not None else Finder.of_cards(root, jobs=None)
    if finder.excluded_cards:
        cards = "1 card has" if finder.excluded_cards == 1 else f"{finder.excluded_cards:,} cards have"
        echo(f"fixcards: {cards} problems and can't be found; fixcards check names them", err=True)
    with open_log(log) as progress:
        answer = finder.answer(log, progress)
    if as_json:
        echo_json(answer.as_dict(limit))
    else:
        columns = shutil.get_terminal_size((WIDTH, 0)).columns
        for line in lines(answer, limit, columns):
            echo_spans(line)
    return CLEAN if answer.matches or answer.environment else FINDINGS


def _need_rules(codes: Sequence[str]) -> None:
    """Raise where no rule has a code that starts so."""
    from fixcards.records.rules import RULES

    for code in codes:
        if not code or not any(each.startswith(code) for each in RULES):
            raise click.BadParameter(f"no rule has a code that starts with {code!r}", param_hint="--ignore")


def _need_own_folder(root: Path) -> None:
    """Raise `FixcardsError` where the cards are no folder, or a link: a command that writes would follow it."""
    _need_folder(root)
    if root.is_symlink():
        raise FixcardsError(
            f"{root}: is a link, and nothing is written to where it leads; give --cards with the folder"
        )


def _need_folder(root: Path) -> None:
    if not root.is_dir():
        raise FixcardsError(f"{root}: no such folder; start in the folder that has the cards, or give --cards")


def _targets(paths: Sequence[Path], root: Path) -> frozenset[str]:
    """Return the resolved places of `paths`, by default that of all cards."""
    top = os.path.realpath(root)
    targets = set()
    for path in paths:
        if not os.path.lexists(path):
            raise FixcardsError(f"{path}: no such file or folder")
        place = top if path.is_dir() and os.path.realpath(path) == top else _place(path)
        if place != top and not place.startswith(top.rstrip(os.sep) + os.sep):
            raise FixcardsError(f"{path}: is outside {root}; give --cards with the folder that holds it")
        targets.add(place)
    return frozenset(targets or {top})


def _places(path: str) -> set[str]:
    """Return the resolved places of `path` and of every folder above it."""
    place = _place(path)
    return {place, *(str(folder) for folder in Path(place).parents)}


def _place(path: str | Path) -> str:
    # The path itself is not resolved: it may be a link out of the cards.
    folder, name = os.path.split(os.path.abspath(path))  # noqa: PTH100
    return os.path.join(_real(folder), name)  # noqa: PTH118


@functools.lru_cache(maxsize=1024)
def _real(folder: str) -> str:
    return os.path.realpath(folder)
