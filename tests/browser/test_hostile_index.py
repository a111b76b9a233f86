"""An index that isn't what it should be, under the page's own address: the box says so, and goes on."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from fixcards.characters import visible_html
from fixcards.matching import js_tables
from tests.chromium import Visit
from tests.foreign_index import BAD as CHANGES
from tests.foreign_index import Parts, changed, files, parts
from tests.hostile_cards import HIDDEN

from .test_search_box import LINE, box, hits, status

BAD = ["entries is endless", "chunk is 0", "postings are null", "title is a number", "path 'javascript:alert(1)'"]
BAD += ["path '//evil.example/'", "path '/\\\\evil.example/'", "path '../../other/'"]


def served(page: Page, content: Parts, **instead: bytes) -> None:
    """Answer the page's requests for index files with those of another index, or by kind with other bytes."""
    content_by_path = files(content)

    def answer(route: Any) -> None:
        path = route.request.url.partition("/search/")[2]
        kind = path.partition("/")[0].partition(".")[0]
        route.fulfill(body=instead.get(kind, content_by_path.get(path, b"")), content_type="application/json")

    page.context.route("**/search/*.json", answer)
    page.context.route("**/search/*/*.json", answer)


def test_the_test_serves_an_index_that_works(site: str, visit: Visit) -> None:
    page = visit(site)
    served(page, parts())
    box(page).fill(LINE)
    expect(hits(page).first).to_contain_text("numpy")


@pytest.mark.parametrize("name", BAD)
def test_a_bad_index_says_so_and_the_next_search_works(name: str, site: str, visit: Visit) -> None:
    page = visit(site)
    served(page, changed(CHANGES[name]))
    box(page).fill(LINE)
    expect(status(page)).to_contain_text("could not be loaded")
    assert not hits(page).count()
    page.context.unroute_all()
    box(page).fill(f"{LINE} ")
    expect(hits(page).first).to_contain_text("numpy")


@pytest.mark.parametrize("kind", ["terms", "cards"])
def test_a_file_with_another_content_than_its_name_says_is_refused(kind: str, site: str, visit: Visit) -> None:
    page = visit(site)
    index = parts()
    forged = {name: content for name, content in index.items() if name.startswith(kind)}
    served(page, index, **{kind: json.dumps(next(iter(forged.values()))).encode() + b" "})
    box(page).fill(LINE)
    expect(status(page)).to_contain_text("could not be loaded")


def test_an_index_that_is_too_large_is_refused(site: str, visit: Visit) -> None:
    page = visit(site)
    served(page, parts(), index=b" " * (9 << 20))
    box(page).fill(LINE)
    expect(status(page)).to_contain_text("could not be loaded")


def test_an_index_that_makes_the_search_endless_is_given_up(site: str, visit: Visit) -> None:
    page = visit(site)
    index = parts()
    index["index.json"]["tables"]["values"][js_tables.names().index("IDF_STEP")] = 1
    served(page, index)
    # Only the long wait is made short. A clock of the test's own would jump over the theme's timers as well.
    page.evaluate("""() => {
        window.wait = setTimeout;
        window.setTimeout = (run, delay, ...rest) => wait(run, delay >= 60_000 ? 3_000 : delay, ...rest);
    }""")
    box(page).fill(LINE)
    expect(status(page)).to_contain_text("could not be loaded")
    page.evaluate("() => { window.setTimeout = wait; }")
    page.context.unroute_all()
    box(page).fill(f"{LINE} ")
    expect(hits(page).first).to_contain_text("numpy")


def test_what_cannot_be_seen_is_named_in_pasted_text_and_in_answers(site: str, visit: Visit) -> None:
    page = visit(site)
    change = {"file": "cards/*", "path": ["*", "fixes"], "value": [{"title": HIDDEN, "kind": "pin"}]}
    served(page, changed(change))
    box(page).fill(f"{LINE} {HIDDEN}")
    expect(hits(page).first).to_contain_text("numpy")
    text = page.locator("form.fc-search .fc-results").first.inner_text()
    assert "\u27e8U+202E\u27e9" in text
    assert "\u27e8U+E0041\u27e9" in text
    assert visible_html(text) == text
    box(page).fill(f"zorb.Error: {HIDDEN}")
    expect(page.locator("form.fc-search .fc-no-results").first).to_contain_text("\u27e8U+3164\u27e9")
    nothing = page.locator("form.fc-search .fc-no-results").first.inner_text()
    assert visible_html(nothing) == nothing
