from __future__ import annotations

from pathlib import Path

import pytest

from fixcards.site.package_page import trackers
from tests.discoveries import DISCOVERED, FILE
from tests.sites import LIBRARY, files, page, pages, soup, words


def test_it_says_where_the_reader_is_and_leads_back() -> None:
    crumbs = page("lantern").select_one("nav.fc-crumbs")
    assert [words(link.text) for link in crumbs.select("a")] == ["All cards", "Packages"]
    assert [link["href"] for link in crumbs.select("a")] == ["../cards/", "../cards/packages/"]
    assert crumbs.select_one("[aria-current=page]").text == "lantern"


def test_it_has_what_hits_the_package_and_its_releases_against_the_cards() -> None:
    tree = page("lantern")
    rows = [words(title.text) for title in tree.select(".fc-list .fc-row-title")]
    assert len(rows) == 3
    assert [words(cell.text) for cell in tree.select(".fc-ranges tbody th")] == rows
    for strip in tree.select(".fc-strip"):
        width = int(strip["viewbox"].split()[2])
        for bar in strip.select(".fc-strip-hit"):
            assert 0 <= int(bar["x"]) < int(bar["x"]) + int(bar["width"]) <= width
    assert not tree.select("[style]")


def test_it_names_the_cards_of_others_that_it_hits(tmp_path: Path) -> None:
    for package, issue in (("demo", ""), ("part", "https://github.com/example/part/issues/4")):
        path = tmp_path / (FILE if package == "demo" else "part/4.yaml")
        path.parent.mkdir(parents=True)
        text = DISCOVERED
        if issue:
            lines = (LIBRARY / "mooring" / "7.yaml").read_text(encoding="utf-8")
            text = lines.replace("mooring", "part").replace("Mooring", "Part").replace("issues/7", "issues/4")
        path.write_text(text, encoding="utf-8")
    tree = soup(pages(tmp_path)["part"].body())
    (other,) = tree.select("#victims ~ ul li")
    assert other.a["href"] == "../demo/found-481239057/"
    assert "1 card of other packages names it, too." in words(tree.select_one(".fc-list-about").text)
    assert "No card of another package names demo." in words(soup(pages(tmp_path)["demo"].body()).text)


def test_it_leads_to_the_trackers_of_its_cards_and_to_its_feed() -> None:
    tree = page("lantern")
    links = {link["href"]: words(link.text) for link in tree.select("a")}
    assert links["https://github.com/example/lantern"] == "github.com/example/lantern"
    assert links["../lantern/feed.xml"] == "Follow as Atom feed"
    assert "lantern/feed.xml" in files()
    assert pages()["lantern"].feed_url == "feed.xml"


@pytest.mark.parametrize(
    ("issue", "url"),
    [
        ("https://github.com/pallets/flask/issues/1", "https://github.com/pallets/flask"),
        ("https://gitlab.example.org/group/sub/project/-/issues/1", "https://gitlab.example.org/group/sub/project"),
        ("https://codeberg.org/owner/name/issues/77", "https://codeberg.org/owner/name"),
        ("https://example.org/jira/browse/ABC-12", None),
        ("https://bugs.example.org/show_bug.cgi?id=12", None),
        ("", None),
    ],
)
def test_a_tracker_is_named_where_the_address_of_an_issue_says_its_repository(issue: str, url: str | None) -> None:
    assert [tracker.url for tracker in trackers([issue])] == ([url] if url else [])


def test_the_tracker_of_most_cards_comes_first() -> None:
    addresses = [
        "https://github.com/a/b/issues/1",
        "https://github.com/c/d/issues/1",
        "https://github.com/c/d/issues/2",
    ]
    assert [tracker.name for tracker in trackers(addresses)] == ["github.com/c/d", "github.com/a/b"]
