"""Where a JSON file that the program wrote is wrong."""

from __future__ import annotations

import json

from pydantic import ValidationError

from fixcards.records.yaml_document import Position, YamlDocument, YamlError


def first_json_error(error: ValidationError, raw: bytes) -> tuple[str, Position]:
    """Return the first error of a JSON file that fits no model, and its place. `raw` is UTF-8."""
    first = error.errors(include_url=False)[0]
    text = raw.decode()
    if first["type"] == "json_invalid":
        try:
            json.loads(text)
        except json.JSONDecodeError as invalid:
            # Python's own reader counts columns in characters.
            return f"{invalid.msg[:1].lower()}{invalid.msg[1:]}", Position(invalid.lineno, invalid.colno)
        except (RecursionError, ValueError):  # too deep, or a number of thousands of digits
            pass
        return first["msg"], Position(1, 1)
    where = ".".join(str(step) for step in first["loc"])
    document = json_document(text)
    position = document.position(first["loc"]) if document else Position(1, 1)
    return f"{where}: {first['msg']}" if where else first["msg"], position


def json_document(text: str) -> YamlDocument | None:
    """Return a JSON text as a YAML document, which has places; None where it is no YAML, as with tabs as margin."""
    try:
        return YamlDocument(text)
    except YamlError:
        return None
