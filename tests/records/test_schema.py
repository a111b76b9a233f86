from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from fixcards.records.evidence import Evidence
from fixcards.records.schema import SCHEMAS, schema_text

from .conftest import GOOD


def validator(name: str) -> jsonschema.Draft202012Validator:
    schema = json.loads(schema_text(name))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)


def as_json(data: dict[str, Any]) -> Any:
    """What an editor sees: days are text to YAML 1.2."""
    return json.loads(json.dumps(data, default=str))


def test_a_card_with_every_key_fits_the_schema(data: dict, evidence: Evidence) -> None:
    validator("card").validate(as_json(data))
    validator("card").validate(as_json(data | {"cause": "transport-3", "related": ["demo-8"]}))
    validator("card").validate(as_json(data | {"status": "published"}))
    validator("card").validate(as_json(data | {"status": {"state": "retired", "reason": "It was wrong."}}))
    validator("evidence").validate(json.loads(GOOD.with_name("7.evidence.json").read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("severity",), "high"),
        (("versions", "with_"), {"transport": ">=2.0"}),
        (("versions", "with"), {"Transport Layer": ">=2.0"}),
        (("versions", "with"), {}),
        (("versions", "affected"), 1.10),
        (("versions", "affected"), "all"),
        (("versions", "fixed"), "v1.11"),
        (("versions", "platform"), "Linux"),
        (("issue",), "ftp://github.com/example/demo/issues/7"),
        (("pr",), None),
        (("impact",), "  "),
        (("title",), "x" * 101),
        (("title",), "two\nlines"),
        (("category",), "hung"),
        (("package",), "Demo"),
        (("prevention",), []),
        (("signature", "aliases"), []),
        (("signature", "frames"), ["/venv/demo/client.py:get"]),
        (("reproduction", "files"), {"/etc/passwd": ""}),
        (("reproduction", "expect", "exit"), 256),
        (("fixes", 0, "extra"), 1),
        (("discussion", 0, "quote"), "x" * 201),
        (("related",), ["demo/8"]),
        (("status",), "retired"),
    ],
)
def test_editors_mark_what_the_check_would_refuse(data: dict, path: tuple[str | int, ...], value: object) -> None:
    record = as_json(data)
    spot = record
    for step in path[:-1]:
        spot = spot[step]
    spot[path[-1]] = value
    assert list(validator("card").iter_errors(record))


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_key_has_a_description_for_editors(name: str) -> None:
    schema = json.loads(schema_text(name))
    for model in (schema, *schema["$defs"].values()):
        for part in (model, *model.get("anyOf", ())):
            for key, field in part.get("properties", {}).items():
                assert field.get("description") or field["$ref"], key
