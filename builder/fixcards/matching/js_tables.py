"""Every table and number of the search as plain data, which browser and terminal share.

They are a part of the index (`index.json`, key `tables`), so that it comes with the rules that it was written by. The
joined scripts of a site have the numbers themselves, see `numbers`.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from fixcards.matching.index import entry, query, reader
from fixcards.matching.index import format as index_format
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
    template_fit,
)

_VALUES: dict[ModuleType, str] = {
    entry: "ENTRY_DEFAULTS",
    normalize: "NORMALIZING_RULES",
    lines: "ENTITIES SIMPLE_ESCAPES MAX_LINE_LENGTH MAX_PREFIXES MAX_SUFFIX_LENGTH MAX_ESCAPES CHUNK_LENGTH",
    packages: "LIBRARY_FOLDERS OTHER_NAMES",
    tokens: "STOPWORDS SUFFIX_RULES MAX_WORD_LENGTH CONSTRUCTOR SENTENCE_WORDS SENTENCE_INFORMATIVE"
    " SENTENCE_SPECIFICITY",
    patterns: "FRAME_FORMS HEADER INNERMOST_FIRST HANDLING CAUSE REPEATED MAX_NAME_LENGTH UNREACHABLE_INDENT"
    " MAX_EXCEPTIONS MAX_FRAMES MAX_LINES REPEAT_WINDOW",
    messages: "MIN_ANNOUNCED QUOTES",
    releases: "PLUGINS PLACE_WORDS READER_WORDS REPORTS ADVICE_REACH MAX_CONTEXT",
    template: "ELLIPSIS_CHARACTERS MIN_TRUNCATED_LENGTH",
    versions: "STAGES ALTERNATIVE FINAL WIDTH STAGE POST DEV NO_DEV",
    query: "MAX_TERMS MAX_QUERY_EXCEPTIONS MAX_QUERY_FRAMES MAX_MAIN_EXCEPTIONS MAX_FRAME_EXCEPTIONS"
    " MAX_WARNING_LINES MAX_OTHER_LINES MAX_QUIET_LINES MAX_TYPED_LINES MAX_TYPED_WORDS CHECKS"
    " EXCEPTION_WEIGHT FRAME_WEIGHT LINE_WEIGHT PACKAGE_WEIGHT",
    index_format: "PACKAGE_TERM",
    reader: "MAX_COMPLETIONS MIN_FUZZY_LENGTH",
    template_fit: "FULL_COVERAGE CLASS_COVERAGE SPECIFICITY_ENOUGH MAX_RANKED_SPECIFICITY MARK_LENGTH",
    features: "IDENTIFYING MESSAGE_COVERAGE OWN_EXCEPTION INTERRUPTION UNFINISHED",
    release_check: "ABSENT",
    split_template: "MIN_TYPO_LENGTH SHADOWED",
    scoring: "REASON_BOTH REASON_MESSAGE REASON_TRUNCATED REASON_OTHER REASON_INNERMOST REASON_FOREIGN REASON_ALIAS"
    " REASON_AMBIGUOUS REASON_AFFECTED REASON_UNAFFECTED REASON_SIMILAR REASON_WORDS REASON_INSTALLED"
    " REASON_FIXED SPECIFICITY_STRONG MIN_SHARED MIN_SHARED_LONG_TEXT MIN_LONG_TEXT_COVERAGE MIN_COVERAGE"
    " WHOLE_LINE_COVERAGE MIN_SIMILARITY MIN_KEYWORD_COVERAGE MIN_NEARNESS TIERS TIERS_BY_EVIDENCE"
    " MAX_UNCERTAIN_EVIDENCE BASE_SCORE SPECIFICITY_SCORE MAX_SCORED_SPECIFICITY LAST_EXCEPTION_SCORE"
    " SAME_EXCEPTION_SCORE OTHER_EXCEPTION_PENALTY TRUNCATED_PENALTY FRAMES_SCORE FRAME_SCORE"
    " MAX_SCORED_FRAMES INNERMOST_SCORE FOREIGN_FRAMES_PENALTY USED_SCORE"
    " AFFECTED_SCORE CONTRADICTION_PENALTY MAX_SCORE MAX_REASON_WORDS",
    fixes: "FIX_IN_PLACE FIX_NEWER FIX_BACK FIX_CALLER FIX_OWN_CODE FIX_YOURS FIX_CALL FIX_BOUND FIX_PYTHON FIX_HELD"
    " FIX_FIXED FIX_CODE FIX_TRIED FIX_BUILD BUILD_TOOLS",
    stated_limits: "TRIED MAX_PRONOUN",
    matcher: "DEFAULT_LIMIT MAX_ENTRY_FILES MAX_COMMON_POSTINGS MIN_SHARE_OF_BEST MIN_LEAD IDF_STEP",
    environment: "MIN_LISTED MAX_LISTED",
}
"""Numbers, texts and lists by the module that defines them, and what is made for JavaScript."""
_SETS: dict[ModuleType, str] = {
    tokens: "BUILTIN_NAMES",
    releases: "COMPARISON_WORDS ADVICE_WORDS NO_NAMES PYTHON_NAMES",
}
"""Lists of which it only counts what is in them."""
_SEARCHED: dict[ModuleType, str] = {
    patterns: "EXCEPTION EXCEPTION_CLASS DOTTED LOGGED_HEADER COUNT BOX CUT_PATH RICH RULER MEMBER SCRIPT INDENTED"
    " SOURCE DEF ARROW FRAME PYTEST WARNING RAISED",
    lines: "BREAK INVISIBLE_CHARACTER ESCAPED JOINED PREFIX SUFFIX",
    packages: "COMPILED ARCHIVE NOT_OWN_CODE NO_FILE",
    tokens: "MIXED",
    releases: "CURE SENTENCE LISTED_RELEASE LISTED_VALUE LISTED_ITEM LIST_SEPARATOR LOCKED_NAME LOCKED_RELEASE PLATFORM"
    " INSTALL_COMMAND PYTHON_PATH DISTRIBUTOR NO_RELEASE PAIR",
    template: "LETTER LAST_PLACE",
    versions: "VERSION CLAUSE PRERELEASE",
    normalized_failure: "SUGGESTION NEGATED COPY",
    query: "WARNING_PATTERN LOG_PREFIX MACHINE_LINE",
    template_fit: "WRAPPED ADVISORY BEGINNING",
    features: "ANNOUNCING",
    origin: "SUBJECT",
    split_template: "CLASS_OF_METHOD SOURCE_CODE",
    stated_limits: "SENTENCE_END CLAUSE_END LIMIT DEMANDED STATED GIVEN NO_INSTALL NO_EDIT NO_HELP OTHER_NAME"
    " DETERMINED PAST",
    fixes: "REQUIREMENT LOWEST BUILD OWN_BUILD",
}
"""Expressions that are searched once in a text."""
_REPLACED: dict[ModuleType, str] = {
    lines: "ENTITY JOINT ESCAPE ESCAPED_QUOTE LINK",
    tokens: "QUOTED QUALIFIED WORD",
    releases: "PYTHON_PROGRAM RELEASE_MENTION",
    template: "QUOTE PLACEHOLDER NORMALIZED_VALUE",
    normalized_failure: "ADDRESS QUOTED_MESSAGE NAMED CODE_NAME ORIGIN",
    split_template: "QUOTED_NAME",
    stated_limits: "CONSTRAINT BELOW HELD NO_DOWNGRADE NO_PACKAGE NAME_WORD",
}
"""Expressions of which every occurrence counts."""
_PREFIXES = {"PATTERNS": "", "REASON_TEXTS": "reason ", "FIX_TEXTS": "fix "}
"""What precedes the keys of an object of texts in the names of its constants."""


def tables() -> dict[str, Any]:
    """Return the constants as plain data. The expressions mean the same in Python (ASCII) and JavaScript (no flags).

    They are lists, in the order in which `constants.js` names them: the minifier shortens the names of constants, but
    not keys of objects. So any change of the names is a new format of the index.
    """
    kinds = {"values": _others(), "sets": _named(_SETS), "searched": _named(_SEARCHED), "replaced": _named(_REPLACED)}
    return {kind: list(values.values()) for kind, values in (*kinds.items(), ("numbers", numbers()))}


def names() -> list[str]:
    """Return the names of the constants in order."""
    return [*_others(), *_named(_SETS), *_named(_SEARCHED), *_named(_REPLACED), *numbers()]


def numbers() -> dict[str, int]:
    """Return the constants that are whole numbers by name: those that joined scripts have in place of the name.

    They are in the index as well, for scripts that are served as they are.
    """
    return {name: value for name, value in _named(_VALUES).items() if isinstance(value, int)}


def _others() -> dict[str, Any]:
    """Return the texts, lists and objects among the values by name."""
    return {name: value for name, value in _named(_VALUES).items() if not isinstance(value, int)}


def _named(modules: Mapping[ModuleType, str]) -> dict[str, Any]:
    """Return the constants of some modules by name."""
    return {
        name: value
        for module, names in modules.items()
        for name, value in zip(names.split(), _constants(module, names), strict=True)
    }


def _constants(module: ModuleType, names: str) -> list[Any]:
    defined = {
        "ENTRY_DEFAULTS": _entry_defaults(),
        "NORMALIZING_RULES": list(map(_row, normalize.RULES)),
        **vars(module),
    }
    for name, prefix in _PREFIXES.items():
        texts = vars(module).get(name, {})
        defined |= {f"{prefix}{key}".upper().replace(" ", "_"): text for key, text in texts.items()}
    return [_plain(defined[name]) for name in names.split()]


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


def _entry_defaults() -> dict[str, Any]:
    """Return the values of an entry's fields that its record leaves out."""
    fields = [field for field in dataclasses.fields(entry.Entry) if field.name not in ("id", "prose", "keywords")]
    blank = entry.Entry(id="")
    return {field.name: _plain(getattr(blank, field.name)) for field in fields}
