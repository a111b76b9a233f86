"""The pages of the real cards."""

from __future__ import annotations

import pytest

from fixcards.site import markdown
from tests.site.card_page import assert_sound, copied, section, shows
from tests.site.test_card_parts import PARTS
from tests.sites import CARDS, library, page, pages


@pytest.mark.parametrize("card_id", list(library(CARDS).cards))
def test_every_card_has_a_sound_page(card_id: str) -> None:
    card = library(CARDS).cards[card_id]
    path = f"{card.package}/{card.number}"
    tree = page(path, CARDS)
    assert_sound(tree)
    for name in ("Sources: every link used", "Prevention"):
        PARTS[name](tree, card)
    for text in (card.symptom, card.trigger, card.mechanism, *(fix.avoid_when for fix in card.fixes)):
        assert shows(tree, text)
    assert copied(tree, card.signature.error)
    assert copied(tree, card.reproduction.code.rstrip("\n"))
    assert section(tree, "fix").select_one(".fc-fix-title").text == card.fixes[0].title
    assert pages(CARDS)[path].description.startswith(f"{card.package}: ")


def test_most_texts_of_the_cards_need_no_parser() -> None:
    texts = [text for card in library(CARDS).cards.values() for text in card.prose]
    simple = [text for text in texts if markdown._render_simple(text.strip()) is not None]
    assert len(simple) > 0.9 * len(texts)
    for text in texts:
        assert str(markdown.render_blocks(text)) == markdown._MARKDOWN.render(text)
