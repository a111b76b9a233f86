"""Lists of cards in a browser: filters that combine, a state that can be shared, and lists of many cards."""

from __future__ import annotations

import gzip
import json
import shutil
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from fixcards.exports.interface import DAY, HISTORY, SUMMARIES, Summaries
from fixcards.exports.list_data import ListData
from fixcards.records.card import CATEGORIES
from fixcards.records.history import CardDays, CardHistory
from fixcards.records.summary import Summary
from tests import sites
from tests.chromium import Visit, unfold, wait_for_scripts, width

MAX_ACTIONS = 3


def titles(page: Page) -> list[str]:
    return page.locator(".fc-list .fc-row-title").all_inner_texts()


def choose(page: Page, facet: str, value: str) -> None:
    """Choose a value of a filter in place, as a reader does."""
    wait_for_scripts(page)
    page.locator(f".fc-filters details[data-facet='{facet}'] > summary").click()
    page.locator(f".fc-filters details[data-facet='{facet}'] a[data-value='{value}']").click()


def parameters(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def test_filters_combine_in_place_and_the_address_says_so(site: str, visit: Visit) -> None:
    page = visit(f"{site}cards/")
    everything = len(titles(page))
    choose(page, "package", "lantern")
    expect(page.locator(".fc-item")).to_have_count(3)
    choose(page, "category", "crash")
    expect(page.locator(".fc-item")).to_have_count(1)
    assert parameters(page) == {"package": ["lantern"], "category": ["crash"]}
    expect(page.locator(".fc-active")).to_contain_text("Package: lantern")
    expect(page.locator(".fc-active")).to_contain_text("Category: Crashes")
    expect(page.locator(".fc-count-text")).to_contain_text("1 of ")
    shared = page.url
    page.go_back()
    expect(page.locator(".fc-item")).to_have_count(3)
    page.go_back()
    expect(page.locator(".fc-item")).to_have_count(everything)
    page.goto(shared)
    expect(page.locator(".fc-item")).to_have_count(1)
    page.locator(".fc-active a", has_text="Package").click()
    assert parameters(page) == {"category": ["crash"]}


def test_the_number_beside_a_value_is_that_of_the_cards_which_it_leaves(site: str, visit: Visit) -> None:
    page = visit(f"{site}cards/?package=lantern")
    expect(page.locator(".fc-item")).to_have_count(3)
    page.locator("details[data-facet=category] > summary").click()
    expect(page.locator("details[data-facet=category] li")).to_have_count(3)
    for link in page.locator("details[data-facet=category] li a").all():
        assert link.locator(".fc-count").inner_text() == "1"
    page.locator("details[data-facet=verdict] > summary").click()
    expect(page.locator("details[data-facet=category]")).not_to_have_attribute("open", "")


def test_words_filter_while_they_are_typed_and_nothing_found_says_what_to_do(site: str, visit: Visit) -> None:
    page = visit(f"{site}cards/")
    page.get_by_label("Filter these cards").fill("lantern TRIMMED")
    expect(page.locator(".fc-item")).to_have_count(1)
    assert parameters(page) == {"filter": ["lantern TRIMMED"]}
    page.get_by_label("Filter these cards").fill("lantern-12")
    expect(page.locator(".fc-row-title")).to_have_text(["Lantern goes out when the wick is trimmed twice"])
    page.get_by_label("Filter these cards").fill("no such thing")
    expect(page.locator(".fc-count-text")).to_contain_text("No card fits. Remove a filter")
    page.reload()
    expect(page.get_by_label("Filter these cards")).to_have_value("no such thing")
    expect(page.locator(".fc-item")).to_have_count(0)


def test_rows_that_the_script_makes_are_those_of_the_page(site: str, visit: Visit) -> None:
    page = visit(f"{site}cards/")
    html = "(list) => [...list.children].map((each) => each.innerText.replace(/\\s+/g, ' ').trim())"
    links = "(list) => [...list.querySelectorAll('a')].map((each) => each.href)"
    rows = page.locator(".fc-list")
    before = rows.evaluate(html), rows.evaluate(links)
    page.get_by_label("Sort by").select_option("package")
    page.wait_for_function("location.search.includes('sort=package')")
    by_package = rows.evaluate(html)
    page.get_by_label("Sort by").select_option("newest")
    page.wait_for_function("!location.search")
    assert (rows.evaluate(html), rows.evaluate(links)) == before
    assert sorted(by_package) == sorted(before[0])


def test_the_list_of_a_category_stays_about_it_until_the_reader_removes_that(site: str, visit: Visit) -> None:
    page = visit(f"{site}cards/category/crash/")
    choose(page, "package", "lantern")
    expect(page.locator(".fc-item")).to_have_count(1)
    assert urlsplit(page.url).path.endswith("/cards/category/crash/")
    page.locator(".fc-active a", has_text="Category").click()
    page.wait_for_url("**/cards/?package=lantern")
    expect(page.locator(".fc-item")).to_have_count(3)


def test_a_new_tab_gets_the_plain_list_of_a_value(site: str, visit: Visit) -> None:
    page = visit(f"{site}cards/")
    page.locator("details[data-facet=verdict] > summary").click()
    with page.context.expect_page() as opened:
        page.locator("details[data-facet=verdict] a[data-value=retired]").click(modifiers=["Control"])
    expect(opened.value.locator(".fc-item")).to_have_count(1)
    assert "retired" in opened.value.url


def test_data_that_does_not_load_leaves_the_list_and_its_links(site: str, visit: Visit) -> None:
    page = visit(f"{site}cards/")
    page.route("**/cards/list.json", lambda route: route.fulfill(status=200, body="<html>"))
    before = titles(page)
    page.get_by_label("Filter these cards").fill("lantern")
    expect(page.locator(".fc-count-text")).to_contain_text("could not be loaded. Try again")
    assert titles(page) == before
    page.unroute("**/cards/list.json")
    page.get_by_label("Filter these cards").fill("lantern t")
    expect(page.locator(".fc-count-text")).to_contain_text(" of ")


@pytest.mark.parametrize(
    "path",
    [
        "cards/?category=crash&sort=confidence",
        "cards/?filter=nothing-like-it",
        "cards/category/crash/?filter=wick",
        "cards/with/wick/",
    ],
)
def test_every_state_of_a_list_is_accessible_and_no_wider_than_the_screen(
    path: str, site: str, visit: Visit, audit: Callable[[Page], list[str]]
) -> None:
    page = visit(site + path)
    if "?" in path:
        expect(page.locator(".fc-count-text")).to_contain_text("No card fits" if "nothing" in path else " of ")
    for facet in (None, "category"):
        if facet:
            page.locator(f"details[data-facet={facet}] > summary").click()
        for pixels in (320, 768, 1440):
            page.set_viewport_size({"width": pixels, "height": 900})
            assert width(page) <= 0, f"{pixels} px"
        assert audit(page) == []


@pytest.mark.parametrize("path", ["cards/", "lantern/", "cards/packages/", "lantern/12/"])
def test_what_a_finger_has_to_hit_is_44_pixels_high(path: str, site: str, visit: Visit) -> None:
    page = visit(site + path, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    unfold(page)
    tools = (
        ".fc-filters summary, .fc-choices a, .fc-active a, .fc-list-tools input, .fc-list-tools select, .fc-packages a"
    )
    tools += ", .fc-card-tools a, .fc-card-tools button, .fc-item a, .fc-list-count a, nav.fc-crumbs a"
    small = page.locator(tools).evaluate_all(
        """(all) => all.filter((each) => each.checkVisibility() && each.getBoundingClientRect().height < 44)
            .map((each) => each.outerHTML)"""
    )
    assert small == []


def test_the_packages_are_filtered_by_name(site: str, visit: Visit) -> None:
    page = visit(f"{site}cards/packages/")
    every = page.locator(".fc-packages > li")
    total = every.count()
    page.get_by_role("searchbox", name="Filter packages").fill("Lan")
    expect(every.locator("visible=true")).to_have_count(1)
    expect(page.locator(".fc-package-filter [role=status]")).to_have_text(f"1 of {total} packages")
    page.keyboard.press("Enter")
    page.wait_for_url("**/lantern/")


def many(number: int) -> list[Summary]:
    """Return cards as many as a large site has, in the order of a library."""
    one = sites.library(sites.LIBRARY).summaries["lantern-12"]
    words = ["read", "write", "open", "close", "parse", "render", "send", "load", "merge", "split", "build", "stop"]
    cards = []
    for at in range(number):
        package = f"package-{(at * at) % max(1, number // 14)}"
        names = [words[at % 12], words[at // 12 % 12], words[at // 144 % 12]]
        title = f"{package} {at % 7}.{at % 11}: {names[0]}_{names[1]} fails after {names[2]} {at}"
        partners = {f"partner-{at % 30}": "<3"} if at % 3 == 0 else {}
        python = {"python": ">=3.12"} if at % 5 == 0 else {}
        change = {"id": f"{package}-{at + 1}", "package": package, "key": str(at + 1), "title": title}
        change |= {"affected": f"<={at % 7}.{at % 11}", "fixed": f"{at % 7}.{at % 11 + 1}"}
        change |= {"requirements": {**partners, **python}, "category": CATEGORIES[at % len(CATEGORIES)]}
        cards.append(one._replace(**change))
    return sorted(cards, key=lambda card: (card.package, int(card.key)))


@pytest.fixture(scope="module", params=[1_000, 10_000])
def large(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, library_site: Path
) -> Iterator[tuple[str, list[Summary]]]:
    """The address of a site whose lists have many cards, and these, the newest first; their pages are not there."""
    cards = many(request.param)
    folder = tmp_path_factory.mktemp("large") / "site"
    shutil.copytree(library_site, folder)
    summaries = {card.id: card for card in cards}
    days = {card.id: CardDays(f"20{10 + at % 16}-0{1 + at % 9}-1{at % 10}", "", "") for at, card in enumerate(cards)}
    newest = tuple(sorted(days, key=lambda card_id: days[card_id].published, reverse=True))
    inputs = {SUMMARIES: Summaries(summaries, {}, lambda _: None), HISTORY: CardHistory(days, newest), DAY: sites.TODAY}
    (file,) = ListData().make(inputs)
    (folder / file.path).write_bytes(file.content)
    with sites.served(folder) as address:
        yield address, [summaries[card_id] for card_id in newest]


def test_any_card_of_many_is_found_within_three_actions(large: tuple[str, list[Summary]], visit: Visit) -> None:
    address, cards = large
    page = visit(f"{address}cards/")
    for card in cards[:: len(cards) // 7]:
        page.goto(f"{address}cards/")
        path = f"{address}{card.path}"
        link = page.locator(f".fc-list a[href='{path}']")
        # As a reader who remembers the package, what kind of failure it is, and some words of it.
        page.get_by_label("Filter these cards").fill(card.package)
        expect(page.locator(".fc-count-text")).to_contain_text(" of ")
        actions = 1
        if not link.count():
            choose(page, "category", card.category)
            actions += 1
        if not link.count():
            page.get_by_label("Filter these cards").fill(f"{card.package} {card.title.split()[2]}")
            actions += 1
        expect(link).to_have_count(1)
        assert actions <= MAX_ACTIONS


def test_many_cards_are_filtered_at_once_and_have_pages(large: tuple[str, list[Summary]], visit: Visit) -> None:
    address, cards = large
    page = visit(f"{address}cards/?sort=package")
    expect(page.locator(".fc-item")).to_have_count(100)
    expect(page.locator(".fc-count-text")).to_have_text(f"{len(cards):,} cards, page 1 of {len(cards) // 100}.")
    expected = [f"{address}{card.path}" for card in sorted(cards, key=lambda card: card.package)]
    links = "(all) => all.map((each) => each.href)"
    assert page.locator(".fc-row-title a").evaluate_all(links) == expected[:100]
    page.locator(".fc-pages").get_by_text("Next").click()
    expect(page.locator(".fc-pages [aria-current=page]")).to_have_text("2")
    assert page.locator(".fc-row-title a").evaluate_all(links) == expected[100:200]
    page.go_back()
    expect(page.locator(".fc-pages [aria-current=page]")).to_have_text("1")
    start = time.monotonic()
    choose(page, "with", "partner-3")
    expect(page.locator(".fc-active")).to_contain_text("partner-3")
    assert time.monotonic() - start < 10
    number = sum("partner-3" in card.requirements for card in cards)
    expect(page.locator(".fc-count-text")).to_contain_text(f"{number:,} of {len(cards):,} cards")


def test_the_data_of_many_cards_is_small(large: tuple[str, list[Summary]]) -> None:
    address, cards = large
    with urllib.request.urlopen(f"{address}cards/list.json") as answer:  # noqa: S310 - this machine
        content = answer.read()
    assert len(json.loads(content)["title"]) == len(cards)
    assert len(gzip.compress(content)) < 45 * len(cards)
