"""Every table and number of the search as plain data, which browser and terminal share.

They are a part of the index (`index.json`, key `tables`), so that it comes with the rules that it was written by.
"""

from __future__ import annotations

import dataclasses
import re
from types import ModuleType
from typing import Any

from fixcards.matching.index import format as index_format
from fixcards.matching.index import query, reader
from fixcards.matching.index.entry import Entry
from fixcards.matching.parse import (
    lines,
    messages,
    normalize,
    normalized_failure,
    packages,
    patterns,
    releases,
    template,
    tokens,
    versions,
)
from fixcards.matching.score import (
    environment,
    features,
    fixes,
    matcher,
    origin,
    release_check,
    scoring,
    split_template,
    stated_limits,
)


def tables() -> dict[str, Any]:
    """Return the tables as plain data. The expressions mean the same in Python (ASCII) and JavaScript (no flags)."""
    return {
        "rules": [_row(rule) for rule in normalize.RULES],
        "libraryFolders": list(packages.LIBRARY_FOLDERS),
        "entities": lines.ENTITIES,
        "escapes": lines.SIMPLE_ESCAPES,
        "maxLineLength": lines.MAX_LINE_LENGTH,
        "wordPattern": tokens.WORD,
        "quotedPattern": tokens.QUOTED,
        "qualified": tokens.QUALIFIED,
        "maxWordLength": tokens.MAX_WORD_LENGTH,
        "suffixRules": [[list(suffix) for suffix in suffixes] for suffixes in tokens.SUFFIX_RULES],
        "stopwords": " ".join(sorted(tokens.STOPWORDS)),
        "builtinNames": " ".join(sorted(tokens.BUILTIN_NAMES)),
        "releaseMention": releases.RELEASE_MENTION,
        "comparisonWords": sorted(releases.COMPARISON_WORDS),
        "adviceWords": sorted(releases.ADVICE_WORDS),
        "noNames": " ".join(sorted(releases.NO_NAMES - tokens.STOPWORDS)),
        "pythonNames": sorted(releases.PYTHON_NAMES),
        "closingQuotes": messages.QUOTES,
        "stages": versions.STAGES,
        "patterns": _patterns(),
        "placeholder": template.PLACEHOLDER,
        "normalizedValue": template.NORMALIZED_VALUE,
        "reasonTexts": scoring.REASON_TEXTS,
        "fixTexts": fixes.FIX_TEXTS,
        "entryDefaults": {
            field.name: _blank(field)
            for field in dataclasses.fields(Entry)
            if field.name not in ("id", "prose", "keywords")
        },
        "quotes": template.QUOTE,
        "limits": _limits(),
    }


_LIMIT_PATTERNS = "constraint determined given held limit past stated word"
"""Those of `stated_limits` whose names are one word: the same in both languages, but for capitals."""


def _patterns() -> dict[str, str]:
    """Return every expression that is used by its name."""
    return {
        **patterns.PATTERNS,
        **lines.PATTERNS,
        "archive": patterns.ARCHIVE,
        "compiled": patterns.COMPILED,
        "prefix": "|".join(f"(?:{pattern})" for _, pattern in lines.PREFIXES),
        "suffix": lines.SUFFIX,
        "mixed": tokens.MIXED,
        "letter": template.LETTER,
        "warningLine": query.WARNING_PATTERN,
        "logPrefix": query.LOG_PREFIX,
        "suggestion": normalized_failure.SUGGESTION,
        "machineLine": query.MACHINE_LINE,
        "listed": releases.LISTED_RELEASE,
        "listedValue": releases.LISTED_VALUE,
        "listItem": releases.LISTED_ITEM,
        "listSeparator": releases.LIST_SEPARATOR,
        "lockedName": releases.LOCKED_NAME,
        "lockedRelease": releases.LOCKED_RELEASE,
        "platform": releases.PLATFORM,
        "installCommand": releases.INSTALL_COMMAND,
        "pythonPath": releases.PYTHON_PATH,
        "pythonProgram": releases.PYTHON_PROGRAM,
        "wrapped": features.WRAPPED,
        "subject": origin.SUBJECT,
        "classOfMethod": split_template.CLASS_OF_METHOD,
        "quotedName": split_template.QUOTED_NAME,
        "distributor": releases.DISTRIBUTOR,
        "codeName": normalized_failure.CODE_NAME,
        "named": normalized_failure.NAMED,
        "negated": normalized_failure.NEGATED,
        "denied": normalized_failure.DENIED,
        "origin": normalized_failure.ORIGIN,
        "address": normalized_failure.ADDRESS,
        "quotedMessage": normalized_failure.QUOTED_MESSAGE,
        "lastPlace": template.LAST_PLACE,
        "prerelease": versions.PRERELEASE,
        "sourceCode": split_template.SOURCE,
        **{name: getattr(stated_limits, name.upper()) for name in _LIMIT_PATTERNS.split()},
        "noDowngrade": stated_limits.NO_DOWNGRADE,
        "noEdit": stated_limits.NO_EDIT,
        "noInstall": stated_limits.NO_INSTALL,
        "sentenceEnd": stated_limits.SENTENCE_END,
        "clauseEnd": stated_limits.CLAUSE_END,
        "noPackage": stated_limits.NO_PACKAGE,
        "otherName": stated_limits.OTHER_NAME,
        "requirement": fixes.REQUIREMENT,
        "lowest": fixes.LOWEST,
        "announcing": fixes.ANNOUNCING,
        "firstPerson": fixes.FIRST_PERSON,
        "release": versions.VERSION,
        "clause": versions.CLAUSE,
    }


