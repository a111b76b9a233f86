"""A library into the tasks that make its site."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property, partial
from typing import Any

from fixcards.build.page import DataFile, Page, PageKind
from fixcards.build.task import BuildTask, Output
from fixcards.cache import digest, digest_of
from fixcards.exports import preview_picture
from fixcards.exports.card_json import FILE_NAME
from fixcards.exports.interface import (
    CARD,
    CARD_DAYS,
    CARD_INPUTS,
    CARD_LIST,
    DAY,
    HISTORY,
    PREVIEWS,
    RELATED,
    REPO_URL,
    REPORTS,
    SITE_NAME,
    SITE_PAGES,
    SITE_URL,
    SUMMARIES,
    CardList,
    Export,
    Input,
    RelatedCard,
    Summaries,
    cache_key,
)
from fixcards.exports.registry import CARD_EXPORTS, LIBRARY_EXPORTS, LIST_EXPORTS
from fixcards.records.card_facts import card_facts
from fixcards.records.history import CardDays, CardHistory
from fixcards.records.identity import published_path
from fixcards.records.library import Library
from fixcards.records.reader_reports import ReportCounts
from fixcards.site.about_pages import about_pages, about_tasks
from fixcards.site.card_page import SECTIONS, CardPageData, card_page
from fixcards.site.card_source import CardSource
from fixcards.site.discovery_pages import discovery_tasks
from fixcards.site.followed_lists import followed_lists
from fixcards.site.listing import Listings
from fixcards.site.related_cards import related_cards
from fixcards.site.settings import SiteSettings

_CARD_KIND = PageKind(2, "", SECTIONS, has_source=True, has_data=True, json_url=FILE_NAME)
_CARD_KIND_OF_OTHERS = _CARD_KIND._replace(has_source=False)
"""That of cards in further folders: the repository of the site has no file to edit for them."""
_CARD_TASK_INPUTS: frozenset[Input[Any]] = CARD_INPUTS.union(*(export.inputs for export in CARD_EXPORTS))
"""A card's page is made in one task with its exports, so that the card is read once. The page reads them all."""
_LIST_TASK_INPUTS: frozenset[Input[Any]] = frozenset().union(*(export.inputs for export in LIST_EXPORTS))


class Site:
    """The pages and files of one library, with the days of its cards: by default only those of their runs."""

    def __init__(self, library: Library, settings: SiteSettings, history: CardHistory | None = None) -> None:
        self.library = library
        self.settings = settings
        self.history = history or CardHistory.without_git(library)

    def page_tasks(self) -> Iterator[BuildTask]:
        """Yield the tasks that any process can do, one for each page."""
        yield from Listings(self.library, self.history, feeds=bool(self.settings.site_url)).tasks()
        for cards in followed_lists(self.library, self.history):
            yield self._list_task(cards)
        yield from discovery_tasks(self.library)
        yield from about_tasks(self.settings)
        related = related_cards(self.library)
        for card_id in self.library.summaries:
            yield self._card_task(card_id, related[card_id])

    def library_tasks(self) -> Iterator[BuildTask]:
        """Yield the tasks that need all cards, and so the process that has them."""
        summaries = Summaries(self.library.summaries, self.library.summary_digests, self.library.cache_file)
        pages = about_pages(self.settings)
        digests = self._settings_digests | {
            SUMMARIES: digest(*self.library.summary_digests.values()),
            SITE_PAGES: digest_of([_content(page) for page in pages]),
            HISTORY: digest_of((self.history.newest, list(self.history.days.items()))),
        }
        values: dict[Input[Any], Any] = {SUMMARIES: summaries, SITE_PAGES: pages, HISTORY: self.history}
        for export in LIBRARY_EXPORTS:
            make = partial(_exported, (export,), values)
            # A colon is in no address of a page, so the name is no other task's.
            yield BuildTask(f"export:{type(export).__name__}", cache_key(export.inputs, digests), make)

    def _list_task(self, cards: CardList) -> BuildTask:
        parts = (self.library.summary_digests[card.id] + card.updated.encode() for card in cards.cards)
        content = digest(digest_of((cards.path, cards.title, cards.about)), *parts)
        digests = self._settings_digests | {CARD_LIST: content}
        make = partial(_exported, LIST_EXPORTS, {CARD_LIST: cards})
        return BuildTask(f"list:{cards.path}", cache_key(_LIST_TASK_INPUTS, digests), make)

    def _card_task(self, card_id: str, related_ids: Sequence[str]) -> BuildTask:
        library = self.library
        source = CardSource.of(library, card_id)
        reports = library.reports.get(card_id, ReportCounts())
        digests = self._settings_digests | {
            CARD: source.key,
            CARD_DAYS: "\n".join(self.history.days[card_id]).encode(),
            RELATED: digest(*map(library.summary_digests.__getitem__, related_ids)),
            REPORTS: digest(reports.model_dump_json().encode()) if reports.total else b"",
        }
        if not source.has_evidence:
            digests[DAY] = b""  # confidence falls with the age of the runs
        related = tuple(self._related_cards[other] for other in related_ids)
        own = library.root_of(card_id) == library.root
        days = self.history.days[card_id]
        make = partial(_card_outputs, source, related, reports, days, source.path if own else None)
        kind = _CARD_KIND if own else _CARD_KIND_OF_OTHERS
        if self.settings.previews:
            kind = kind._replace(picture_url=preview_picture.FILE_NAME)
        return BuildTask(library.summaries[card_id].path[:-1], cache_key(_CARD_TASK_INPUTS, digests), make, kind)

    @cached_property
    def _related_cards(self) -> dict[str, RelatedCard]:
        """What other cards show of each."""
        return {card.id: RelatedCard.of(card) for card in self.library.summaries.values()}

    @cached_property
    def _settings_digests(self) -> dict[Input[Any], bytes]:
        return {each: digest(str(value).encode()) for each, value in _settings_values(self.settings).items()}


def _content(page: Page) -> tuple[Any, ...]:
    """Return the texts by which the search finds a page."""
    return page.path, page.title, page.description, [(section.id, section.title) for section in page.sections]


def _settings_values(settings: SiteSettings) -> dict[Input[Any], str | date | bool]:
    return {
        DAY: settings.today,
        SITE_NAME: settings.site_name,
        SITE_URL: settings.site_url,
        REPO_URL: settings.repo_url,
        PREVIEWS: settings.previews,
    }


def _exported(
    exports: Iterable[Export], values: Mapping[Input[Any], Any], settings: SiteSettings
) -> Iterator[DataFile]:
    for export in exports:
        yield from export.make({**values, **_settings_values(settings)})


def _card_outputs(
    source: CardSource,
    related: tuple[RelatedCard, ...],
    reports: ReportCounts,
    days: CardDays,
    edit_path: str | None,
    settings: SiteSettings,
) -> Iterator[Output]:
    """Yield the page and the files of a card. Its page has a link for editing `edit_path`, unless that is None."""
    card, evidence, content = source.read()
    facts = card_facts(card, evidence, settings.today, reported=bool(reports.unanswered))
    yield card_page(CardPageData(facts, related, reports, edit_path, days), settings)
    values: dict[Input[Any], Any] = {CARD: facts, RELATED: related, REPORTS: reports, CARD_DAYS: days}
    values |= _settings_values(settings)
    for export in CARD_EXPORTS:
        yield from export.make(values)
    yield DataFile(published_path(source.path), content.card)
    if evidence and source.evidence_path and content.evidence:
        yield DataFile(published_path(source.evidence_path), content.evidence)
