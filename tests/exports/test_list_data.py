from __future__ import annotations

import json
from typing import Any

import pytest

from fixcards.exports.facets import FACETS
from fixcards.records.history import CardHistory
from tests.sites import LIBRARY, SNAPSHOT, TODAY, files, library, pages


def data() -> dict[str, Any]:
    return json.loads(files()["cards/list.json"])


def facet(name: str, of: dict[str, Any]) -> list[list[str]]:
    """Return the slugs that each card has of one facet."""
    (column,) = [each for each in of["facets"] if each["name"] == name]
    slugs = [value[0] for value in column["values"]]
    return [[slugs[number] for number in ([each] if isinstance(each, int) else each)] for each in column["cards"]]


def test_every_column_has_a_value_for_every_card_in_one_order() -> None:
    columns = data()
    cards = list(library(LIBRARY).summaries.values())
    assert columns["path"] == [card.path for card in cards]
    assert columns["title"] == [card.title for card in cards]
    assert columns["affected"] == [card.affected for card in cards]
    assert columns["confidence"] == [round(100 * card.confidence(TODAY)) for card in cards]
    assert facet("package", columns) == [[card.package] for card in cards]
    assert facet("category", columns) == [[card.category] for card in cards]
    assert facet("with", columns) == [[name for name in card.requirements if name != "python"] for card in cards]


def test_the_order_by_age_is_that_of_the_pages() -> None:
    columns = data()
    newest = CardHistory.without_git(library(LIBRARY)).newest
    ids = list(library(LIBRARY).summaries)
    assert [ids[at] for at in sorted(range(len(ids)), key=columns["newest"].__getitem__)] == list(newest)


def test_every_value_of_a_facet_has_a_page_of_its_own() -> None:
    for each in data()["facets"]:
        for slug, label, path in each["values"]:
            assert path.rstrip("/") in pages(), (each["name"], slug)
            assert label


@pytest.mark.parametrize(
    ("python", "slugs"),
    [
        (">=3.12", {"3.12", "3.13", "3.14"}),
        ("==3.11.*", {"3.11"}),
        (">=3.12.4,<3.13", {"3.12"}),
        ("<3.7", {"2.7", "3.5", "3.6"}),
        ("", set()),
    ],
)
def test_a_card_is_of_the_minor_lines_of_python_that_it_is_limited_to(python: str, slugs: set[str]) -> None:
    card = library(LIBRARY).summaries["lantern-12"]._replace(requirements={"python": python} if python else {})
    assert set(FACETS["python"].slugs(card)) - {f"3.{minor}" for minor in range(15, 20)} == slugs


def test_the_file_of_real_cards_has_their_partners() -> None:
    columns = json.loads(files(SNAPSHOT)["cards/list.json"])
    partners = {slug for each in facet("with", columns) for slug in each}
    assert partners
    assert partners == {name for card in library(SNAPSHOT).summaries.values() for name in card.requirements} - {
        "python"
    }
