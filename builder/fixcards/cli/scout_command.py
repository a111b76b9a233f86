"""The commands `fixcards scout` as they are typed. They import nothing that an extra installs."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any, TypeVar

import click

from fixcards.cli.options import cards_option
from fixcards.cli.options import isolation as _isolation
from fixcards.cli.scout_cards_command import cards
from fixcards.errors import FixcardsError, needs_extra

_Command = TypeVar("_Command", bound=Callable[..., Any])
_DAYS = (30, 90, 180, 365, 730)


def _date(context: click.Context, parameter: click.Parameter, value: datetime | None) -> date | None:
    return value.date() if value else None


_RUN_OPTIONS = (
    click.option(
        "--output",
        type=click.Path(path_type=Path, file_okay=False),
        default=Path("scout"),
        show_default=True,
        metavar="FOLDER",
        help="Folder for the journal, the findings and the report; with one of an earlier start, that goes on.",
    ),
    click.option(
        "--today",
        type=click.DateTime(["%Y-%m-%d"]),
        callback=_date,
        metavar="DATE",
        help="Last day whose uploads count.  [default: yesterday, which is over everywhere]",
    ),
    click.option("--build", is_flag=True, help="Build a package that has no wheel from its source."),
    click.option(
        "--jobs",
        "-j",
        type=click.IntRange(1),
        default=os.cpu_count() or 1,
        help="Packages at a time.  [default: processors]",
    ),
    click.option(
        "--scheduler", metavar="ADDRESS", help="Run on the Dask cluster behind ADDRESS (needs fixcards[cluster])."
    ),
    click.option(
        "--rate",
        type=click.FloatRange(0.01, 1000),
        default=5.0,
        show_default=True,
        metavar="N",
        help="Requests to the package index a second.",
    ),
    click.option(
        "--max-packages",
        type=click.IntRange(1),
        default=20_000,
        show_default=True,
        metavar="N",
        help="Project pages that one start may fetch.",
    ),
    click.option(
        "--max-gigabytes",
        type=click.FloatRange(0.001),
        default=50.0,
        show_default=True,
        metavar="N",
        help="Bytes that one start may fetch.",
    ),
    click.option(
        "--cache-gigabytes",
        type=click.FloatRange(0.1),
        default=40.0,
        show_default=True,
        metavar="N",
        help="Size of the cache; beyond it the packages used longest ago are removed.",
    ),
    _isolation,
    cards_option,
    click.option("--json", "as_json", is_flag=True, help="Print the report as JSON on standard output."),
)
"""The options that all ways in have."""


def _run_options(command: _Command) -> _Command:
    for option in reversed(_RUN_OPTIONS):
        command = option(command)
    return command


def _names(names: tuple[str, ...], lists: tuple[IO[str], ...]) -> list[str]:
    """Return the packages that were named, each once, in their order. Raises `FixcardsError` where none was."""
    from fixcards.scout.package_list import package_names

    lines = [*names, *(line for file in lists for line in file.read().splitlines())]
    packages = package_names(lines)
    if not packages:
        raise FixcardsError("name packages, or give --list with a file of names, one a line")
    return packages


_list_option = click.option(
    "--list",
    "lists",
    type=click.File(encoding="utf-8"),
    multiple=True,
    metavar="FILE",
    help="File with names of packages, one a line; # begins a comment. May be given several times.",
)


@click.group()
def scout() -> None:
    """Find failures by execution: what a release breaks in other packages, before it is reported.

    Exit status: 0 nothing new, 1 something that no card knows, 2 could not run. What was done is in a journal, so a
    start that was stopped, killed or has used up its budget goes on where it was.
    """


@scout.command()
@click.argument("names", nargs=-1, metavar="[PACKAGE]...")
@_list_option
@click.option(
    "--days",
    default=",".join(map(str, _DAYS)),
    show_default=True,
    metavar="N,N",
    help="Days ago: the release that was the newest one then gets the dependencies of today.",
)
@click.option(
    "--newest/--no-newest",
    default=True,
    help="Try the newest release on each supported Python, too, and those of past days on the newest Python.",
)
@_run_options
@needs_extra("verify")
def packages(names: tuple[str, ...], lists: tuple[IO[str], ...], days: str, newest: bool, **options: Any) -> int:
    """Probe releases of past days with the dependencies of that day and of today, and the newest release.

    Each PACKAGE, and each of a list, is imported, its commands are asked for their help, and where there is a smoke
    program for it, that is run. What fails with the one and passes with the other is bisected to the release that
    broke it.
    """
    from fixcards.cli import scouting

    try:
        ago = sorted({int(each) for each in days.split(",") if each.strip()})
    except ValueError:
        raise click.BadParameter("write whole numbers with commas between them", param_hint="--days") from None
    return scouting.scout_packages(_names(names, lists), ago, newest=newest, **options)


@scout.command()
@click.argument("names", nargs=-1, metavar="[PACKAGE]...")
@_list_option
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    callback=_date,
    metavar="DATE",
    help="First day whose uploads are tried.  [default: the day of --today]",
)
@_run_options
@needs_extra("verify")
def releases(names: tuple[str, ...], lists: tuple[IO[str], ...], since: date | None, **options: Any) -> int:
    """Probe what was uploaded since a day: each release against those that depend on it, and against the one before it.

    PACKAGEs, and those of a list, are the ones that are watched: for each the newest release of the day before is tried
    with the dependencies of that day and of today. Where nothing that it depends on was uploaded, nothing is run.
    """
    from fixcards.cli import scouting

    return scouting.scout_releases(_names(names, lists), since, **options)


@scout.command()
@click.argument("file", type=click.File(encoding="utf-8"))
@_run_options
@needs_extra("verify")
def pairs(file: IO[str], **options: Any) -> int:
    """Probe suspected pairs: FILE says which release of a partner a package is said not to work with.

    It has tab-separated columns: package, affected, partner, works_with, source. `fixcards scout convert` makes one
    from a public list.
    """
    from fixcards.cli import scouting
    from fixcards.scout.pair import read_pairs

    return scouting.scout_pairs(read_pairs(file.read(), file.name), **options)


@scout.command()
@click.argument("kind", type=click.Choice(["conda-forge", "spack", "yanked"]))
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@needs_extra("verify")
def convert(kind: str, paths: tuple[Path, ...]) -> int:
    """Print the pairs that a public list suspects, for `fixcards scout pairs`.

    PATHS are files or folders that you have fetched: the YAML patches of conda-forge's repodata, the package.py files
    of Spack, or for `yanked` names of packages, whose reasons for withdrawn releases the package index is asked for.
    """
    from fixcards.cli import scouting

    return scouting.convert(kind, paths)


scout.add_command(cards)
