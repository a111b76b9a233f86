"""JSON Schemas: of cards, of evidence, and of what `fixcards match` and `fixcards audit` print as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator

from fixcards.build.page import DataFile
from fixcards.exports.interface import Inputs, LibraryExport
from fixcards.matching import audit_schema, json_response
from fixcards.records.schema import SCHEMAS, schema_text


class RecordSchemas(LibraryExport):
    """`card.schema.json` and `evidence.schema.json`, for editors. They depend on the program alone."""

    inputs = frozenset()

    def files(self, inputs: Inputs) -> Iterator[DataFile]:
        """Yield a file for each model."""
        for name in SCHEMAS:
            yield DataFile(f"{name}.schema.json", schema_text(name).encode())


class AnswerSchemas(LibraryExport):
    """`match.schema.json` and `audit.schema.json`. They depend on the program alone."""

    inputs = frozenset()

    def files(self, inputs: Inputs) -> Iterator[DataFile]:
        """Yield a file for each command."""
        for name, schema in (("match", json_response.SCHEMA), ("audit", audit_schema.SCHEMA)):
            yield DataFile(f"{name}.schema.json", json.dumps(schema, indent=2).encode() + b"\n")
