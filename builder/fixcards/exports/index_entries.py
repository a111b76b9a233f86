"""Cards as the search knows them."""

from __future__ import annotations

from collections.abc import Iterator

from fixcards.matching.index.entry import Entry
from fixcards.records.library import Library
from fixcards.records.summary import Summary


def index_entries(library: Library) -> Iterator[Entry]:
    """Yield an entry for each card of a library. Retired cards have none: they keep their address and are not offered.

    What goes through to whoever shows a match: `path` below the site, `fix`, `error`, `verdict`.
    """
    for card in library.summaries.values():
        if card.state != "retired":
            yield index_entry(card)


def index_entry(card: Summary) -> Entry:
    """Return the entry of one card."""
    return Entry(
        id=card.id,
        package=card.package,
        templates=tuple(dict.fromkeys((card.error, *card.aliases))),
        exception=card.exception,
        frames=card.frames,
        title=card.title,
        prose=card.prose,
        affected=card.affected,
        fixed=card.fixed,
        requirements=card.requirements,
        display={"path": card.path, "fix": card.fix, "verdict": card.verdict},
    )
