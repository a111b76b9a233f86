"""Which cards are about a change, and which are hit by one."""

from __future__ import annotations

from fixcards.exports.index_entries import index_entries
from fixcards.records.summary import Summary
from tests.content.real import library


def with_cause(card: Summary, cause: str) -> str:
    return next(entry.cause for entry in index_entries([card._replace(cause=cause)]))


def test_a_card_that_offers_to_hold_its_package_back_is_a_change_unless_it_names_its_cause() -> None:
    cards = library().summaries.values()
    change = next(card for card in cards if card.is_change and not card.about_python and not card.cause)
    assert with_cause(change, "") == change.id
    assert with_cause(change, "wax-1") == "wax-1"
