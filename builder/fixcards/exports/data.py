"""The same content for machines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from pydantic_core import to_json

from fixcards.build.page import DataFile
from fixcards.records.card import own_content_ratio
from fixcards.records.library import Library
from fixcards.records.schema import SCHEMAS, schema_text
from fixcards.records.summary import Summary
from fixcards.records.verdict import judge
from fixcards.site.card_page import JSON_NAME, CardPageData, scripts
from fixcards.site.settings import SiteSettings


def library_files(library: Library, settings: SiteSettings) -> Iterator[DataFile]:
    """Yield `cards.json`, a card a line, and the schemas."""
    lines = ",\n".join(
        json.dumps(_summary(card, settings.site_url, settings.today), ensure_ascii=False)
        for card in library.summaries.values()
    )
    yield DataFile("cards.json", f'{{"format": 1, "cards": [\n{lines}\n]}}\n'.encode())
    for name in SCHEMAS:
        yield DataFile(f"{name}.schema.json", schema_text(name).encode())


def card_files(subject: CardPageData, settings: SiteSettings) -> Iterator[DataFile]:
    """Yield `card.json` and the scripts of a card's reproduction and fixes."""
    card, evidence = subject.card, subject.evidence
    path = f"{card.package}/{card.number}"
    judgement = judge(card, evidence, settings.today)
    computed = {
        "url": f"{settings.site_url}{path}/",
        "verdict": judgement.verdict,
        "confidence": judgement.confidence,
        "reproduced": judgement.reproduced,
        "last_verified": evidence.last_verified.isoformat() if evidence else None,
        "own_content_ratio": round(own_content_ratio(card), 2),
        "related": [other.id for other in subject.related],
    }
    record = card.model_dump(mode="json", by_alias=True, exclude_none=True)
    yield DataFile(f"{path}/{JSON_NAME}", _json({"id": card.id, **record, **computed}))
    for name, text in scripts(card, evidence).items():
        yield DataFile(f"{path}/{name}", text.encode())


def _summary(card: Summary, site_url: str, today: date) -> dict[str, Any]:
    """Return what lists need of a card; `path` is relative to the site."""
    return {
        "id": card.id,
        "path": card.path,
        "url": f"{site_url}{card.path}",
        "package": card.package,
        "title": card.title,
        "category": card.category,
        "verdict": card.verdict,
        "confidence": card.confidence(today),
        "error": card.error,
        "exception": card.exception or None,
        "aliases": list(card.aliases),
        "affected": card.affected,
        "fixed": card.fixed or None,
        "fix": card.fix,
    }


def _json(data: dict[str, Any]) -> bytes:
    return to_json(data, indent=1) + b"\n"
