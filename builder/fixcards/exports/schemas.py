"""JSON Schemas: of cards, of evidence, and of the answers of `fixcards match --format json`."""

from __future__ import annotations

import json
from collections.abc import Iterator

from fixcards.build.page import DataFile
from fixcards.exports.interface import Inputs, LibraryExport
from fixcards.matching.json_response import SCHEMA
from fixcards.records.schema import SCHEMAS, schema_text


class RecordSchemas(LibraryExport):
    """`card.schema.json` and `evidence.schema.json`, for editors. They depend on the program alone."""

    inputs = frozenset()

    def files(self, inputs: Inputs) -> Iterator[DataFile]:
        """Yield a file for each model."""
        for name in SCHEMAS:
            yield DataFile(f"{name}.schema.json", schema_text(name).encode())


class MatchSchema(LibraryExport):
    """`match.schema.json`. It depends on the program alone."""

    inputs = frozenset()

    def files(self, inputs: Inputs) -> Iterator[DataFile]:
        """Yield the file."""
        yield DataFile("match.schema.json", json.dumps(SCHEMA, indent=2).encode() + b"\n")
