"""What was found -> plain data, as `fixcards match --json` prints it and `SCHEMA` describes it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fixcards.matching.parse.parser import Failure
from fixcards.matching.score.matcher import TIERS, Match

_TEXT = {"type": "string"}
_TEXTS = {"type": "array", "items": _TEXT}
_RELEASES = {"type": "object", "additionalProperties": _TEXT}
_NUMBER = {"type": "integer", "minimum": 0}

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Answer of fixcards match --json",
    "type": "object",
    "required": ["failure", "matches"],
    "additionalProperties": False,
    "properties": {
        "failure": {
            "description": "What was understood of the text: of the part with the best match where it has several.",
            "type": "object",
            "required": ["exceptions", "frames", "lines", "versions"],
            "additionalProperties": False,
            "properties": {
                "exceptions": {
                    "description": "In the order of printing, so the outermost of a chain is the last.",
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["name", "message", "frames", "relation", "line"],
                        "additionalProperties": False,
                        "properties": {
                            "name": _TEXT,
                            "message": _TEXT,
                            "frames": _TEXTS | {"description": "Library frames, innermost last."},
                            "relation": {"enum": ["first", "handling", "cause", "grouped"]},
                            "line": _NUMBER,
                        },
                    },
                },
                "frames": _TEXTS | {"description": "Library frames of no exception that was read."},
                "lines": _TEXTS | {"description": "Other lines that say something, the last twenty."},
                "versions": _RELEASES | {"description": "Releases that the text shows."},
            },
        },
        "matches": {
            "description": "Known failures that fit, best first; empty where none does.",
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "title", "url", "tier", "score", "reasons", "fix", "versions", "line", "times"],
                "additionalProperties": False,
                "properties": {
                    "id": _TEXT,
                    "title": _TEXT,
                    "url": _TEXT | {"description": "Address of the card; relative where the site has none."},
                    "tier": {"enum": list(TIERS)},
                    "score": {"type": "number", "minimum": 0, "maximum": 1},
                    "reasons": _TEXTS,
                    "fix": _TEXT | {"description": "The best way out, in one line."},
                    "versions": _RELEASES | {"description": "Releases of the packages that matter, as the text shows."},
                    "line": _NUMBER | {"description": "First line that carries the message, 0 where none does."},
                    "times": _NUMBER | {"description": "How often the failure stands in the text."},
                },
            },
        },
    },
}
"""JSON Schema of an answer."""

_LINES = 20


def answer(failure: Failure, matches: Iterable[tuple[Match, int]], site: str) -> dict[str, Any]:
    """Return an answer. `matches` come with how often they were seen; `site` is the address that links start with."""
    return {
        "failure": {
            "exceptions": [
                {
                    "name": head.name,
                    "message": head.message,
                    "frames": list(head.frames),
                    "relation": head.relation,
                    "line": head.line,
                }
                for head in failure.exceptions
            ],
            "frames": list(failure.frames),
            "lines": [loose.text for loose in failure.lines[-_LINES:]],
            "versions": dict(sorted(failure.versions.items())),
        },
        "matches": [_match(each, times, site) for each, times in matches],
    }


def _match(match: Match, times: int, site: str) -> dict[str, Any]:
    return {
        "id": match.entry.id,
        "title": match.entry.title,
        "url": site + str(match.entry.display.get("path", "")),
        "tier": match.tier,
        "score": match.score / 1000,
        "reasons": list(match.reasons),
        "fix": str(match.entry.display.get("fix", "")),
        "versions": dict(match.versions),
        "line": match.line,
        "times": times,
    }
