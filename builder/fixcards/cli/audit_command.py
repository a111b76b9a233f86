"""`fixcards audit`: options of the command."""

from __future__ import annotations

import re
from pathlib import Path

import click

from fixcards.cli.options import searched_option, sites_option
from fixcards.errors import needs_extra
from fixcards.matching.index.conditions import PLATFORMS


@click.command()
@click.argument("locks", nargs=-1, metavar="[LOCK | OLD NEW]")
@click.option("--each", is_flag=True, help="Audit each of several LOCKs by itself; two are compared otherwise.")
@click.option(
    "--python",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Audit what is installed for an interpreter, or in the folder of a virtual environment.",
)
@click.option("--python-version", default="", metavar="X.Y", help="Interpreter of the environment, such as 3.12.")
@click.option("--platform", type=click.Choice(PLATFORMS), help="Platform of the environment.")
@searched_option
@sites_option
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json", "github", "sarif", "markdown", "junit"]),
    default="text",
    show_default=True,
    help="How to print the report; two locks are compared in text, json or markdown.",
)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write it there.")
@click.option("--at-start", is_flag=True, help="Only what fails at import or install.")
@click.option(
    "--lasting", is_flag=True, help="List failures, too, that every newer release has, whatever else is there."
)
@click.option("--ignore", "ignored", multiple=True, metavar="ID", help="Leave a card out.")
@click.option(
    "--ignore-until-fixed", "until_fixed", multiple=True, metavar="ID", help="Leave it out while no release fixes it."
)
@click.option(
    "--baseline", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Leave out the cards in FILE."
)
@click.option(
    "--write-baseline",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write what the audit shows into FILE, for --baseline.",
)
@click.option("--fix", is_flag=True, help="Print the smallest change that avoids each, as requirements checked by uv.")
@needs_extra("audit")
def audit(
    locks: tuple[str, ...],
    each: bool,
    python: Path | None,
    python_version: str,
    platform: str | None,
    roots: tuple[Path, ...],
    sites: tuple[str, ...],
    style: str,
    output: Path | None,
    at_start: bool,
    lasting: bool,
    ignored: tuple[str, ...],
    until_fixed: tuple[str, ...],
    baseline: Path | None,
    write_baseline: Path | None,
    fix: bool,
) -> int:
    """Say which known failures an environment is in for, or what the update from OLD to NEW brings in and ends.

    LOCK is pylock.toml, uv.lock, poetry.lock, pdm.lock, Pipfile.lock, pinned requirements, `-` for pip freeze or
    pip list on standard input, or REVISION:PATH of the git repository. Without one it is the lock of the project in
    this folder, or what is installed. Nothing is changed, and nothing leaves the machine; --fix asks the package index
    through uv.

    Exit status: 0 no known failure, 1 some (of two locks: NEW brings some in), 2 could not run.
    """
    from fixcards.audit.auditor import Ignored
    from fixcards.audit.target import PYTHON_VERSION, TargetChoice
    from fixcards.cli import auditing
    from fixcards.cli.audit_input import read_baseline
    from fixcards.cli.finder_choice import finder_of

    if python_version and not re.fullmatch(PYTHON_VERSION, python_version):
        raise click.BadParameter("write it as 3.12 or 3.12.4", param_hint="--python-version")
    if python is not None and (locks or python_version or platform):
        raise click.UsageError(
            "--python is audited as it is installed; leave LOCK, --python-version and --platform out"
        )
    comparing = len(locks) == 2 and not each
    if len(locks) > 2 and not each:
        raise click.UsageError("two locks are compared; give --each to audit every one by itself")
    if comparing and (fix or write_baseline or style not in ("text", "json", "markdown")):
        raise click.UsageError("two locks are compared in text, json or markdown, without --fix and --write-baseline")
    if fix and style not in ("text", "json"):
        raise click.UsageError("--fix prints requirements, or JSON with --format json")
    finder = finder_of(roots, sites)
    choice = TargetChoice(python_version, platform or "")
    leave_out = Ignored({*ignored, *(read_baseline(baseline) if baseline else ())}, frozenset(until_fixed))
    settings = auditing.Settings(finder, choice, leave_out, at_start, lasting, style, output)
    if comparing:
        return auditing.compare_locks(locks[0], locks[1], settings)
    return auditing.audit_locks(locks, python, settings, write_baseline, fix=fix)
