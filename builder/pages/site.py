"""A library into everything that the site consists of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from builder.pages.card_page import card_document
from builder.pages.data import data_files
from builder.pages.document import DataFile, Document, Section, Settings
from builder.pages.listing import Listings
from builder.pages.reference import fields
from builder.pages.search import search_files
from builder.records import verdict
from builder.records.library import Library
from builder.records.rules import RULES


class Site:
    """The pages and files of one library. `latest` has the ids of the cards, the newest first."""

    def __init__(self, library: Library, settings: Settings, latest: Sequence[str] = ()) -> None:
        self.library = library
        self.settings = settings
        self._latest = latest or list(library.cards)

    def documents(self) -> Iterator[Document]:
        """Yield every page, one at a time."""
        yield from Listings(self.library, self.settings, self._latest).documents()
        yield from self._prose()
        for card in self.library.cards.values():
            yield card_document(card, self.library, self.settings)

    def data_files(self) -> Iterator[DataFile]:
        """Yield every file for machines, one at a time."""
        yield from data_files(self.library, self.settings)
        yield from search_files(self.library, self._prose(), self.settings)

    def _prose(self) -> Iterator[Document]:
        """Yield the few pages that are about the site itself."""
        yield self._page(
            "about/adding-a-card",
            "Add a card",
            "How to add a failure and its fix: one YAML file, checked in seconds.",
            (Section("steps", "In five steps"), Section("record", "The record"), Section("markdown", "Text in a card")),
            fields=fields(),
        )
        yield self._page(
            "about/certainty",
            "How sure we are",
            "What the verdicts mean and how the confidence of a card is computed.",
            (Section("verdicts", "Verdicts"), Section("confidence", "Confidence"), Section("outcomes", "Outcomes")),
            verdict=verdict,
        )
        yield self._page(
            "about/rules",
            "Rules for cards",
            "Every rule that a card is checked against.",
            (Section("rules", "Rules"),),
            rules=list(dict(sorted(RULES.items())).values()),
        )

    def _page(
        self, path: str, title: str, description: str, sections: tuple[Section, ...], **context: object
    ) -> Document:
        template = f"{path}.html"
        body = self.settings.lazy(template, path, title=title, description=description, **context)
        return Document(path, title, description, body, sections)
