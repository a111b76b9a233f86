"""Values of an answer whose shape is the server's affair: what isn't as documented counts as absent."""

from __future__ import annotations

from typing import Any


def field(data: object, key: str) -> Any:
    """Return the value of a key, None where there is no such mapping or key."""
    return data.get(key) if isinstance(data, dict) else None


def text_of(data: object, key: str) -> str:
    """Return the text of a key, empty where there is none."""
    value = field(data, key)
    return value if isinstance(value, str) else ""


def items(data: object) -> list[dict[str, Any]]:
    """Return the mappings in a list."""
    return [each for each in data if isinstance(each, dict)] if isinstance(data, list) else []
