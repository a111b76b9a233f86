"""`cards/list.json`: what a list page needs to narrow and sort all cards in place. It is fetched on first use.

Each property of the cards is a column of its own, in one order, so that equal and similar values are neighbours: 10,000
cards take a third of the bytes, compressed, of an object for each. Values of facets are numbers of their list.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from fixcards.build.page import DataFile
from fixcards.exports.facets import FACETS, Facet
from fixcards.exports.interface import DAY, HISTORY, SUMMARIES, Inputs, LibraryExport
from fixcards.records.summary import Summary

PATH = "cards/list.json"


class ListData(LibraryExport):
    """One file for all lists."""

    inputs = frozenset({SUMMARIES, HISTORY, DAY})

    def files(self, inputs: Inputs) -> Iterator[DataFile]:
        """Yield the file. The cards are in the order of the library; `newest` has the place of each by age."""
        cards = list(inputs[SUMMARIES].cards.values())
        history, today = inputs[HISTORY], inputs[DAY]
        ages = {card_id: place for place, card_id in enumerate(history.newest)}
        data = {
            "format": 1,
            "facets": [_facet(facet, cards) for facet in FACETS.values()],
            "path": [card.path for card in cards],
            "title": [card.title for card in cards],
            "affected": [card.affected for card in cards],
            "fixed": [card.fixed for card in cards],
            "day": [history.days[card.id].published or history.days[card.id].verified for card in cards],
            "published": [int(bool(history.days[card.id].published)) for card in cards],
            "newest": [ages[card.id] for card in cards],
            "confidence": [round(100 * card.confidence(today)) for card in cards],
        }
        yield DataFile(PATH, json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")


def _facet(facet: Facet, cards: list[Summary]) -> Mapping[str, Any]:
    """Return a facet with its values, and the numbers of those that each card has: one number, or a list."""
    slugs = [facet.slugs(card) for card in cards]
    ordered = facet.sorted({slug for each in slugs for slug in each})
    numbers = {slug: number for number, slug in enumerate(ordered)}
    values = [facet.value(slug) for slug in ordered]
    return {
        "name": facet.name,
        "label": facet.label,
        "values": [[value.slug, value.label, f"{value.path}/"] for value in values],
        "cards": [numbers[each[0]] if len(each) == 1 else [numbers[slug] for slug in each] for each in slugs],
    }
