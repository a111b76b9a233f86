from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.discoveries import CARD_ID, DISCOVERED, EXPLAINED, FILE
from tests.sites import files

ATOM = "{http://www.w3.org/2005/Atom}"
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
    assert [each.get("term") for each in entry.findall(f"{ATOM}category")] == ["demo", "part"]


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