_LIMITS: dict[ModuleType, str] = {
    lines: "MAX_PREFIXES MAX_SUFFIX_LENGTH MAX_ESCAPES CHUNK_LENGTH",
    patterns: "OTHER_FRAMES HEADER INNERMOST_FIRST HANDLING CAUSE REPEATED MAX_NAME_LENGTH UNREACHABLE_INDENT"
    " MAX_EXCEPTIONS MAX_FRAMES MAX_LINES REPEAT_WINDOW",
    messages: "MIN_ANNOUNCED",
    query: "MAX_TERMS MAX_QUERY_EXCEPTIONS MAX_QUERY_FRAMES MAX_MAIN_EXCEPTIONS MAX_FRAME_EXCEPTIONS MAX_WARNING_LINES"
    " MAX_OTHER_LINES MAX_QUIET_LINES MAX_TYPED_LINES MAX_TYPED_WORDS CHECKS EXCEPTION_WEIGHT FRAME_WEIGHT LINE_WEIGHT"
    " PACKAGE_WEIGHT",
    tokens: "CONSTRUCTOR SENTENCE_WORDS SENTENCE_INFORMATIVE SENTENCE_SPECIFICITY",
    template: "ELLIPSIS_CHARACTERS MIN_TRUNCATED_LENGTH",
    reader: "MAX_COMPLETIONS MIN_FUZZY_LENGTH",
    matcher: "DEFAULT_LIMIT MAX_ENTRY_FILES MAX_COMMON_POSTINGS MIN_SHARE_OF_BEST MIN_LEAD IDF_STEP",
    features: "FULL_COVERAGE CLASS_COVERAGE SPECIFICITY_ENOUGH MAX_RANKED_SPECIFICITY IDENTIFYING MARK_LENGTH"
    " OWN_EXCEPTION UNFINISHED",
    split_template: "MIN_TYPO_LENGTH SHADOWED",
    scoring: "SPECIFICITY_STRONG MIN_SHARED MIN_SHARED_LONG_TEXT MIN_LONG_TEXT_COVERAGE MIN_COVERAGE"
    " WHOLE_LINE_COVERAGE MIN_SIMILARITY MIN_KEYWORD_COVERAGE MIN_NEARNESS TIERS TIERS_BY_EVIDENCE"
    " MAX_UNCERTAIN_EVIDENCE BASE_SCORE"
    " SPECIFICITY_SCORE MAX_SCORED_SPECIFICITY LAST_EXCEPTION_SCORE SAME_EXCEPTION_SCORE OTHER_EXCEPTION_PENALTY"
    " TRUNCATED_PENALTY FRAMES_SCORE FRAME_SCORE MAX_SCORED_FRAMES INNERMOST_SCORE FOREIGN_FRAMES_PENALTY"
    " PARTNER_FRAME_SCORE USED_SCORE SOURCE_SCORE AFFECTED_SCORE CONTRADICTION_PENALTY MAX_SCORE MAX_REASON_WORDS",
    environment: "MIN_LISTED MAX_LISTED",
    index_format: "PACKAGE_TERM",
    release_check: "ABSENT",
    releases: "PLUGINS PLACE_WORDS READER_WORDS REPORTS ADVICE_REACH MAX_CONTEXT",
    versions: "ALTERNATIVE FINAL WIDTH STAGE POST DEV NO_DEV",
}
"""The numbers and short texts that both languages share, by the module that defines them."""


def _limits() -> dict[str, Any]:
    limits = {name: getattr(module, name) for module, names in _LIMITS.items() for name in names.split()}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in limits.items()}


def _row(rule: normalize.NormalizingRule) -> dict[str, Any]:
    """Return a rule. A computed replacement is `{"function": name}`; `keepsGroup` says whether group 1 stays."""
    text = rule.replacement
    return {
        "pattern": rule.pattern,
        "replacement": {"function": text.value} if isinstance(text, normalize.Computed) else text,
        "keepsGroup": re.compile(rule.pattern).groups > 0,
        "invisible": rule in normalize.INVISIBLE.rules,
        "display": rule in normalize.DISPLAY.rules,
    }


def _blank(field: dataclasses.Field[Any]) -> Any:
    """Return the value of an entry's field that its record leaves out."""
    value = field.default if field.default_factory is dataclasses.MISSING else field.default_factory()
    return list(value) if isinstance(value, tuple) else value
