"""The same content for machines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from builder.pages.card_page import scripts
from builder.pages.document import DataFile, Settings
from builder.records.card import Card, own_content_ratio
from builder.records.library import Library
from builder.records.schema import SCHEMAS, schema_text
from builder.records.verdict import judge


def data_files(library: Library, settings: Settings) -> Iterator[DataFile]:
    """Yield `cards.json`, the schemas, and for each card `card.json` and the scripts of its reproduction and fixes."""
    summaries = []
    for card in library.cards.values():
        path = f"{card.package}/{card.number}"
        computed = _computed(card, library, settings)
        summaries.append(_summary(card, computed, f"{path}/"))
        record = card.model_dump(mode="json", by_alias=True, exclude_none=True)
        yield DataFile(f"{path}/card.json", _json({"id": card.id, **record, **computed}))
        for name, text in scripts(card, library.evidence.get(card.id)).items():
            yield DataFile(f"{path}/{name}", text.encode())
    yield DataFile("cards.json", _json({"format": 1, "cards": summaries}))
    for name in SCHEMAS:
        yield DataFile(f"{name}.schema.json", schema_text(name).encode())


def _computed(card: Card, library: Library, settings: Settings) -> dict[str, Any]:
    """Return what the program adds to a record: verdict, confidence, dates, related cards."""
    evidence = library.evidence.get(card.id)
    judgement = judge(card, evidence, settings.today)
    return {
        "url": f"{settings.site_url}{card.package}/{card.number}/",
        "verdict": judgement.verdict,
        "confidence": judgement.confidence,
        "reproduced": judgement.reproduced,
        "last_verified": evidence.last_verified.isoformat() if evidence else None,
        "own_content_ratio": round(own_content_ratio(card), 2),
        "related": library.related[card.id],
    }


def _summary(card: Card, computed: dict[str, Any], path: str) -> dict[str, Any]:
    """Return what lists and the search need of a card; `path` is relative to the site."""
    return {
        "id": card.id,
        "path": path,
        "url": computed["url"],
        "package": card.package,
        "title": card.title,
        "category": card.category,
        "verdict": computed["verdict"],
        "confidence": computed["confidence"],
        "error": card.signature.error,
        "exception": card.signature.exception,
        "aliases": list(card.signature.aliases),
        "affected": card.versions.affected,
        "fixed": card.versions.fixed,
        "fix": card.fixes[0].title,
    }


def _json(data: dict[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False, indent=1).encode() + b"\n"
