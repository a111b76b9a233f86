from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from urllib.parse import urljoin

import pytest
from bs4 import BeautifulSoup

from fixcards.build.page import Page
from fixcards.records.card import CATEGORIES
from fixcards.records.history import CardDays, CardHistory
from fixcards.records.loader import load
from fixcards.records.verdict import VERDICTS
from fixcards.site.card_lists import MOST_HIT, PER_PAGE
from fixcards.site.listing import LATEST_CARDS, Listings
from tests.sites import HEAD, LIBRARY, files, library, page, pages, settings, soup, words

ADDRESS = "https://cards.example.org/"
NUMBER = 250


def _card(number: int) -> str:
    return f"""{HEAD}package: package-{number % 60}
issue: https://example.org/issues/{number}
pr: https://example.org/pull/{number}
title: Failure number {number}
category: {CATEGORIES[number % 2]}
symptom: It fails.
trigger: Using it.
mechanism: It is broken.
versions: {{affected: "==1.{number}", fixed: "2.{number}"}}
signature: {{error: "ValueError: number {number}"}}
reproduction: {{exclude_newer: 2025-01-02, code: "import package_{number % 60}"}}
fixes:
  - {{title: Upgrade, kind: upgrade, body: Upgrade., avoid_when: Never.}}
prevention: [Care.]
"""


def _pages(listings: Listings) -> Iterator[Page]:
    return (output for task in listings.tasks() for output in task.make(settings()) if isinstance(output, Page))


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> dict[str, BeautifulSoup]:
    """The lists of a library with 250 cards, by path."""
    root = tmp_path_factory.mktemp("many")
    for number in range(1, NUMBER + 1):
        path = root / f"package-{number % 60}" / f"{number}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(_card(number), encoding="utf-8")
    loaded = load(root)
    assert len(loaded.cards) == NUMBER, loaded.problems[:3]
    listed = list(_pages(Listings(loaded, CardHistory.without_git(loaded))))
    assert len({each.path for each in listed}) == len(listed)
    return {each.path: soup(each.body()) for each in listed}


def rows(tree: BeautifulSoup) -> list[str]:
    """Return the titles of the cards in a list."""
    return [title.text for title in tree.select(".fc-row-title")]


def targets(tree: BeautifulSoup, path: str, within: str) -> dict[str, str]:
    """Return the words of each link inside `within`, by its address below the site."""
    here = ADDRESS + (f"{path}/" if path else "")
    return {
        urljoin(here, link["href"]).removeprefix(ADDRESS): words(link.text) for link in tree.select(f"{within} a[href]")
    }


def test_a_long_list_has_further_pages_and_misses_no_card(many: dict[str, BeautifulSoup]) -> None:
    paths = ["cards", "cards/page/2", "cards/page/3"]
    titles = [rows(many[path]) for path in paths]
    assert [len(part) for part in titles] == [PER_PAGE, PER_PAGE, NUMBER - 2 * PER_PAGE]
    assert Counter(chain.from_iterable(titles)) == Counter(
        f"Failure number {number}" for number in range(1, NUMBER + 1)
    )
    for number, path in enumerate(paths, start=1):
        assert f"{NUMBER} cards, page {number} of 3." in words(many[path].text)
        links = targets(many[path], path, ".fc-pages li:not(:has([rel]))")
        assert links == {"cards/": "1", "cards/page/2/": "2", "cards/page/3/": "3"}
        steps = {
            link["rel"][0]: urljoin(f"{ADDRESS}{path}/", link["href"]) for link in many[path].select(".fc-pages [rel]")
        }
        around = {"prev": paths[number - 2] if number > 1 else "", "next": paths[number] if number < 3 else ""}
        assert steps == {name: f"{ADDRESS}{target}/" for name, target in around.items() if target}
        assert many[path].select_one(".fc-pages [aria-current=page]").text == str(number)


def test_a_list_that_fits_on_one_page_offers_no_others(many: dict[str, BeautifulSoup]) -> None:
    assert not many["package-7"].select(".fc-pages li")
    assert "page" not in many["package-7"].select_one(".fc-list-count").text


def test_the_list_of_a_category_has_further_pages_too(many: dict[str, BeautifulSoup]) -> None:
    path = f"cards/category/{CATEGORIES[0]}"
    assert len(rows(many[path])) == PER_PAGE
    assert len(rows(many[f"{path}/page/2"])) == NUMBER // 2 - PER_PAGE
    assert many[f"{path}/page/2"].select_one(".fc-filters [aria-current=page]") is not None


