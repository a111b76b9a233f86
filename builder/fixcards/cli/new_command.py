"""The command `fixcards new` as it is typed. It imports nothing that an extra installs."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import click

from fixcards.cli.options import card_option
from fixcards.cli.options import isolation as _isolation
from fixcards.errors import needs_extra


@click.command(context_settings={"max_content_width": 100})
@click.option("--script", type=click.Path(path_type=Path), metavar="FILE", help="Script that fails (PEP 723).")
@click.option(
    "--from-failure",
    "failure",
    type=click.File("rb"),
    metavar="FILE",
    help="Printed failure; - is standard input.",
)
@click.option("--issue", metavar="URL", help="Upstream issue; GitHub, GitLab and Gitea are read.")
@click.option("--from-form", "form", type=click.File("rb"), metavar="FILE", help="Text of a filled issue form.")
@click.option("--from-found", "discovery", metavar="ID", help="Found card to explain; takes --issue with it.")
@click.option("--pr", metavar="URL", help="What fixed it, where the issue doesn't say.")
@click.option("--package", metavar="NAME", help="Distribution that the card is about.")
@click.option("--requires", multiple=True, metavar="REQ", help='What the script needs, such as "flask==1.1.2".')
@click.option("--python", metavar="SPEC", help="Interpreter, such as 3.9 or >=3.8,<3.12.")
@click.option("--anyway", "--yes", "-y", is_flag=True, help="Go on where cards look like the same failure.")
@click.option("--dry-run", is_flag=True, help="Print the card and write nothing.")
@card_option
@_isolation
@needs_extra("verify")
def new(
    script: Path | None,
    failure: BinaryIO | None,
    issue: str | None,
    form: BinaryIO | None,
    discovery: str | None,
    pr: str | None,
    package: str | None,
    requires: tuple[str, ...],
    python: str | None,
    anyway: bool,
    dry_run: bool,
    roots: tuple[Path, ...],
    isolation: str,
) -> int:
    """Draft a card with its evidence from what you have; only the explanation is left to you.

    It looks for cards of the same failure, runs the script in a sandbox on as many releases as it takes, and writes
    at the end. Exit status: 0 drafted, 1 nothing to draft, 2 could not run.
    """
    from fixcards.cli import execution
    from fixcards.cli.card_folders import CardFolders
    from fixcards.cli.new_card import Sources, new_card

    folders = CardFolders.to_write(roots)
    sources = Sources(script, failure, form, issue, pr, package, requires, python, discovery)
    settings = execution.run_settings(folders, isolation)
    return new_card(sources, folders.first, settings, anyway=anyway, dry_run=dry_run)
