"""A card's page as its readers see it."""

from __future__ import annotations

import re

import yaml
from bs4 import BeautifulSoup, Tag

from fixcards.exports.interface import RelatedCard
from fixcards.records.card import Card
from fixcards.records.card_facts import card_facts
from fixcards.records.library import Library
from fixcards.records.reader_reports import ReportCounts
from fixcards.site import markdown
from fixcards.site.card_page import CardPageData, card_page
from fixcards.site.related_cards import related_cards
from tests.sites import LIBRARY, TODAY, library, settings, soup, words


def section(tree: BeautifulSoup, name: str) -> BeautifulSoup:
    """Return what stands between the heading with the id `name` and the next one."""
    heading = tree.find(id=name)
    assert heading is not None, name
    parts = [heading]
    for sibling in heading.next_siblings:
        if isinstance(sibling, Tag) and (sibling.name == "h2" or sibling.find("h2")):
            break
        parts.append(sibling)
    return soup("".join(map(str, parts)))


def shows(tree: BeautifulSoup, text: str | None) -> bool:
    """Return whether the reader sees this prose."""
    assert text
    page = soup(str(tree))
    for bar in page.select(".fc-bar"):  # the name of a block of code, and its button
        bar.decompose()
    return words(soup(markdown.render_blocks(text)).text) in words(page.text)


def copied(tree: BeautifulSoup, value: str) -> bool:
    """Return whether a copy button takes exactly this text."""
    return any(tree.find(id=button["data-copy"]).text == value for button in tree.select("button[data-copy]"))


def links(tree: BeautifulSoup) -> dict[str, str]:
    """Return the words of each link."""
    return {link["href"]: words(link.text) for link in tree.select("a[href]")}


def proof(tree: BeautifulSoup) -> dict[str, str]:
    """Return the table of proof."""
    return {words(row.th.text): words(row.td.text) for row in tree.select(".fc-proof tr")}


def page_data(cards: Library, card_id: str, card: Card | None = None) -> CardPageData:
    """Return a card of a library with everything that its page shows, `card` in its place if given."""
    return CardPageData(
        card_facts(card or cards.cards[card_id], cards.evidence.get(card_id), TODAY),
        tuple(RelatedCard.of(cards.summaries[other]) for other in related_cards(cards)[card_id]),
        cards.reports.get(card_id, ReportCounts()),
        cards.files[card_id],
    )


def changed_data(card_id: str, **update: object) -> CardPageData:
    """Return a card of the tests in which some keys have other values."""
    cards = library(LIBRARY)
    raw = yaml.safe_load((LIBRARY / cards.files[card_id]).read_text(encoding="utf-8"))
    return page_data(cards, card_id, Card.model_validate({**raw, **update}))


def changed(card_id: str, **update: object) -> BeautifulSoup:
    """Return the page of a card of the tests in which some keys have other values."""
    return soup(card_page(changed_data(card_id, **update), settings()).body())


def fix_with(**more: object) -> list[dict[str, object]]:
    """Return the fixes of a card that has one."""
    return [{"title": "Pin it", "kind": "pin", "body": "Do.", "avoid_when": "Never.", **more}]


def assert_sound(tree: BeautifulSoup) -> None:
    """Check what holds for every page of a card."""
    ids = [tag["id"] for tag in tree.select("[id]")]
    assert len(ids) == len(set(ids))
    names = [box["aria-label"] for box in tree.select("[role=region]")]
    assert len(names) == len(set(names)), "landmarks need names of their own"
    assert all(tree.find(id=button["data-copy"]) for button in tree.select("[data-copy]"))
    assert all(tree.find(id=link["href"][1:]) for link in tree.select('a[href^="#"]'))
    assert not tree.select("script, iframe, img, [style], [onclick]")
    assert tree.find(re.compile("^h[1-6]$")).name == "h1"
    assert len(tree.select("h1")) == 1
    assert not [fact for fact in tree.select(".fc-proof td, .fc-facts, .fc-list dt") if "None" in fact.text]
