"""The command `fixcards scout cards` as it is typed. It imports nothing that an extra installs."""

from __future__ import annotations

from pathlib import Path

import click

from fixcards.cli.options import card_option, jobs_option
from fixcards.cli.options import isolation as _isolation
from fixcards.errors import needs_extra


@click.command("cards")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FINDINGS...")
@click.option("--only", multiple=True, metavar="PACKAGE", help="Only findings about these packages.")
@jobs_option
@click.option("--dry-run", is_flag=True, help="Execute everything, print the cards and write nothing.")
@card_option
@_isolation
@needs_extra("verify")
def cards(
    files: tuple[Path, ...],
    only: tuple[str, ...],
    jobs: int,
    dry_run: bool,
    roots: tuple[Path, ...],
    isolation: str,
) -> int:
    """Make a found card of each finding that no card answers: files or folders that `fixcards scout` wrote.

    A card is executed as `fixcards verify` does and written only if the runs bear it out; what they refute is narrowed
    and executed again. A command that was stopped goes on where it was. Exit status: 0 all were written or are
    answered, 1 the runs bear out less than the findings say, 2 something could not be run.
    """
    from fixcards.cli import execution
    from fixcards.cli.card_folders import CardFolders
    from fixcards.cli.scout_cards import make_cards

    folders = CardFolders.to_write(roots)
    settings = execution.run_settings(folders, isolation)
    return make_cards(files, only, folders, settings, jobs=jobs, dry_run=dry_run)
