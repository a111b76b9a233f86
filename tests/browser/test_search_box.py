"""The search box in a browser: every way in, every answer, and what it does when something is missing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.sites import CARDS, library

from .conftest import Visit

LINE = "AttributeError: module 'numpy' has no attribute 'float'"
DROP = """([text, name]) => {
  const dropped = new DataTransfer();
  dropped.items.add(new File([text], name, { type: "text/plain" }));
  const event = new DragEvent("drop", { dataTransfer: dropped, bubbles: true, cancelable: true });
  document.querySelector("form.fc-search").dispatchEvent(event);
}"""

LONG_TASKS = """() => {
  window.longest = 0;
  const look = (list) => {
    for (const each of list.getEntries()) window.longest = Math.max(window.longest, each.duration);
  };
  new PerformanceObserver(look).observe({ type: "longtask" });
}"""
ZORBED = """Traceback (most recent call last):
  File "/v/site-packages/zorb/a.py", line 1, in go
    x
zorb.Zorbed: by 7 zorbs
"""


def traceback(card_id: str) -> str:
    return library(CARDS).cards[card_id].signature.traceback or ""


def box(page: Page) -> Any:
    return page.locator("form.fc-search textarea").first


def hits(page: Page) -> Any:
    return page.locator("form.fc-search a.fc-hit")


def status(page: Page) -> Any:
    return page.locator("form.fc-search [role=status]").first


def test_typing_shows_answers_before_the_word_is_done(site: str, visit: Visit) -> None:
    page = visit(site)
    box(page).press_sequentially("transforms3d numpy fl")
    expect(hits(page).first).to_contain_text("transforms3d")


def test_an_answer_says_tier_reason_package_fix_and_verdict(site: str, visit: Visit) -> None:
    page = visit(site)
    box(page).fill(traceback("docker-3256"))
    row = page.locator("form.fc-search .fc-found li").first
    for words in ("exact match", "docker", "verified", "same exception and message", "3 of 3 library frames", "Fix"):
        expect(row).to_contain_text(words)
    expect(row.locator("mark").first).to_contain_text("Error while fetching server API version")


def test_a_dropped_log_is_read(site: str, visit: Visit) -> None:
    page = visit(site)
    quiet = "2026-01-01 09:00:00 step compiled without a word\n" * 60_000
    page.evaluate(DROP, [quiet + traceback("docker-3256") + quiet, "ci.log"])
    expect(hits(page).first).to_contain_text("docker 7.0", timeout=20_000)


def test_a_log_can_be_chosen_without_dragging(site: str, visit: Visit, tmp_path: Path) -> None:
    log = tmp_path / "ci.log"
    log.write_text(traceback("docker-3256"), encoding="utf-8")
    page = visit(site)
    page.locator("form.fc-search input[type=file]").first.set_input_files(log)
    expect(hits(page).first).to_contain_text("docker 7.0")


def test_a_log_that_is_too_large_is_named_with_the_way_out(site: str, visit: Visit) -> None:
    page = visit(site)
    page.evaluate(DROP, ["x" * (50 * 1024 * 1024 + 1), "huge.log"])
    expect(status(page)).to_contain_text("fixcards match huge.log")


def test_the_keyboard_reaches_everything(site: str, visit: Visit) -> None:
    page = visit(site)
    box(page).fill("importlib metadata EntryPoints object has no attribute get")
    expect(hits(page)).to_have_count(2)
    page.keyboard.press("ArrowDown")
    expect(hits(page).first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(hits(page).nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(box(page)).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(box(page)).to_be_focused()
    page.keyboard.press("Escape")
    expect(box(page)).to_have_value("")
    expect(hits(page)).to_have_count(0)


def test_enter_opens_the_first_answer_of_one_line(site: str, visit: Visit) -> None:
    page = visit(site)
    box(page).fill(LINE)
    expect(hits(page).first).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("transforms3d")


@pytest.mark.parametrize("key", ["/", "Control+k"])
def test_every_page_opens_the_search(key: str, site: str, visit: Visit) -> None:
    page = visit(site + "httpx/271/")
    page.keyboard.press(key)
    dialog = page.get_by_role("dialog", name="Search")
    expect(dialog.locator("textarea")).to_be_focused()
    page.keyboard.type(LINE)
    expect(dialog.locator("a.fc-hit").first).to_contain_text("transforms3d")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_the_button_in_the_header_opens_it_too(site: str, visit: Visit) -> None:
    page = visit(site + "cards/")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("dialog", name="Search").locator("textarea")).to_be_focused()


def test_a_slash_in_a_text_is_a_slash(site: str, visit: Visit) -> None:
    page = visit(site)
    box(page).press_sequentially("a/b")
    expect(box(page)).to_have_value("a/b")


def test_nothing_found_shows_what_was_understood_and_where_else_to_go(site: str, visit: Visit) -> None:
    page = visit(site)
    box(page).fill(ZORBED)
    form = page.locator("form.fc-search")
    expect(status(page)).to_have_text("No card fits this text.")
    for words in ("zorb.Zorbed", "by 7 zorbs", "zorb/a.py:go"):
        expect(form).to_contain_text(words)
    expect(form.get_by_role("link", name="Search the web")).to_have_attribute(
        "href", "https://duckduckgo.com/?q=zorb.Zorbed%3A+by+7+zorbs"
    )
    address = form.get_by_role("link", name="Write the card").get_attribute("href") or ""
    assert "/new/main?filename=cards%2Fzorb%2FNUMBER.yaml" in address
    assert "zorb.Zorbed" in address


def test_the_prose_pages_are_found_in_the_same_box(site: str, visit: Visit) -> None:
    page = visit(site)
    box(page).fill("how sure verdicts confidence")
    expect(hits(page).first).to_have_text("How sure we are")


def test_answers_are_announced(site: str, visit: Visit) -> None:
    page = visit(site)
    box(page).fill(traceback("docker-3256"))
    expect(status(page)).to_have_text(
        "1 card fits. First: docker 7.0 and older fail with requests 2.32: Not supported URL scheme http+docker"
    )


@pytest.mark.parametrize("text", ["", traceback("docker-3256"), "ZeroDivisionError: none of ours"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_state_of_the_box_keeps_anybody_out(
    text: str, scheme: str, site: str, visit: Visit, audit: Callable[[Page], list[str]]
) -> None:
    page = visit(site + "httpx/271/", color_scheme=scheme)
    page.keyboard.press("/")
    page.get_by_role("dialog").locator("textarea").fill(text)
    if text:
        expect(page.get_by_role("dialog").locator("[role=status]")).to_contain_text("fit")
    assert audit(page) == []


def routed(visit: Visit, site: str, answer: Callable[[Any], None]) -> Page:
    page = visit(site + "cards/")
    page.context.route("**/search/index.json", answer)
    page.keyboard.press("/")
    page.get_by_role("dialog").locator("textarea").fill(LINE)
    return page


def test_an_index_of_another_version_says_to_reload(site: str, visit: Visit) -> None:
    page = routed(visit, site, lambda route: route.fulfill(json={"format": 999}))
    expect(status(page)).to_contain_text("Reload the page")


def test_an_index_that_is_no_index_says_so(site: str, visit: Visit) -> None:
    page = routed(visit, site, lambda route: route.fulfill(body="<html>"))
    expect(status(page)).to_contain_text("could not be loaded")
    expect(page.get_by_role("dialog").get_by_role("link", name="All cards")).to_be_visible()


def test_a_search_after_a_failed_one_tries_again(site: str, visit: Visit) -> None:
    page = routed(visit, site, lambda route: route.fulfill(body="<html>"))
    expect(status(page)).to_contain_text("could not be loaded")
    page.context.unroute("**/search/index.json")
    page.get_by_role("dialog").locator("textarea").fill(LINE + " ")
    expect(hits(page).first).to_contain_text("transforms3d")


def test_a_page_that_was_opened_as_a_file_still_reads_well(real_site: Path, browser: Any) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto((real_site / "index.html").as_uri())
    expect(page.locator("h1")).to_contain_text("Paste a failure")
    expect(page.locator(".fc-served")).to_contain_text("python -m http.server")
    context.close()


def test_no_request_tells_what_was_typed_not_even_by_its_referrer(site: str, visit: Visit) -> None:
    page = visit(site)
    told: list[str] = []
    page.context.on(
        "request", lambda request: told.append(json.dumps([request.url, request.headers, request.post_data]))
    )
    box(page).fill("zorblewax " + LINE)
    expect(hits(page).first).to_be_visible()
    hits(page).first.click()
    expect(page.locator("h1")).to_contain_text("transforms3d")
    assert told
    assert not any("zorblewax" in each or "numpy" in each for each in told)


def test_a_large_paste_never_stops_the_page(site: str, visit: Visit) -> None:
    page = visit(site)
    page.evaluate(LONG_TASKS)
    page.evaluate(DROP, [("ValueError: not this one\n" * 40 + "step\n" * 400) * 400, "ci.log"])
    expect(status(page)).to_contain_text("No card fits", timeout=30_000)
    # A task counts as long from 50 ms on; twice that leaves room for a busy machine.
    assert page.evaluate("window.longest") <= 100
