"""A card's page as its readers see it."""

from __future__ import annotations

import dataclasses

import yaml
from bs4 import BeautifulSoup, Tag

from fixcards.records.card import Card
from fixcards.site import markdown
from fixcards.site.card_page import CardPageData, card_page
from tests.sites import LIBRARY, library, settings, soup, words


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
    return words(soup(markdown.render_blocks(text)).text) in words(tree.text)


def copied(tree: BeautifulSoup, value: str) -> bool:
    """Return whether a copy button takes exactly this text."""
    return any(tree.find(id=button["data-copy"]).text == value for button in tree.select("button[data-copy]"))


def links(tree: BeautifulSoup) -> dict[str, str]:
    """Return the words of each link."""
    return {link["href"]: words(link.text) for link in tree.select("a[href]")}


def proof(tree: BeautifulSoup) -> dict[str, str]:
    """Return the table of proof."""
    return {words(row.th.text): words(row.td.text) for row in tree.select(".fc-proof tr")}


def changed(card_id: str, **update: object) -> BeautifulSoup:
    """Return the page of a card of the tests in which something is otherwise."""
    found = library(LIBRARY)
    raw = yaml.safe_load((LIBRARY / found.files[card_id]).read_text(encoding="utf-8"))
    card = Card.model_validate({**raw, **update})
    return soup(card_page(dataclasses.replace(CardPageData.of(found, card_id), card=card), settings()).body())


def fix_with(**more: object) -> list[dict[str, object]]:
    """Return the fixes of a card that has one."""
    return [{"title": "Pin it", "kind": "pin", "body": "Do.", "avoid_when": "Never.", **more}]
