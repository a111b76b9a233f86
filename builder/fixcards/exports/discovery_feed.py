"""`cards/found/feed.xml`: what the program came upon by itself, newest first, as an Atom feed (RFC 4287).

A feed needs absolute addresses, so a site without one has no feed. Days are those of the discovery and of the
explanation, and so the same in every build; Atom takes them with a time of day, which is the first of the day.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from fixcards.build.page import DataFile
from fixcards.exports.index_entries import UNEXPLAINED
from fixcards.exports.interface import SITE_NAME, SITE_URL, SUMMARIES, Inputs, LibraryExport
from fixcards.records.summary import Summary

FEED_PATH = "cards/found/feed.xml"
MAX_ENTRIES = 100
"""Entries of the feed, the newest ones."""


class DiscoveryFeed(LibraryExport):
    """One file; none where the program came upon nothing, or where the site has no address."""

    inputs = frozenset({SUMMARIES, SITE_NAME, SITE_URL})

    def files(self, inputs: Inputs) -> Iterator[DataFile]:
        """Yield the feed."""
        site_url = inputs[SITE_URL]
        cards = [card for card in inputs[SUMMARIES].cards.values() if card.culprit and card.state != "retired"]
        if not cards or not site_url:
            return
        newest = sorted(cards, key=lambda card: card.id)
        newest.sort(key=_changed, reverse=True)
        lines = [
            '<?xml version="1.0" encoding="utf-8"?>',
            '<feed xmlns="http://www.w3.org/2005/Atom">',
            f"<title>{_text(inputs[SITE_NAME])}: found by the program</title>",
            f"<id>{_text(site_url)}{FEED_PATH}</id>",
            f'<link rel="self" type="application/atom+xml" href={quoteattr(site_url + FEED_PATH)}/>',
            f'<link rel="alternate" type="text/html" href={quoteattr(site_url + "cards/found/")}/>',
            f"<updated>{_time(_changed(newest[0]))}</updated>",
            f"<author><name>{_text(inputs[SITE_NAME])}</name></author>",
        ]
        for card in newest[:MAX_ENTRIES]:
            lines += _entry(card, site_url)
        yield DataFile(FEED_PATH, ("\n".join([*lines, "</feed>"]) + "\n").encode())


def _entry(card: Summary, site_url: str) -> Iterator[str]:
    _, discovered, _ = card.days
    fix = f"Fix: {card.fix}."
    note = "" if card.explained else f" {UNEXPLAINED}"
    yield "<entry>"
    yield f"<title>{_text(card.title)}</title>"
    yield f"<id>{_text(_identity(card, site_url))}</id>"
    yield f'<link rel="alternate" type="text/html" href={quoteattr(site_url + card.path)}/>'
    yield f"<published>{_time(discovered)}</published>"
    yield f"<updated>{_time(_changed(card))}</updated>"
    yield f"<category term={quoteattr(card.package)}/>"
    yield f"<category term={quoteattr(card.culprit)}/>"
    yield f"<summary>{_text(f'{card.error} {fix}{note}')}</summary>"
    yield "</entry>"


def _identity(card: Summary, site_url: str) -> str:
    """Return the id of an entry, which stays when a person explains the failure and it gets another address."""
    if card.explained and card.supersedes:
        package, _, number = card.supersedes[0].rpartition("-found-")
        return f"{site_url}{package}/found-{number}/"
    return f"{site_url}{card.path}"


def _changed(card: Summary) -> str:
    """Return the day of the newest event of a card."""
    return max(card.days[1:])


def _time(day: str) -> str:
    return f"{day}T00:00:00Z"


def _text(text: str) -> str:
    return escape(text)
