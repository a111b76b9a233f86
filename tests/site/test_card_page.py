from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from fixcards.characters import hidden_characters
from fixcards.records.reader_reports import ReaderReport, count_reports, write_reports
from fixcards.site.card_page import SECTIONS, CardPageData, card_page
from tests.hostile_cards import HIDDEN
from tests.site.card_page import assert_sound, changed_data, proof, section
from tests.sites import LIBRARY, files, library, page, pages, settings, soup, words


@pytest.mark.parametrize("path", [f"{card.package}/{card.key}" for card in library(LIBRARY).cards.values()])
def test_the_page_of_a_card_in_any_state_is_sound(path: str) -> None:
    assert_sound(page(path))


def test_the_sections_are_in_an_order_for_a_reader_in_trouble() -> None:
    headings = [heading["id"] for heading in page("lantern/12").select("h2[id]")]
    assert headings == [section.id for section in SECTIONS]
    assert headings[:5] == ["fix", "options", "verify", "versions", "what-broke"]


@pytest.mark.parametrize(("path", "word"), [("mooring/8", "disputed"), ("mooring/9", "retired")])
def test_a_card_in_doubt_says_so_and_why_before_its_fix(path: str, word: str) -> None:
    tree = page(path)
    notice = tree.select_one(".fc-notice")
    assert words(notice.text) == f"This card is {word}: {library(LIBRARY).cards[path.replace('/', '-')].status.reason}"
    assert notice.find_next("section")["class"] == ["fc-fix"]


def test_the_counted_reports_name_options_as_the_buttons_do() -> None:
    box = section(page("lantern/12"), "worked")
    assert "Reports so far: option A worked for 3; option D worked for 1; none worked for 1." in words(box.text)
    assert [words(link.text) for link in box.select("a.fc-button")] == [
        *(f"Option {letter} {outcome}" for letter in "ABCD" for outcome in ("worked", "failed")),
        "None of them worked",
    ]


def test_a_report_without_an_answer_makes_a_card_disputed_wherever_its_verdict_stands(tmp_path: Path) -> None:
    cards = shutil.copytree(LIBRARY, tmp_path / "cards")
    url = "https://code.example.org/cards/issues/9"
    export = [
        ReaderReport("[lantern-34] fix 2 failed", answered=False, url=url),
        ReaderReport("[lantern-34] no fix worked", answered=False),
    ]
    assert library(LIBRARY).summaries["lantern-34"].verdict == "verified"
    write_reports(cards, count_reports(export))
    tree = page("lantern/34", cards)
    notice = tree.select_one(".fc-notice")
    assert words(notice.text) == (
        "This card is disputed: option B failed for a reader (the report), no option worked for a reader. "
        "There is no answer yet."
    )
    assert notice.a["href"] == url
    assert notice.find_next("section")["class"] == ["fc-fix"]
    assert tree.select_one(".fc-facts .fc-badge").text == proof(tree)["Verdict"].split()[0] == "disputed"
    assert "option B failed for 1; none worked for 1." in words(section(tree, "worked").text)
    assert json.loads(files(cards)["lantern/34/card.json"])["verdict"] == "disputed"
    assert "Lantern shines in the wrong colour lantern disputed" in words(page("lantern/12", cards).text)
    assert "cards/verdict/disputed" in pages(cards)


def test_cards_that_are_close_are_linked_with_their_verdicts() -> None:
    items = [words(item.text) for item in section(page("lantern/12"), "related").select("li")]
    assert items[0] == "Mooring can't be imported on a Sunday mooring disputed"
    assert "Lantern shines in the wrong colour lantern verified" in items


def test_a_site_without_an_address_or_a_repository_offers_no_commands_and_no_reports() -> None:
    tree = page("lantern/12", site_url="", repo_url="")
    assert "uv run" not in tree.text
    assert not tree.select(".fc-button")
    assert_sound(tree)


def test_a_failure_without_a_traceback_says_so() -> None:
    assert "Nothing is raised, so there is no traceback." in section(page("lantern/34"), "signature").text


def test_a_failure_without_a_fix_upstream_says_so() -> None:
    tree = page("lantern/56")
    assert "Not fixed upstream." in words(section(tree, "fix").text)
    assert "Not fixed upstream." in words(section(tree, "upstream").text)
    assert proof(tree)["Upstream fix"] == "none"
    assert proof(tree)["First fixed release"] == "none"


def test_characters_that_cannot_be_seen_are_named_on_the_page_whatever_they_come_from() -> None:
    data = changed_data(
        "lantern-12",
        title=f"Title {HIDDEN}",
        symptom=f"{HIDDEN} `{HIDDEN}`\n\n```\n{HIDDEN}\n```",
        signature={"error": f"E {HIDDEN}", "traceback": HIDDEN},
        reproduction={"code": f"x = '{HIDDEN}'", "exclude_newer": "2024-01-01", "files": {"a.txt": HIDDEN}},
    )
    evidence = data.facts.evidence
    assert evidence is not None
    runs = tuple(run.model_copy(update={"output": HIDDEN, "reason": HIDDEN}) for run in evidence.runs)
    facts = replace(data.facts, evidence=evidence.model_copy(update={"runs": runs, "notes": (HIDDEN,)}))
    html = str(card_page(CardPageData(facts), settings()).body())
    assert not list(hidden_characters(html))
    names = [box.text for box in soup(html).select("span.fc-hidden")]
    expected = {f"\u27e8U+{number}\u27e9" for number in ("202E", "200B", "3164", "E0041", "009B", "001B", "FE0F")}
    assert expected <= set(names)
    assert len(names) > 100
