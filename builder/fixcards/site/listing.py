"""The pages that list cards: home, all cards, and one list for each package, category and verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from fixcards.build.page import Section
from fixcards.build.task import BuildTask
from fixcards.cache import digest, digest_of
from fixcards.records.card import CATEGORIES
from fixcards.records.library import Library
from fixcards.records.summary import Summary
from fixcards.records.verdict import MEANINGS, VERDICTS
from fixcards.site.template_page import page_task

PER_PAGE = 100
"""Cards on one page of a list; a longer list has further pages."""
LATEST_CARDS = 6
"""Cards that the home page shows as the latest."""
_MAX_PACKAGES_IN_FILTER = 40
_PAGES_AROUND = 3
"""Pages before and after its own to which a page of a long list links."""

CATEGORY_LABELS = {
    "import-error": "Import errors",
    "api-change": "API changes",
    "crash": "Crashes",
    "wrong-result": "Wrong results",
    "hang": "Hangs",
    "resource-leak": "Resource leaks",
    "packaging": "Packaging and builds",
    "typing": "Typing",
    "testing": "Testing",
}


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


class Choice(NamedTuple):
    """One link of a filter: `path` is its page, `cards` the number of cards on it."""

    path: str
    label: str
    cards: int


class Statistic(NamedTuple):
    """A number about the library, with its definition."""

    number: str
    noun: str
    definition: str


class Listings:
    """Makes the pages that list cards."""

    def __init__(self, library: Library, latest: Sequence[str]) -> None:
        self.library = library
        self._latest = latest
        self.rows = {card_id: _row(card) for card_id, card in library.summaries.items()}
        self._categories: Counter[str] = Counter(row.category for row in self.rows.values())
        self._verdicts: Counter[str] = Counter(row.verdict for row in self.rows.values())
        self._packages = Counter(row.package for row in self.rows.values())

    def tasks(self) -> Iterator[BuildTask]:
        """Yield every list."""
        yield self._home()
        everything = list(self.rows)
        yield from self._list(
            "cards", "All cards", "Every fix card: known failures of packages, and what fixes them.", everything
        )
        for category in CATEGORIES:
            if ids := [card_id for card_id, row in self.rows.items() if row.category == category]:
                about = f"Fix cards of the category {category}."
                yield from self._list(f"cards/category/{category}", CATEGORY_LABELS[category], about, ids)
        for verdict in VERDICTS:
            if ids := [card_id for card_id, row in self.rows.items() if row.verdict == verdict]:
                path = f"cards/verdict/{_slug(verdict)}"
                yield from self._list(path, f"Cards: {verdict}", MEANINGS[verdict], ids)
        for package, cards in self.library.packages.items():
            about = f"Known failures of {package}, and the fixes that work."
            yield from self._list(package, package, about, [card.id for card in cards])
        yield self._packages_page()

    def statistics(self) -> list[Statistic]:
        """Return the numbers of the home page with their definitions."""
        runs = sum(card.runs for card in self.library.summaries.values())
        return [
            Statistic(f"{len(self.rows):,}", "cards", "Records of one upstream failure each that passed every check."),
            Statistic(f"{len(self._packages):,}", "packages", "Packages that at least one card is about."),
            Statistic(f"{self._verdicts['verified']:,}", "verified", MEANINGS["verified"]),
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
            latest=tuple(self.rows[card_id] for card_id in self._latest[:LATEST_CARDS] if card_id in self.rows),
            categories=tuple(self._category_choices()),
        )

    def _list(self, path: str, title: str, about: str, ids: Sequence[str]) -> Iterator[BuildTask]:
        pages = [ids[start : start + PER_PAGE] for start in range(0, len(ids), PER_PAGE)] or [ids]
        filters, filters_digest = self._filters
        for number, page_ids in enumerate(pages, start=1):
            yield page_task(
                "listing.html",
                page_path(path, number),
                title if number == 1 else f"{title}, page {number}",
                about,
                (Section("cards", "Cards"),),
                content_digest=digest(
                    filters_digest, b"%d" % len(ids), *(self.library.summary_digests[card_id] for card_id in page_ids)
                ),
                heading=title,
                rows=tuple(self.rows[card_id] for card_id in page_ids),
                total=len(ids),
                filters=filters,
                here=f"{path}/",
                page=number,
                last=len(pages),
                pages=tuple((n, f"{page_path(path, n)}/") for n in linked_pages(number, len(pages))),
            )

    @cached_property
    def _filters(self) -> tuple[tuple[tuple[str, tuple[Choice, ...]], ...], bytes]:
        """The filters as plain links, and their digest."""
        verdicts = [
            Choice(f"cards/verdict/{_slug(name)}/", name, self._verdicts[name])
            for name in VERDICTS
            if self._verdicts[name]
        ]
        largest = sorted(self._packages, key=lambda name: (-self._packages[name], name))[:_MAX_PACKAGES_IN_FILTER]
        packages = [Choice(f"{name}/", name, self._packages[name]) for name in sorted(largest)]
        if len(self._packages) > len(packages):
            packages.append(Choice("cards/packages/", "all packages", len(self._packages)))
        filters = (
            ("Category", tuple(self._category_choices())),
            ("Verdict", tuple(verdicts)),
            ("Package", tuple(packages)),
        )
        return filters, digest_of(filters)

    def _category_choices(self) -> Iterator[Choice]:
        for name in CATEGORIES:
            if number := self._categories[name]:
                yield Choice(f"cards/category/{name}/", CATEGORY_LABELS[name], number)

    def _packages_page(self) -> BuildTask:
        return page_task(
            "packages.html",
            "cards/packages",
            "Packages",
            "Every package that has fix cards.",
            (Section("packages", "Packages"),),
            packages=tuple(Choice(f"{name}/", name, self._packages[name]) for name in sorted(self._packages)),
        )


def _row(card: Summary) -> CardRow:
    return CardRow(
        card.title, card.package, card.category, card.error, card.fix, card.verdict, card.path, card.explained
    )


def page_path(path: str, number: int) -> str:
    """Return the address of one page of a list; the first has that of the list."""
    return path if number == 1 else f"{path}/page/{number}"


def linked_pages(number: int, last: int) -> list[int]:
    """Return the pages of a list to which page `number` links: the first and last, and those around it."""
    around = range(number - _PAGES_AROUND, number + _PAGES_AROUND + 1)
    return sorted({1, last, *(n for n in around if 1 <= n <= last)})


def _slug(verdict: str) -> str:
    return verdict.replace(" ", "-")