def test_the_number_beside_each_filter_is_the_number_of_cards_behind_it(many: dict[str, BeautifulSoup]) -> None:
    tree = many["cards"]
    for link in tree.select(".fc-filters li a:has(.fc-count)"):
        path = urljoin(ADDRESS + "cards/", link["href"]).removeprefix(ADDRESS).rstrip("/")
        number = int(link.select_one(".fc-count").text)
        if path == "cards/packages":
            assert number == len(many[path].select(".fc-packages li")) == 60
            continue
        behind = [rows(each) for where, each in many.items() if where == path or where.startswith(f"{path}/page/")]
        assert number == sum(map(len, behind)), path


def test_of_many_packages_the_filter_shows_those_with_most_cards_and_a_link_to_all(
    many: dict[str, BeautifulSoup],
) -> None:
    links = targets(many["cards"], "cards", ".fc-filters details[data-facet=package]")
    assert links.pop("cards/packages/") == "all packages 60"
    assert len(links) == 40
    assert min(int(text.split()[-1]) for text in links.values()) >= 4


@pytest.mark.parametrize(
    "path", [path for path in pages() if path.startswith("cards") or path in {"", "lantern", "mooring"}]
)
def test_every_link_of_a_list_leads_to_a_page_of_the_site(path: str) -> None:
    for target in targets(page(path), path, ""):
        where = target.partition("#")[0]
        assert where.startswith("https:") or where in files() or where.rstrip("/") in pages(), target


def test_filters_are_plain_links_to_pages_of_their_own() -> None:
    tree = page("cards")
    names = ["Category", "Package", "Together with", "Python", "Verdict"]  # all cards are explained ones
    assert [name.text for name in tree.select(".fc-filters summary")] == names
    links = targets(tree, "cards", ".fc-filters")
    assert all(links.pop(path).startswith("Python 3.") for path in list(links) if path.startswith("cards/python/3."))
    assert links == {
        "cards/category/import-error/": "Import errors 1",
        "cards/category/api-change/": "API changes 1",
        "cards/category/crash/": "Crashes 1",
        "cards/category/wrong-result/": "Wrong results 1",
        "cards/category/hang/": "Hangs 1",
        "cards/category/packaging/": "Packaging and builds 1",
        **{f"cards/verdict/{verdict.replace(' ', '-')}/": f"{verdict.capitalize()} 1" for verdict in VERDICTS},
        "cards/with/wick/": "wick 1",
        "lantern/": "lantern 3",
        "mooring/": "mooring 3",
    }
    assert all(form.has_attr("hidden") for form in tree.select("form"))
    assert not tree.select("script")


@pytest.mark.parametrize(
    ("path", "titles"),
    [
        ("cards/category/crash", ["Lantern goes out when the wick is trimmed twice"]),
        ("cards/verdict/partly-verified", ["Lantern goes out when the wick is trimmed twice"]),
        ("cards/verdict/retired", ["Mooring ships without a rope"]),
    ],
)
def test_a_filter_shows_the_cards_that_it_names_and_marks_itself(path: str, titles: list[str]) -> None:
    tree = page(path)
    assert rows(tree) == titles
    (current,) = tree.select(".fc-filters [aria-current=page]")
    assert urljoin(f"{ADDRESS}{path}/", current["href"]) == f"{ADDRESS}{path}/"
    assert words(current.contents[0]) in words(tree.select_one(".fc-active").text)


def test_a_package_with_few_cards_has_them_without_filters_in_front(many: dict[str, BeautifulSoup]) -> None:
    tree = page("lantern")
    assert rows(tree) == [
        "Lantern goes out when the wick is trimmed twice",
        "Lantern shines in the wrong colour",
        "Lantern burns the whole night when nobody waits",
    ]
    assert not tree.select(".fc-filters, .fc-list-tools, .fc-active")
    assert {path: len(rows(many[path])) for path in ("package-7", "package-11")} == {"package-7": 5, "package-11": 4}
    assert many["package-7"].select(".fc-filters [aria-current=page], .fc-active")
    assert not many["package-11"].select(".fc-filters, .fc-active")


def test_categories_and_verdicts_without_cards_have_no_page_and_no_filter() -> None:
    assert "cards/category/typing" not in pages()
    assert "Typing" not in page("cards").select_one(".fc-filters").text


