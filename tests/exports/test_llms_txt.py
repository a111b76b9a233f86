from __future__ import annotations

import re

from tests.sites import LIBRARY, files, library

ADDRESS = "https://cards.example.org/"


def test_it_has_the_form_that_readers_expect() -> None:
    lines = files()["llms.txt"].decode().split("\n")
    assert lines[0] == "# fixcards"
    assert lines[2].startswith("> ")
    assert [line for line in lines if line.startswith("## ")] == ["## Data", "## Packages"]
    items = [line for line in lines if line.startswith("- ")]
    assert all(re.fullmatch(r"- \[[^\]]+\]\(https://[^)\s]+\): .+", item) for item in items)


def test_it_names_every_package_with_its_cards_and_no_card() -> None:
    text = files()["llms.txt"].decode()
    assert f"- [lantern]({ADDRESS}lantern/): 3 cards" in text
    assert f"- [mooring]({ADDRESS}mooring/): 2 cards" in text  # one is retired
    assert not any(f"({ADDRESS}{card.package}/{card.key}/" in text for card in library(LIBRARY).cards.values())


def test_every_data_file_that_it_names_is_there() -> None:
    contents = files()
    links = re.findall(r"\(https://cards\.example\.org/([^)]+\.\w+)\)", contents["llms.txt"].decode())
    assert {"cards.json", "card.schema.json", "feed.xml"} == set(links)
    assert set(links) <= set(contents)


def test_without_an_address_its_links_are_relative_and_there_is_no_feed() -> None:
    text = files(site_url="")["llms.txt"].decode()
    assert "- [lantern](lantern/): 3 cards" in text
    assert "feed.xml" not in text
