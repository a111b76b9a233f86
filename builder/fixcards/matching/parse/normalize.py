"""What varies from one print of a failure to the next, and what is put in its place.

The rules are one ordered table, so that another implementation can follow it: a rule is a regular expression without
look-behind, named groups or flags, whose classes are ASCII, and a replacement. Each rule scans a text in linear time:
a match that has begun either can't fail, or fails within a bounded number of steps, or can't begin again inside what
was scanned.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial

TABLE_VERSION = 3
"""Raised whenever a rule changes what comes out, since saved normal forms then no longer compare."""

_START = r"(^|[^A-Za-z0-9_.\uE000])"
_DIGITS = "0123456789"
_INVISIBLE = "\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
_PATH_END = "\\x00-\\x20\"'`<>|:;()\\[\\]{},*?"


def library_path(path: str) -> str:
    """Return a path below `site-packages` or `dist-packages` relative to it, any other as `<path>`.

    Both kinds of slashes are understood and `/` comes out.
    """
    path = path.replace("\\", "/")
    for folder in ("/site-packages/", "/dist-packages/"):
        _, found, tail = path.rpartition(folder)
        if found:
            return tail
    return "<path>"


@dataclass(frozen=True)
class NormalizingRule:
    """One row of the table.

    Group 1 of `pattern`, where it has one, is kept in front of the replacement. A replacement that is a function gets
    the rest of the match.
    """

    name: str
    pattern: str
    replacement: str | Callable[[str], str]
    why: str
    required_text: tuple[str, ...] = ()
    """Texts of which every match has one: where all are missing the rule has nothing to do."""
    non_ascii_only: bool = False
    """Whether all that it looks for is beyond ASCII."""

    @cached_property
    def _substituted(self) -> Callable[[str], str]:
        """Return a text with every match replaced."""
        compiled = re.compile(self.pattern, re.ASCII)
        put = self.replacement
        if not compiled.groups:
            return partial(compiled.sub, put if isinstance(put, str) else lambda match: put(match[0]))
        if isinstance(put, str):
            return partial(compiled.sub, lambda match: match[1] + put)
        return partial(compiled.sub, lambda match: match[1] + put(match[0][len(match[1]) :]))

    def apply(self, text: str) -> str:
        """Return `text` with every match of the rule replaced."""
        if self.non_ascii_only and text.isascii():
            return text
        for sign in self.required_text:
            if sign in text:
                break
        else:
            if self.required_text:
                return text
        return self._substituted(text)


RULES: tuple[NormalizingRule, ...] = (
    NormalizingRule(
        "ansi",
        r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]",
        "",
        "colours and cursor movements of terminals (ECMA-48)",
        required_text=("\x1b[", "\x9b"),
    ),
    NormalizingRule(
        "title",
        r"\x1b[\]_][^\x07\x1b]*(?:\x07|\x1b\\)?",
        "",
        "terminal titles and links (OSC), times of build servers (APC)",
        required_text=("\x1b]", "\x1b_"),
    ),
    NormalizingRule("control", r"[\x00-\x08\x0b-\x1f\x7f-\x9f]+", "", "other control characters"),
    NormalizingRule("blank", "[\u00a0\u2007\u202f]", " ", "spaces that pages put in", non_ascii_only=True),
    NormalizingRule(
        "invisible",
        f"[{_INVISIBLE}]+",
        "",
        "characters without width, some of which turn the order of those around them",
        non_ascii_only=True,
    ),
    NormalizingRule(
        "written ansi",
        r"(^|[^0-9;\[])(?:(?:\^\[|\\x1[bB]|\\033|\\u001[bB]|\\e)?\[[0-9;]{1,12}m)+",
        "",
        "colours whose escape character was lost or written out",
        required_text=("[",),
    ),
    NormalizingRule("single quote", "[\u2018\u2019]", "'", "typographic quotes", non_ascii_only=True),
    NormalizingRule("double quote", "[\u201c\u201d]", '"', "typographic quotes", non_ascii_only=True),
    NormalizingRule(
        "url",
        r"(^|[^A-Za-z0-9_])(?:https?|ftp|file|wss?)://[^\x00-\x20\"'`<>()]*",
        "<url>",
        "addresses differ by host",
        required_text=("://",),
    ),
    NormalizingRule(
        "quoted path",
        '(")(?:[A-Za-z]:[\\\\/]|~?/)[^"\\n]+',
        library_path,
        "a path in double quotes may have spaces; a library's is kept from site-packages on",
        required_text=('"',),
    ),
    NormalizingRule(
        "windows path",
        rf"{_START}[A-Za-z]:[\\/]+[^{_PATH_END}]*",
        library_path,
        "the same without quotes",
        required_text=(":/", ":\\"),
    ),
    NormalizingRule(
        "path",
        rf"(^|[^A-Za-z0-9_.\uE000~/<>])~?/[^/{_PATH_END}]+[^{_PATH_END}]*",
        library_path,
        "the same on other systems",
        required_text=("/",),
    ),
    NormalizingRule(
        "memory",
        rf"{_START}0x[0-9A-Fa-f]+(?![A-Za-z0-9_])",
        "<address>",
        "objects lie elsewhere in each run",
        required_text=("0x",),
    ),
    NormalizingRule(
        "uuid",
        rf"{_START}(?=[A-Fa-f-]{{0,35}}[0-9])[0-9A-Fa-f]{{8}}-[0-9A-Fa-f]{{4}}-[0-9A-Fa-f]{{4}}-[0-9A-Fa-f]{{4}}-[0-9A-Fa-f]{{12}}(?![A-Za-z0-9_])",
        "<id>",
        "made anew in each run",
        required_text=("-",),
    ),
    NormalizingRule(
        "date",
        rf"{_START}[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}"
        r"(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?(?![A-Za-z0-9_])",
        "<date>",
        "ISO 8601 dates and times",
        required_text=("-",),
    ),
    NormalizingRule(
        "time",
        rf"{_START}[0-9]{{1,2}}:[0-9]{{2}}:[0-9]{{2}}(?:[.,][0-9]{{1,9}})?(?![A-Za-z0-9_])",
        "<time>",
        "times of day and durations",
        required_text=tuple(f":{digit}" for digit in _DIGITS),
    ),
    NormalizingRule(
        "hash",
        rf"{_START}(?=[A-Fa-f]{{0,40}}[0-9])(?:[0-9a-f]{{16,}}|[0-9A-F]{{16,}})(?![A-Za-z0-9_])",
        "<id>",
        "digests and ids",
        required_text=tuple(_DIGITS),
    ),
    NormalizingRule(
        "number",
        rf"{_START}[0-9]+(?:[.][0-9]+)*(?:e[+-]?[0-9]+)?"
        r"(?:[num]?s|[kKMGT]i?B|%)?(?![A-Za-z0-9_])",
        "<n>",
        "counts, versions, sizes, durations; digits inside a name such as int64 are kept",
        required_text=tuple(_DIGITS),
    ),
    NormalizingRule(
        "value in single quotes",
        "(=)'[^'\\n]*'",
        "<value>",
        "settings that are printed as name='value'",
        required_text=("='",),
    ),
    NormalizingRule(
        "value in double quotes",
        '(=)"[^"\\n]*"',
        "<value>",
        'settings that are printed as name="value"',
        required_text=('="',),
    ),
    NormalizingRule("space", r"[ \t]+", " ", "indentation and wrapping", required_text=("  ", "\t")),
)
"""The table, in the order in which the rules are applied."""

TERMINAL_RULES = frozenset({"ansi", "title", "control", "blank", "invisible", "written ansi"})
"""Rules about characters that only terminals and pages heed."""
DISPLAY_RULES = TERMINAL_RULES | {"single quote", "double quote", "space"}
"""Rules about the look of a line."""

_TIDY = tuple(rule for rule in RULES if rule.name in DISPLAY_RULES)
_SIGN = re.compile(
    '[\x00-\x1f\x7f-\xa0\u2007\u200b-\u200f\u202a-\u202f\u2060-\u2069\ufeff\u2018\u2019\u201c\u201d"/\\\\0-9]'
)


def normalize(line: str) -> str:
    """Return one line with everything that varies replaced, and no space at its ends.

    A private character U+E000 stands for a part that is already known to vary and goes through untouched, or is
    swallowed with the path around it.
    """
    if _varies(line):
        for rule in RULES:
            line = rule.apply(line)
    return line.strip(" ")


def _varies(line: str) -> bool:
    """Return whether any rule may have a match: most messages are plain words, and three looks are enough for those."""
    return bool(_SIGN.search(line) or "='" in line or "  " in line)


def clean_display(line: str) -> str:
    """Return one line without what only concerns its look: colours, control characters, quotes, spaces."""
    for rule in _TIDY:
        line = rule.apply(line)
    return line.strip(" ")
