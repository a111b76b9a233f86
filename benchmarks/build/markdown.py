"""The same content as Markdown, in projects for general site generators."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from fixcards.exports.interface import RelatedCard
from fixcards.records.card_facts import card_facts
from fixcards.records.loader import load
from fixcards.site.card_page import CardPageData, card_context
from fixcards.site.related_cards import related_cards
from fixcards.site.settings import SiteSettings

MATERIAL = """site_name: cards
site_url: https://cards.example.org/
theme:
  name: material
  font: false
nav:
  - index.md # with all pages in it, each page would list all others
validation:
  nav:
    omitted_files: ignore
markdown_extensions:
  - pymdownx.highlight
  - pymdownx.superfences
  - tables
"""
HUGO = """baseURL = "https://cards.example.org/"
title = "cards"
disableKinds = ["taxonomy", "term", "RSS"]
[markup.highlight]
noClasses = false
"""
HUGO_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ .Title }}</title></head>
<body><nav><a href="/">cards</a></nav><main>{{ .Content }}</main></body></html>
"""


def pages(cards: Path) -> Iterator[tuple[str, str]]:
    """Yield path and Markdown of each card, with everything that our page says, from the template `card.md`."""
    settings = SiteSettings(
        "cards", Path(), date(2026, 1, 1), "https://cards.example.org/", "https://github.com/example/cards"
    )
    template = Environment(  # noqa: S701 - Markdown
        loader=FileSystemLoader(Path(__file__).parent), trim_blocks=True, lstrip_blocks=True
    ).get_template("card.md")
    library = load(cards)
    related = related_cards(library)
    for card_id in library.summaries:
        facts = card_facts(library.cards[card_id], library.evidence.get(card_id), settings.today)
        others = tuple(RelatedCard.of(library.summaries[other]) for other in related[card_id])
        context = card_context(CardPageData(facts, others), settings)
        versions = facts.card.versions
        affected = f"{facts.card.package} {versions.affected_set}" + "".join(
            f" with {name} {range_}" for name, range_ in (versions.with_ or {}).items()
        )
        yield f"{facts.path}.md", template.render(**context, affected=affected)


def rival_sites(cards: Path, folder: Path) -> None:
    """Write a project of mkdocs-material and one of Hugo with the cards below `cards`."""
    shutil.rmtree(folder, ignore_errors=True)
    for where, text in pages(cards):
        # Hugo makes addresses from titles unless a page gives its own.
        head = f"---\ntitle: {where[:-3]}\nurl: /{where[:-3]}/\n---\n\n"
        for root, before in (("material/docs", ""), ("hugo/content", head)):
            place = folder / root / where
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(before + text, encoding="utf-8")
    (folder / "material" / "docs" / "index.md").write_text("# Cards\n", encoding="utf-8")
    (folder / "material" / "mkdocs.yml").write_text(MATERIAL, encoding="utf-8")
    (folder / "hugo" / "hugo.toml").write_text(HUGO, encoding="utf-8")
    layouts = folder / "hugo" / "layouts" / "_default"
    layouts.mkdir(parents=True)
    for name in ("single.html", "list.html"):
        (layouts / name).write_text(HUGO_PAGE, encoding="utf-8")
