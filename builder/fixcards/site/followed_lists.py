"""The lists of cards that a reader can follow: the site, each package and category, and what the program found."""

from __future__ import annotations

from collections.abc import Iterator

from fixcards.exports.facets import FACETS
from fixcards.exports.feed import MAX_ENTRIES
from fixcards.exports.interface import CardList, ListedCard
from fixcards.records.history import CardHistory
from fixcards.records.library import Library
from fixcards.site import discovery_pages

FOLLOWED_FACETS = ("package", "category")
"""The facets of which each value can be followed."""
_SITE_ABOUT = "The newest cards: known failures of packages, and what fixes them."


def followed_lists(library: Library, history: CardHistory) -> Iterator[CardList]:
    """Yield the lists, each with the cards that changed last. Retired cards are on none.

    Nor is a card of which no day is known: it has no place among those that changed. The list of what the program found
    is left out where it came upon nothing.
    """
    site: list[ListedCard] = []
    discoveries: list[ListedCard] = []
    groups: dict[tuple[str, str], list[ListedCard]] = {
        (facet, slug): []
        for card in library.summaries.values()
        for facet in FOLLOWED_FACETS
        for slug in FACETS[facet].slugs(card)
    }
    for card in _last_changed(library, history):
        lists = [site, discoveries] if card.culprit else [site]
        lists += [
            groups[facet, slug] for facet in FOLLOWED_FACETS for slug in FACETS[facet].slugs(library.summaries[card.id])
        ]
        for each in lists:
            if len(each) < MAX_ENTRIES:
                each.append(card)
    yield CardList("", "All cards", _SITE_ABOUT, tuple(site))
    if discoveries:
        yield CardList(discovery_pages.PATH, discovery_pages.TITLE, discovery_pages.ABOUT, tuple(discoveries))
    for (facet, slug), members in sorted(groups.items()):
        value = FACETS[facet].value(slug)
        yield CardList(value.path, value.title, value.about, tuple(members))


def _last_changed(library: Library, history: CardHistory) -> list[ListedCard]:
    """Return the cards, those that changed last first; of one day the newest first, then by the history."""
    cards = [
        ListedCard.of(card, history.days[card.id])
        for card in map(library.summaries.__getitem__, history.newest)
        if card.state != "retired"
    ]
    dated = [card for card in cards if card.updated]
    dated.sort(key=lambda card: (card.updated, card.published), reverse=True)
    return dated
