"""The command `fixcards review` as it is typed. It imports nothing that an extra installs."""

from __future__ import annotations

from pathlib import Path

import click

from fixcards.cli.options import card_option, jobs_option
from fixcards.cli.options import isolation as _isolation
from fixcards.errors import needs_extra


@click.command()
@click.argument("base", default="")
@card_option
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
@jobs_option
@_isolation
@needs_extra("verify")
def review(
    base: str,
    roots: tuple[Path, ...],
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
    from fixcards.cli.card_folders import CardFolders

    folders = CardFolders.of(roots, own=True)
    output = command.ReviewOutput(style, summary, evidence)
    settings = execution.run_settings(folders, isolation, sweep=sweep)
    return command.review(folders, base, settings, output, jobs=jobs, execute=execute)
