"""Answer -> plain data, as `fixcards match --json` prints it and `SCHEMA` describes it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from fixcards.matching.parse.parser import Failure
from fixcards.matching.score.environment import EnvironmentMatch
from fixcards.matching.score.matcher import Match
from fixcards.matching.score.scoring import TIERS

_TEXT = {"type": "string"}
_TEXTS = {"type": "array", "items": _TEXT}
_RELEASES = {"type": "object", "additionalProperties": _TEXT}
_NUMBER = {"type": "integer", "minimum": 0}

_NOTE = _TEXT | {
    "description": "What a reader has to know before relying on the card, such as that no person has explained it yet; "
    "empty where there is nothing."
}
_FIXES: dict[str, Any] = {
    "description": "The card's fixes, those that fit what the text shows first.",
    "type": "array",
    "items": {
        "type": "object",
        "required": ["title", "kind", "install", "fits", "why"],
        "additionalProperties": False,
        "properties": {
            "title": _TEXT,
            "kind": _TEXT,
            "install": _TEXTS | {"description": "Requirements that a reader has afterwards."},
            "fits": {"type": "boolean"},
            "why": _TEXT | {"description": "Why it doesn't fit; empty where it does."},
        },
    },
}

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Answer of fixcards match --json",
    "type": "object",
    "required": ["failure", "matches", "environment"],
    "additionalProperties": False,
    "properties": {
        "failure": {
            "description": "What was read from the text: from the failure with the best match where it shows several.",
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
                "frames": _TEXTS | {"description": "Library frames without an exception."},
                "lines": _TEXTS | {"description": "Other lines, the last twenty."},
                "versions": _RELEASES
                | {"description": "Releases that the text shows, of packages that it lists or a card names."},
            },
        },
        "matches": {
            "description": "Known failures that the text shows, best first.",
            "type": "array",
            "items": {
                "type": "object",
                "required": [
                    *("id", "title", "url", "note", "tier", "score", "reasons", "warning", "cause", "fix", "fixes"),
                    "failed_lines",
                    *("versions", "line", "times", "sources"),
                ],
                "additionalProperties": False,
                "properties": {
                    "id": _TEXT,
                    "title": _TEXT,
                    "url": _TEXT | {"description": "Address of the card; relative where the site has none."},
                    "note": _NOTE,
                    "tier": {"enum": list(TIERS)},
                    "score": {"type": "number", "minimum": 0, "maximum": 1},
                    "reasons": _TEXTS,
                    "warning": _TEXT
                    | {"description": "What the releases of the text say against it; empty where nothing does."},
                    "cause": _TEXT
                    | {"description": "Id of the card of the change that it comes from; empty where it has none."},
                    "fix": _TEXT | {"description": "The first of the fixes, in one line."},
                    "fixes": _FIXES,
                    "failed_lines": _TEXTS
                    | {"description": "Titles of fixes whose line to copy did not work when it was last executed."},
                    "versions": _RELEASES
                    | {"description": "Releases of the packages that matter, as the text shows them."},
                    "line": _NUMBER | {"description": "First line with the message, 0 where no line has it."},
                    "times": _NUMBER | {"description": "How often the text shows the failure."},
                    "sources": _TEXTS
                    | {"description": "Folders and sites that have the card, first the one that it is taken from."},
                },
            },
        },
        "environment": {
            "description": "Known failures that the listed releases are in for, where the text is such a list.",
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "title", "url", "note", "cause", "fix", "fixes", "versions"],
                "additionalProperties": False,
                "properties": {
                    "id": _TEXT,
                    "title": _TEXT,
                    "url": _TEXT,
                    "note": _NOTE,
                    "cause": _TEXT,
                    "fix": _TEXT,
                    "fixes": _FIXES,
                    "versions": _RELEASES | {"description": "The releases that set it off."},
                },
            },
        },
    },
}
"""JSON Schema of an answer."""

_MAX_LINES = 20


def answer(
    failure: Failure,
    matches: Iterable[tuple[Match, int, str]],
    environment: Iterable[tuple[EnvironmentMatch, str]],
) -> dict[str, Any]:
    """Return an answer. Each match comes with its number of occurrences, each with the address of its card."""
    ranked = [_match(each, times, url) for each, times, url in matches]
    exposed = [_card(each, url) | {"versions": dict(each.versions)} for each, url in environment]
    mattering = {name for each in (*ranked, *exposed) for name in each["versions"]} | {"python", *failure.listed}
    return {
        "failure": {
            "exceptions": [
                {
                    "name": exception.name,
                    "message": exception.message,
                    "frames": list(exception.frames),
                    "relation": exception.relation,
                    "line": exception.line,
                }
                for exception in failure.exceptions
            ],
            "frames": list(failure.frames),
            "lines": [other.text for other in failure.lines[-_MAX_LINES:]],
            # A word with a number in a sentence is a package only where a card says so.
            "versions": {name: each for name, each in sorted(failure.versions.items()) if name in mattering},
        },
        "matches": ranked,
        "environment": exposed,
    }


def _match(match: Match, times: int, url: str) -> dict[str, Any]:
    return {
        **_card(match, url),
        "tier": match.tier,
        "score": match.score / 1000,
        "reasons": list(match.reasons),
        "warning": match.warning,
        "failed_lines": str(match.entry.display.get("failed_lines", "")).splitlines(),
        "versions": dict(match.versions),
        "line": match.line,
        "times": times,
        "sources": list(match.sources),
    }


def _card(match: Match | EnvironmentMatch, url: str) -> dict[str, Any]:
    entry = match.entry
    return {
        "id": entry.id,
        "title": entry.title,
        "url": url,
        "note": entry.note,
        "cause": entry.cause if entry.cause != entry.id else "",
        "fix": match.fixes[0].title if match.fixes else "",
        "fixes": [asdict(fix) | {"install": list(fix.install)} for fix in match.fixes],
    }
