"""Rules that take more than one record: `FC3xx`. They speak of cards that fit the model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from builder.records.rules.rule import Finding, nearest, rule

if TYPE_CHECKING:
    from builder.records.card import Card
    from builder.records.evidence import Evidence


@dataclass(frozen=True, slots=True)
class Shelf:
    """What the rules look at: the cards and evidence by id, and the files of each id in order."""

    cards: Mapping[str, Card]
    evidence: Mapping[str, Evidence]
    files: Mapping[str, list[str]] = field(default_factory=dict)
    known: frozenset[str] = frozenset()
    """Ids of all card files, those with problems included."""


@rule("FC301")
def id_twice(card: Card, path: str, shelf: Shelf) -> Iterator[Finding]:
    """An id belongs to one card."""
    first = shelf.files[card.id][0]
    if first != path:
        yield Finding(f"the id {card.id} is already taken by {first}", "remove one of the two", ("issue",))


@rule("FC302")
def related_to_nothing(card: Card, path: str, shelf: Shelf) -> Iterator[Finding]:
    """Related cards exist, and no card is related to itself."""
    for at, other in enumerate(card.related):
        if other == card.id:
            yield Finding(f"the card names itself, {other}, as related", "remove it", ("related", at))
        elif other not in shelf.known:
            guess = nearest(other, shelf.known)
            hint = f"did you mean {guess!r}?" if guess else "remove it, or add that card first"
            yield Finding(f"there is no card {other}", hint, ("related", at))


@rule("FC303")
def evidence_without_card(card_id: str, shelf: Shelf) -> Iterator[Finding]:
    """Evidence lies beside the card that it belongs to."""
    if card_id not in shelf.known:
        yield Finding("is evidence without a card", "remove it, or add the card that it belongs to")


@rule("FC304")
def evidence_invalid(message: str) -> Iterator[Finding]:
    """Evidence is what the program wrote: it fits its schema and is not edited by hand."""
    yield Finding(f"is no valid evidence: {message}", "remove the file and run `fixcards verify` again")


@rule("FC305")
def evidence_of_another(evidence: Evidence, card_id: str) -> Iterator[Finding]:
    """Evidence names the card beside which it lies."""
    if evidence.card != card_id:
        yield Finding(f"is evidence of {evidence.card}, not of {card_id}", "run `fixcards verify` again")


@rule("FC306")
def evidence_not_isolated(evidence: Evidence, card_id: str) -> Iterator[Finding]:
    """Only runs that were isolated from the machine are kept as evidence."""
    if any(run.isolation == "none" for run in evidence.runs):
        yield Finding("shows runs without isolation", "run `fixcards verify` where bubblewrap or a container works")
