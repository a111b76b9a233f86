"""The seam of an export: one format of the library's content, with a declaration of everything that it is made from.

The declaration does two things. The key by which a build decides whether a file is out of date is computed from it, and
an export receives what it declares and nothing else. So no file can depend on something that its key leaves out.
"""

from __future__ import annotations

import functools
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar, cast

from fixcards.build.page import DataFile, Page
from fixcards.cache import CacheFile, digest
from fixcards.errors import FixcardsError
from fixcards.records.card_facts import CardFacts
from fixcards.records.history import CardDays, CardHistory
from fixcards.records.identity import card_path
from fixcards.records.reader_reports import ReportCounts
from fixcards.records.summary import Summary

Value = TypeVar("Value")


class RelatedCard(NamedTuple):
    """A related card, as far as a page or an export shows it."""

    id: str
    path: str
    title: str
    package: str
    verdict: str
    cause: str
    """Id of the card of the change that it falls over, empty where it has none."""
    explained: bool

    @classmethod
    def of(cls, card: Summary) -> RelatedCard:
        """Return the related card with this summary."""
        facts = (card.id, card.path, card.title, card.package, card.verdict, card.cause)
        return cls(*facts, explained=card.explained)


class ListedCard(NamedTuple):
    """A card as a list shows it that a reader can follow."""

    id: str
    path: str
    title: str
    package: str
    category: str
    error: str
    fix: str
    fixed: str
    affected: str
    verdict: str
    explained: bool
    culprit: str
    entry_path: str
    """Address below the site by which feeds identify the card. It stays when a person explains a found card, whose page
    then gets another one."""
    published: str
    """Day; empty where it is unknown."""
    updated: str
    """Day of the last change; where no history says it, that of the newest run. Empty where there is none either."""

    @classmethod
    def of(cls, card: Summary, days: CardDays) -> ListedCard:
        """Return the card with this summary and these days. What the program found is as old as its discovery."""
        _, discovered, explained = card.days
        published = discovered or days.published
        updated = max(published, explained, days.updated) or days.verified
        return cls(
            card.id,
            card.path,
            card.title,
            card.package,
            card.category,
            card.error,
            card.fix,
            card.fixed,
            card.affected,
            card.verdict,
            card.explained,
            card.culprit,
            _entry_path(card),
            published,
            updated,
        )


def _entry_path(card: Summary) -> str:
    if card.explained and card.supersedes:
        package, _, number = card.supersedes[0].rpartition("-found-")
        return card_path(card.ecosystem, package, f"found-{number}")
    return card.path


@dataclass(frozen=True)
class CardList:
    """A list of cards that a reader can follow: those of its cards that changed last, each with a day of the change."""

    path: str
    """Address of its page below the site, without slashes at the ends; empty for the whole site."""
    title: str
    about: str
    """One sentence of what is in it."""
    cards: tuple[ListedCard, ...]


class Summaries(NamedTuple):
    """The summaries of all cards by id."""

    cards: Mapping[str, Summary]
    digests: Mapping[str, bytes]
    cache_file: Callable[[str], CacheFile | None]
    """Returns the file that caches results of one kind about these cards, None where nothing is cached."""


@dataclass(frozen=True)
class Input(Generic[Value]):
    """Something that pages and exports are made from. The name goes into keys."""

    name: str


CARD: Input[CardFacts] = Input("card")
"""One card with its evidence; its judgement depends on day and reports, and is there only with `DAY` and `REPORTS`."""
RELATED: Input[tuple[RelatedCard, ...]] = Input("related")
"""The related cards of the card: all that it is the cause of, then the nearest ones."""
REPORTS: Input[ReportCounts] = Input("reports")
"""Readers' reports about the card."""
CARD_DAYS: Input[CardDays] = Input("card days")
"""The days on which the card was published and last changed."""
CARD_LIST: Input[CardList] = Input("card list")
"""One list of cards."""
HISTORY: Input[CardHistory] = Input("history")
"""The days of all cards."""
SUMMARIES: Input[Summaries] = Input("summaries")
"""The summaries of all cards."""
SITE_PAGES: Input[tuple[Page, ...]] = Input("site pages")
"""The pages about the site itself."""
DAY: Input[date] = Input("day")
"""The day of the build, on which confidence depends."""
SITE_NAME: Input[str] = Input("site name")
SITE_URL: Input[str] = Input("site URL")
"""Address of the published site with a slash at the end; empty where it has none."""
REPO_URL: Input[str] = Input("repository URL")
"""Address of the project's repository without a slash at the end; empty where it has none."""

