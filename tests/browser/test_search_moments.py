"""The search box at awkward moments: keys before an answer, a slow or renewed site, files that go, who only listens."""

from __future__ import annotations

from playwright.sync_api import expect

from .conftest import Visit
from .test_search_box import (
    LINE,
    LISTEN,
    QUIET,
    SPOKEN,
    box,
    drop,
    spoken,
    traceback,
)


def test_who_listens_hears_one_answer_to_what_was_typed_not_one_to_each_key(site: str, visit: Visit) -> None:
    page = visit(site)
    page.evaluate(LISTEN, SPOKEN)
    box(page).press_sequentially(LINE, delay=100)
    expect(spoken(page)).to_contain_text("1 card fits")
    assert len(page.evaluate("window.said")) <= 3


def test_who_listens_hears_no_per_cents(site: str, visit: Visit) -> None:
    page = visit(site)
    page.evaluate(LISTEN, SPOKEN)
    drop(page, QUIET, 400_000, traceback("docker-3256"))
    expect(spoken(page)).to_contain_text("1 card fits", timeout=30_000)
    assert len(page.evaluate("window.said")) <= 3
