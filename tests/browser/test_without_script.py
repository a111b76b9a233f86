from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import expect

from tests.chromium import Visit, width
from tests.sites import LIBRARY, SNAPSHOT, library, words
from tests.sites import page as body

CASES = [("httpx/271", SNAPSHOT), ("lantern/12", LIBRARY)]


@pytest.mark.parametrize(("path", "root"), CASES, ids=[path for path, _ in CASES])
@pytest.mark.parametrize("pixels", [360, 1440])
def test_everything_of_a_card_can_be_read(path: str, root: object, pixels: int, site: str, visit: Visit) -> None:
    page = visit(f"{site}{path}/", java_script_enabled=False, viewport={"width": pixels, "height": 900})
    card = library(root).cards[path.replace("/", "-")]
    for summary in page.locator("article summary").all():
        summary.click()
    article = words(page.locator("article").inner_text()).casefold()
    for program in ("uv", "poetry", "requirements.txt"):  # a switch of the style sheet, one line at a time
        for choice in page.locator(".fc-switch").get_by_label(program, exact=True).all():
            choice.check()
        article += words(page.locator("article").inner_text()).casefold()
    for text in _texts(body(path, root, site_url="https://fixcards.github.io/fixcards/")):
        assert text.casefold() in article, text
    for name in ("error", "traceback", "code"):
        expect(page.locator(f"#{name}")).to_be_visible()
    expect(page.locator("#error")).to_have_text(card.signature.error)
    assert page.locator("#code").text_content() == card.reproduction.code.rstrip("\n")
    expect(page.locator(".fc-releases")).to_be_visible()
    assert width(page) <= 0


def test_buttons_that_would_do_nothing_are_not_shown(site: str, visit: Visit) -> None:
    page = visit(site + "httpx/271/", java_script_enabled=False)
    expect(page.locator("article button").locator("visible=true")).to_have_count(0)


def test_instead_of_the_search_there_is_a_link_to_all_cards(site: str, visit: Visit) -> None:
    for path in ("", "nowhere/"):
        page = visit(site + path, java_script_enabled=False)
        expect(page.locator("textarea").locator("visible=true")).to_have_count(0)
        expect(page.locator("noscript p")).to_be_visible()
        page.locator("noscript a").click()
        expect(page).to_have_url(site + "cards/")


def test_filters_work_as_links(site: str, visit: Visit) -> None:
    page = visit(site + "cards/", java_script_enabled=False)
    page.get_by_text("Verdict", exact=True).click()
    page.locator(".fc-filters").get_by_role("link", name="retired").click()
    expect(page.get_by_role("heading", name="Mooring ships without a rope")).to_be_visible()
    expect(page.locator(".fc-item")).to_have_count(1)


def _texts(tree: BeautifulSoup) -> list[str]:
    """Return the text of each block of a page."""
    for hidden in tree.select("noscript, button, svg, .headerlink, [hidden]"):
        hidden.decompose()
    for line_end in tree.select("br"):
        line_end.replace_with(" ")
    blocks = tree.select("h1, h2, h3, h4, p, li, dt, dd, th, td, pre")
    return [words(block.text) for block in blocks if not block.select("p, li, dd, pre, ul") and words(block.text)]
