from __future__ import annotations

import dataclasses
import re
import shutil
from pathlib import Path

import pytest

from fixcards.records.card_facts import card_facts
from fixcards.records.evidence import run_digest
from fixcards.records.library import Library
from fixcards.records.loader import load
from fixcards.records.record import evidence_path
from fixcards.records.rules.rule import is_blocking
from fixcards.site.card_page import card_page
from tests import golden
from tests.site.card_page import page_data
from tests.sites import LIBRARY, SNAPSHOT, TODAY, settings

GOLDEN = LIBRARY.parent / "golden"


def _page(library: Library, card_id: str) -> str:
    assert not [problem for problem in library.problems if is_blocking(problem.code)]
    return card_page(page_data(library, card_id), settings()).body()


def test_the_invented_evidence_fits_its_cards_but_for_the_stale_one() -> None:
    library = load(LIBRARY)
    for card_id, evidence in library.evidence.items():
        if card_id == "mooring-7":
            continue
        path = evidence_path(LIBRARY / library.files[card_id])
        digest = run_digest(library.cards[card_id])
        golden.check(path, re.sub(evidence.digest, digest, path.read_text(encoding="utf-8")))


def test_the_page_of_a_card_without_evidence_is_as_stored(tmp_path: Path) -> None:
    (tmp_path / "httpx").mkdir()
    shutil.copy(SNAPSHOT / "httpx" / "271.yaml", tmp_path / "httpx")
    golden.check(GOLDEN / "httpx-271.html", _page(load(tmp_path), "httpx-271"))


def test_the_page_of_a_card_with_evidence_is_as_stored() -> None:
    golden.check(GOLDEN / "lantern-12.html", _page(load(LIBRARY), "lantern-12"))


def test_a_golden_file_that_differs_is_reported_line_by_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(golden, "UPDATE", False)
    path = tmp_path / "page.html"
    path.write_text("<p>one</p>\n<p>two</p>\n", encoding="utf-8")
    golden.check(path, "<p>one</p>\n<p>two</p>\n")
    with pytest.raises(AssertionError, match=r"make generate`\n.*\n.*\n.*\n <p>one</p>\n-<p>two</p>\n\+<p>three</p>"):
        golden.check(path, "<p>one</p>\n<p>three</p>\n")


def test_the_page_changes_with_the_day_only_in_its_confidence() -> None:
    data = page_data(load(LIBRARY), "lantern-12")
    later = card_facts(data.facts.card, data.facts.evidence, TODAY.replace(year=2027))
    both = (data, dataclasses.replace(data, facts=later))
    pages = [card_page(each, settings()).body().splitlines() for each in both]
    differing = [line for line, other in zip(*pages, strict=True) if line != other]
    assert len(differing) == 4, "the line below the title, the table, and the facts with their heading"
    assert all("confidence" in line.lower() for line in differing)
