"""Every table and number of the search as plain data, which browser and terminal share.

They are a part of the index (`index.json`, key `tables`), so that it comes with the rules that it was written by.
"""

from __future__ import annotations

import dataclasses
import re
from types import ModuleType
from typing import Any, NamedTuple

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
)


class _Names(NamedTuple):
    """What a module of JavaScript takes of `modules`: names of constants, or of what `_PREFIXES` has."""

    modules: tuple[ModuleType, ...]
    values: str = ""
    sets: str = ""
    searched: str = ""
    """Expressions that are searched once in a text."""
    replaced: str = ""
    """Expressions of which every occurrence counts."""


_PREFIXES = {"PATTERNS": "", "REASON_TEXTS": "reason ", "FIX_TEXTS": "fix "}
"""What precedes the keys of an object of texts in the names of its constants."""

_NAMES = {
    "patterns": _Names((patterns,), searched="EXCEPTION EXCEPTION_CLASS DOTTED"),
    "lines": _Names(
        (lines,),
        "ENTITIES SIMPLE_ESCAPES MAX_LINE_LENGTH MAX_PREFIXES MAX_SUFFIX_LENGTH MAX_ESCAPES CHUNK_LENGTH",
        searched="BREAK INVISIBLE_CHARACTER ESCAPED JOINED PREFIX SUFFIX",
        replaced="ENTITY JOINT ESCAPE ESCAPED_QUOTE LINK",
    ),
    "packages": _Names((packages, patterns), "LIBRARY_FOLDERS", searched="COMPILED ARCHIVE"),
    "tokens": _Names(
        (tokens,),
        "STOPWORDS SUFFIX_RULES MAX_WORD_LENGTH CONSTRUCTOR SENTENCE_WORDS SENTENCE_INFORMATIVE SENTENCE_SPECIFICITY",
        sets="BUILTIN_NAMES",
        searched="MIXED",
        replaced="QUOTED QUALIFIED WORD",
    ),
    "parser": _Names(
        (patterns, messages),
        "FRAME_FORMS HEADER INNERMOST_FIRST HANDLING CAUSE REPEATED MAX_NAME_LENGTH UNREACHABLE_INDENT MAX_EXCEPTIONS"
        " MAX_FRAMES MAX_LINES REPEAT_WINDOW MIN_ANNOUNCED QUOTES",
        searched="LOGGED_HEADER COUNT BOX CUT_PATH RICH RULER MEMBER SCRIPT INDENTED SOURCE DEF ARROW FRAME PYTEST"
        " WARNING DJANGO RAISED",
    ),
    "releases": _Names(
        (releases,),
        "PLUGINS PLACE_WORDS READER_WORDS REPORTS ADVICE_REACH MAX_CONTEXT",
        sets="COMPARISON_WORDS ADVICE_WORDS NO_NAMES PYTHON_NAMES",
        searched="LISTED_RELEASE LISTED_VALUE LISTED_ITEM LIST_SEPARATOR LOCKED_NAME LOCKED_RELEASE PLATFORM"
        " INSTALL_COMMAND PYTHON_PATH DISTRIBUTOR",
        replaced="PYTHON_PROGRAM RELEASE_MENTION",
    ),
    "template": _Names(
        (template,),
        "ELLIPSIS_CHARACTERS MIN_TRUNCATED_LENGTH",
        searched="LETTER LAST_PLACE",
        replaced="QUOTE PLACEHOLDER NORMALIZED_VALUE",
    ),
    "versions": _Names(
        (versions,), "STAGES ALTERNATIVE FINAL WIDTH STAGE POST DEV NO_DEV", searched="VERSION CLAUSE PRERELEASE"
    ),
    "normalized_failure": _Names(
        (normalized_failure,),
        searched="SUGGESTION NEGATED",
        replaced="ADDRESS QUOTED_MESSAGE NAMED CODE_NAME DENIED ORIGIN",
    ),
    "query": _Names(
        (query,),
        "MAX_TERMS MAX_QUERY_EXCEPTIONS MAX_QUERY_FRAMES MAX_MAIN_EXCEPTIONS MAX_FRAME_EXCEPTIONS MAX_WARNING_LINES"
        " MAX_OTHER_LINES MAX_QUIET_LINES MAX_TYPED_LINES MAX_TYPED_WORDS CHECKS EXCEPTION_WEIGHT FRAME_WEIGHT"
        " LINE_WEIGHT PACKAGE_WEIGHT",
        searched="WARNING_PATTERN LOG_PREFIX MACHINE_LINE",
    ),
    "reader": _Names((reader, index_format), "PACKAGE_TERM MAX_COMPLETIONS MIN_FUZZY_LENGTH"),
    "features": _Names(
        (features, origin, release_check, split_template),
        "FULL_COVERAGE CLASS_COVERAGE SPECIFICITY_ENOUGH MAX_RANKED_SPECIFICITY IDENTIFYING MARK_LENGTH OWN_EXCEPTION"
        " UNFINISHED ABSENT MIN_TYPO_LENGTH SHADOWED",
        searched="WRAPPED SUBJECT CLASS_OF_METHOD SOURCE_CODE",
        replaced="QUOTED_NAME",
    ),
    "scoring": _Names(
        (scoring,),
        "REASON_BOTH REASON_MESSAGE REASON_TRUNCATED REASON_OTHER REASON_INNERMOST REASON_FOREIGN REASON_ALIAS"
        " REASON_AMBIGUOUS REASON_AFFECTED REASON_UNAFFECTED REASON_SIMILAR REASON_WORDS REASON_INSTALLED REASON_FIXED"
        " SPECIFICITY_STRONG MIN_SHARED MIN_SHARED_LONG_TEXT MIN_LONG_TEXT_COVERAGE MIN_COVERAGE"
        " WHOLE_LINE_COVERAGE MIN_SIMILARITY MIN_KEYWORD_COVERAGE MIN_NEARNESS TIERS TIERS_BY_EVIDENCE"
        " MAX_UNCERTAIN_EVIDENCE BASE_SCORE SPECIFICITY_SCORE MAX_SCORED_SPECIFICITY LAST_EXCEPTION_SCORE"
        " SAME_EXCEPTION_SCORE OTHER_EXCEPTION_PENALTY TRUNCATED_PENALTY FRAMES_SCORE FRAME_SCORE MAX_SCORED_FRAMES"
        " INNERMOST_SCORE FOREIGN_FRAMES_PENALTY PARTNER_FRAME_SCORE USED_SCORE SOURCE_SCORE AFFECTED_SCORE"
        " CONTRADICTION_PENALTY MAX_SCORE MAX_REASON_WORDS",
    ),
    "fixes": _Names(
        (fixes,),
        "FIX_IN_PLACE FIX_NEWER FIX_CALLER FIX_OWN_CODE FIX_YOURS FIX_CALL FIX_BOUND FIX_PYTHON FIX_HELD FIX_FIXED"
        " FIX_CODE",
        searched="REQUIREMENT SENTENCE_END CLAUSE_END LIMIT STATED GIVEN NO_INSTALL NO_EDIT OTHER_NAME DETERMINED PAST"
        " ANNOUNCING FIRST_PERSON",
        replaced="CONSTRAINT HELD NO_DOWNGRADE NO_PACKAGE NAME_WORD",
    ),
    "matcher": _Names(
        (matcher,), "DEFAULT_LIMIT MAX_ENTRY_FILES MAX_COMMON_POSTINGS MIN_SHARE_OF_BEST MIN_LEAD IDF_STEP"
    ),
    "environment": _Names((environment,), "MIN_LISTED MAX_LISTED"),
}
"""What both languages share, by the module of JavaScript that takes it, in this order (`table.js`).

A table is a list, since the minifier shortens the names of constants, but not those of a table's keys. So any change of
these names is a new format of the index.
"""


