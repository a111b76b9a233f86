"""The same content as Markdown, for general site generators: `rival_sites` lays them out."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from builder.records.card import Card
from builder.records.library import load

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


def page(card: Card) -> str:
    """Return everything that a card says as one Markdown page."""
    return "\n\n".join(_parts(card)) + "\n"


def _parts(card: Card) -> Iterator[str]:
    versions, signature, reproduction = card.versions, card.signature, card.reproduction
    yield f"# {card.title}"
    yield f"`{signature.error}`"
    yield "## The fix"
    yield card.fixes[0].body
    yield "## How sure we are"
    rows = [("Upstream issue", card.issue), ("Upstream fix", card.pr or "none"), ("Affected", versions.affected)]
    yield "| | |\n|---|---|\n" + "\n".join(f"| {name} | {text} |" for name, text in rows)
    yield "## Failure signature"
    yield f"```text\n{signature.traceback or signature.error}\n```"
    yield "\n".join(f"- `{text}`" for text in (*signature.aliases, *signature.frames))
    for title, text in (
        ("What broke", card.symptom),
        ("Trigger", card.trigger),
        ("Mechanism", card.mechanism),
        ("If left unfixed", card.impact),
    ):
        if text:
            yield f"## {title}\n\n{text}"
    for number, fix in enumerate(card.fixes, start=1):
        yield f"## Option {number}: {fix.title}"
        yield from filter(None, (fix.body, fix.why, fix.use_when, fix.avoid_when))
        if fix.code:
            yield f"```python\n{fix.code}\n```"
    yield f"## Minimal reproduction\n\n```python\n{reproduction.code}\n```"
    yield "## Prevention\n\n" + "\n".join(f"- {text}" for text in card.prevention)
    if card.discussion:
        yield "## Discussion\n\n" + "\n".join(f"- {point.point} <{point.url}>" for point in card.discussion)


def rival_sites(cards: Path, folder: Path) -> None:
    """Write a project of mkdocs-material and one of Hugo with the cards below `cards`."""
    shutil.rmtree(folder, ignore_errors=True)
    for card in load(cards).cards.values():
        text = page(card)
        where = f"{card.package}/{card.number}.md"
        for root, head in (("material/docs", ""), ("hugo/content", f"---\ntitle: {card.id}\n---\n\n")):
            place = folder / root / where
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(head + text, encoding="utf-8")
    (folder / "material" / "docs" / "index.md").write_text("# Cards\n", encoding="utf-8")
    (folder / "material" / "mkdocs.yml").write_text(MATERIAL, encoding="utf-8")
    (folder / "hugo" / "hugo.toml").write_text(HUGO, encoding="utf-8")
    layouts = folder / "hugo" / "layouts" / "_default"
    layouts.mkdir(parents=True)
    for name in ("single.html", "list.html"):
        (layouts / name).write_text(HUGO_PAGE, encoding="utf-8")
