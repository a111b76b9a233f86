"""A library into everything that the site consists of."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any, NamedTuple

from fixcards.build.page import DataFile, Page, PageKind, Section
from fixcards.build.task import BuildTask, Output
from fixcards.cache import digest
from fixcards.errors import FixcardsError
from fixcards.exports.data import card_files, library_files
from fixcards.exports.search_index import search_files
from fixcards.records import verdict
from fixcards.records.card import Card
from fixcards.records.evidence import Evidence
from fixcards.records.library import Library
from fixcards.records.reader_reports import ReportCounts
from fixcards.records.record import Content, RecordReader, read_content, unpickle_card
from fixcards.records.rules import RULES
from fixcards.site.card_page import JSON_NAME, SECTIONS, CardPageData, RelatedCard, card_page
from fixcards.site.field_reference import fields
from fixcards.site.listing import Listings
from fixcards.site.settings import SiteSettings

_CARD = PageKind(2, "", SECTIONS, has_source=True, has_data=True, json_url=JSON_NAME)
_ABOUT: dict[str, tuple[str, str, dict[str, str], Callable[[], dict[str, Any]]]] = {
    "about/adding-a-card": (
        "Add a card",
        "How to add a failure and its fix: one YAML file, checked in seconds.",
        {"steps": "In five steps", "record": "The record", "markdown": "Text in a card"},
        lambda: {"fields": fields()},
    ),
    "about/certainty": (
        "How sure we are",
        "What the verdicts mean and how the confidence of a card is computed.",
        {"verdicts": "Verdicts", "confidence": "Confidence", "outcomes": "Outcomes"},
        lambda: {"verdict": verdict},
    ),
    "about/rules": (
        "Rules for cards",
        "Every rule that a card is checked against.",
        {"rules": "Rules"},
        lambda: {"rules": list(dict(sorted(RULES.items())).values())},
    ),
}


class Site:
    """The pages and files of one library. `latest` has the ids of the cards, the newest first."""

    def __init__(self, library: Library, settings: SiteSettings, latest: Sequence[str] = ()) -> None:
        self.library = library
        self.settings = settings
        self._latest = latest or list(library.summaries)

    def page_tasks(self) -> Iterator[BuildTask]:
        """Yield everything that can be made anywhere, a piece at a time."""
        yield from Listings(self.library, self._latest).tasks()
        for path in _ABOUT:
            document = about_page(path, self.settings)
            yield BuildTask(path, b"", partial(_about_pages, path), document.kind)
        for card_id in self.library.summaries:
            yield self._card(card_id)

    def library_tasks(self) -> Iterator[BuildTask]:
        """Yield what is made from all cards together, so best where they are."""
        told = digest(*self.library.summary_digests.values())
        yield BuildTask("cards.json", digest(told, self._day), partial(library_files, self.library))
        yield BuildTask("search", told, self._search)

    def documents(self) -> Iterator[Page]:
        """Yield every page, one at a time."""
        yield from (made for made in self._outputs(self.page_tasks()) if isinstance(made, Page))

    def data_files(self) -> Iterator[DataFile]:
        """Yield every file for machines, one at a time."""
        yield from (made for made in self._outputs(self.library_tasks()) if isinstance(made, DataFile))
        yield from (made for made in self._outputs(self.page_tasks()) if isinstance(made, DataFile))

    def _outputs(self, works: Iterator[BuildTask]) -> Iterator[Output]:
        for work in works:
            yield from work.make(self.settings)

    def _search(self, settings: SiteSettings) -> Iterator[DataFile]:
        yield from search_files(self.library, [about_page(path, settings) for path in _ABOUT], settings)

    @cached_property
    def _related_cards(self) -> dict[str, RelatedCard]:
        """What other cards show of each."""
        return {card.id: RelatedCard.of(card) for card in self.library.summaries.values()}

    def _card(self, card_id: str) -> BuildTask:
        library = self.library
        source, beside = library.files[card_id], library.evidence_files.get(card_id)
        related = library.related[card_id]
        tally = library.reports.get(card_id, ReportCounts())
        made_of = library.digests.get(card_id)
        key = digest(
            made_of or os.urandom(16),  # what can't be told is made each time
            self._day if card_id in library.with_evidence else b"",  # what was run counts less every day
            *(library.summary_digests[other] for other in related),
            repr((sorted(tally.worked.items()), tally.failed)).encode() if tally.total else b"",
        )
        origin = _CardSource(
            str(library.root),
            source,
            beside,
            card_id in library.with_evidence,
            made_of,
            library.parsed_cards.get(card_id),
        )
        make = partial(_card, origin, tuple(self._related_cards[other] for other in related), tally)
        return BuildTask(library.summaries[card_id].path[:-1], key, make, _CARD)

    @cached_property
    def _day(self) -> bytes:
        return self.settings.today.isoformat().encode()


class _CardSource(NamedTuple):
    """Where a card comes from, so that another process can take it from there."""

    root: str
    source: str
    """File below `root`, as is `beside`, its evidence."""
    evidence_path: str | None
    executed: bool
    """Whether the evidence may be shown."""
    digest: bytes | None
    """Of the files when they were checked; None where that can't be told."""
    parsed: bytes | None
    """The card, if it was read just now."""

    def read(self) -> tuple[Card, Evidence | None, Content]:
        """Return the card, its evidence and the content of both files."""
        content = read_content(self.root, self.source, self.evidence_path)
        if content and (self.digest or content.digest) == content.digest:
            if self.parsed is not None and self.digest:
                return unpickle_card(self.parsed), self._evidence(content), content
            root = Path(self.root)
            card, evidence, *_ = RecordReader(root).read(
                root / self.source, root / self.evidence_path if self.evidence_path else None, content
            )
            if card is not None:
                return card, evidence, content
        raise FixcardsError(f"{self.source}: was changed while the site was built; build it again")

    def _evidence(self, content: Content) -> Evidence | None:
        return Evidence.model_validate_json(content.evidence) if self.executed and content.evidence else None


def _card(
    origin: _CardSource, related: tuple[RelatedCard, ...], tally: ReportCounts, settings: SiteSettings
) -> Iterator[Output]:
    """Yield the page and files of a card."""
    card, evidence, content = origin.read()
    subject = CardPageData(card, evidence, related, tally, origin.source)
    yield card_page(subject, settings)
    yield from card_files(subject, settings)
    yield DataFile(origin.source, content.card)
    if evidence and origin.evidence_path and content.evidence:
        yield DataFile(origin.evidence_path, content.evidence)


def _about_pages(path: str, settings: SiteSettings) -> Iterator[Page]:
    yield about_page(path, settings)


def about_page(path: str, settings: SiteSettings) -> Page:
    """Return one of the few pages that are about the site itself."""
    title, description, sections, context = _ABOUT[path]
    headings = tuple(Section(section, words) for section, words in sections.items())
    body = partial(settings.render, f"{path}.html", path, title=title, description=description, **context())
    return Page(path, title, description, body, headings)
