"""`cards.json`: a summary of every card, for lists and other programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from fixcards.build.page import DataFile
from fixcards.exports.interface import DAY, HISTORY, SITE_URL, SUMMARIES, Inputs, LibraryExport
from fixcards.records.history import CardDays
from fixcards.records.summary import Summary


class CardsJson(LibraryExport):
    """One file, a card a line."""

    inputs = frozenset({SUMMARIES, HISTORY, DAY, SITE_URL})

    def files(self, inputs: Inputs) -> Iterator[DataFile]:
        """Yield the file."""
        url, day = inputs[SITE_URL], inputs[DAY]
        days = inputs[HISTORY].days
        cards = inputs[SUMMARIES].cards.values()
        lines = ",\n".join(json.dumps(_card(card, days[card.id], url, day), ensure_ascii=False) for card in cards)
        yield DataFile("cards.json", f'{{"format": 1, "cards": [\n{lines}\n]}}\n'.encode())


def _card(card: Summary, days: CardDays, site_url: str, day: date) -> dict[str, Any]:
    """Return the summary of a card; `path` is relative to the site."""
    return {
        "id": card.id,
        "path": card.path,
        "url": f"{site_url}{card.path}",
        "package": card.package,
        "title": card.title,
        "category": card.category,
        "explained": card.explained,
        "verdict": card.verdict,
        "confidence": card.confidence(day),
        "error": card.error,
        "exception": card.exception or None,
        "aliases": list(card.aliases),
        "affected": card.affected,
        "fixed": card.fixed or None,
        "with": {name: ranges for name, ranges in card.requirements.items() if name != "python"},
        "python": card.requirements.get("python"),
        "last_verified": card.last_verified or None,
        "fix": card.fix,
        "fixes": [{"title": title, "kind": kind, "install": list(install)} for title, kind, install, _ in card.fixes],
        "published": days.published or None,
        "updated": days.updated or None,
    }
