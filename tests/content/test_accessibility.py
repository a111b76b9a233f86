"""axe-core looks at the pages of the real cards that differ most, in Chromium."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import sites
from tests.chromium import Visit, unfold, width
from tests.content.real import library

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture(scope="module")
def address(content_site: Path) -> Iterator[str]:
    with sites.served(content_site) as url:
        yield url


def extreme_pages(site: Path) -> set[str]:
    """Return the home page, the list, and the pages of the cards that are longest and shortest."""
    pages = [f"{card.package}/{card.key}/" for card in library().cards.values()]
    by_size = sorted(pages, key=lambda page: (site / page / "index.html").stat().st_size)
    return {"", "cards/", by_size[0], by_size[-1], by_size[-2]}


def test_the_pages_of_the_real_cards_are_accessible_and_fit_a_phone(
    address: str, content_site: Path, visit: Visit, audit: Callable[[Page], list[str]]
) -> None:
    for path in sorted(extreme_pages(content_site)):
        page = visit(address + path, viewport={"width": 360, "height": 900})
        unfold(page)
        assert audit(page) == [], path
        assert width(page) <= 0, path
