from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.chromium import Visit, width
from tests.sites import LIBRARY, SNAPSHOT, library

FOREIGN = """2026-06-01 03:12:44,120 INFO worker 7 started
[notice] A new release of pip is available: 24.0 -> 26.1
{traceback}
2026-06-01 03:12:45,002 ERROR worker 7 died, restarting in 5 s
"""


def ask(page: Page, text: str) -> None:
    """Put a text into the search box of the page."""
    page.locator("form.fc-search textarea").first.fill(text)


def answers(page: Page, path: str) -> object:
    """Return the links to a card among the answers."""
    return page.locator(f"form.fc-search a[href*='{path}']").first


@pytest.mark.parametrize("card_id", ["httpx-271", "flask-2789", "black-2964"])
@pytest.mark.parametrize("path", ["", "nowhere/"])
def test_a_traceback_among_foreign_lines_finds_its_card(card_id: str, path: str, site: str, visit: Visit) -> None:
    card = library(SNAPSHOT).cards[card_id]
    page = visit(site + path)
    ask(page, FOREIGN.format(traceback=card.signature.traceback))
    expect(page.locator("form.fc-search a[href]").first).to_have_text(card.title)
    answers(page, f"{card.package}/{card.key}/").click()
    expect(page.locator("h1")).to_have_text(card.title)


def test_one_line_with_other_words_in_place_of_the_variable_ones_finds_its_card(site: str, visit: Visit) -> None:
    page = visit(site)
    ask(page, "lantern.Dark: no wick in lamp 4711")
    expect(answers(page, "lantern/12/")).to_contain_text("Lantern goes out when the wick is trimmed twice")


@pytest.mark.parametrize(
    "text", ["qwertzuiop asdfghjkl", "ZeroDivisionError: no such thing as zorbling", "%%%% ((((", "."]
)
def test_nonsense_finds_nothing_and_says_so(text: str, site: str, visit: Visit) -> None:
    page = visit(site)
    ask(page, text)
    expect(page.locator("form.fc-search")).to_contain_text("No card")
    expect(page.locator("form.fc-search a[href*='/httpx/']")).to_have_count(0)


def test_an_emptied_box_has_no_answers(site: str, visit: Visit) -> None:
    page = visit(site)
    ask(page, library(LIBRARY).cards["lantern-12"].signature.traceback or "")
    answers(page, "lantern/12/").wait_for()
    ask(page, "")
    expect(page.locator("form.fc-search a[href*='lantern/12/']")).to_have_count(0)


def test_a_link_carries_a_short_query(site: str, visit: Visit) -> None:
    page = visit(f"{site}?q={quote('lantern.Dark: no wick in lamp 7')}")
    expect(page.locator("form.fc-search textarea").first).to_have_value("lantern.Dark: no wick in lamp 7")
    answers(page, "lantern/12/").wait_for()


def test_no_request_carries_what_was_typed(site: str, visit: Visit) -> None:
    page = visit(site)
    requests = []
    page.on("request", lambda request: requests.append((request.method, request.url, request.post_data)))
    card = library(SNAPSHOT).cards["httpx-271"]
    ask(page, f"secret-4711 {card.signature.traceback} secret-4711")
    answers(page, "httpx/271/").wait_for()
    ask(page, "secret-4711")
    expect(page.locator("form.fc-search")).to_contain_text("No card")
    assert requests
    for method, url, data in requests:
        assert method == "GET"
        assert data is None
        assert "secret" not in url
        assert "4711" not in url
        assert "?" not in url


def test_answers_fit_the_screen_of_a_phone(site: str, visit: Visit) -> None:
    page = visit(site, viewport={"width": 360, "height": 740})
    ask(page, library(SNAPSHOT).cards["httpx-271"].signature.traceback or "")
    answers(page, "httpx/271/").wait_for()
    assert width(page) <= 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("text", "expected"), [("lantern.Dark: no wick in lamp 7", "lantern/12/"), ("qwertzuiop", None)]
)
def test_answers_are_accessible(
    text: str, expected: str | None, scheme: str, site: str, visit: Visit, audit: Callable[[Page], list[str]]
) -> None:
    page = visit(site, color_scheme=scheme, viewport={"width": 360, "height": 740})
    ask(page, text)
    if expected:
        answers(page, expected).wait_for()
    else:
        expect(page.locator("form.fc-search")).to_contain_text("No card")
    assert audit(page) == []
