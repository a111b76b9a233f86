"""What a card's page says of itself to search engines."""

from __future__ import annotations

import json

from fixcards.build.page import json_for_script
from fixcards.site.card_page import card_page
from tests.site.card_page import changed_data
from tests.sites import pages, settings


def test_the_structured_data_is_an_article_with_the_error_as_a_keyword() -> None:
    data = pages()["lantern/12"].data
    assert data["@type"] == "TechArticle"
    assert data["keywords"][0] == "lantern.Dark: no wick in lamp {lamp}"
    assert data["url"] == "https://cards.example.org/lantern/12/"
    assert data["dateModified"] == "2026-03-02"


def test_json_inside_a_script_element_cannot_end_it() -> None:
    text = json_for_script({"a": "</script><script><!-- & \u2028"})
    assert not set(text) & set("<>&")
    assert json.loads(text) == {"a": "</script><script><!-- & \u2028"}


def test_the_description_is_one_line_of_at_most_300_characters() -> None:
    long = changed_data("lantern-12", signature={"error": f"Dark: {'no wick ' * 40}"})
    for page in (*pages().values(), card_page(long, settings())):
        assert len(page.description) <= 300
        assert "\n" not in page.description
    assert pages()["lantern/12"].description.startswith("lantern: ")
    assert card_page(long, settings()).description.endswith("…")
