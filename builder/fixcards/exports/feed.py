"""`feed.xml`: the newest cards of a list as an Atom feed (RFC 4287), for the site, each package and each category.

Days are those of the history, the discovery and the explanation, and so the same in every build; Atom takes them with a
time of day, which is the first of the day. Ids are addresses, which are never used again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from fixcards.build.page import DataFile, page_url
from fixcards.exports.index_entries import UNEXPLAINED
from fixcards.exports.interface import CARD_LIST, SITE_NAME, SITE_URL, CardList, Inputs, ListedCard, ListExport

FILE_NAME = "feed.xml"
MAX_ENTRIES = 50
"""Entries of a feed: so many cards of a list are handed to it."""
_NEVER = "1970-01-01"
"""Day of the last change of an empty feed: Atom demands one, and it has to be the same in every build."""
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 can't have, not even as references."""


class Feed(ListExport):
    """One file for each list; none where the site has no address.

    That of a list without a card of known age is empty, so that its address, which pages have, is there.
    """

    inputs = frozenset({CARD_LIST, SITE_NAME, SITE_URL})

    def files(self, inputs: Inputs) -> Iterator[DataFile]:
        """Yield the feed: it has absolute addresses."""
        cards, site_url = inputs[CARD_LIST], inputs[SITE_URL]
        if site_url:
            lines = _feed(cards, inputs[SITE_NAME], site_url)
            yield DataFile(feed_path(cards.path), ("\n".join(lines) + "\n").encode())


def feed_path(path: str) -> str:
    """Return the address below the site of the feed of the list at `path`."""
    return f"{path}/{FILE_NAME}" if path else FILE_NAME


def _feed(cards: CardList, site_name: str, site_url: str) -> Iterator[str]:
    address = site_url + feed_path(cards.path)
    title = f"{site_name}: {cards.title}" if cards.path else site_name
    yield '<?xml version="1.0" encoding="utf-8"?>'
    yield '<feed xmlns="http://www.w3.org/2005/Atom">'
    yield f"<title>{_text(title)}</title>"
    yield f"<subtitle>{_text(cards.about)}</subtitle>"
    yield f"<id>{_text(address)}</id>"
    yield f'<link rel="self" type="application/atom+xml" href={_attribute(address)}/>'
    yield f'<link rel="alternate" type="text/html" href={_attribute(page_url(cards.path, site_url))}/>'
    yield f"<updated>{_time(cards.cards[0].updated if cards.cards else _NEVER)}</updated>"
    yield f"<author><name>{_text(site_name)}</name></author>"
    for card in cards.cards:
        yield from _entry(card, site_url)
    yield "</feed>"


def _entry(card: ListedCard, site_url: str) -> Iterator[str]:
    note = "" if card.explained else f" {UNEXPLAINED}"
    yield "<entry>"
    yield f"<title>{_text(card.title)}</title>"
    yield f"<id>{_text(site_url + card.entry_path)}</id>"
    yield f'<link rel="alternate" type="text/html" href={_attribute(site_url + card.path)}/>'
    if card.published:
        yield f"<published>{_time(card.published)}</published>"
    yield f"<updated>{_time(card.updated)}</updated>"
    for term in filter(None, (card.package, card.culprit, card.category)):
        yield f"<category term={_attribute(term)}/>"
    yield f"<summary>{_text(f'{card.error} Fix: {card.fix}.{note}')}</summary>"
    yield "</entry>"


def _time(day: str) -> str:
    return f"{day}T00:00:00Z"


def _text(text: str) -> str:
    return escape(_NOT_IN_XML.sub("\ufffd", text))


def _attribute(text: str) -> str:
    return quoteattr(_NOT_IN_XML.sub("\ufffd", text))
