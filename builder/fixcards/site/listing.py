"""The pages that list cards: home, which shows the latest, and those of `card_lists`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from fixcards.build.page import Section
from fixcards.build.task import BuildTask
from fixcards.records.history import CardHistory
from fixcards.records.library import Library
from fixcards.records.summary import Summary
from fixcards.records.verdict import MEANINGS
from fixcards.site.card_lists import CardLists
from fixcards.site.home_choices import example_errors, packages_most_hit
from fixcards.site.template_page import page_task

LATEST_CARDS = 6
"""Cards that the home page shows as the latest."""


class CardRow(NamedTuple):
    """One card in a list."""

    title: str
    package: str
    category: str
    error: str
    fix: str
    verdict: str
    path: str
    explained: bool


class Statistic(NamedTuple):
    """A number about the library, with its definition."""

    number: str
    noun: str
    definition: str


class Listings:
    """Makes the pages that list cards."""

    def __init__(self, library: Library, history: CardHistory, *, feeds: bool = False) -> None:
        self.library = library
        self._latest = history.newest
        self._lists = CardLists(library, history, feeds=feeds)

    def tasks(self) -> Iterator[BuildTask]:
        """Yield every list."""
        yield self._home()
        yield from self._lists.tasks()

    def statistics(self) -> list[Statistic]:
        """Return the numbers of the home page with their definitions."""
        cards = self.library.summaries.values()
        runs = sum(card.runs for card in cards)
        verified = sum(card.verdict == "verified" for card in cards)
        return [
            Statistic(f"{len(cards):,}", "cards", "Records of one upstream failure each that passed every check."),
            Statistic(f"{len(self.library.packages):,}", "packages", "Packages that at least one card is about."),
            Statistic(f"{verified:,}", "verified", MEANINGS["verified"]),
            Statistic(f"{runs:,}", "runs on record", "Executions of a reproduction or a fix whose outcome is stored."),
        ]

    def _home(self) -> BuildTask:
        about = (
            "Paste what your program printed and get the known upstream failure, the release that fixed it and proof."
        )
        return page_task(
            "home.html",
            "",
            "Paste a failure, get the fix",
            about,
            (Section("search", "Search"),),
            statistics=tuple(self.statistics()),
            examples=tuple(example_errors(self.library)),
            packages=tuple((name, len(cards)) for name, cards in packages_most_hit(self.library)),
            latest=tuple(_row(self.library.summaries[card_id]) for card_id in self._latest[:LATEST_CARDS]),
            categories=self._lists.choices("category"),
        )


def _row(card: Summary) -> CardRow:
    return CardRow(
        card.title, card.package, card.category, card.error, card.fix, card.verdict, card.path, card.explained
    )
