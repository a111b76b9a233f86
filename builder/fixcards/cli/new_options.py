"""The options of the command `fixcards new`. What it needs is imported when it runs: other commands start faster."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import click

from fixcards.errors import needs_extra

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def new_command(cards: Decorator, isolation_option: Decorator, need_folder: Callable[[Path], None]) -> click.Command:
    """Return the command, with the options that it shares with others; `need_folder` refuses a bad folder of cards."""

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
    @click.option("--pr", metavar="URL", help="What fixed it, where the issue doesn't say.")
    @click.option("--package", metavar="NAME", help="Distribution that the card is about.")
    @click.option("--requires", multiple=True, metavar="REQ", help='What the script needs, such as "flask==1.1.2".')
    @click.option("--python", metavar="SPEC", help="Interpreter, such as 3.9 or >=3.8,<3.12.")
    @click.option("--anyway", "--yes", "-y", is_flag=True, help="Go on where cards look like the same failure.")
    @click.option("--dry-run", is_flag=True, help="Print the card and write nothing.")
    @cards
    @isolation_option
    @needs_extra("verify")
    def new(
        script: Path | None,
        failure: BinaryIO | None,
        issue: str | None,
        form: BinaryIO | None,
        pr: str | None,
        package: str | None,
        requires: tuple[str, ...],
        python: str | None,
        anyway: bool,
        dry_run: bool,
        root: Path,
        isolation: str,
    ) -> int:
        """Draft a card with its evidence from what you have; only the explanation is left to you.

        It looks for cards of the same failure, runs the script in a sandbox on as many releases as it takes, and writes
        at the end. Exit status: 0 drafted, 1 nothing to draft, 2 could not run.
        """
        from fixcards.cli import execution
        from fixcards.cli.new_command import Sources
        from fixcards.cli.new_command import new as new_card
        from fixcards.verify.card_runner import RunSettings

        need_folder(root)
        sources = Sources(script, failure, form, issue, pr, package, requires, python)
        settings = RunSettings(execution.verify_cache(), isolation)
        return new_card(sources, root, settings, anyway=anyway, dry_run=dry_run)

    return new
