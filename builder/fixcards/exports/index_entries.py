"""Cards as entries of the search."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fixcards.matching.index.entry import Entry, FixOption
from fixcards.records.causes import changes
from fixcards.records.summary import Summary

UNEXPLAINED = "Found and executed by the program, not yet explained by a person."
"""What a reader of a found card has to know."""


def index_entries(cards: Iterable[Summary]) -> Iterator[Entry]:
    """Yield an entry for each card. Retired cards have none: they keep their address and are not offered.

    A match shows `display`: `path` below the site, `fix`, `verdict`, and in `failed_lines` the titles
    of fixes whose line to copy does not work.

    A card that others name as cause is its own, and so is one about a change that its package stands by: such a card
    offers to hold the package back, and no upgrade of it. All who call the package may be hit.
    """
    cards = list(cards)
    causes = changes(cards)
    for card in cards:
        if card.state != "retired":
            yield Entry(
                id=card.id,
                package=card.package,
                templates=tuple(dict.fromkeys((card.error, *card.aliases, *card.ids))),
                exception=card.exception,
                frames=card.frames,
                title=card.title,
                prose=f"{card.prose} {card.details}",
                keywords=card.keywords,
                cause=card.id if card.id in causes else card.cause,
                affected=card.affected,
                fixed=card.fixed,
                requirements=card.requirements,
                requires_python=card.requires_python,
                fixes=tuple(FixOption(*fix) for fix in card.fixes),
                note="" if card.explained else UNEXPLAINED,
                display={
                    "path": card.path,
                    "fix": card.fix,
                    "verdict": card.verdict,
                    **({"failed_lines": "\n".join(card.failed_lines)} if card.failed_lines else {}),
                },
            )