def tables() -> dict[str, Any]:
    """Return the tables as plain data. The expressions mean the same in Python (ASCII) and JavaScript (no flags)."""
    return {
        "rules": list(map(_row, normalize.RULES)),
        "entryDefaults": {
            field.name: _blank(field)
            for field in dataclasses.fields(Entry)
            if field.name not in ("id", "prose", "keywords")
        },
        **{name: [_constants(names.modules, kind.split()) for kind in names[1:]] for name, names in _NAMES.items()},
    }


def names() -> dict[str, list[str]]:
    """Return the names of the constants that each module of JavaScript takes from its table, in order."""
    return {module: " ".join(names[1:]).split() for module, names in _NAMES.items()}


def _constants(modules: tuple[ModuleType, ...], names: list[str]) -> list[Any]:
    defined: dict[str, Any] = {}
    for module in modules:
        defined |= vars(module)
        for name, prefix in _PREFIXES.items():
            texts = vars(module).get(name, {})
            defined |= {f"{prefix}{key}".upper().replace(" ", "_"): text for key, text in texts.items()}
    return [_plain(defined[name]) for name in names]


def _plain(value: Any) -> Any:
    """Return a value as JSON has it."""
    if isinstance(value, frozenset):
        return sorted(value)
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def _row(rule: normalize.NormalizingRule) -> list[str | bool | None]:
    """Return a rule: expression, replacement, whether it is one of invisible characters, and one of the display.

    A path in a library is computed; its replacement is null.
    """
    keeps = "$1" if re.compile(rule.pattern).groups else ""
    text = keeps + rule.replacement.replace("$", "$$") if isinstance(rule.replacement, str) else None
    return [rule.pattern, text, rule in normalize.INVISIBLE.rules, rule in normalize.DISPLAY.rules]


def _blank(field: dataclasses.Field[Any]) -> Any:
    """Return the value of an entry's field that its record leaves out."""
    value = field.default if field.default_factory is dataclasses.MISSING else field.default_factory()
    return list(value) if isinstance(value, tuple) else value
