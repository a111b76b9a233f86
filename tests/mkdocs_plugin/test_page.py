from __future__ import annotations

import json
import re
import struct
from pathlib import Path

import pytest

from tests.sites import ADDRESS, LIBRARY, build, change, library, own_pages, project, read, soup, words

NAV = {
    "Search": "",
    "All cards": "cards/",
    "Packages": "cards/packages/",
    "Found by the program": "cards/found/",
    "Add a card": "about/adding-a-card/",
    "Use it where failures happen": "about/where-failures-happen/",
    "For your team": "about/for-your-team/",
    "How sure we are": "about/certainty/",
    "Rules": "about/rules/",
}


def test_every_address_in_the_pages_leads_to_a_file_of_the_site(library_site: Path) -> None:
    for path in library_site.rglob("*.html"):
        for tag in soup(path.read_text(encoding="utf-8")).select("[href], [src]"):
            target = (tag.get("href") or tag.get("src")).partition("#")[0].partition("?")[0]
            if not target or target.startswith("http"):
                continue
            where = library_site / target.removeprefix("/fixcards/") if target.startswith("/") else path.parent / target
            if target.endswith("/") or where.is_dir():
                where /= "index.html"
            assert where.is_file(), f"{path.relative_to(library_site)}: {tag}"


@pytest.mark.parametrize(
    ("path", "edited"),
    [("lantern/12", "lantern/12.yaml"), ("cards", None), ("", None), ("about/rules", None)],
)
def test_the_edit_link_of_a_card_opens_its_yaml(path: str, edited: str | None, library_site: Path) -> None:
    links = [link["href"] for link in read(library_site, path).select("a.md-content__button[rel=edit]")]
    assert links == ([f"https://github.com/fixcards/fixcards/edit/main/cards/{edited}"] if edited else [])


def test_the_head_of_a_card_says_what_it_is_and_where_it_lives(library_site: Path) -> None:
    head = read(library_site, "lantern/12").head
    assert head.select_one("link[rel=canonical]")["href"] == ADDRESS + "lantern/12/"
    assert head.title.text == "Lantern goes out when the wick is trimmed twice - fixcards"
    description = "lantern: lantern.Dark: no wick in lamp {lamp} Fix: Upgrade to 1.4."
    assert head.select_one("meta[name=description]")["content"] == description
    assert head.select_one("meta[property='og:title']")["content"] == "Lantern goes out when the wick is trimmed twice"
    assert head.select_one("link[type='application/json']")["href"] == "card.json"
    assert read(library_site, "").head.select_one("link[rel=canonical]")["href"] == ADDRESS
    assert (
        len({path.read_text(encoding="utf-8").count('rel="canonical"') for path in library_site.rglob("index.html")})
        == 1
    )


@pytest.mark.parametrize("card", list(library(LIBRARY).cards.values()), ids=lambda card: card.id)
def test_the_structured_data_of_a_card_is_an_article_about_its_error(card: object, library_site: Path) -> None:
    (script,) = read(library_site, f"{card.package}/{card.key}").select('script[type="application/ld+json"]')
    data = json.loads(script.string)
    assert (data["@context"], data["@type"]) == ("https://schema.org", "TechArticle")
    assert data["headline"] == card.title
    assert card.signature.error in data["keywords"]
    assert data["url"] == f"{ADDRESS}{card.package}/{card.key}/"
    assert data["isBasedOn"] == [url for url in (card.issue, card.pr) if url]


def test_hostile_cards_stay_text_in_the_head_and_the_frame_of_the_page(hostile_site: Path, library_site: Path) -> None:
    frames = []
    for site, path in ((hostile_site, "hostile/1"), (library_site, "lantern/12")):
        page = read(site, path)
        for article in page.select("article"):
            article.decompose()
        for tag in page.select(".md-nav--secondary, link[rel=canonical]"):
            tag.decompose()
        frames.append([(tag.name, sorted(tag.attrs)) for tag in page.find_all(True)])
    assert frames[0] == frames[1]
    head = read(hostile_site, "hostile/1").head
    assert head.title.text.startswith('"><script>window.ran=1</script>{{ 7*7 }}{% raw %} &amp; `x`')
    description = head.select_one("meta[name=description]")["content"]
    assert "<script>window.ran=1</script><img src=x onerror=window.ran=1>" in description
    assert "{{ cycler.__init__.__globals__ }}" in description


