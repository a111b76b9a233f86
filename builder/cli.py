"""The door for the terminal: one thin function a command."""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from builder import __version__
from builder.errors import FixcardsError

if TYPE_CHECKING:
    from builder.records.library import Library
    from builder.records.problem import Problem

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
    if not root.is_dir():
        raise FixcardsError(f"{root}: no such folder; start in the folder that has the cards, or give --cards")
    for path in paths:
        if not os.path.lexists(path):
            raise FixcardsError(f"{path}: no such file or folder")
        if not _absolute(path).is_relative_to(_absolute(root)):
            raise FixcardsError(f"{path}: is outside {root}; give --cards with the folder that holds it")
    library = load(root)
    problems = [p for p in library.problems if not paths or any(_at(p.path, path) for path in paths)]
    if style == "json":
        click.echo(json.dumps([problem.as_dict() for problem in problems], indent=2))
    else:
        for problem in problems:
            click.echo(problem.as_github() if style == "github" else str(problem))
    click.echo(summary(library, problems, time.perf_counter() - start), err=True)
    return FINDINGS if problems else CLEAN


@cli.command()
@_cards
@click.option("--write", is_flag=True, help="Write the schemas into the folder with the cards.")
@click.argument("name", type=click.Choice(["card", "evidence"]), default="card")
def schema(name: str, root: Path, write: bool) -> int:
    """Print the JSON Schema of a record, by which editors complete and check."""
    from builder.records.schema import SCHEMAS, schema_text

    if write:
        for each in SCHEMAS:
            (root / f"{each}.schema.json").write_text(schema_text(each), encoding="utf-8")
    else:
        click.echo(schema_text(name), nl=False)
    return CLEAN


def summary(library: Library, problems: Sequence[Problem], seconds: float) -> str:
    """Return one line: cards, packages, problems by code, seconds."""
    packages = len({card_id.rpartition("-")[0] for card_id in library.known})
    codes = ", ".join(f"{code} {number}" for code, number in sorted(Counter(p.code for p in problems).items()))
    return (
        f"{_count(len(library.known), 'card')}, {_count(packages, 'package')}, "
        f"{_count(len(problems), 'problem')}{f' ({codes})' if codes else ''}, {seconds:.2f} s"
    )


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow a link out of the cards


def _at(problem_path: str, path: Path) -> bool:
    return _absolute(Path(problem_path)).is_relative_to(_absolute(path))


def main() -> None:
    """Run the command that was typed; print errors as one line that says what to do."""
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
    sys.exit(status if isinstance(status, int) else CLEAN)
