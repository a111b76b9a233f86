"""The door for the terminal: one thin function a command."""

from __future__ import annotations

import functools
import io
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import click

from builder import __version__
from builder.errors import FixcardsError

CLEAN, FINDINGS, COULD_NOT_RUN = 0, 1, 2

_cards = click.option(
    "--cards",
    "root",
    type=click.Path(path_type=Path),
    default=Path("cards"),
    show_default=True,
    envvar="FIXCARDS_CARDS",
    help="Folder with the cards.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "-V", "--version", prog_name="fixcards")
def cli() -> None:
    """A knowledge base of fix cards: known upstream failures, and fixes that were executed.

    Exit status: 0 clean, 1 findings, 2 could not run.
    """


@cli.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@_cards
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    show_default=True,
    help="How to print the problems; `github` marks them on the lines of a pull request.",
)
def check(paths: tuple[Path, ...], root: Path, style: str) -> int:
    """Check every card and its evidence, or only what lies at PATH.

    A problem is printed as path:line:column: CODE message (hint).
    """
    from builder.records.library import load

    start = time.perf_counter()
    _need_folder(root)
    targets = _targets(paths, root)
    library = load(root)
    read = {path for path in library.paths if _places(path) & targets}
    problems = [problem for problem in library.problems if _places(problem.path) & targets]
    covered = {place for path in (*read, *(problem.path for problem in problems)) for place in _places(path)}
    for path in paths:
        if not _targets((path,), root) & covered:
            raise FixcardsError(f"{path}: no card there; a card is {root}/<package>/<issue number>.yaml")
    if style == "json":
        click.echo(json.dumps([problem.as_dict() for problem in problems], indent=2))
    else:
        for problem in problems:
            click.echo(problem.as_github() if style == "github" else str(problem))
    click.echo(library.summary(problems, time.perf_counter() - start, read), err=True)
    return FINDINGS if problems else CLEAN


@cli.command()
@click.argument("reports", type=click.File(encoding="utf-8"), default="-")
@_cards
def tally(reports: IO[str], root: Path) -> int:
    """Count readers' reports into tally.json, which card pages show.

    REPORTS is what `gh issue list --label fix-report --state all --limit 100000 --json title` prints.
    """
    from builder.records.tally import count, write

    try:
        titles = [str(issue["title"]) for issue in json.load(reports)]
    except (ValueError, TypeError, KeyError):
        raise FixcardsError(f"{reports.name}: not a JSON list of objects with a `title`") from None
    counted = count(titles)
    write(root, counted)
    total = sum(each.total for each in counted.values())
    click.echo(f"{total:,} of {len(titles):,} issues are reports, about {len(counted):,} cards", err=True)
    return CLEAN


@cli.command()
@_cards
@click.option("--write", is_flag=True, help="Write the schemas into the folder with the cards.")
@click.argument("name", type=click.Choice(["card", "evidence"]), default="card")
def schema(name: str, root: Path, write: bool) -> int:
    """Print the JSON Schema of a record, by which editors complete and check."""
    from builder.records.schema import SCHEMAS, schema_text

    if write:
        _need_folder(root)
        for each in SCHEMAS:
            (root / f"{each}.schema.json").write_text(schema_text(each), encoding="utf-8")
    else:
        click.echo(schema_text(name), nl=False)
    return CLEAN


def _need_folder(root: Path) -> None:
    if not root.is_dir():
        raise FixcardsError(f"{root}: no such folder; start in the folder that has the cards, or give --cards")


def _targets(paths: Sequence[Path], root: Path) -> frozenset[str]:
    """Return where `paths` are, or all cards where there are none."""
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
    """Return where `path` and every folder above it are."""
    place = _place(path)
    return {place, *(str(folder) for folder in Path(place).parents)}


def _place(path: str | Path) -> str:
    # The path itself is not resolved: it may be a link out of the cards.
    folder, name = os.path.split(os.path.abspath(path))  # noqa: PTH100
    return os.path.join(_real(folder), name)  # noqa: PTH118


@functools.lru_cache(maxsize=1024)
def _real(folder: str) -> str:
    return os.path.realpath(folder)


def main() -> None:
    """Run the command that was typed; print errors as one line that says what to do."""
    for stream in (sys.stdout, sys.stderr):
        # A card can hold any character; a terminal or a log that can't show it gets an escape.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        status = cli.main(standalone_mode=False)
    except FixcardsError as error:
        click.echo(f"fixcards: {error}", err=True)
        sys.exit(COULD_NOT_RUN)
    except click.ClickException as error:
        error.show()
        sys.exit(COULD_NOT_RUN)
    except click.Abort:
        click.echo("fixcards: stopped", err=True)
        sys.exit(130)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        click.echo(f"fixcards: {where}{error.strerror or error}", err=True)
        sys.exit(COULD_NOT_RUN)
    sys.exit(status if isinstance(status, int) else CLEAN)
