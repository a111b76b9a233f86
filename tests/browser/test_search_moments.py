"""The search box at awkward moments: keys before an answer, a slow or renewed site, files that go, screen readers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.chromium import Visit

from .test_search_box import (
    DROP,
    LINE,
    LISTEN,
    MAKE,
    QUIET,
    SPOKEN,
    ZORBED,
    box,
    drop,
    hits,
    paste,
    spoken,
    status,
    traceback,
)

OTHER = "docker: Not supported URL scheme http+docker"
INDEX = "**/search/index.json"


def requests_for(page: Page, name: str) -> list[Any]:
    """Return the list of requests for an index file, which grows as the page makes them."""
    requests: list[Any] = []
    page.context.on("request", lambda request: requests.append(request) if name in request.url else None)
    return requests


def test_a_screen_reader_hears_one_answer_to_a_typed_text_not_one_to_each_key(site: str, visit: Visit) -> None:
    page = visit(site)
    page.evaluate(LISTEN, SPOKEN)
    box(page).press_sequentially(LINE, delay=100)
    expect(spoken(page)).to_contain_text("1 card fits")
    assert len(page.evaluate("window.messages")) <= 3


def test_a_screen_reader_hears_no_percentages(site: str, visit: Visit) -> None:
    page = visit(site)
    page.evaluate(LISTEN, SPOKEN)
    drop(page, QUIET, 400_000, traceback("docker-3256"))
    expect(spoken(page)).to_contain_text("1 card fits", timeout=30_000)
    assert len(page.evaluate("window.messages")) <= 3


def test_enter_never_opens_the_answer_to_another_text(site: str, visit: Visit) -> None:
    page = visit(site)
    box(page).fill(LINE)
    expect(hits(page).first).to_contain_text("transforms3d")
    box(page).fill(OTHER)
    page.keyboard.press("Enter")
    expect(hits(page).first).to_contain_text("docker 7.0")
    expect(page).to_have_url(site)
    expect(box(page)).to_have_value(OTHER)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("docker 7.0")


def test_enter_after_no_answer_begins_a_line(site: str, visit: Visit) -> None:
    page = visit(site)
    box(page).fill("qwertzuiop")
    expect(status(page)).to_contain_text("No card")
    page.keyboard.press("Enter")
    expect(box(page)).to_have_value("qwertzuiop\n")


def test_keys_that_select_text_stay_in_the_text(site: str, visit: Visit) -> None:
    page = visit(site)
    box(page).fill(LINE)
    expect(hits(page).first).to_be_visible()
    page.keyboard.press("Shift+ArrowDown")
    expect(box(page)).to_be_focused()


@pytest.mark.parametrize("key", ["Control+Shift+K", "Control+Alt+k", "Alt+/"])
def test_keys_of_the_browser_are_left_to_it(key: str, site: str, visit: Visit) -> None:
    page = visit(site + "cards/")
    page.keyboard.press(key)
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("/")  # which is ours
    expect(page.get_by_role("dialog")).to_be_visible()


def test_on_a_slow_network_the_box_says_that_it_searches(site: str, visit: Visit) -> None:
    page = visit(site)
    held: list[Any] = []

    def hold(route: Any) -> None:
        held.append(route)

    page.context.route(INDEX, hold)
    box(page).fill(LINE)
    expect(status(page)).to_have_text("Searching …")
    held[0].continue_()
    expect(status(page)).to_contain_text("1 card fits")


def test_a_site_that_was_renewed_is_asked_for_its_index_again(site: str, visit: Visit) -> None:
    page = visit(site)
    heads = requests_for(page, "search/index.json")
    page.context.route("**/search/terms/*", lambda route: route.fulfill(status=404))
    box(page).fill(LINE)
    expect(status(page)).to_contain_text("could not be loaded")
    page.context.unroute("**/search/terms/*")
    box(page).fill(LINE + " ")
    expect(hits(page).first).to_contain_text("transforms3d")
    assert len(heads) == 2


def test_an_index_that_the_browser_kept_is_checked_with_the_site(site: str, visit: Visit) -> None:
    page = visit(site)
    heads, parts = requests_for(page, "search/index.json"), requests_for(page, "search/terms/")
    box(page).fill(LINE)
    expect(hits(page).first).to_be_visible()
    assert "cache-control" in heads[0].all_headers()
    assert "cache-control" not in parts[0].all_headers()


def test_a_site_that_knows_its_readers_by_a_cookie_gets_it_with_every_request(site: str, visit: Visit) -> None:
    page = visit(site)
    page.context.add_cookies([{"name": "reader", "value": "known", "url": site}])
    heads, parts = requests_for(page, "search/index.json"), requests_for(page, "search/terms/")
    box(page).fill(LINE)
    expect(hits(page).first).to_be_visible()
    assert {each.all_headers().get("cookie") for each in (heads[0], parts[0])} == {"reader=known"}


def test_a_file_that_went_away_is_not_taken_for_a_missing_index(site: str, visit: Visit, tmp_path: Path) -> None:
    log = tmp_path / "ci.log"
    log.write_text(LINE, encoding="utf-8")
    page = visit(site)
    page.evaluate(
        "addEventListener('change', ({ target }) => { window.log = target.files[0]; }, { capture: true, once: true })"
    )
    page.locator("form.fc-search input[type=file]").first.set_input_files(log)
    expect(hits(page).first).to_contain_text("transforms3d")
    log.unlink()
    page.evaluate(DROP)
    expect(status(page)).to_have_text("The file could not be read.")


def test_a_log_that_was_written_anew_can_be_chosen_again(site: str, visit: Visit, tmp_path: Path) -> None:
    log = tmp_path / "ci.log"
    log.write_text(LINE, encoding="utf-8")
    page = visit(site)
    page.locator("form.fc-search input[type=file]").first.set_input_files(log)
    expect(hits(page).first).to_contain_text("transforms3d")
    expect(page.locator("form.fc-search input[type=file]").first).to_have_value("")
    log.write_text(traceback("docker-3256"), encoding="utf-8")
    page.locator("form.fc-search input[type=file]").first.set_input_files(log)
    expect(hits(page).first).to_contain_text("docker 7.0")


def test_a_file_leaves_no_text_in_the_box_that_its_answer_is_not_about(site: str, visit: Visit) -> None:
    page = visit(site)
    box(page).fill(LINE)
    expect(hits(page).first).to_contain_text("transforms3d")
    paste(page, QUIET * 1000 + traceback("docker-3256"))
    expect(hits(page).first).to_contain_text("docker 7.0")
    expect(box(page)).to_have_value("")


def test_an_empty_file_is_no_reason_to_search_the_web(site: str, visit: Visit) -> None:
    page = visit(site)
    box(page).fill(ZORBED)
    expect(page.get_by_role("link", name="Search the web")).to_be_visible()
    drop(page, "", 0)
    expect(status(page)).to_have_text("No card fits this text.")
    expect(page.get_by_role("link", name="Search the web")).to_have_count(0)


@pytest.mark.parametrize(("path", "place"), [("", "h1"), ("cards/", "dialog")])
def test_a_log_that_is_dropped_beside_the_box_is_read(path: str, place: str, site: str, visit: Visit) -> None:
    page = visit(site + path)
    page.keyboard.press("/")
    page.evaluate(MAKE, ["", 0, LINE, "", "ci.log"])
    page.evaluate(DROP.replace("form.fc-search", place))
    expect(hits(page).first).to_contain_text("transforms3d")


@pytest.mark.parametrize("name", ["logs.zip", "CI.LOG.GZ"])
def test_a_compressed_log_is_not_taken_for_one_without_failures(name: str, site: str, visit: Visit) -> None:
    page = visit(site)
    drop(page, "PK", 9, name=name)
    expect(status(page)).to_have_text(f"{name} is compressed. Unpack it first.")


def test_a_phone_does_not_zoom_into_the_box(site: str, visit: Visit) -> None:
    page = visit(site, has_touch=True, is_mobile=True, viewport={"width": 360, "height": 740})
    assert box(page).evaluate("each => parseFloat(getComputedStyle(each).fontSize)") >= 16
