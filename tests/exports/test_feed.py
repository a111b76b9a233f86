from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from fixcards.build.page import DataFile
from fixcards.exports.feed import MAX_ENTRIES
from fixcards.records.history import CardDays, CardHistory
from fixcards.records.library import Library
from fixcards.site.followed_lists import followed_lists
from fixcards.site.site import Site
from tests import atom, hostile_cards
from tests.atom import ATOM
from tests.discoveries import CARD_ID, DISCOVERED, EXPLAINED, FILE
from tests.sites import LIBRARY, SNAPSHOT, files, library, pages, settings

ADDRESS = "https://cards.example.org/"
FEED = "cards/found/feed.xml"


def written(folder: Path, **cards: str) -> Path:
    for name, text in cards.items():
        path = folder / (FILE if name == "discovered" else "demo/7.yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def feed(folder: Path, **more: str) -> ET.Element:
    return ET.fromstring(files(folder, **more)[FEED])  # noqa: S314 - our own


def text(element: ET.Element, name: str) -> str:
    child = element.find(ATOM + name)
    assert child is not None, name
    return child.text or ""


def test_the_feed_has_what_atom_demands_with_absolute_addresses(tmp_path: Path) -> None:
    root = feed(written(tmp_path, discovered=DISCOVERED))
    assert root.tag == f"{ATOM}feed"
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert links == {"self": f"https://cards.example.org/{FEED}", "alternate": "https://cards.example.org/cards/found/"}
    assert text(root, "id") == f"https://cards.example.org/{FEED}"
    assert text(root, "updated") == "2024-05-06T00:00:00Z"
    assert root.find(f"{ATOM}author/{ATOM}name") is not None
    [entry] = root.findall(f"{ATOM}entry")
    assert text(entry, "id") == f"https://cards.example.org/demo/{CARD_ID.removeprefix('demo-')}/"
    assert text(entry, "title").startswith("demo 1.0 to 1.10 with part 2.0")
    assert (text(entry, "published"), text(entry, "updated")) == ("2024-05-06T00:00:00Z", "2024-05-06T00:00:00Z")
    assert "not yet explained by a person" in text(entry, "summary")
    assert [each.get("term") for each in entry.findall(f"{ATOM}category")] == ["demo", "part", "import-error"]


def test_an_entry_keeps_its_id_when_a_person_explains_it(tmp_path: Path) -> None:
    before = feed(written(tmp_path / "before", discovered=DISCOVERED)).find(f"{ATOM}entry")
    after = feed(written(tmp_path / "after", explained=EXPLAINED)).find(f"{ATOM}entry")
    assert before is not None
    assert after is not None
    assert text(before, "id") == text(after, "id")
    assert text(after, "updated") == "2024-05-20T00:00:00Z"
    [link] = after.findall(f"{ATOM}link")
    assert link.get("href") == "https://cards.example.org/demo/7/"
    assert "not yet explained" not in text(after, "summary")


def test_what_an_error_contains_is_text_in_the_feed(tmp_path: Path) -> None:
    hostile = DISCOVERED.replace("cannot import name 'helper'", "<script>&amp;]]>'\\\"")
    [entry] = feed(written(tmp_path, discovered=hostile)).findall(f"{ATOM}entry")
    assert "<script>&amp;]]>'\"" in text(entry, "title")


@pytest.mark.parametrize(("card", "address"), [("explained", "https://cards.example.org/"), ("discovered", "")])
def test_without_a_discovery_or_an_address_there_is_no_feed(card: str, address: str, tmp_path: Path) -> None:
    lines = EXPLAINED.splitlines(keepends=True)
    start, end = lines.index("discovery:\n"), next(at for at, line in enumerate(lines) if line.startswith("issue:"))
    undiscovered = "".join(line for line in [*lines[:start], *lines[end:]] if not line.startswith("supersedes"))
    folder = written(tmp_path, **{card: undiscovered if card == "explained" else DISCOVERED})
    assert FEED not in files(folder, site_url=address)


def test_the_address_of_a_superseded_card_leads_to_the_one_in_its_place(tmp_path: Path) -> None:
    contents = files(written(tmp_path, explained=EXPLAINED))
    old = "demo/found-481239057"
    page = contents[f"{old}/index.html"].decode()
    assert '<meta http-equiv="refresh" content="0; url=../../demo/7/">' in page
    assert '<a href="../../demo/7/">' in page
    assert '<link rel="canonical" href="https://cards.example.org/demo/7/">' in page
    assert "<script" not in page
    assert b'"superseded_by": "demo-7"' in contents[f"{old}/card.json"]


def test_record_and_evidence_are_published_beside_the_page(tmp_path: Path) -> None:
    contents = files(written(tmp_path, discovered=DISCOVERED))
    assert contents["demo/found-481239057.yaml"] == DISCOVERED.encode()
    assert not any(path.startswith("_") for path in contents)


def feeds(contents: Mapping[str, bytes]) -> dict[str, bytes]:
    return {path: content for path, content in contents.items() if path.endswith("feed.xml")}


def entries(content: bytes) -> list[ET.Element]:
    return ET.fromstring(content).findall(f"{ATOM}entry")  # noqa: S314 - our own


def feed_files(cards: Library, history: CardHistory) -> dict[str, bytes]:
    """Return the feeds of a site by their paths."""
    site = Site(cards, settings(), history)
    tasks = map(site._list_task, followed_lists(cards, history))
    results = (output for task in tasks for output in task.make(settings()))
    return {output.path: output.content for output in results if isinstance(output, DataFile)}


def dated(days: Mapping[str, CardDays]) -> dict[str, bytes]:
    """Return the feeds of the cards of the tests with these days."""
    cards = library(LIBRARY)
    return feed_files(
        cards, CardHistory({**dict.fromkeys(cards.summaries, CardDays()), **days}, tuple(cards.summaries))
    )


@pytest.mark.parametrize("root", [LIBRARY, SNAPSHOT], ids=["library", "snapshot"])
def test_every_feed_keeps_the_grammar_of_atom(root: Path) -> None:
    contents = feeds(files(root))
    assert {
        path: faults for path, content in contents.items() if (faults := atom.faults(content, ADDRESS + path))
    } == {}
    packages = {f"{card.package}/feed.xml" for card in library(root).cards.values()}
    categories = {f"cards/category/{card.category}/feed.xml" for card in library(root).cards.values()}
    assert set(contents) == {"feed.xml", *packages, *categories}


def test_the_feeds_of_hostile_cards_and_of_discoveries_keep_it_too(tmp_path: Path) -> None:
    hostile_cards.write(tmp_path / "hostile")
    for root in (tmp_path / "hostile", written(tmp_path / "found", discovered=DISCOVERED)):
        for path, content in feeds(files(root)).items():
            assert atom.faults(content, ADDRESS + path) == []


def test_every_page_that_has_a_feed_names_one_that_is_there() -> None:
    contents = files()
    for path, page in pages().items():
        if page.feed_url:
            assert f"{path}/{page.feed_url}" in contents
            assert 'type="application/atom+xml"' in page.body()
    assert {path for path, page in pages().items() if page.feed_url} >= {"lantern", "cards/category/crash"}


def test_a_feed_has_the_cards_of_its_list_and_those_that_changed_last_first() -> None:
    contents = dated(
        {
            "lantern-12": CardDays("2025-01-01", "2025-06-01"),
            "lantern-34": CardDays("2025-03-01", "2025-03-01"),
            "mooring-8": CardDays("2025-05-01", "2025-05-01"),
        }
    )
    site = entries(contents["feed.xml"])
    assert [text(each, "id") for each in site] == [
        f"{ADDRESS}{path}/" for path in ("lantern/12", "mooring/8", "lantern/34")
    ]
    assert (text(site[0], "published"), text(site[0], "updated")) == ("2025-01-01T00:00:00Z", "2025-06-01T00:00:00Z")
    assert [text(each, "id") for each in entries(contents["lantern/feed.xml"])] == [
        f"{ADDRESS}lantern/{key}/" for key in (12, 34)
    ]
    [crash] = entries(contents["cards/category/crash/feed.xml"])
    assert text(crash, "title") == "Lantern goes out when the wick is trimmed twice"


def test_without_a_history_an_entry_says_no_day_of_publication() -> None:
    cards = library(LIBRARY)
    [entry, *_] = entries(feed_files(cards, CardHistory.without_git(cards))["lantern/feed.xml"])
    assert entry.find(f"{ATOM}published") is None
    assert text(entry, "updated") == "2026-03-02T00:00:00Z"


def test_a_feed_without_a_card_of_known_age_is_valid_and_empty() -> None:
    contents = dated({})
    assert entries(contents["feed.xml"]) == []
    assert atom.faults(contents["feed.xml"], f"{ADDRESS}feed.xml") == []


def test_a_retired_card_is_on_no_feed() -> None:
    contents = dated({"mooring-9": CardDays("2025-01-01", "2025-01-01")})
    assert library(LIBRARY).summaries["mooring-9"].state == "retired"
    assert not any(entries(content) for content in contents.values())


def test_a_feed_has_the_fifty_newest() -> None:
    small = library(LIBRARY)
    one = small.summaries["mooring-7"]
    cards = {f"mooring-{at}": one._replace(id=f"mooring-{at}", key=str(at)) for at in range(1, MAX_ENTRIES + 11)}
    large = dataclasses.replace(small, summaries=cards, summary_digests={name: name.encode() for name in cards})
    days = {name: CardDays(day := f"2025-{1 + at // 28:02}-{1 + at % 28:02}", day) for at, name in enumerate(cards)}
    listed = entries(feed_files(large, CardHistory(days, tuple(reversed(cards))))["feed.xml"])
    newest = sorted((each.published for each in days.values()), reverse=True)[:MAX_ENTRIES]
    assert [text(each, "published")[:10] for each in listed] == newest
    assert len(listed) == MAX_ENTRIES


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (b"<id>", b"<id> ", "is no absolute address"),
        (b"T00:00:00Z", b"", "is no moment"),
        (b"<author>", b"<author><email>a</email>", "has no name, or more"),
        (b"<subtitle>", b"<rights>x</rights><subtitle>", "feed has rights"),
        (b'rel="self"', b'rel="alternate"', "the link to itself"),
        (b"<summary>", b"<summary></summary><summary>", "entry has 2 times summary"),
        (b"/lantern/34/</id>", b"/lantern/12/</id>", "two entries with the id"),
        (b"<title>", b"<title type='xhtml'>", "no text construct"),
    ],
)
def test_the_check_of_the_grammar_notices(old: bytes, new: bytes, fault: str) -> None:
    content = files()["lantern/feed.xml"]
    assert old in content
    assert any(fault in each for each in atom.faults(content.replace(old, new), f"{ADDRESS}lantern/feed.xml"))
