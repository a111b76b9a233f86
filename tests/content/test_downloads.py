"""What a reader of the real site downloads, compressed as hosts do it."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import sites
from tests.content.real import library

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Request

FIRST_VISIT = 120_000
HEADERS = 400
"""Bytes of the headers of an answer, as GitHub Pages sends them."""


@pytest.fixture(scope="module")
def address(content_site: Path) -> Iterator[str]:
    with sites.served(content_site) as url:
        yield url


def largest_card(site: Path) -> str:
    """Return the address below the site of the card with the most bytes, compressed."""
    paths = [f"{card.package}/{card.key}/" for card in library().cards.values()]
    return max(paths, key=lambda path: compressed(site / path / "index.html"))


def compressed(file: Path) -> int:
    return len(gzip.compress(file.read_bytes(), 6)) + HEADERS


def downloaded(page: Page, address: str, path: str, site: Path) -> dict[str, int]:
    """Open a page; return the bytes of each file that the browser asked for, by its path below the site."""
    files: dict[str, int] = {}

    def count(request: Request) -> None:
        name = request.url.removeprefix(address).partition("?")[0].partition("#")[0]
        file = site / name
        files[name] = compressed(file / "index.html" if file.is_dir() else file)

    page.on("request", count)
    page.goto(address + path, wait_until="networkidle")
    page.remove_listener("request", count)
    return files


@pytest.mark.parametrize("path", ["", "cards/", "cards/packages/", "card"])
def test_a_first_visit_is_small(path: str, address: str, content_site: Path, browser: Browser) -> None:
    with browser.new_page() as page:
        files = downloaded(page, address, largest_card(content_site) if path == "card" else path, content_site)
    assert any(name.endswith(".css") for name in files)
    assert any(name.endswith(".js") for name in files)
    assert sum(files.values()) <= FIRST_VISIT, files


def test_the_next_card_costs_its_own_page_alone(address: str, content_site: Path, browser: Browser) -> None:
    first, second = sorted(f"{card.package}/{card.key}/" for card in library().cards.values())[:2]
    with browser.new_page() as page:
        stored = downloaded(page, address, first, content_site)
        files = downloaded(page, address, second, content_site)
    # Browsers store what has a digest in its name; only the page of a card is new.
    assert set(files) - set(stored) == {second}
