"""What a reader with a phone has before the first scroll: on every real card, and after a paste."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import sites
from tests.chromium import SETTLED, Visit
from tests.content.real import library

WIDTH, HEIGHT = 390, 844
BOTTOMS = """() => {
    const bottom = (element) => element && Math.round(element.getBoundingClientRect().bottom + scrollY);
    const find = (selector) => document.querySelector(selector);
    return {
        title: bottom(find("h1")),
        fix: bottom(find(".fc-fix-title")),
        line: bottom(find(".fc-fix .fc-line:has(#fix-command)")),
        second: bottom(find("#option-2")),
    };
}"""
Bottoms = dict[str, dict[str, int | None]]


@pytest.fixture(scope="module")
def bottoms(content_site: Path, browser: object) -> Iterator[Bottoms]:
    """Yield where the parts of each card's page end on a phone, in pixels from its top."""
    from playwright.sync_api import Browser

    assert isinstance(browser, Browser)
    phone = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, has_touch=True, is_mobile=True)
    page = phone.new_page()
    ends: Bottoms = {}
    with sites.served(content_site) as url:
        standing = [card for card in library().cards.values() if card.status.state != "retired"]
        for card in standing:  # a page of a retired one begins with why it is
            page.goto(f"{url}{card.package}/{card.key}/")
            page.evaluate(SETTLED)
            ends[card.id] = page.evaluate(BOTTOMS)
    yield ends
    phone.close()


@pytest.mark.parametrize("part", ["title", "fix", "line"])
def test_what_to_do_is_on_the_first_screen_of_every_card(part: str, bottoms: Bottoms) -> None:
    ends = {card_id: each[part] for card_id, each in bottoms.items() if each[part] is not None}
    assert len(ends) > len(bottoms) / 2
    worst = max(ends, key=lambda card_id: ends[card_id] or 0)
    assert (ends[worst] or 0) <= HEIGHT, f"{part} of {worst}"


def test_the_second_option_is_on_the_first_two_screens_of_every_card(bottoms: Bottoms) -> None:
    ends = {card_id: each["second"] for card_id, each in bottoms.items() if each["second"] is not None}
    assert len(ends) > len(bottoms) / 2
    worst = max(ends, key=lambda card_id: ends[card_id] or 0)
    assert (ends[worst] or 0) <= 2 * HEIGHT, worst


def test_after_a_paste_the_first_hit_with_its_fix_is_on_the_first_screen(content_site: Path, visit: Visit) -> None:
    cards = [card for card in library().cards.values() if card.signature.traceback][::7]
    ends: dict[str, float] = {}
    with sites.served(content_site) as url:
        page = visit(url, viewport={"width": WIDTH, "height": HEIGHT}, has_touch=True, is_mobile=True)
        for card in cards:
            page.goto(url)
            page.locator("form.fc-search textarea").first.fill(card.signature.traceback or "")
            fix = page.locator("form.fc-search .fc-row-fix").first
            fix.wait_for()
            page.evaluate(SETTLED)
            box = fix.bounding_box()
            assert box is not None
            ends[card.id] = box["y"] + box["height"]
    assert len(ends) > 10
    worst = max(ends, key=lambda card_id: ends[card_id])
    assert ends[worst] <= HEIGHT, f"{worst}: {ends[worst]:.0f} px"
