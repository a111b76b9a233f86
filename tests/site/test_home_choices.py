"""What the home page offers to try: it is taken from the cards, so that none of it can vanish."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

from fixcards.records.library import Library
from fixcards.site.home_choices import MAX_EXAMPLES, example_errors, packages_most_hit
from tests.sites import SNAPSHOT, library, page


def with_verdict(verdict: str) -> Library:
    """Return the cards of the snapshot as if they had this verdict."""
    cards = library(SNAPSHOT)
    summaries = {card_id: card._replace(verdict=verdict) for card_id, card in cards.summaries.items()}
    return cast("Library", SimpleNamespace(summaries=summaries, packages=cards.packages))


def test_the_examples_are_errors_of_verified_cards_each_of_another_package() -> None:
    cards = with_verdict("verified")
    errors = example_errors(cards)
    owners = {card.error: card.package for card in cards.summaries.values()}
    assert len(errors) == MAX_EXAMPLES
    assert len({owners[error] for error in errors}) == MAX_EXAMPLES
    assert not any("{" in error for error in errors)
    assert example_errors(with_verdict("stale")) == []


def test_the_packages_with_the_most_cards_come_first() -> None:
    numbers = [len(cards) for _, cards in packages_most_hit(library(SNAPSHOT))]
    assert numbers == sorted(numbers, reverse=True)
    names = [name for name, _ in packages_most_hit(library(SNAPSHOT))]
    links = [link["href"] for link in page("", SNAPSHOT).select("#packages + .fc-choices a")]
    assert links == [*(f"./{name}/" for name in names), "./cards/packages/"]