def test_pages_in_the_navigation_are_called_what_the_configuration_calls_them(library_site: Path) -> None:
    for path in ("", "lantern/12"):
        links = read(library_site, path).select(".md-tabs a")
        assert [words(link.text) for link in links] == list(NAV)
    assert read(library_site, "cards").select_one(".md-tabs__item--active").text.strip() == "All cards"


def test_two_spaces_in_a_title_of_the_navigation_keep_its_words_apart(tmp_path: Path) -> None:
    config = change(project(tmp_path, LIBRARY), "  - All cards: cards.md", "  - 'All  of    the cards': cards.md")
    assert build(config, "--strict").returncode == 0
    for tag in (".md-tabs a", ".md-nav--primary a .md-ellipsis"):
        assert "All of the cards" in [words(link.text) for link in read(tmp_path / "site", "").select(tag)]


def test_a_navigation_of_several_levels_is_followed(tmp_path: Path) -> None:
    config = change(project(tmp_path, LIBRARY), "  - Rules: about/rules.md", "  - More:\n      - Lint: about/rules.md")
    assert build(config, "--strict").returncode == 0
    assert "Lint" in [words(link.text) for link in read(tmp_path / "site", "").select(".md-nav--primary a")]


def test_the_page_for_what_is_not_there_offers_the_search_with_links_that_hold_at_any_address(
    library_site: Path,
) -> None:
    page = soup((library_site / "404.html").read_text(encoding="utf-8"))
    assert page.title.text == "Page not found - fixcards"
    assert page.select_one("form.fc-search")["data-root"] == "/fixcards/"
    for tag in page.select("[href], [src]"):
        address = tag.get("href") or tag.get("src")
        assert address.startswith(("/fixcards/", "https://", "#")), tag


def test_pages_load_nothing_from_another_origin(library_site: Path) -> None:
    loads = re.compile(r"<(?:script|link|img|iframe|source|object)\b[^>]*>")
    for path in library_site.rglob("*.html"):
        for tag in loads.findall(path.read_text(encoding="utf-8")):
            address = re.search(r'\b(?:src|href|data)="([^"]*)"', tag)
            if address and 'rel="canonical"' not in tag:
                assert not address[1].startswith(("http", "//")), f"{path}: {tag}"
    for path in (library_site / "assets").rglob("*.css"):
        for address in re.findall(r"url\(['\"]?([^'\")]*)", path.read_text(encoding="utf-8")):
            assert (path.parent / address).is_file(), f"{path}: {address}"


def test_pages_in_markdown_can_link_to_cards_and_replace_generated_pages(tmp_path: Path) -> None:
    config = change(project(tmp_path, LIBRARY), "  - Rules: about/rules.md", "  - Notes: notes.md")
    pages = own_pages(config)
    change(config, "      pages: pages\n", "      pages: pages\n  - search\n")
    (pages / "notes.md").write_text("# Notes\n\n[a card](lantern/12.md#fix)\n", encoding="utf-8")
    (pages / "index.md").write_text("# Our own home\n", encoding="utf-8")
    done = build(config, "--strict")
    assert done.returncode == 0, done.stderr
    assert "DeprecationWarning" not in done.stderr
    site = tmp_path / "site"
    assert read(site, "notes").select_one("article a[href$='lantern/12/#fix']")
    assert words(read(site, "").select_one("article h1").text).startswith("Our own home")
    assert read(site, "cards").h1.text == "All cards"


