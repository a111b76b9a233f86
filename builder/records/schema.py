"""The JSON Schemas of the records, generated from the models."""

from __future__ import annotations

import json

from pydantic import BaseModel

from builder.records.card import Card
from builder.records.evidence import Evidence

SCHEMAS: dict[str, type[BaseModel]] = {"card": Card, "evidence": Evidence}


def schema_text(name: str) -> str:
    """Return the schema of `name`, a key of `SCHEMAS`, as the text of its file (JSON Schema, draft 2020-12)."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    schema |= SCHEMAS[name].model_json_schema(by_alias=True)
    schema["title"] = f"fixcards {name}"
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
