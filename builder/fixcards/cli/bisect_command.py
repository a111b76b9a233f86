"""The command `fixcards bisect` as it is typed. It imports nothing that an extra installs."""

from __future__ import annotations

from datetime import datetime
from typing import IO

import click

from fixcards.cli.options import isolation as _isolation
from fixcards.errors import needs_extra


@click.command()
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
    """Find the releases of a package at which the failure of SCRIPT begins and ends, by running it.

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
