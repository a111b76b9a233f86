"""Which cards are about a change that breaks others, and which are about one of those."""

from __future__ import annotations

from collections.abc import Iterable

from fixcards.records.summary import Summary


def changes(cards: Iterable[Summary]) -> dict[str, Summary]:
    """Return the cards about a change, by id: those that others name as cause, and those that say so themselves.

    A card that names a cause of its own is about that one.
    """
    cards = list(cards)
    causes = {card.cause for card in cards}
    return {card.id: card for card in cards if card.id in causes or (card.is_change and not card.cause)}


def related_causes(cards: Iterable[Summary]) -> dict[str, set[str]]:
    """Return the ids of the cards that others name as cause, each with those of the cards about the same change.

    These are itself, and each such card that it names as related or that names it: one change that reached its users by
    two ways, such as from a package into Python.
    """
    by_id = {card.id: card for card in cards}
    causes = by_id.keys() & {card.cause for card in by_id.values()}
    related = {cause: {cause} for cause in causes}
    for cause in causes:
        for other in causes & {*by_id[cause].related}:
            related[cause].add(other)
            related[other].add(cause)
    return related


def with_causes(cards: Iterable[Summary]) -> list[Summary]:
    """Return cards with the cause of those that the program found: the change of the culprit that has their message.

    Their records name none: no person has explained them yet.
    """
    cards = list(cards)
    by_message = {
        (card.package, text): card.id for card in changes(cards).values() for text in (card.error, *card.aliases)
    }

    def cause(card: Summary) -> str:
        of_culprit = by_message.get((card.culprit, card.error), "")
        return card.cause or (of_culprit if of_culprit != card.id else "")

    return [card if card.explained else card._replace(cause=cause(card)) for card in cards]
