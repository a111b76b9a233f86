"""Every table and number of the search as plain data, so that browser and terminal share them.

They travel in the index (`index.json`, key `tables`): an index brings the very rules that it was made with.
"""

from __future__ import annotations

import re
from typing import Any

from builder.signature import index, lines, match, normal, query, reading, template, verdict, versions, words


def tables() -> dict[str, Any]:
    """Return the tables as plain data. The expressions mean the same in Python (ASCII) and JavaScript (no flags)."""
    return {
        "rules": [_row(rule) for rule in normal.RULES],
        "folders": list(reading.FOLDERS),
        "entities": lines.ENTITIES,
        "escapes": lines.SIMPLE,
        "prefix": "|".join(f"(?:{pattern})" for _, pattern in lines.PREFIXES),
        "suffix": lines.SUFFIX,
        "longestLine": lines.LONGEST,
        "word": words.WORD,
        "quoted": words.QUOTED,
        "mixed": words.MIXED,
        "longestWord": words.LONGEST,
        "endings": [list(ending) for ending in words.ENDINGS],
        "generic": " ".join(sorted(words.GENERIC)),
        "builtin": " ".join(sorted(words.BUILTIN)),
        "seen": versions.SEEN,
        "pythonPath": versions.PYTHON_PATH,
        "release": versions.VERSION,
        "clause": versions.CLAUSE,
        "told": sorted(versions.TOLD),
        "stages": versions.STAGES,
        "patterns": {**reading.PATTERNS, **lines.PATTERNS, "archive": reading.ARCHIVE},
        "placeholder": template.PLACEHOLDER,
        "varying": template.VARYING,
        "letter": template.LETTER,
        "warns": query.WARNS,
        "limits": {
            name: getattr(module, name)
            for module, names in (
                (lines, ("MOST_PREFIXES", "LONGEST_SUFFIX")),
                (reading, ("HEADER", "INNERMOST_FIRST", "HANDLING", "CAUSE", "REPEATED", "NAME_LENGTH")),
                (reading, ("MOST_EXCEPTIONS", "MOST_FRAMES", "MOST_LINES", "SUMMARY")),
                (query, ("MOST_TERMS", "MOST_HEADS", "MOST_FRAMES_ASKED", "TYPED_LINES", "TYPED_WORDS")),
                (index, ("HASH", "COMPLETED", "SHORTEST")),
                (match, ("LIMIT", "MOST_CHAINS", "MOST_CHUNKS", "MOST_COMMON", "LEAST_SHARE", "STEP")),
                (verdict, ("STRONG", "ENOUGH", "MANY", "LEAST_COVERAGE", "WHOLE", "LEAST_LIKENESS", "LEAST_WORDS")),
                (versions, ("FINAL", "WIDTH", "STAGE", "POST", "DEV", "NO_DEV")),
            )
            for name in names
        },
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
