from __future__ import annotations

import json
from pathlib import Path

import pytest

from fixcards.records.evidence import evidence_text
from fixcards.records.loader import load
from fixcards.site.discovery_pages import PER_PAGE, changes
from tests.discoveries import CARD_ID, DISCOVERED, EXPLAINED, FILE, evidence_of
from tests.discoveries import write as write_cards
from tests.site.card_page import proof
from tests.sites import files, html, pages, soup, words

PATH = "demo/found-481239057"
NOT_YET = "found by the program, not yet explained"


@pytest.fixture(scope="module")
def cards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the found card and its evidence."""
    root = tmp_path_factory.mktemp("cards")

    def folder(contents: dict[str, str | bytes]) -> Path:
        for name, text in contents.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(str(text), encoding="utf-8")
        return root

    return write_cards(folder, {FILE.replace(".yaml", ".evidence.json"): evidence_text(evidence_of(DISCOVERED))})


def test_a_found_card_says_so_at_a_glance(cards: Path) -> None:
    page = soup(html(PATH, cards))
    assert NOT_YET in words(page.select_one(".fc-head").text)
    notice = words(page.select_one(".fc-notice.fc-unexplained").text)
    assert notice.startswith("Found and executed by the program, not yet explained by a person.")
    text = words(page.text)
    assert "Based on runs; no upstream issue is linked yet." in text
    assert "None" not in proof(page).values()
    assert not page.find(href="None")
    assert "The thread is not republished" not in text
    assert "part 2.0, uploaded 2024-05-01; 1.9 does not" in text


def test_its_traceback_is_that_of_the_run(cards: Path) -> None:
    assert "cannot import name 'helper' from 'part'" in soup(html(PATH, cards)).find(id="traceback").text


def test_lists_and_the_page_of_the_package_say_it_too(cards: Path) -> None:
    for path in ("cards", "demo", "cards/category/import-error", ""):
        assert NOT_YET in words(soup(html(path, cards)).text), path


def test_other_programs_can_tell(cards: Path) -> None:
    contents = files(cards)
    card = json.loads(contents[f"{PATH}/card.json"])
    assert card["explained"] is False
    assert card["discovery"]["culprit"] == "part"
    [row] = json.loads(contents["cards.json"])["cards"]
    assert row["explained"] is False


def test_the_page_of_findings_has_them_by_the_change_that_sets_them_off_with_their_age(cards: Path) -> None:
    text = words(soup(html("cards/found", cards)).text)
    assert "1 failure of 1 package, set off by 1 release; 0 explained by a person." in text
    assert "part 2.0 uploaded 2024-05-01" in text
    assert "found 2024-05-06, 5 days later; breaks wick 1.2, too" in text
    assert soup(html("cards/found", cards)).find("a", type="application/atom+xml")["href"].endswith("found/feed.xml")


def test_a_failure_that_a_person_explained_stays_there_with_the_day(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "7.yaml").write_text(EXPLAINED, encoding="utf-8")
    text = words(soup(html("cards/found", tmp_path)).text)
    assert "explained 2024-05-20, 14 days later" in text
    assert NOT_YET not in text
    page = soup(html("demo/7", tmp_path))
    assert proof(page)["Found by the program"] == "2024-05-06; explained by a person 2024-05-20"
    assert NOT_YET not in words(page.text)


def test_without_any_the_page_is_there_and_says_so() -> None:
    assert "Nothing yet." in words(soup(html("cards/found")).text)


def test_changes_are_newest_first_and_on_pages_of_their_own(tmp_path: Path) -> None:
    for number in range(PER_PAGE + 1):
        key = f"found-{481239057 + number}"
        path = tmp_path / "_found" / "demo" / f"{key}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        text = DISCOVERED.replace("found-481239057", key).replace('release: "2.0"', f'release: "2.{number}"')
        day = f"2024-0{1 + number % 4}-{1 + number % 28:02}"
        text = text.replace("'helper'", f"'helper_{number}'").replace("2024-05-01", day)
        path.write_text(text, encoding="utf-8")
    listed = changes(load(tmp_path))
    assert len(listed) == PER_PAGE + 1
    assert [change.uploaded for change in listed] == sorted((change.uploaded for change in listed), reverse=True)
    assert {path for path in pages(tmp_path) if path.startswith("cards/found")} == {"cards/found", "cards/found-page-2"}


def test_ids_of_the_record_stay_what_they_are(cards: Path) -> None:
    assert list(load(cards).summaries) == [CARD_ID]
