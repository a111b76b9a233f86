"""Every table and number of the search as plain data, so that browser and terminal share them.

They travel in the index (`index.json`, key `tables`): an index brings the very rules that it was made with.
"""

from __future__ import annotations

import dataclasses
import re
from typing import Any

from fixcards.matching.index import index, query
from fixcards.matching.index.entry import Entry
from fixcards.matching.parse import lines, template, versions
from fixcards.matching.parse import normalize as normal
from fixcards.matching.parse import parser as reading
from fixcards.matching.parse import tokens as words
from fixcards.matching.score import matcher as match
from fixcards.matching.score import scoring as verdict


def tables() -> dict[str, Any]:
    """Return the tables as plain data. The expressions mean the same in Python (ASCII) and JavaScript (no flags)."""
    return {
        "rules": [_row(rule) for rule in normal.RULES],
        "folders": list(reading.FOLDERS),
        "entities": lines.ENTITIES,
        "escapes": lines.SIMPLE,
        "longestLine": lines.LONGEST,
        "word": words.WORD,
        "quoted": words.QUOTED,
        "longestWord": words.LONGEST,
        "endings": [[list(ending) for ending in endings] for endings in words.ENDINGS],
        "generic": " ".join(sorted(words.GENERIC)),
        "builtin": " ".join(sorted(words.BUILTIN)),
        "seen": versions.SEEN,
        "told": sorted(versions.TOLD),
        "stages": versions.STAGES,
        "patterns": {
            **reading.PATTERNS,
            **lines.PATTERNS,
            "archive": reading.ARCHIVE,
            "prefix": "|".join(f"(?:{pattern})" for _, pattern in lines.PREFIXES),
            "suffix": lines.SUFFIX,
            "mixed": words.MIXED,
            "letter": template.LETTER,
            "warns": query.WARNS,
            "pythonPath": versions.PYTHON_PATH,
            "release": versions.VERSION,
            "clause": versions.CLAUSE,
        },
        "placeholder": template.PLACEHOLDER,
        "varying": template.VARYING,
        "said": verdict.SAID,
        "lower": verdict.LOWER,
        "entry": {
            field.name: _blank(field) for field in dataclasses.fields(Entry) if field.name not in ("id", "prose")
        },
        "quote": template.QUOTE,
        "limits": _limits(),
    }


def _limits() -> dict[str, Any]:
    """Return the numbers and short texts by their names."""
    return {
        name: getattr(module, name)
        for module, names in (
            (lines, ("MOST_PREFIXES", "LONGEST_SUFFIX", "MOST_ESCAPES", "STRETCH")),
            (reading, ("HEADER", "INNERMOST_FIRST", "HANDLING", "CAUSE", "REPEATED", "NAME_LENGTH", "FAR")),
            (reading, ("MOST_EXCEPTIONS", "MOST_FRAMES", "MOST_LINES", "SUMMARY")),
            (query, ("MOST_TERMS", "MOST_HEADS", "MOST_FRAMES_ASKED", "TYPED_LINES", "TYPED_WORDS")),
            (template, ("DOTS", "LEAST_BEGUN")),
            (index, ("HASH", "COMPLETED", "SHORTEST")),
            (match, ("LIMIT", "MOST_CHAINS", "MOST_CHUNKS", "MOST_COMMON", "LEAST_SHARE", "STANDS_OUT", "STEP")),
            (verdict, ("STRONG", "ENOUGH", "MANY", "MANY_TOLD", "LEAST_COVERAGE", "WHOLE", "LEAST_LIKENESS")),
            (verdict, ("LEAST_WORDS", "NEAR")),
            (versions, ("FINAL", "WIDTH", "STAGE", "POST", "DEV", "NO_DEV")),
        )
        for name in names
    }


def _row(rule: normal.Rule) -> dict[str, Any]:
    """Return a rule: `put` is null where the path of a library stays, `kept` says whether group 1 does."""
    return {
        "pattern": rule.pattern,
        "put": rule.replacement if isinstance(rule.replacement, str) else None,
        "kept": re.compile(rule.pattern).groups > 0,
        "look": rule.name in normal.LOOK,
        "tidy": rule.name in normal.TIDY,
    }


def _blank(field: dataclasses.Field[Any]) -> Any:
    """Return what a field of an entry is where its record leaves it out."""
    made = field.default if field.default_factory is dataclasses.MISSING else field.default_factory()
    return list(made) if isinstance(made, tuple) else made
