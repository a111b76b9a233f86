"""The page of a card in a browser: the reader's own release, links into what is folded, long code."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.chromium import Visit, wait_for_scripts

PHONE = {"width": 390, "height": 844}


@pytest.mark.parametrize(
    ("release", "words", "why"),
    [
        ("1.3", "lantern 1.3 is affected. Fixed in 1.4.", "the reproduction was run on it"),
        ("v1.4.0", "lantern v1.4.0 is not affected.", "the reproduction was run on it"),
        ("1.2.10", "lantern 1.2.10 is affected.", "it was not run"),
        ("7", "lantern 7 is not affected.", "it was not run"),
    ],
)
def test_the_page_says_whether_the_release_of_the_reader_is_affected_and_why(
    release: str, words: str, why: str, site: str, visit: Visit, audit: Callable[[Page], list[str]]
) -> None:
    page = visit(site + "lantern/12/", viewport=PHONE)
    page.get_by_label("Your version of lantern").fill(release)
    answer = page.locator(".fc-version output")
    expect(answer).to_contain_text(words)
    expect(answer).to_contain_text(why)
    assert audit(page) == []


def test_what_is_no_release_is_said_to_be_none(site: str, visit: Visit) -> None:
    page = visit(site + "lantern/12/")
    page.get_by_label("Your version of lantern").fill("newest")
    expect(page.locator(".fc-version output")).to_have_text("“newest” is no version number.")


@pytest.mark.parametrize("address", ["?v=1.3", "#v=1.3"])
def test_a_release_in_the_address_is_answered_below_the_title(address: str, site: str, visit: Visit) -> None:
    page = visit(f"{site}lantern/12/{address}")
    expect(page.locator(".fc-head .fc-your-version")).to_have_text("lantern 1.3 is affected. Fixed in 1.4.")


def test_a_link_into_a_folded_option_opens_it(site: str, visit: Visit) -> None:
    page = visit(site + "httpx/271/#option-2")
    options = page.locator(".fc-option")
    expect(options.nth(1)).to_have_attribute("open", "")
    expect(options.nth(2)).not_to_have_attribute("open", "")


def test_long_code_says_how_long_it_is_and_opens(site: str, visit: Visit) -> None:
    page = visit(site + "httpx/271/", viewport=PHONE)
    button = page.locator(".fc-box:has(#traceback) .fc-more")
    box = page.locator("pre:has(#traceback)")
    expect(button).to_contain_text("lines of Traceback")
    before = box.bounding_box()["height"]
    button.click()
    expect(button).to_have_attribute("aria-expanded", "true")
    assert box.bounding_box()["height"] > 1.5 * before


def test_a_touch_names_the_release_of_a_mark(site: str, visit: Visit) -> None:
    page = visit(site + "lantern/12/", viewport=PHONE, has_touch=True)
    wait_for_scripts(page)
    page.locator(".fc-releases i").nth(2).tap()
    expect(page.locator(".fc-tip")).to_have_text("1.1: tested: fails")


def test_a_phone_can_jump_to_each_part_and_reach_it_with_a_finger(site: str, visit: Visit) -> None:
    page = visit(site + "lantern/12/", viewport=PHONE, has_touch=True, is_mobile=True)
    wait_for_scripts(page)
    jump = page.get_by_role("navigation", name="Jump to a section")
    for link in jump.get_by_role("link").all():
        assert link.bounding_box()["height"] >= 44
    jump.get_by_role("link", name="Your version").tap()
    expect(page.locator("#versions")).to_be_in_viewport()
    for selector in (
        ".fc-fix .fc-copy:visible",
        ".fc-fix .fc-switch label",
        ".fc-option > summary",
        ".fc-version input",
    ):
        for target in page.locator(selector).all():
            assert target.bounding_box()["height"] >= 44, selector
