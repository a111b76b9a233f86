"""What a card's page says of itself to search engines."""

from __future__ import annotations

import json

from fixcards.build.page import json_for_script
from fixcards.site.card_page import CardPageData, card_page
from tests.sites import CARDS, LIBRARY, library, settings


def test_the_structured_data_is_an_article_with_the_error_as_a_keyword() -> None:
    found = library(LIBRARY)
    data = card_page(CardPageData.of(found, "lantern-12"), settings()).data
    assert data["@type"] == "TechArticle"
    assert data["keywords"][0] == "lantern.Dark: no wick in lamp {lamp}"
    assert data["url"] == "https://cards.example.org/lantern/12/"
    assert data["dateModified"] == "2026-03-02"


def test_json_inside_a_script_element_cannot_end_it() -> None:
    text = json_for_script({"a": "</script><script><!-- & \u2028"})
    assert not set(text) & set("<>&")
    assert json.loads(text) == {"a": "</script><script><!-- & \u2028"}


def test_the_description_is_one_line_of_at_most_300_characters() -> None:
    for card_id, card in library(CARDS).cards.items():
        text = card_page(CardPageData.of(library(CARDS), card_id), settings()).description
        assert len(text) <= 300
        assert "\n" not in text
        assert text.startswith(f"{card.package}: ")
