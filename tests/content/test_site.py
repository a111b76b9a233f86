from __future__ import annotations

import gzip
import json
import warnings
from pathlib import Path

import pytest

from fixcards.site.card_page import card_page
from tests.content.real import CARDS, every_card, id_of, library
from tests.exports.test_card_json import assert_reads_back
from tests.exports.test_scripts import assert_runs_alone
from tests.site.card_page import assert_sound, copied, links, page_data, shows
from tests.sites import build, project, read, settings, soup

PAGE_BUDGET = 14_500
"""Bytes of a card's page, compressed as hosts do: with the headers of the answer they stay below 15,000, which a
server sends before it waits for an answer (ten packets, RFC 6928)."""


class SizeBudgetWarning(UserWarning):
    """A page is larger than its budget. The card is still a good card."""


@every_card
def test_a_card_has_a_sound_page_with_its_texts(file: str) -> None:
    card_id = id_of(file)
    card = library().cards[card_id]
    page = card_page(page_data(library(), card_id), settings())
    tree = soup(page.body())
    assert_sound(tree)
    for text in (card.symptom, card.trigger, card.mechanism, *card.prevention, *(fix.avoid_when for fix in card.fixes)):
        assert shows(tree, text)
    assert copied(tree, card.signature.error)
    assert copied(tree, card.reproduction.code.rstrip("\n"))
    assert {card.issue, card.pr} - {None} <= set(links(tree))
    assert len(page.description) <= 300
    assert "\n" not in page.description


@pytest.mark.parametrize("program", ["mkdocs", "properdocs"])
def test_a_strict_build_passes_and_counts_the_cards(program: str, tmp_path: Path) -> None:
    build_log = build(project(tmp_path, CARDS), "--strict", program=program)
    assert build_log.returncode == 0, build_log.stderr
    assert "WARNING" not in build_log.stderr
    summary = f"{len(library().cards)} cards, {len(library().packages)} packages, 0 problems"
    assert summary in build_log.stderr


@every_card
def test_the_json_of_a_card_reads_back_and_its_scripts_run_alone(file: str, content_site: Path) -> None:
    card = library().cards[id_of(file)]
    folder = content_site / card.package / card.key
    assert_reads_back((folder / "card.json").read_bytes(), card)
    for script in folder.glob("*.py"):
        assert_runs_alone(script.name, script.read_text(encoding="utf-8"))


@every_card
def test_a_page_stays_within_its_size_budget_or_is_named(file: str, content_site: Path) -> None:
    card = library().cards[id_of(file)]
    page = content_site / card.package / card.key / "index.html"
    size = len(gzip.compress(page.read_bytes(), 6))
    if size > PAGE_BUDGET:
        with warnings.catch_warnings():
            warnings.simplefilter("always", SizeBudgetWarning)
            warnings.warn(
                f"{file}: {size:,} bytes compressed, the budget is {PAGE_BUDGET:,}", SizeBudgetWarning, stacklevel=1
            )


def test_every_link_between_pages_leads_to_a_file(content_site: Path) -> None:
    missing = []
    for path in content_site.rglob("index.html"):
        for tag in soup(path.read_text(encoding="utf-8")).select("article [href]"):
            target = tag["href"].partition("#")[0].partition("?")[0]
            if not target or target.startswith(("http", "/")):
                continue
            file = path.parent / target
            if not (file / "index.html" if file.is_dir() else file).is_file():
                missing.append(f"{path.relative_to(content_site)}: {target}")
    assert missing == []


def test_the_lists_have_every_card(content_site: Path) -> None:
    listed = json.loads((content_site / "cards.json").read_bytes())["cards"]
    assert {card["id"] for card in listed} == set(library().cards)
    titles = {title.text for name in library().packages for title in read(content_site, name).select(".fc-row-title")}
    assert titles == {card.title for card in library().cards.values()}
