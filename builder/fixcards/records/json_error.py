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
    try:
        position = YamlDocument(text).position(first["loc"])
    except YamlError:
        position = Position(1, 1)
    return f"{where}: {first['msg']}" if where else first["msg"], position
