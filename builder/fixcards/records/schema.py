"""The JSON Schemas of the records, generated from the models."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel

from fixcards.records.card import Card
from fixcards.records.evidence import Evidence

SCHEMAS: dict[str, type[BaseModel]] = {"card": Card, "evidence": Evidence}


def schema_text(name: str) -> str:
    """Return the schema of `name`, a key of `SCHEMAS`, as the text of its file (JSON Schema, draft 2020-12)."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    schema |= SCHEMAS[name].model_json_schema(by_alias=True)
    if name == "card":
        _say_what_the_rules_say(schema)
    schema["title"] = f"fixcards {name}"
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _say_what_the_rules_say(schema: Any) -> None:
    """Take out what the model lets pass and the rules refuse: empty values, and names of any form."""
    if isinstance(schema, list):
        for part in schema:
            _say_what_the_rules_say(part)
    if not isinstance(schema, dict):
        return
    if {"type": "null"} in schema.get("anyOf", ()):
        (alone,) = (part for part in schema.pop("anyOf") if part != {"type": "null"})
        del schema["default"]
        schema |= alone
    if schema.get("type") == "array":
        schema.setdefault("minItems", 1)
    if "patternProperties" in schema:
        schema |= {"additionalProperties": False, "minProperties": 1}
    for part in schema.values():
        _say_what_the_rules_say(part)
