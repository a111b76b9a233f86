"""Cards as the table of what each takes, by package, for `fixcards audit`."""

from __future__ import annotations

from collections.abc import Iterable

from fixcards.matching.index.conditions import LASTING, Conditions, conditions_text
from fixcards.records.summary import Summary


def condition_table(cards: Iterable[Summary]) -> bytes:
    """Return the content of `audit.json`, about all cards that are not retired.

    The cause of others is lasting, and so is what a Python no longer has: it says nothing about the packages beside it.
    """
    cards = list(cards)
    causes = {card.cause for card in cards}
    return conditions_text(
        (
            card.package,
            Conditions(
                card.id,
                LASTING if card.id in causes or card.about_python else card.moment,
                card.platform,
                {card.package: card.affected, **card.requirements},
            ),
        )
        for card in cards
        if card.state != "retired"
    )
