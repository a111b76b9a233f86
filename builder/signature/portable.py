"""Every table and number of the search as one JavaScript module, so that browser and terminal share them."""

from __future__ import annotations

import json
from typing import Any

from builder.signature import index, lines, match, normal, query, reading, template, verdict, versions, words

HEADER = "// Generated from builder/signature by `make generate`; tests/test_generated.py compares it.\n"


def tables() -> dict[str, Any]:
    """Return the tables as plain data. The expressions mean the same in Python (ASCII) and JavaScript (no flags)."""
    return {
        "version": normal.TABLE_VERSION,
        "rules": [
            [rule.name, rule.pattern, rule.replacement if isinstance(rule.replacement, str) else None]
            for rule in normal.RULES
        ],
        "folders": list(reading.FOLDERS),
        "entities": lines.ENTITIES,
        "prefixes": [pattern for _, pattern in lines.PREFIXES],
        "suffix": lines.SUFFIX,
        "longestLine": lines.LONGEST,
        "word": words.WORD,
        "quoted": words.QUOTED,
        "longestWord": words.LONGEST,
        "endings": [list(ending) for ending in words.ENDINGS],
        "generic": " ".join(sorted(words.GENERIC)),
        "builtin": " ".join(sorted(words.BUILTIN)),
        "seen": versions.SEEN,
        "pythonPath": versions.PYTHON_PATH,
        "release": versions.VERSION,
        "clause": versions.CLAUSE,
        "told": sorted(versions.TOLD),
        "patterns": reading.PATTERNS,
        "placeholder": template.PLACEHOLDER,
        "warns": query.WARNS,
        "limits": {
            name: getattr(module, name)
            for module, names in (
                (reading, ("MOST_EXCEPTIONS", "MOST_FRAMES", "MOST_LINES", "SUMMARY")),
                (query, ("MOST_TERMS", "MOST_HEADS", "MOST_FRAMES_ASKED", "TYPED_LINES", "TYPED_WORDS")),
                (index, ("FORMAT", "HASH", "COMPLETED", "SHORTEST")),
                (match, ("LIMIT", "MOST_CHAINS", "MOST_CHUNKS", "MOST_COMMON", "LEAST_SHARE", "STEP")),
                (verdict, ("STRONG", "ENOUGH", "MANY", "LEAST_COVERAGE", "WHOLE", "LEAST_LIKENESS", "LEAST_WORDS")),
            )
            for name in names
        },
    }


def module() -> str:
    """Return the text of `rules.js`."""
    return f"{HEADER}export default {json.dumps(tables(), indent=1)};\n"
