from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.chromium import Visit, unfold, width
from tests.hostile_cards import ALIAS, LINE, LONG, SHORT, WIDE
from tests.sites import words

ELEMENTS = "() => [...new Set([...document.querySelectorAll('*')].map((each) => each.localName))]"
HANDLERS = """() => [...document.querySelectorAll('*')].filter((each) => [...each.attributes].some(
    ({name, value}) => name.startsWith('on') || /^\\s*(javascript|data|vbscript):/i.test(value)
)).map((each) => each.outerHTML.slice(0, 200))"""


def scripts(page: Page) -> int:
    """Return how many scripts a page has."""
    return page.locator("script").count()


@pytest.mark.parametrize("path", ["hostile/1/", f"{WIDE}/2/", "hostile/", f"{WIDE}/", "cards/", "cards/packages/", ""])
def test_the_texts_of_a_card_run_nothing_and_do_not_widen_the_page(
    path: str, site: str, hostile: str, visit: Visit
) -> None:
    # `visit` fails on a dialog, a request to elsewhere and an error on the console, as on every page.
    page = visit(hostile + path, viewport={"width": 360, "height": 740})
    unfold(page)
    assert page.evaluate("window.ran") is None
    assert page.evaluate(HANDLERS) == []
    like = {"hostile/1/": "lantern/12/", f"{WIDE}/2/": "httpx/271/", "hostile/": "lantern/", f"{WIDE}/": "lantern/"}
    ordinary = visit(site + like.get(path, path))
    assert set(page.evaluate(ELEMENTS)) - set(ordinary.evaluate(ELEMENTS)) <= {"bdi", "q"}
    assert scripts(page) == scripts(ordinary)
    for pixels in (360, 768, 1440):
        page.set_viewport_size({"width": pixels, "height": 740})
        assert width(page) <= 0, f"{pixels} px"
    page.emulate_media(media="print")
    assert width(page) <= 0, "on paper"
    assert page.evaluate("window.ran") is None


def test_markup_shows_as_text(hostile: str, visit: Visit) -> None:
    page = visit(hostile + "hostile/1/")
    unfold(page)
    assert page.locator("h1").inner_text() == SHORT
    assert words(page.locator("#error").inner_text()) == words(LINE)
    assert page.locator(".fc-fix-title").inner_text() == SHORT
    for place in (".fc-notice", ".fc-fix", ".fc-impact", ".fc-option", "#what-broke ~ p", "#runs ~ ul", ".fc-run", "q"):
        assert "<script>window.ran=1</script>" in "".join(page.locator(place).all_inner_texts()), place
    assert page.title().startswith(SHORT)


def test_long_lines_show_whole(hostile: str, visit: Visit) -> None:
    page = visit(f"{hostile}{WIDE}/2/", viewport={"width": 360, "height": 740})
    assert page.locator("#what-broke ~ p").first.inner_text() == LONG
    assert page.locator("#code").inner_text() == f"import {WIDE}\nx = '{LONG}'"


def test_the_search_shows_hostile_cards_as_text_too(hostile: str, visit: Visit) -> None:
    page = visit(hostile)
    page.locator("form.fc-search textarea").first.fill(f"{LINE}\n{ALIAS}\n{LINE}\n")
    hit = page.locator("form.fc-search a[href*='hostile/1/']").first
    hit.wait_for()
    assert SHORT in hit.inner_text()
    assert page.evaluate("window.ran") is None
    assert page.evaluate(HANDLERS) == []
    assert not page.locator("form.fc-search :is(script, img, iframe, svg)").count()