def test_a_row_says_which_failure_it_is_how_sure_it_is_and_how_it_is_fixed() -> None:
    row = page("lantern").select_one(".fc-item")
    assert words(row.text) == (
        "Lantern goes out when the wick is trimmed twice lantern Crashes affected >=1.0,<=1.3,!=1.2.9 → fixed in 1.4 "
        "partly verified "
        "verified 2026-03-02"
    )
    assert row.select_one("a")["href"] == "../lantern/12/"


def test_the_newest_cards_come_first_and_a_row_says_when_they_were_published() -> None:
    cards = library(LIBRARY)
    days = {card_id: CardDays(f"2025-01-0{at}", "", "") for at, card_id in enumerate(cards.summaries, start=1)}
    history = CardHistory(days, tuple(reversed(cards.summaries)))
    tree = {each.path: soup(each.body()) for each in _pages(Listings(cards, history))}["cards"]
    published = [item.select_one("time")["datetime"] for item in tree.select(".fc-item")]
    assert published == sorted(published, reverse=True)
    assert "published 2025-01-06" in words(tree.select_one(".fc-item").text)


def test_an_empty_library_has_all_its_lists_and_invites_the_first_card(tmp_path: Path) -> None:
    empty = {each.path: soup(each.body()) for each in _pages(Listings(load(tmp_path), CardHistory({}, ())))}
    assert set(empty) == {"", "cards", "cards/packages"}
    assert "No cards yet. Add the first." in words(empty["cards"].text)
    assert "0 cards" in words(empty["cards"].text)


def test_the_home_page_counts_what_the_data_holds_and_defines_each_number() -> None:
    statistics = {
        words(box.dt.text): (box.select_one(".fc-number").text, words(box.select_one(".fc-definition").text))
        for box in page("").select(".fc-statistics > div")
    }
    assert {name: number for name, (number, _) in statistics.items()} == {
        "cards": "6",
        "packages": "2",
        "verified": "1",
        "runs on record": "55",
    }
    assert all(definition.endswith(".") for _, definition in statistics.values())
    evidence = library(LIBRARY).evidence.values()
    assert sum(len(run.repetitions) for each in evidence for run in each.runs) == 55


def test_large_numbers_are_written_with_separators() -> None:
    small = library(LIBRARY)
    one = small.summaries["mooring-7"]
    cards = [one._replace(id=f"mooring-{at}", key=str(at), verdict="not executed", runs=0) for at in range(1, 1235)]
    digests = {card.id: card.id.encode() for card in cards}
    large = dataclasses.replace(small, summaries={card.id: card for card in cards}, summary_digests=digests)
    listings = Listings(large, CardHistory.without_git(large))
    assert [statistic.number for statistic in listings.statistics()] == ["1,234", "1", "0", "0"]
    assert "1,234 cards" in words({each.path: each for each in _pages(listings)}["cards"].body())


def test_the_home_page_shows_the_latest_cards_in_the_order_of_the_history(many: dict[str, BeautifulSoup]) -> None:
    cards = library(LIBRARY).cards
    latest = ("mooring-9", "lantern-34", "lantern-12")
    history = CardHistory(dict.fromkeys(latest, CardDays()), latest)
    home = next(_pages(Listings(library(LIBRARY), history)))
    assert rows(soup(home.body())) == [cards[card_id].title for card_id in latest]
    assert len(rows(many[""])) == LATEST_CARDS


def test_the_home_page_says_what_this_is_and_has_the_search_box_first() -> None:
    tree = page("")
    assert tree.h1.text == "Paste a failure, get the fix"
    assert "The text stays on your machine." in tree.form.text
    assert tree.form.find_next("h2").text == "Latest cards"
    assert tree.form.label["for"] == tree.textarea["id"]
    assert "all cards" in tree.noscript.text


def test_packages_are_listed_by_name_with_their_numbers() -> None:
    items = page("cards/packages").select(".fc-packages li")
    assert [words(item.text) for item in items] == ["lantern 3 cards", "mooring 3 cards"]
    assert "2 packages with known failures." in words(page("cards/packages").text)


def test_of_many_packages_those_that_are_hit_most_come_first_and_letters_lead_to_the_rest(
    many: dict[str, BeautifulSoup],
) -> None:
    tree = many["cards/packages"]
    numbers = [int(words(item.text).split()[1]) for item in tree.select(".fc-most-hit li")]
    assert len(numbers) == MOST_HIT
    assert (max(numbers), min(numbers)) == (5, 4)
    assert [words(item.text) for item in tree.select(".fc-letter h3")] == ["P"]