PREVIEWS: Input[bool] = Input("previews")
"""Whether each card has a picture of its own for previews."""

SETTINGS: frozenset[Input[Any]] = frozenset({DAY, SITE_NAME, SITE_URL, REPO_URL, PREVIEWS})
CARD_INPUTS: frozenset[Input[Any]] = SETTINGS | {CARD, RELATED, REPORTS, CARD_DAYS}
"""The inputs of one card. Any process may make its files, so the whole library is not among them."""
LIST_INPUTS: frozenset[Input[Any]] = SETTINGS | {CARD_LIST}
"""The inputs of one list of cards."""
LIBRARY_INPUTS: frozenset[Input[Any]] = SETTINGS | {SUMMARIES, SITE_PAGES, HISTORY}
"""The inputs of the whole library."""


class Inputs:
    """The values of an export's declared inputs: `inputs[SITE_URL]`. Any other raises `FixcardsError`."""

    def __init__(self, declared: frozenset[Input[Any]], values: Mapping[Input[Any], Any]) -> None:
        self._values = {each: values[each] for each in declared}
        if CARD in declared and not declared >= {DAY, REPORTS}:
            self._values[CARD] = self[CARD].without_day()

    def __getitem__(self, which: Input[Value]) -> Value:
        if which not in self._values:
            raise FixcardsError(f"an export reads the input {which.name!r}, which it does not declare")
        return cast("Value", self._values[which])


class Export(ABC):
    """One format. A subclass declares `inputs` and yields the files; `registry.py` lists it."""

    inputs: ClassVar[frozenset[Input[Any]]]
    available: ClassVar[frozenset[Input[Any]]]
    """The inputs to choose from."""

    def __init_subclass__(cls) -> None:
        missing: frozenset[Input[Any]] = getattr(cls, "inputs", frozenset()) - getattr(cls, "available", frozenset())
        if missing:
            raise TypeError(f"{cls.__name__} can't have {', '.join(sorted(each.name for each in missing))}")

    @abstractmethod
    def files(self, inputs: Inputs) -> Iterator[DataFile]:
        """Yield the files of the format, in the same order each time."""

    def make(self, values: Mapping[Input[Any], Any]) -> Iterator[DataFile]:
        """Yield the files, from the declared inputs among `values`."""
        return self.files(Inputs(self.inputs, values))


class CardExport(Export):
    """A format with files of its own for each card."""

    available = CARD_INPUTS


class ListExport(Export):
    """A format with files of its own for each list of cards that a reader can follow."""

    available = LIST_INPUTS


class LibraryExport(Export):
    """A format with files about all cards together."""

    available = LIBRARY_INPUTS


def cache_key(inputs: Iterable[Input[Any]], digests: Mapping[Input[Any], bytes]) -> bytes:
    """Return the key of files that are made from `inputs`. It changes with the digest of each of them, and no other."""
    names, ordered = _ordered(frozenset(inputs))
    return digest(names, *(digests[each] for each in ordered))


@functools.cache
def _ordered(inputs: frozenset[Input[Any]]) -> tuple[bytes, list[Input[Any]]]:
    """Return the names of inputs as one text, and the inputs in the order of their names; once, not for each card."""
    ordered = sorted(inputs, key=lambda each: each.name)
    return "\n".join(each.name for each in ordered).encode(), ordered
