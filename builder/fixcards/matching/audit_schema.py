"""JSON Schema of what `fixcards audit --format json` prints."""

from __future__ import annotations

from typing import Any

from fixcards.matching.index.conditions import MOMENTS, PLATFORMS

_TEXT: dict[str, Any] = {"type": "string"}
_TEXTS: dict[str, Any] = {"type": "array", "items": _TEXT}


def _object(**properties: Any) -> dict[str, Any]:
    """Return the schema of an object that has exactly these properties."""
    required = list(properties)
    return {"type": "object", "required": required, "additionalProperties": False, "properties": properties}


def _list(items: dict[str, Any], description: str = "") -> dict[str, Any]:
    return {"type": "array", "items": items, **({"description": description} if description else {})}


_RELEASE_CHANGE = _object(name=_TEXT, old=_TEXTS, new=_TEXTS)
_LOCK_CHANGE = _object(
    requirements=_TEXTS | {"description": "What has to be asked for; empty where nothing more has to be."},
    changes=_list(_RELEASE_CHANGE, "Every release that differs then."),
    checked={"type": "boolean", "description": "Whether the resolver confirmed it."},
    reason=_TEXT | {"description": "Why it was not checked; empty where it was."},
)
_EXPOSURE = _object(
    id=_TEXT,
    title=_TEXT,
    url=_TEXT | {"description": "Address of the card; relative where the site has none."},
    moment={
        "enum": list(MOMENTS),
        "description": "When it fails: at installation, at import, with a certain use, or so in every newer release.",
    },
    package=_TEXT,
    versions={"type": "object", "additionalProperties": _TEXT, "description": "The releases that set it off."},
    line={"type": "integer", "minimum": 0, "description": "Line of the package in the lock, 0 where it has none."},
    where=_TEXT | {"description": "Interpreters and platforms on which it happens; empty where on all of the lock."},
    targets=_list(_object(python=_TEXT, platform={"enum": list(PLATFORMS)})),
    note=_TEXT,
    fixes=_list(
        _object(title=_TEXT, kind=_TEXT, install=_TEXTS, fits={"type": "boolean"}, why=_TEXT),
        "The card's fixes, those that fit first.",
    ),
    change={
        "description": "The smallest change of the lock that avoids it, with --fix; else null.",
        "anyOf": [{"type": "null"}, _LOCK_CHANGE],
    },
)
_REPORT = _object(
    source=_TEXT | {"description": "Path of the lock, or what was audited in a few words."},
    kind=_TEXT,
    packages={"type": "integer", "minimum": 0},
    targets=_list(_object(python=_TEXT, platform={"enum": list(PLATFORMS)}), "What the lock is for."),
    without_release=_TEXTS | {"description": "Packages without an exact release, about which nothing can be said."},
    exposures=_list(_EXPOSURE, "Known failures that it is in for, those at installation or import first."),
    ignored=_list(_EXPOSURE, "Those that --ignore, --ignore-until-fixed and --baseline leave out."),
)
_COMPARISON = _object(
    old=_TEXT,
    new=_TEXT,
    brings=_list(_EXPOSURE, "Known failures that the new lock alone is in for."),
    ends=_list(_EXPOSURE, "Those that the old lock alone is in for."),
    stays=_list(_EXPOSURE),
    changes=_list(_RELEASE_CHANGE),
)

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Report of fixcards audit --format json",
    "oneOf": [
        _object(format={"const": 1}, audits=_list(_REPORT)),
        _object(format={"const": 1}, comparison=_COMPARISON),
    ],
}
"""JSON Schema of a report."""
