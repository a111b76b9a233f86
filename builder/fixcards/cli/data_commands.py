"""The commands about copies of published cards: `fixcards update` and `fixcards data`."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path

import click

from fixcards.cli.exit_status import CLEAN, COULD_NOT_RUN
from fixcards.cli.terminal import echo
from fixcards.errors import FixcardsError


@click.command()
@click.argument("sites", nargs=-1, metavar="[SITE]...")
def update(sites: tuple[str, ...]) -> int:
    """Fetch the newest cards of published sites, so that every search answers without a network.

    SITE is the address of a site; by default the public cards, and the sites that [tool.fixcards] in pyproject.toml
    names. It is never required: fixcards-data brings the public cards. Nothing but the index of a site is asked for.
    """
    from fixcards.search.card_data import PUBLIC_SITE
    from fixcards.search.project_cards import is_address, project_cards

    addresses = [site.rstrip("/") + "/" for site in sites]
    if not addresses:
        configured = project_cards(Path())
        addresses = [site for site in configured.sites if is_address(site)] if configured else []
        if configured is None or configured.data:
            addresses.append(PUBLIC_SITE)
    for address in addresses:
        if not is_address(address):
            raise click.BadParameter(f"{address.rstrip('/')} is no address of a site; write https://host/path/")
    # One that can't be reached doesn't keep the others from being updated.
    results = [_is_updated(address) for address in dict.fromkeys(addresses)]
    return CLEAN if all(results) else COULD_NOT_RUN


def _is_updated(address: str) -> bool:
    try:
        _update(address)
    except FixcardsError as error:
        echo(f"fixcards: {error}", err=True)
        return False
    return True


def _update(address: str) -> None:
    from fixcards.search.data_update import update as update_copy

    visible = sys.stderr.isatty()
    with click.progressbar(length=1, label=address, file=sys.stderr) if visible else nullcontext() as bar:

        def progress(done: int, of: int) -> None:
            if bar is not None:
                bar.length = of
                bar.update(done - bar.pos)

        result = update_copy(address, progress)
    day = result.data.manifest.version
    if result.fetched:
        echo(f"{address}: updated to {day}, {result.fetched:,} files, {max(1, result.bytes >> 10):,} KiB")
    else:
        echo(f"{address}: up to date, {day}")


@click.group()
def data() -> None:
    """Make the distribution fixcards-data, which brings cards to every search without a network."""


@data.command()
@click.argument("site", type=click.Path(path_type=Path, exists=True, file_okay=False), default="site")
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default="dist",
    show_default=True,
    help="Folder to write the wheel to.",
)
@click.option("--number", type=click.IntRange(1), metavar="N", help="Tell a further release of one day from the first.")
def build(site: Path, output: Path, number: int | None) -> int:
    """Make the wheel of the site that was built into the folder SITE, by default `site`.

    Its version is the day of the newest evidence in it. The same site gives the same bytes.
    """
    from fixcards.exports.data_distribution import data_wheel

    wheel = data_wheel(site, number or 0)
    path = wheel.write(output)
    echo(f"wrote {path}: {wheel.files:,} files of the index, {len(wheel.content) >> 10:,} KiB")
    return CLEAN
