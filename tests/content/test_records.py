from __future__ import annotations

import json

import jsonschema
import pytest

from fixcards.records.evidence import Evidence, lock_digest, run_digest
from fixcards.records.schema import schema_text
from fixcards.records.yaml_document import YamlDocument
from tests.content.real import CARDS, every_card, id_of, library


def evidence_of(file: str) -> Evidence | None:
    return library().evidence.get(id_of(file))


def schema_errors(name: str, data: object) -> list[str]:
    schema = json.loads(schema_text(name))
    return [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(data)]


def test_no_record_has_a_problem() -> None:
    problems = [str(problem) for problem in library().problems]
    if problems:
        pytest.fail("\n".join(problems), pytrace=False)


@every_card
def test_a_card_fits_the_schema_that_editors_use(file: str) -> None:
    text = (CARDS / file).read_text(encoding="utf-8")
    # Days are text to the YAML 1.2 of editors.
    assert schema_errors("card", json.loads(json.dumps(YamlDocument(text).data, default=str))) == []


@every_card
def test_evidence_belongs_to_the_card_as_it_is(file: str) -> None:
    evidence = evidence_of(file)
    if evidence is not None:
        assert evidence.digest == run_digest(library().cards[evidence.card]), "run `fixcards verify` again"
        assert schema_errors("evidence", json.loads(evidence.model_dump_json(exclude_none=True))) == []


@every_card
def test_evidence_agrees_with_itself(file: str) -> None:
    evidence = evidence_of(file)
    for run in evidence.runs if evidence else ():
        assert run.outcome in run.repetitions
        assert run.matched or run.outcome != "failed-as-described"
        if run.packages:
            assert lock_digest(run.packages, evidence.distributions) == run.lock_digest
