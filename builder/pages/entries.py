"""Cards as the search knows them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timezone

from builder.records.card import Card
from builder.records.library import Library
from builder.records.verdict import judge
from builder.signature.entry import Entry


def entries(library: Library, verdict: Callable[[Card], str]) -> Iterator[Entry]:
    """Yield an entry for each card of a library. Retired cards have none: they keep their address and are not offered.

    What goes through to whoever shows a match: `path` below the site, `fix`, `error`, `verdict`.
    """
    for card in library.cards.values():
        if card.status.state != "retired":
            yield entry(card, verdict(card))


def of_library(library: Library) -> Iterator[Entry]:
    """Yield the entries of a library with the verdicts of today."""
    today = datetime.now(timezone.utc).date()
    return entries(library, lambda card: judge(card, library.evidence.get(card.id), today).verdict)


def entry(card: Card, verdict: str) -> Entry:
    """Return the entry of one card."""
    signature, versions = card.signature, card.versions
    needs: dict[str, str] = dict(versions.with_ or {})
    if versions.python:
        needs["python"] = versions.python
    return Entry(
        id=card.id,
        package=card.package,
        templates=tuple(dict.fromkeys((signature.error, *signature.aliases))),
        exception=signature.exception or "",
        frames=signature.frames,
        title=card.title,
        prose=f"{card.symptom} {card.trigger}",
        affected=versions.affected,
        fixed=versions.fixed or "",
        needs=needs,
        shown={"path": f"{card.package}/{card.number}/", "fix": card.fixes[0].title, "verdict": verdict},
    )
