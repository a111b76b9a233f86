"""Every table and number of the search as plain data, so that browser and terminal share them.

They travel in the index (`index.json`, key `tables`): an index brings the very rules that it was made with.
"""

from __future__ import annotations

import dataclasses
import re
from types import ModuleType
from typing import Any

from fixcards.matching.index import index, query
from fixcards.matching.index.entry import Entry
from fixcards.matching.parse import lines, normalize, parser, template, tokens, versions
from fixcards.matching.score import matcher, scoring


def tables() -> dict[str, Any]:
    """Return the tables as plain data. The expressions mean the same in Python (ASCII) and JavaScript (no flags)."""
    return {
        "rules": [_row(rule) for rule in normalize.RULES],
        "libraryFolders": list(parser.LIBRARY_FOLDERS),
        "entities": lines.ENTITIES,
        "escapes": lines.SIMPLE_ESCAPES,
        "maxLineLength": lines.MAX_LINE_LENGTH,
        "wordPattern": tokens.WORD,
        "quotedPattern": tokens.QUOTED,
        "maxWordLength": tokens.MAX_WORD_LENGTH,
        "suffixRules": [[list(ending) for ending in endings] for endings in tokens.SUFFIX_RULES],
        "stopwords": " ".join(sorted(tokens.STOPWORDS)),
        "builtinNames": " ".join(sorted(tokens.BUILTIN_NAMES)),
        "releaseMention": versions.RELEASE_MENTION,
        "comparisonWords": sorted(versions.COMPARISON_WORDS),
        "stages": versions.STAGES,
        "patterns": {
            **parser.PATTERNS,
            **lines.PATTERNS,
            "archive": parser.ARCHIVE,
            "prefix": "|".join(f"(?:{pattern})" for _, pattern in lines.PREFIXES),
            "suffix": lines.SUFFIX,
            "mixed": tokens.MIXED,
            "letter": template.LETTER,
            "warns": query.WARNING_PATTERN,
            "pythonPath": versions.PYTHON_PATH,
            "release": versions.VERSION,
            "clause": versions.CLAUSE,
        },
        "placeholder": template.PLACEHOLDER,
        "normalizedValue": template.NORMALIZED_VALUE,
        "reasonTexts": scoring.REASON_TEXTS,
        "demotedTier": scoring.DEMOTED_TIER,
        "entryDefaults": {
            field.name: _blank(field) for field in dataclasses.fields(Entry) if field.name not in ("id", "prose")
        },
        "quotes": template.QUOTE,
        "limits": _limits(),
    }


_LIMITS: dict[ModuleType, str] = {
    lines: "MAX_PREFIXES MAX_SUFFIX_LENGTH MAX_ESCAPES CHUNK_LENGTH",
    parser: "HEADER INNERMOST_FIRST HANDLING CAUSE REPEATED MAX_NAME_LENGTH UNREACHABLE_INDENT MAX_EXCEPTIONS"
    " MAX_FRAMES MAX_LINES REPEAT_WINDOW",
    query: "MAX_TERMS MAX_QUERY_EXCEPTIONS MAX_QUERY_FRAMES MAX_TYPED_LINES MAX_TYPED_WORDS",
    template: "ELLIPSIS_CHARACTERS MIN_TRUNCATED_LENGTH",
    index: "HASH_LENGTH MAX_COMPLETIONS MIN_FUZZY_LENGTH",
    matcher: "DEFAULT_LIMIT MAX_FAILURES MAX_ENTRY_FILES MAX_COMMON_POSTINGS MIN_SHARE_OF_BEST MIN_LEAD IDF_STEP",
    scoring: "SPECIFICITY_STRONG SPECIFICITY_ENOUGH MIN_SHARED MIN_SHARED_LONG_TEXT MIN_COVERAGE WHOLE_LINE_COVERAGE"
    " MIN_SIMILARITY MIN_KEYWORD_COVERAGE MIN_NEARNESS",
    versions: "FINAL WIDTH STAGE POST DEV NO_DEV",
}
"""The numbers and short texts that both languages share, by the module that defines them."""


def _limits() -> dict[str, Any]:
    return {name: getattr(module, name) for module, names in _LIMITS.items() for name in names.split()}


def _row(rule: normalize.NormalizingRule) -> dict[str, Any]:
    """Return a rule: `replacement` is null where a library's path stays; `keepsGroup` says whether group 1 does."""
    return {
        "pattern": rule.pattern,
        "replacement": rule.replacement if isinstance(rule.replacement, str) else None,
        "keepsGroup": re.compile(rule.pattern).groups > 0,
        "terminal": rule.name in normalize.TERMINAL_RULES,
        "display": rule.name in normalize.DISPLAY_RULES,
    }


def _blank(field: dataclasses.Field[Any]) -> Any:
    """Return what a field of an entry is where its record leaves it out."""
    made = field.default if field.default_factory is dataclasses.MISSING else field.default_factory()
    return list(made) if isinstance(made, tuple) else made
