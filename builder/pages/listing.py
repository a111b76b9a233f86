"""The pages that list cards: home, all cards, one page a package, a category and a verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from builder.pages.document import Document, Section, Settings
from builder.records.card import CATEGORIES, Card
from builder.records.library import Library
from builder.records.verdict import MEANINGS, VERDICTS, judge

PER_PAGE = 100
"""Cards on one page of a list; longer lists go on on further pages."""
LATEST = 6
"""Cards that the home page shows as the latest."""
_PACKAGES_IN_FILTER = 40

CATEGORY_WORDS = {
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


@dataclass(frozen=True, slots=True)
class Row:
    """One card in a list."""

    card: Card
    path: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One link of a filter: `path` is its page, `number` how many cards it leaves."""

    path: str
    words: str
    number: int
    current: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """A number about the library, with what it counts."""

    number: str
    noun: str
    definition: str


class Listings:
    """Makes the pages that list cards; judges each card once."""

    def __init__(self, library: Library, settings: Settings, latest: Sequence[str]) -> None:
        self.library = library
        self.settings = settings
        self._latest = latest
        self.rows = {
            card.id: Row(
                card,
                f"{card.package}/{card.number}/",
                judge(card, library.evidence.get(card.id), settings.today).verdict,
            )
            for card in library.cards.values()
        }
        self._categories: Counter[str] = Counter(row.card.category for row in self.rows.values())
        self._verdicts: Counter[str] = Counter(row.verdict for row in self.rows.values())
        self._packages = Counter(row.card.package for row in self.rows.values())

    def documents(self) -> Iterator[Document]:
        """Yield every list."""
        yield self._home()
        everything = list(self.rows.values())
        yield from self._list(
            "cards", "All cards", "Every fix card: known failures of packages, and what mends them.", everything
        )
        for category in CATEGORIES:
            if rows := [row for row in everything if row.card.category == category]:
                words = CATEGORY_WORDS[category]
                about = f"Fix cards of the category {category}."
                yield from self._list(f"cards/category/{category}", words, about, rows)
        for verdict in VERDICTS:
            if rows := [row for row in everything if row.verdict == verdict]:
                path = f"cards/verdict/{_slug(verdict)}"
                yield from self._list(path, f"Cards: {verdict}", MEANINGS[verdict], rows)
        for package, cards in self.library.packages.items():
            about = f"Known failures of {package}, and the fixes that work."
            yield from self._list(package, package, about, [self.rows[card.id] for card in cards])
        yield self._packages_page()

    def figures(self) -> list[Figure]:
        """Return the numbers of the home page with their definitions."""
        runs = sum(len(run.repetitions) for evidence in self.library.evidence.values() for run in evidence.runs)
        return [
            Figure(f"{len(self.rows):,}", "cards", "Records of one upstream failure each that passed every check."),
            Figure(f"{len(self._packages):,}", "packages", "Packages that at least one card is about."),
            Figure(f"{self._verdicts['verified']:,}", "verified", MEANINGS["verified"]),
            Figure(f"{runs:,}", "runs on record", "Executions of a reproduction or a fix whose outcome is stored."),
        ]

    def _home(self) -> Document:
        body = self.settings.lazy(
            "home.html",
            "",
            figures=self.figures(),
            latest=[self.rows[card_id] for card_id in self._latest[:LATEST] if card_id in self.rows],
            categories=[
                Choice(f"cards/category/{name}/", CATEGORY_WORDS[name], self._categories[name], current=False)
                for name in CATEGORIES
                if self._categories[name]
            ],
        )
        about = (
            "Paste what your program printed and get the known upstream failure, the release that fixed it and proof."
        )
        return Document("", "Paste a failure, get the fix", about, body, (Section("search", "Search"),))

    def _list(self, path: str, title: str, about: str, rows: Sequence[Row]) -> Iterator[Document]:
        pages = [rows[start : start + PER_PAGE] for start in range(0, len(rows), PER_PAGE)] or [rows]
        for number, part in enumerate(pages, start=1):
            here = path if number == 1 else f"{path}/page/{number}"
            body = self.settings.lazy(
                "listing.html",
                here,
                title=title,
                about=about,
                rows=part,
                total=len(rows),
                filters=self._filters(path),
                page=number,
                pages=[path + "/" if n == 1 else f"{path}/page/{n}/" for n in range(1, len(pages) + 1)],
            )
            words = title if number == 1 else f"{title}, page {number}"
            yield Document(here, words, about, body, (Section("cards", "Cards"),))

    def _filters(self, path: str) -> list[tuple[str, list[Choice]]]:
        """Return the filters as plain links, the one of the list at `path` marked."""
        categories = [
            Choice(
                f"cards/category/{name}/",
                CATEGORY_WORDS[name],
                self._categories[name],
                path == f"cards/category/{name}",
            )
            for name in CATEGORIES
            if self._categories[name]
        ]
        verdicts = [
            Choice(f"cards/verdict/{_slug(name)}/", name, self._verdicts[name], path == f"cards/verdict/{_slug(name)}")
            for name in VERDICTS
            if self._verdicts[name]
        ]
        most = sorted(self._packages, key=lambda name: (-self._packages[name], name))[:_PACKAGES_IN_FILTER]
        packages = [Choice(f"{name}/", name, self._packages[name], path == name) for name in sorted(most)]
        if len(self._packages) > len(most):
            packages.append(Choice("cards/packages/", "all packages", len(self._packages), current=False))
        return [("Category", categories), ("Verdict", verdicts), ("Package", packages)]

    def _packages_page(self) -> Document:
        body = self.settings.lazy(
            "packages.html",
            "cards/packages",
            packages=[Choice(f"{name}/", name, self._packages[name], current=False) for name in sorted(self._packages)],
        )
        about = "Every package that has fix cards."
        return Document("cards/packages", "Packages", about, body, (Section("packages", "Packages"),))


def _slug(words: str) -> str:
    return words.replace(" ", "-")
