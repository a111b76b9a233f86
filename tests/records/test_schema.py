from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from fixcards.records.evidence import Evidence
from fixcards.records.library import load
from fixcards.records.schema import SCHEMAS, schema_text
from fixcards.records.yaml_document import YamlDocument

from .conftest import GOOD

CARDS = Path(__file__).parents[2] / "cards"


def validator(name: str) -> jsonschema.Draft202012Validator:
    schema = json.loads((CARDS / f"{name}.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)


def as_json(data: dict[str, Any]) -> Any:
    """What an editor sees: days are text to YAML 1.2."""
    return json.loads(json.dumps(data, default=str))


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_committed_schema_is_the_one_of_the_model(name: str) -> None:
    committed = (CARDS / f"{name}.schema.json").read_text(encoding="utf-8")
    assert committed == schema_text(name), "run `fixcards schema --write`"


def test_every_card_and_its_evidence_fit_their_schemas() -> None:
    library = load(CARDS)
    card_schema, evidence_schema = validator("card"), validator("evidence")
    for card_id, path in library.files.items():
        text = (CARDS / path).read_text(encoding="utf-8")
        assert [error.message for error in card_schema.iter_errors(as_json(YamlDocument(text).data))] == [], card_id
    for card_id, evidence in library.evidence.items():
        written = json.loads(evidence.model_dump_json(exclude_none=True))
        assert [error.message for error in evidence_schema.iter_errors(written)] == [], card_id


def test_a_card_with_every_key_fits_the_schema(data: dict, evidence: Evidence) -> None:
    validator("card").validate(as_json(data))
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
        (("issue",), "http://github.com/example/demo/issues/7"),
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
def test_every_key_is_described_for_those_who_type_it(name: str) -> None:
    schema = json.loads(schema_text(name))
    for model in (schema, *schema["$defs"].values()):
        for part in (model, *model.get("anyOf", ())):
            for key, field in part.get("properties", {}).items():
                assert field.get("description") or field["$ref"], key
