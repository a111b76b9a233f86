"""The lists of cards: all cards, and one list for each value of each facet. A package's list is the package's page.

Each list is plain pages with links, the newest cards first. The script of a list filters and sorts it in place, with
what `exports/list_data.py` hands out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from fixcards.build.page import Section
from fixcards.build.task import BuildTask
from fixcards.cache import digest, digest_of
from fixcards.exports import feed
from fixcards.exports.facets import FACETS, Facet
from fixcards.exports.facets import Value as FacetValue
from fixcards.records.history import CardHistory
from fixcards.records.library import Library
from fixcards.records.summary import Summary
from fixcards.site.followed_lists import FOLLOWED_FACETS
from fixcards.site.package_page import package_context
from fixcards.site.pagination import linked_pages, page_path
from fixcards.site.template_page import page_task

ALL_CARDS = "cards"
"""Address of the list of all cards."""
PACKAGES = "cards/packages"
"""Address of the page of packages."""
PER_PAGE = 100
"""Cards on one page of a list; a longer list has further pages."""
MAX_CHOICES = 40
"""Values of a facet that a page links to: those with most cards."""
MOST_HIT = 12
"""Packages at the top of the page of packages."""
FEW_CARDS = 4
"""Cards of a package that fit on a screen: its page has no filters, which would push them down."""
_LIST_SECTIONS = (Section("cards", "Cards"),)


class ListRow(NamedTuple):
    """One card in a list."""

    title: str
    path: str
    package: str
    category: str
    verdict: str
    explained: bool
    affected: str
    fixed: str
    published: str
    """Day; empty where it is unknown."""
    verified: str


class Choice(NamedTuple):
    """One link of a filter: `path` is its page, `cards` the number of cards on it."""

    path: str
    label: str
    cards: int
    slug: str = ""


class FacetChoices(NamedTuple):
    """A filter with its links."""

    name: str
    label: str
    choices: tuple[Choice, ...]
    more: Choice | None = None
    """Where the others are that have no link."""


class CardLists:
    """Makes the lists. `feeds` says whether the site has feeds, which take an address of it."""

    def __init__(self, library: Library, history: CardHistory, *, feeds: bool) -> None:
        self._library = library
        self._history = history
        self._feeds = feeds

    def tasks(self) -> Iterator[BuildTask]:
        """Yield every page of every list, and the page of packages."""
        about = "Known failures of packages, and what fixes them."
        everything = FacetValue("", "", ALL_CARDS, "All cards", about)
        yield from self._list(everything, self._history.newest)
        for facet in FACETS.values():
            groups = self._groups[facet.name]
            for slug in facet.sorted(groups):
                yield from self._list(facet.value(slug), groups[slug], facet)
        yield self._packages_page()

    def choices(self, name: str) -> tuple[Choice, ...]:
        """Return the links to the lists of one facet, in their order."""
        groups, facet = self._groups[name], FACETS[name]
        return tuple(_choice(facet, slug, len(groups[slug])) for slug in facet.sorted(groups))

    @cached_property
    def _groups(self) -> dict[str, dict[str, list[str]]]:
        """The ids of the cards, the newest first, of each value of each facet."""
        groups: dict[str, dict[str, list[str]]] = {name: {} for name in FACETS}
        for card_id in self._history.newest:
            card = self._library.summaries[card_id]
            for name, facet in FACETS.items():
                for slug in facet.slugs(card):
                    groups[name].setdefault(slug, []).append(card_id)
        return groups

    @cached_property
    def _filters(self) -> tuple[tuple[FacetChoices, ...], bytes]:
        """The filters as plain links, and their digest. One that would leave all cards is left out."""
        total = len(self._library.summaries)
        filters = []
        for name, facet in FACETS.items():
            choices = self.choices(name)
            if not choices or (len(choices) == 1 and choices[0].cards == total):
                continue
            largest = sorted(choices, key=lambda choice: -choice.cards)[:MAX_CHOICES]
            more = None
            if len(choices) > MAX_CHOICES:
                choices = tuple(choice for choice in choices if choice in set(largest))
                more = (
                    Choice(f"{PACKAGES}/", "all packages", len(self._library.packages)) if name == "package" else None
                )
            filters.append(FacetChoices(name, facet.label, choices, more))
        return tuple(filters), digest_of(filters)

    @cached_property
    def _linked(self) -> frozenset[tuple[str, str]]:
        """The facets and values to which the filters have links."""
        return frozenset((group.name, choice.slug) for group in self._filters[0] for choice in group.choices)

    @cached_property
    def _digests(self) -> dict[str, bytes]:
        """A digest of what the row of each card shows."""
        days = self._history.days
        digests = self._library.summary_digests
        return {card_id: digests[card_id] + days[card_id].published.encode() for card_id in self._history.newest}

    def _list(self, value: FacetValue, ids: Sequence[str], facet: Facet | None = None) -> Iterator[BuildTask]:
        pages = [ids[start : start + PER_PAGE] for start in range(0, len(ids), PER_PAGE)] or [ids]
        is_package = facet is not None and facet.name == "package"
        filters, filters_digest = ((), b"") if is_package and len(ids) <= FEW_CARDS else self._filters
        followed = facet is None or facet.name in FOLLOWED_FACETS
        for number, page_ids in enumerate(pages, start=1):
            more: dict[str, Any] = {}
            more_digest = b""
            if is_package and number == 1:
                more, more_digest = package_context(
                    value.slug, self._library, page_ids, self._victims.get(value.slug, ())
                )
            yield page_task(
                "package.html" if more else "listing.html",
                page_path(value.path, number),
                value.title if number == 1 else f"{value.title}, page {number}",
                value.about,
                _LIST_SECTIONS,
                content_digest=digest(
                    filters_digest, more_digest, b"%d" % len(ids), *map(self._digests.__getitem__, page_ids)
                ),
                feed_url=feed.FILE_NAME if followed and facet and self._feeds and number == 1 else None,
                heading=value.title,
                rows=tuple(map(self._rows.__getitem__, page_ids)),
                total=len(ids),
                filters=filters,
                current=value.slug if facet and (facet.name, value.slug) in self._linked else "",
                facet=facet.name if facet else "",
                facet_label=facet.label if facet else "",
                value=value,
                feed=_feed_of(value, facet) if followed and self._feeds and ids else "",
                page=number,
                last=len(pages),
                pages=tuple((n, f"{page_path(value.path, n)}/") for n in linked_pages(number, len(pages))),
                **more,
            )

    @cached_property
    def _victims(self) -> dict[str, tuple[str, ...]]:
        """Of each package the ids of the cards of others that a change of it sets off, or that take it beside them."""
        summaries = self._library.summaries
        victims: dict[str, list[str]] = {}
        for card_id in self._history.newest:
            card = summaries[card_id]
            names = {*FACETS["with"].slugs(card), card.culprit}
            if card.cause in summaries:
                names.add(summaries[card.cause].package)
            for name in names - {card.package, ""}:
                victims.setdefault(name, []).append(card_id)
        return {name: tuple(ids) for name, ids in victims.items()}

    @cached_property
    def _rows(self) -> dict[str, ListRow]:
        """The row of each card, which is the same in all lists that it is on."""
        return {card.id: self._row(card) for card in self._library.summaries.values()}

    def _row(self, card: Summary) -> ListRow:
        published = self._history.days[card.id].published
        return ListRow(
            card.title,
            card.path,
            card.package,
            FACETS["category"].value(card.category).label,
            card.verdict,
            card.explained,
            card.affected,
            card.fixed,
            published,
            card.last_verified,
        )

    def _packages_page(self) -> BuildTask:
        packages = self.choices("package")
        most_hit = sorted(packages, key=lambda choice: -choice.cards)[:MOST_HIT]
        number = len(packages)
        about = f"{number:,} package{'s' if number != 1 else ''} with known failures."
        letters: dict[str, list[Choice]] = {}
        for choice in packages:
            letters.setdefault(choice.label[0] if choice.label[0].isalpha() else "0-9", []).append(choice)
        return page_task(
            "packages.html",
            PACKAGES,
            "Packages",
            about,
            (Section("packages", "Packages"),),
            packages=packages,
            # With few packages the list itself is as quick to read.
            most_hit=tuple(most_hit) if number > 2 * MOST_HIT else (),
            letters=tuple((letter, tuple(choices)) for letter, choices in letters.items()),
        )


def _choice(facet: Facet, slug: str, cards: int) -> Choice:
    value = facet.value(slug)
    return Choice(f"{value.path}/", value.label, cards, slug)


def _feed_of(value: FacetValue, facet: Facet | None) -> str:
    """Return the address below the site of the feed of a list: that of all cards is the site's."""
    return feed.feed_path(value.path if facet else "")
