"""A library into everything that the site consists of."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from builder.cache import digest_of
from builder.errors import FixcardsError
from builder.pages.card_page import ALTERNATE, SECTIONS, Subject, card_document
from builder.pages.data import card_files, library_files
from builder.pages.document import DataFile, Document, Kind, Section, Settings
from builder.pages.listing import Listings
from builder.pages.reference import fields
from builder.pages.search import search_files
from builder.pages.work import Made, Work
from builder.records import verdict
from builder.records.library import Library
from builder.records.record import Files, record_digest
from builder.records.rules import RULES
from builder.records.summary import Summary
from builder.records.tally import Tally

_CARD = Kind(2, "", SECTIONS, has_source=True, has_data=True, alternate=ALTERNATE)
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

    def __init__(self, library: Library, settings: Settings, latest: Sequence[str] = ()) -> None:
        self.library = library
        self.settings = settings
        self._latest = latest or list(library.summaries)

    def works(self) -> Iterator[Work]:
        """Yield everything that can be made anywhere, a piece at a time."""
        yield from Listings(self.library, self._latest).works()
        for path in _ABOUT:
            document = prose(path, self.settings)
            yield Work(path, b"", partial(_prose, path), document.kind)
        for card_id in self.library.summaries:
            yield self._card(card_id)

    def works_of_all(self) -> Iterator[Work]:
        """Yield what is made from all cards together, so best where they are."""
        cards = list(self.library.summaries.values())
        yield Work("cards.json", digest_of((cards, self._day())), partial(library_files, self.library))
        yield Work("search", digest_of(cards), self._search)

    def documents(self) -> Iterator[Document]:
        """Yield every page, one at a time."""
        yield from (made for made in self._made(self.works()) if isinstance(made, Document))

    def data_files(self) -> Iterator[DataFile]:
        """Yield every file for machines, one at a time."""
        yield from (made for made in self._made(self.works_of_all()) if isinstance(made, DataFile))
        yield from (made for made in self._made(self.works()) if isinstance(made, DataFile))

    def _made(self, works: Iterator[Work]) -> Iterator[Made]:
        for work in works:
            yield from work.make(self.settings)

    def _search(self, settings: Settings) -> Iterator[DataFile]:
        yield from search_files(self.library, [prose(path, settings) for path in _ABOUT], settings)

    def _card(self, card_id: str) -> Work:
        library = self.library
        short = library.summaries[card_id]
        source, beside = str(library.files[card_id]), library.beside.get(card_id)
        related = tuple(library.summaries[other] for other in library.related[card_id])
        tally = library.tally.get(card_id, Tally())
        digest = library.digests.get(card_id)
        key = digest_of(
            (
                digest or os.urandom(16),  # what can't be told is made each time
                card_id in library.executed and self._day(),  # what was run counts less every day
                tuple((other.path, other.title, other.package, other.verdict) for other in related),
                tuple(tally.worked.items()),
                tally.failed,
            )
        )
        make = partial(_card, str(library.root), source, beside, digest, related, tally)
        return Work(short.path.rstrip("/"), key, make, _CARD)

    def _day(self) -> str:
        return self.settings.today.isoformat()


def _card(
    root: str,
    source: str,
    beside: str | None,
    digest: bytes | None,
    related: tuple[Summary, ...],
    tally: Tally,
    settings: Settings,
) -> Iterator[Made]:
    """Yield the page and files of a card, which is as it was when `digest` was made."""
    files = Files(Path(root))
    card, evidence, _ = files.record(files.root / source, files.root / beside if beside else None)
    if card is None or (digest and record_digest(files.root, source, beside) != digest):
        raise FixcardsError(f"{source}: was changed while the site was built; build it again")
    subject = Subject(card, evidence, related, tally, source)
    yield card_document(subject, settings)
    yield from card_files(subject, settings)
    for name in (source, beside) if evidence and beside else (source,):
        yield DataFile(name, (files.root / name).read_bytes())


def _prose(path: str, settings: Settings) -> Iterator[Document]:
    yield prose(path, settings)


def prose(path: str, settings: Settings) -> Document:
    """Return one of the few pages that are about the site itself."""
    title, description, sections, context = _ABOUT[path]
    headings = tuple(Section(section, words) for section, words in sections.items())
    body = partial(settings.render, f"{path}.html", path, title=title, description=description, **context())
    return Document(path, title, description, body, headings)
