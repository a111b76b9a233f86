"""The commands, one thin function each."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, BinaryIO

import click

from fixcards import __version__
from fixcards.cli.audit_command import audit
from fixcards.cli.bisect_command import bisect
from fixcards.cli.command_list import CommandList
from fixcards.cli.data_commands import data, update
from fixcards.cli.exit_status import CLEAN, FINDINGS
from fixcards.cli.export_command import export
from fixcards.cli.mcp_command import mcp
from fixcards.cli.new_command import new
from fixcards.cli.options import card_option, cards_option, jobs_option, searched_option, sites_option
from fixcards.cli.options import isolation as _isolation
from fixcards.cli.review_command import review
from fixcards.cli.scout_command import scout
from fixcards.cli.terminal import echo, echo_json, echo_lines, echo_spans
from fixcards.errors import FixcardsError, needs_extra


@click.group(
    cls=CommandList,
    context_settings={
        "help_option_names": ["-h", "--help"],
        "max_content_width": 100,
        "color": False if os.environ.get("NO_COLOR") else None,  # https://no-color.org
    },
)
@click.version_option(__version__, "-V", "--version", prog_name="fixcards")
def cli() -> None:
    """A knowledge base of fix cards: known upstream failures, and fixes that were executed.

    Exit status: 0 clean, 1 findings, 2 could not run.
    """


@cli.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, readable=False), metavar="[PATH]...")
@cards_option
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json", "github", "gitlab", "junit"]),
    default="text",
    show_default=True,
    help="How to print the problems; `github` and `gitlab` mark them on the lines of a change.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write them there in that format, and print them as text.",
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
def check(
    paths: tuple[Path, ...],
    roots: tuple[Path, ...],
    style: str,
    output: Path | None,
    ignored: tuple[str, ...],
    fix: bool,
    diff: bool,
) -> int:
    """Check every card and its evidence, or only what lies at PATH.

    A problem is printed as path:line:column: CODE message (hint). Codes from FC400 on are about quality;
    the site shows these cards all the same.
    """
    from fixcards.cli.card_folders import CardFolders
    from fixcards.cli.card_paths import places_of, targets_of
    from fixcards.cli.problem_output import print_problems
    from fixcards.records.check_summary import check_summary
    from fixcards.search.quality import quality_problems
    from fixcards.worker_pool import WorkerPool

    start = time.perf_counter()
    folders = CardFolders.to_write(roots) if fix or diff else CardFolders.of(roots)
    targets = targets_of(paths, folders)
    _need_rules(ignored)
    with WorkerPool() as workers:
        library = folders.load(workers)
        if fix or diff:
            from fixcards.cli import repairs

            chosen = [each for each in library.problems if places_of(each.path) & targets]
            repaired = repairs.repair(folders, chosen, workers, write=not diff)
            if diff:
                return FINDINGS if repaired or chosen else CLEAN
            if repaired:
                library = folders.load(workers)
        problems = [*library.problems, *quality_problems(library, workers)]
    read = set(library.paths)
    problems = sorted(each for each in problems if not each.code.startswith(ignored))
    if paths or folders.others:
        read = {path for path in read if places_of(path) & targets}
        problems = [problem for problem in problems if places_of(problem.path) & targets]
        covered = {place for path in (*read, *(problem.path for problem in problems)) for place in places_of(path)}
        for path in paths:
            if not targets_of((path,), folders) & covered:
                root = folders.selected[0]
                raise FixcardsError(f"{path}: no card there; a card is {root}/<package>/<issue number>.yaml")
    print_problems(problems, read, style, output)
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
@card_option
@needs_extra("cards")
def tally(reports: IO[str], roots: tuple[Path, ...]) -> int:
    r"""Count readers' reports into tally.json, which card pages show.

    REPORTS is the JSON that the tracker exports; it needs `title`, `state` and an address of each issue:

    \b
    gh issue list --label fix-report --state all --limit 100000 --json title,state,url
    glab issue list --label fix-report --all --output json

    A card is disputed while a report that a fix failed is open.
    """
    from fixcards.cli.card_folders import CardFolders
    from fixcards.records.reader_reports import count_reports, exported_reports, write_reports

    try:
        issues = exported_reports(reports.read())
    except UnicodeDecodeError:
        raise FixcardsError(f"{reports.name}: not UTF-8") from None
    except ValueError as error:
        raise FixcardsError(f"{reports.name}: {error}") from None
    root = CardFolders.to_write(roots).first
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
@card_option
@click.option("--write", is_flag=True, help="Write the schemas into the folder with the cards.")
@click.argument("name", type=click.Choice(["card", "evidence"]), default="card")
@needs_extra("cards")
def schema(name: str, roots: tuple[Path, ...], write: bool) -> int:
    """Print the JSON Schema of a record, by which editors complete and check."""
    from fixcards.records.schema import SCHEMAS, schema_text

    if write:
        from fixcards.cli.card_folders import CardFolders
        from fixcards.files import atomic_write

        root = CardFolders.to_write(roots).first
        for each in SCHEMAS:
            atomic_write(root / f"{each}.schema.json", schema_text(each).encode())
    else:
        echo_lines(schema_text(name))
    return CLEAN


@cli.command()
@click.argument("names", nargs=-1, metavar="[CARD]...")
@cards_option
@click.option("--changed", metavar="[BASE]", is_flag=False, flag_value="", help="Cards that this branch touches.")
@click.option("--stale", type=click.IntRange(0), metavar="DAYS", help="Cards without evidence that is this young.")
@click.option("--not-by-ci", is_flag=True, help="Cards whose evidence doesn't say that CI made it.")
@click.option("--oldest", type=click.IntRange(1), metavar="N", help="Of these the N whose evidence is oldest.")
@click.option("--shard", metavar="I/N", help="Part I of N, by card id; the same on every machine.")
@click.option("--sweep", is_flag=True, help="Find out which other releases fail, too.")
@click.option("--lines", is_flag=True, help="Run only the lines to copy again, with the releases of today.")
@jobs_option
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
    roots: tuple[Path, ...],
    changed: str | None,
    stale: int | None,
    not_by_ci: bool,
    oldest: int | None,
    shard: str | None,
    sweep: bool,
    lines: bool,
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
    from fixcards.cli.card_folders import CardFolders
    from fixcards.verify import selection

    folders = CardFolders.to_write(roots)
    try:
        part = selection.shard(shard) if shard else None
    except ValueError:
        raise click.BadParameter("write it as I/N, for example 1/4", param_hint="--shard") from None
    selected = selection.Selection(names, changed, stale, part, not_by_ci, lines, oldest)
    if lines and sweep:
        raise click.UsageError("--lines runs nothing but the lines to copy; leave --sweep out")
    settings = execution.run_settings(folders, isolation, sweep=sweep, lines=lines)
    if dry_run:
        return execution.dry_run(folders, selected, settings, as_json=as_json)
    return execution.verify(
        folders, selected, settings, jobs=jobs, scheduler=scheduler, compare=compare, as_json=as_json
    )


@cli.command()
@click.argument("card")
@click.option("--fix", type=click.IntRange(1), metavar="N", help="Run option N of the card instead, counted from 1.")
@cards_option
@_isolation
@needs_extra("verify")
def reproduce(card: str, fix: int | None, roots: tuple[Path, ...], isolation: str) -> int:
    """Run the reproduction of CARD in a sandbox and print what it prints.

    Exit status: 0 if it failed as described (with --fix: if it passed), 1 if not, 2 if it could not run.
    """
    from fixcards.cli import execution
    from fixcards.cli.card_folders import CardFolders

    folders = CardFolders.of(roots)
    return execution.reproduce(folders, card, fix, execution.run_settings(folders, isolation))


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON on standard output.")
@needs_extra("verify")
def interpreters(as_json: bool) -> int:
    """List the Python interpreters of this machine on which reproductions can be run.

    The folders that FIXCARDS_PYTHONS names are searched, too.
    """
    from fixcards.cli import execution

    return execution.interpreters(as_json=as_json)


cli.add_command(audit)
cli.add_command(bisect)
cli.add_command(export)
cli.add_command(mcp)
cli.add_command(review)
cli.add_command(new)
cli.add_command(scout)
cli.add_command(data)
cli.add_command(update)


@cli.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("words", nargs=-1, required=True, type=click.UNPROCESSED, metavar="[--] COMMAND...")
def run(words: tuple[str, ...]) -> int:
    """Run COMMAND as if it had been typed alone, and name the known failure where it fails.

    Its input, output, colours and exit status stay what they are. Cards that surely fit the end of its output are
    printed below it on standard error; where none does, nothing is. They are those that fixcards match starts with.
    """
    from fixcards.cli.run_command import run_command

    return run_command(words)


@cli.command()
@click.argument("log", metavar="[FILE]", type=click.File("rb"), default="-")
@searched_option
@sites_option
@click.option("--limit", type=click.IntRange(1, 1000), default=8, show_default=True, help="Cards to show at most.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON; match.schema.json on the site describes it.")
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json", "github", "markdown"]),
    default="text",
    show_default=True,
    help="How to print the answer; `github` and `markdown` are for jobs, and show exact and likely matches alone.",
)
@needs_extra("cards")
def match(
    log: BinaryIO,
    roots: tuple[Path, ...],
    sites: tuple[str, ...],
    limit: int,
    as_json: bool,
    style: str,
) -> int:
    """Find the known failures in a traceback, a log of any size or a few words, by default standard input.

    Nothing of it leaves the machine. Without --cards and --site, the cards are those that FIXCARDS_CARDS,
    [tool.fixcards] in pyproject.toml or mkdocs.yml names, or the public ones of fixcards-data. Exit status:
    0 something fits, 1 nothing does, 2 could not run.
    """
    from fixcards.cli.finder_choice import finder_of
    from fixcards.cli.log_input import open_log
    from fixcards.search.text_report import WIDTH, lines

    finder = finder_of(roots, sites)
    with open_log(log) as progress:
        answer = finder.answer(log, progress)
    if as_json or style == "json":
        echo_json(answer.as_dict(limit))
    elif style != "text":
        from fixcards.cli.job_report import JOB_FORMATS

        if report := JOB_FORMATS[style](answer, limit):
            echo_lines(report)
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
