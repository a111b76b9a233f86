"""axe-core looks at what a page becomes when a reader uses it: light and dark, on a phone and a desktop."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.chromium import Visit, unfold, width
from tests.sites import LIBRARY, library

from .test_pages import forget
from .test_search_box import LINE, ZORBED, box, hits, status

State = tuple[str, Callable[[Page], None]]
SIZES: tuple[ViewportSize, ...] = ({"width": 390, "height": 844}, {"width": 1280, "height": 900})


def says(page: Page, selector: str, words: str) -> None:
    """Wait until a part of the page has these words."""
    expect(page.locator(selector)).to_contain_text(words)


def answered(page: Page, release: str, words: str) -> None:
    """Ask the page of a card about a release."""
    page.get_by_label("Your version of lantern").fill(release)
    expect(page.locator(".fc-version output")).to_contain_text(words)


def searched(page: Page, text: str, words: str) -> None:
    """Search for a text in the dialog."""
    page.keyboard.press("/")
    dialog = page.get_by_role("dialog", name="Search")
    dialog.locator("textarea").fill(text)
    expect(dialog.locator(".fc-status")).to_contain_text(words)


def from_home(page: Page, text: str, words: str) -> None:
    """Search for a text on the home page."""
    box(page).fill(text)
    expect(status(page)).to_contain_text(words)


def filtered(page: Page) -> None:
    """Narrow a list by two filters and some words, and leave one filter open."""
    expect(page.locator(".fc-active")).to_contain_text("Package: lantern")
    page.get_by_label("Filter these cards").fill("wick")
    expect(page.locator(".fc-active")).to_contain_text("wick")
    page.locator("details[data-facet=category] > summary").click()
    expect(page.locator("details[data-facet=category] li")).not_to_have_count(0)


def opened_menu(page: Page) -> None:
    """Open the menu of a phone."""
    page.locator("label[for=__drawer].md-header__button").click()
    expect(page.locator(".md-nav--primary").get_by_role("link", name="All cards")).to_be_in_viewport()


def chosen_program(page: Page) -> None:
    """Choose another program for the lines to copy, and copy one."""
    page.locator(".fc-fix .fc-switch").get_by_label("poetry").check(force=True)
    page.locator(".fc-fix .fc-copy:visible").first.click()


STATES: dict[str, State] = {
    "menu": ("lantern/12/", opened_menu),
    "everything on a card open": ("httpx/271/", unfold),
    "another program": ("httpx/271/", chosen_program),
    "affected": ("lantern/12/", lambda page: answered(page, "1.3", "is affected")),
    "not affected": ("lantern/12/", lambda page: answered(page, "7", "is not affected")),
    "no version number": ("lantern/12/", lambda page: answered(page, "newest", "is no version number")),
    "release in the address": ("lantern/12/?v=1.3", lambda page: says(page, ".fc-your-version", "is affected")),
    "hits": ("", lambda page: from_home(page, LINE, "fit")),
    "no match": ("", lambda page: from_home(page, ZORBED, "No card fits")),
    "hits in the dialog": ("cards/", lambda page: searched(page, LINE, "fit")),
    "no match in the dialog": ("cards/", lambda page: searched(page, ZORBED, "No card fits")),
    "filters in use": ("cards/?package=lantern&category=crash", filtered),
    "no card left": ("cards/?filter=nothing", lambda page: says(page, ".fc-count-text", "No card fits")),
    "packages by name": ("cards/packages/", lambda page: page.locator("#fc-package-filter").fill("lan")),
}


@pytest.mark.parametrize("name", STATES)
def test_a_page_in_use_is_accessible_and_no_wider_than_the_screen(
    name: str, site: str, visit: Visit, audit: Callable[[Page], list[str]]
) -> None:
    path, use = STATES[name]
    page = visit(site + path, color_scheme="light", viewport=SIZES[0])
    for scheme in ("light", "dark"):
        if scheme == "dark":
            forget(page, site)
            page.emulate_media(color_scheme="dark")
            page.set_viewport_size(SIZES[0])
            page.goto(site + path)
        use(page)
        for size in SIZES:
            page.set_viewport_size(size)
            assert audit(page) == [], (scheme, size)
            assert width(page) <= 0, (scheme, size)


def test_a_hit_has_the_line_to_copy_and_says_what_the_release_in_the_text_means(site: str, visit: Visit) -> None:
    page = visit(site, permissions=["clipboard-read", "clipboard-write"])
    box(page).fill(f"lantern==1.3\nwick==2.0\n{library(LIBRARY).cards['lantern-12'].signature.traceback}")
    expect(hits(page).first).to_contain_text("Lantern goes out")
    hit = page.locator("form.fc-search li.fc-row").first
    expect(hit.locator(".fc-own")).to_have_text("You have lantern 1.3: affected (>=1.0,<=1.3,!=1.2.9), fixed in 1.4.")
    line = hit.locator(".fc-line").first
    expect(line.locator("code")).to_have_text(re.compile("^pip install "))
    line.get_by_role("button", name="Copy").click()
    expect(line.get_by_role("button")).to_contain_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == line.locator("code").inner_text()
