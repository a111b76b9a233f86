"""`fixcards export`: the cards in formats of other databases, as files in a folder."""

from __future__ import annotations

from pathlib import Path

import click

from fixcards.cli.exit_status import CLEAN
from fixcards.cli.options import cards_option
from fixcards.cli.terminal import echo
from fixcards.errors import FixcardsError, needs_extra


@click.command()
@click.option("--format", "style", type=click.Choice(["osv"]), required=True, help="Format of the files.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    metavar="FOLDER",
    help="Folder for the files; it is made, and must be empty or have an export.",
)
@click.option(
    "--with-conditions",
    is_flag=True,
    help="Export cards, too, that take a second package, an interpreter or a platform: OSV can't say so.",
)
@cards_option
@needs_extra("cards")
def export(style: str, output: Path, with_conditions: bool, roots: tuple[Path, ...]) -> int:
    """Write each card as a file of another database's format, for tools that read it.

    A card is no vulnerability: its id is one of a local database. Cards that the format can't say are left out and
    counted.
    """
    import json
    from collections import Counter

    from fixcards.cli.card_folders import CardFolders
    from fixcards.exports.osv import ID_PREFIX, InexpressibleError, osv_record
    from fixcards.files import atomic_write
    from fixcards.worker_pool import WorkerPool

    folders = CardFolders.of(roots)
    _need_own_folder(output, ID_PREFIX)
    with WorkerPool() as workers:
        library = folders.load(workers)
    site_url = folders.projects[0].site_url if folders.projects else ""
    left_out: Counter[str] = Counter()
    names = set()
    output.mkdir(parents=True, exist_ok=True)
    for card_id, card in library.cards.items():
        try:
            record = osv_record(card, library.evidence.get(card_id), site_url, with_conditions=with_conditions)
        except InexpressibleError as error:
            left_out[str(error) if "takes" not in str(error) else "takes more than its package"] += 1
            continue
        names.add(f"{record['id']}.json")
        content = json.dumps(record, indent=2, ensure_ascii=False) + "\n"
        atomic_write(output / f"{record['id']}.json", content.encode())
    for old in output.glob(f"{ID_PREFIX}*.json"):
        if old.name not in names:
            old.unlink()
    echo(f"{len(names):,} of {len(library.summaries):,} cards written into {output}", err=True)
    for reason, number in left_out.most_common():
        hint = "; --with-conditions exports them" if reason.startswith("takes more") else ""
        echo(f"left out: {number:,} ({reason}{hint})", err=True)
    return CLEAN


def _need_own_folder(output: Path, prefix: str) -> None:
    """Raise `FixcardsError` for a folder with files that are no export: those of an earlier one are replaced."""
    if output.is_dir():
        others = [each.name for each in output.iterdir() if not each.name.startswith(prefix)]
        if others:
            raise FixcardsError(f"{output}: has other files, such as {min(others)}; give an empty folder")
