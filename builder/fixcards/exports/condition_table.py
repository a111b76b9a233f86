"""Cards as the table of what each takes, by package, for `fixcards audit`."""

from __future__ import annotations

from collections.abc import Iterable

from fixcards.matching.index.conditions import Conditions, conditions_text
from fixcards.records.summary import Summary


def condition_table(cards: Iterable[Summary]) -> bytes:
    """Return the content of `audit.json`, about all cards that are not retired and not the cause of others."""
    cards = list(cards)
    causes = {card.cause for card in cards}
    return conditions_text(
        (
            card.package,
            Conditions(card.id, card.moment, card.platform, {card.package: card.affected, **card.requirements}),
        )
        for card in cards
        if card.state != "retired" and card.id not in causes
    )
