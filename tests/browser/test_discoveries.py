"""Found cards in a browser: that no person has explained them is seen in the search, and an old address leads on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from fixcards.records.evidence import evidence_text
from tests import sites
from tests.chromium import Visit
from tests.discoveries import DISCOVERED, ERROR, EXPLAINED, FILE, evidence_of

OTHER = "wick-found-123456789"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a site with a found card, and with the card of a person in the place of another one."""

    def cards(folder: Path) -> None:
        path = folder / FILE
        path.parent.mkdir(parents=True)
        path.write_text(DISCOVERED, encoding="utf-8")
        path.with_suffix(".evidence.json").write_text(evidence_text(evidence_of(DISCOVERED)), encoding="utf-8")
        text = EXPLAINED.replace("package: demo", "package: wick").replace("demo", "wick").replace("helper", "taper")
        text = re.sub("found-[0-9]{9}", OTHER.removeprefix("wick-"), text)
        (folder / "wick").mkdir()
        (folder / "wick" / "7.yaml").write_text(text, encoding="utf-8")

    with sites.served(sites.built(tmp_path_factory.mktemp("discoveries"), cards)) as address:
        yield address


def test_an_answer_of_the_search_says_that_no_person_has_explained_it(site: str, visit: Visit) -> None:
    page = visit(site)
    page.locator("form.fc-search textarea").first.fill(ERROR)
    answer = page.locator(".fc-results li").first
    expect(answer).to_contain_text("demo 1.0 to 1.10 with part 2.0")
    expect(answer).to_contain_text("Note Found and executed by the program, not yet explained by a person.")


def test_the_former_address_of_an_explained_card_leads_to_it(site: str, visit: Visit) -> None:
    page = visit(f"{site}wick/{OTHER.removeprefix('wick-')}/")
    page.wait_for_url(f"{site}wick/7/")
    expect(page.locator("h1")).to_contain_text("wick 1.0 to 1.10 with part 2.0")


@pytest.mark.parametrize("path", ["cards/found/", "demo/found-481239057/"])
def test_what_the_program_found_is_accessible(
    path: str, site: str, visit: Visit, audit: Callable[[Page], list[str]]
) -> None:
    assert audit(visit(f"{site}{path}")) == []
