"""Budgets that the real cards have to keep."""

from __future__ import annotations

import gzip
from pathlib import Path

MAX_PAGE_BYTES = 14_500
"""Size of a card's page, compressed: with the headers of the response less than 15,000, one round trip."""


def test_every_page_of_a_card_is_small(real_site: Path) -> None:
    sizes = {
        path: len(gzip.compress(path.with_name("index.html").read_bytes(), 6))
        for path in real_site.glob("*/*/card.json")
    }
    assert sizes
    assert max(sizes.values()) <= MAX_PAGE_BYTES, max(sizes, key=sizes.__getitem__)