def test_the_home_page_counts_its_own_site(library_site: Path) -> None:
    figures = {
        words(figure.dt.text): int(figure.select_one(".fc-number").text.replace(",", ""))
        for figure in read(library_site, "").select(".fc-statistics > div")
    }
    cards = json.loads((library_site / "cards.json").read_bytes())["cards"]
    assert figures["cards"] == len(cards) == len(list(LIBRARY.glob("*/*.yaml")))
    assert figures["packages"] == len({card["package"] for card in cards})
    assert figures["verified"] == sum(card["verdict"] == "verified" for card in cards)
    evidence = [json.loads(path.read_bytes()) for path in library_site.glob("*/*.evidence.json")]
    assert figures["runs on record"] == sum(len(run["repetitions"]) for each in evidence for run in each["runs"])


def meta(site: Path, path: str) -> dict[str, str]:
    """Return what a page says of itself to those who show a preview of it."""
    tags = read(site, path).head.select("meta[property^='og:'], meta[name^='twitter:']")
    return {tag.get("property") or tag["name"]: tag["content"] for tag in tags}


@pytest.mark.parametrize(
    ("path", "kind", "title"),
    [
        ("lantern/12", "article", "Lantern goes out when the wick is trimmed twice"),
        ("lantern", "website", "lantern"),
        ("cards", "website", "All cards"),
        ("", "website", "Search"),
    ],
)
def test_a_preview_of_a_link_has_a_title_a_sentence_and_a_picture(
    path: str, kind: str, title: str, library_site: Path
) -> None:
    preview = meta(library_site, path)
    description = read(library_site, path).head.select_one("meta[name=description]")["content"]
    assert preview == {
        "og:type": kind,
        "og:title": title,
        "og:site_name": "fixcards",
        "og:description": description,
        "og:url": ADDRESS + (f"{path}/" if path else ""),
        "og:image": f"{ADDRESS}assets/preview.png",
        "og:image:width": "1200",
        "og:image:height": "630",
        "twitter:card": "summary_large_image",
    }
    assert (library_site / "assets" / "preview.png").read_bytes()[16:24] == struct.pack(">II", 1200, 630)


def test_every_feed_that_a_page_names_is_a_file_of_the_site_and_the_nearest_comes_first(library_site: Path) -> None:
    for path, expected in (
        ("lantern", ["lantern/feed.xml", "feed.xml"]),
        ("cards/category/crash", ["cards/category/crash/feed.xml", "feed.xml"]),
        ("lantern/12", ["feed.xml"]),
    ):
        links = read(library_site, path).head.select("link[type='application/atom+xml']")
        folder = library_site / path
        assert [(folder / link["href"]).resolve() for link in links] == [library_site / each for each in expected]
        assert all((library_site / each).is_file() for each in expected)
        # The theme's script takes every link with this word alone for a translation of the site, and asks for it.
        assert all({"alternate"} < set(link["rel"]) for link in links)


def test_a_site_without_an_address_has_no_feed_and_no_absolute_preview(tmp_path: Path) -> None:
    config = change(project(tmp_path, LIBRARY), f"site_url: {ADDRESS}\n", "")
    assert build(config, "--strict").returncode == 0
    site = tmp_path / "site"
    assert not list(site.rglob("feed.xml"))
    assert not read(site, "lantern").select("[type='application/atom+xml']")
    assert set(meta(site, "lantern/12")) == {"og:type", "og:title", "og:site_name", "og:description", "twitter:card"}


def test_each_card_has_a_picture_of_its_own_where_the_site_asks_for_that(tmp_path: Path) -> None:
    config = change(project(tmp_path, LIBRARY), "  - fixcards\n", "  - fixcards:\n      preview_pictures: true\n")
    assert build(config, "--strict").returncode == 0
    pictures = {path: (tmp_path / "site" / path / "preview.png").read_bytes() for path in ("lantern/12", "lantern/34")}
    assert meta(tmp_path / "site", "lantern/12")["og:image"] == f"{ADDRESS}lantern/12/preview.png"
    assert meta(tmp_path / "site", "lantern")["og:image"] == f"{ADDRESS}assets/preview.png"
    assert len(set(pictures.values())) == 2
    for content in pictures.values():
        assert content[16:24] == struct.pack(">II", 1200, 630)
        assert len(content) < 60_000
