"""What varies from one print of a failure to the next, and what is put in its place.

The rules are one ordered table, so that another implementation can follow it: a rule is a regular expression without
look-behind, named groups or flags, whose classes are ASCII, and a replacement. Each rule scans a text in linear time:
a match that has started either can't fail, or fails within a bounded number of steps, or can't start again inside what
was scanned.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property, partial
from typing import Literal

from fixcards.matching.parse.packages import path_in_library

TABLE_VERSION = 5
"""Raised whenever a rule changes what comes out, since stored normal forms then no longer compare."""

_START = r"(^|[^A-Za-z0-9_.\uE000])"
_DIGITS = "0123456789"
_INVISIBLE = "\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
_PATH_END = "\\x00-\\x20\"'`<>|:;()\\[\\]{},*?"


def library_path(path: str) -> str:
    """Return a path below a library folder relative to it, any other path as `<path>`.

    Both kinds of slashes are understood; `/` comes out.
    """
    inside = path_in_library(path.replace("\\", "/"))
    return "<path>" if inside is None else inside


class Computed(Enum):
    """A replacement that depends on the matched text."""

    LIBRARY_PATH = "libraryPath"


Scope = Literal["terminal", "page", "look", "value"]
"""What a rule is about: characters that terminals act on, or pages; the look of a line; what a line says."""

_FUNCTIONS: dict[Computed, Callable[[str], str]] = {Computed.LIBRARY_PATH: library_path}


@dataclass(frozen=True)
class NormalizingRule:
    """One row of the table.

    Group 1 of `pattern`, where it has one, stays in front of the replacement. A computed replacement gets the rest of
    the match.
    """

    name: str
    pattern: str
    replacement: str | Computed
    why: str
    required_text: tuple[str, ...] = ()
    """Texts of which every match that changes something contains one: a line without any of them is not scanned."""
    trigger: str = ""
    """An expression that has a match wherever the rule has one, where the required texts are in too many lines."""
    non_ascii_only: bool = False
    """Whether every match contains a character beyond ASCII."""
    scope: Scope = "value"

    @cached_property
    def _substitute(self) -> Callable[[str], str]:
        """A function that returns a text with every match replaced."""
        compiled = re.compile(self.pattern, re.ASCII)
        if isinstance(self.replacement, str):
            text = self.replacement
            return partial(compiled.sub, (lambda match: match[1] + text) if compiled.groups else text)
        function = _FUNCTIONS[self.replacement]
        if compiled.groups:
            return partial(compiled.sub, lambda match: match[1] + function(match[0][len(match[1]) :]))
        return partial(compiled.sub, lambda match: function(match[0]))

    def apply(self, text: str) -> str:
        """Return `text` with every match of the rule replaced."""
        if self.non_ascii_only and text.isascii():
            return text
        for required in self.required_text:
            if required in text:
                break
        else:
            if self.required_text:
                return text
        return self._substitute(text)


class RuleTable:
    """Rules that are applied in order, and skipped as a whole for a line that none of them can change."""

    def __init__(self, rules: Iterable[NormalizingRule]) -> None:
        self.rules = tuple(rules)
        characters, self._texts, patterns = _triggers(self.rules)
        self._find_character = re.compile(characters).search
        self._find_pattern = re.compile("|".join(patterns) or "(?!)", re.ASCII).search
        self.trigger = "|".join((characters, *patterns, *map(re.escape, self._texts)))
        """An expression that matches in every line that a rule may change."""

    def may_change(self, line: str) -> bool:
        """Return whether a rule may change a line. Most lines are plain words, for which a few looks are enough."""
        if self._find_character(line):
            return True
        for text in self._texts:  # a loop, since `any` takes twice as long
            if text in line:
                return True
        return bool(self._find_pattern(line))

    def apply(self, line: str) -> str:
        """Return `line` with every match of every rule replaced."""
        if self.may_change(line):
            for rule in self.rules:
                line = rule.apply(line)
        return line


_ONE_CLASS = re.compile(r"\[([^\]^-](?:[^\]]*[^\]-])?)\]\+?")
"""A pattern that is one class of characters, which can be joined with others."""


def _triggers(rules: Sequence[NormalizingRule]) -> tuple[str, list[str], list[str]]:
    """Return the marks of lines that a rule may change, one of which is in each: a character class, texts, expressions.

    They are derived from the rules, so that none can be skipped by mistake: from the trigger of a rule, else from its
    required texts, else from its pattern. A text that contains one of the characters isn't listed. A
    class of characters is found ten times as fast as alternatives.
    """
    by_text = [rule for rule in rules if rule.required_text and not rule.trigger]
    texts = dict.fromkeys(text for rule in by_text for text in rule.required_text)
    members = [re.escape(text) for text in texts if len(text) == 1]
    patterns = []
    for pattern in (rule.trigger or rule.pattern for rule in rules if rule not in by_text):
        one_class = _ONE_CLASS.fullmatch(pattern)
        if one_class:
            members.append(one_class[1])
        else:
            patterns.append(pattern)
    characters = f"[{''.join(members)}]" if members else "(?!)"
    has_character = re.compile(characters).search
    return characters, [text for text in texts if not has_character(text)], patterns


RULES: tuple[NormalizingRule, ...] = (
    NormalizingRule(
        "ansi",
        r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]",
        "",
        "colours and cursor movements of terminals (ECMA-48)",
        required_text=("\x1b[", "\x9b"),
        scope="terminal",
    ),
    NormalizingRule(
        "title",
        r"\x1b[\]_][^\x07\x1b]*(?:\x07|\x1b\\)?",
        "",
        "terminal titles and links (OSC), times of build servers (APC)",
        required_text=("\x1b]", "\x1b_"),
        scope="terminal",
    ),
    NormalizingRule(
        "control",
        r"[\x00-\x08\x0b-\x1f\x7f-\x9f]+",
        "",
        "other control characters",
        scope="terminal",
    ),
    NormalizingRule(
        "blank",
        "[\u00a0\u2007\u202f]",
        " ",
        "spaces that pages put in",
        non_ascii_only=True,
        scope="page",
    ),
    NormalizingRule(
        "invisible",
        f"[{_INVISIBLE}]+",
        "",
        "characters without width, some of which turn the order of those around them",
        non_ascii_only=True,
        scope="page",
    ),
    NormalizingRule(
        "written ansi",
        r"(^|[^0-9;\[])(?:(?:\^\[|\\x1[bB]|\\033|\\u001[bB]|\\e)?\[[0-9;]{1,12}m)+",
        "",
        "colours whose escape character was lost or written out",
        required_text=("[",),
        trigger=r"\[[0-9;]",
        scope="page",
    ),
    NormalizingRule(
        "single quote",
        "[\u2018\u2019]",
        "'",
        "typographic quotes",
        non_ascii_only=True,
        scope="look",
    ),
    NormalizingRule(
        "double quote",
        "[\u201c\u201d]",
        '"',
        "typographic quotes",
        non_ascii_only=True,
        scope="look",
    ),
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
        Computed.LIBRARY_PATH,
        "a path in double quotes may have spaces; a library's stays from site-packages on",
        required_text=('"',),
    ),
    NormalizingRule(
        "windows path",
        rf"{_START}[A-Za-z]:[\\/]+[^{_PATH_END}]*",
        Computed.LIBRARY_PATH,
        "the same without quotes",
        required_text=(":/", ":\\"),
    ),
    NormalizingRule(
        "path",
        rf"(^|[^A-Za-z0-9_.\uE000~/<>])~?/[^/{_PATH_END}]+[^{_PATH_END}]*",
        Computed.LIBRARY_PATH,
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
        "another one in each run",
        required_text=("-",),
        trigger="[0-9]",
    ),
    NormalizingRule(
        "advisory",
        "(CVE|cve|PYSEC|pysec|GHSA|ghsa)-(?=[0-9]{4}-[0-9]|[0-9a-z]{4}-[0-9a-z]{4}-)",
        "_",
        "the number of an advisory is its name: it becomes one word, so that another number is another one",
        required_text=("CVE-", "cve-", "PYSEC-", "pysec-", "GHSA-", "ghsa-"),
        trigger="[0-9]",
    ),
    NormalizingRule(
        "number of an advisory",
        "((?:CVE|cve|PYSEC|pysec)_[0-9]{4})-(?=[0-9])",
        "_",
        "the rest of that name",
        required_text=("CVE_", "cve_", "PYSEC_", "pysec_"),
        trigger="[0-9]",
    ),
    NormalizingRule(
        "date",
        rf"{_START}[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}"
        r"(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?(?![A-Za-z0-9_])",
        "<date>",
        "ISO 8601 dates and times",
        required_text=("-",),
        trigger="[0-9]",
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
        "counts, versions, sizes, durations; digits inside a name such as int64 stay",
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
    NormalizingRule(
        "error code",
        r"([^ ])  \[[a-z]+(?:-[a-z]+){0,5}\](?![^\n]|\n)",
        "",
        "what mypy adds to a line, which can be switched off",
        required_text=("  [",),
    ),
    NormalizingRule(
        "space",
        r"[ \t]+",
        " ",
        "indentation and wrapping",
        required_text=("  ", "\t"),
        scope="look",
    ),
)
"""The table, in the order in which the rules are applied."""

TERMINAL = RuleTable(rule for rule in RULES if rule.scope == "terminal")
"""Rules about characters that terminals act on."""
INVISIBLE = RuleTable(rule for rule in RULES if rule.scope in ("terminal", "page"))
"""These, and the rules about characters that pages put into a text."""
DISPLAY = RuleTable(rule for rule in RULES if rule.scope != "value")
"""All rules about the look of a line."""
_ALL = RuleTable(RULES)


def normalize(line: str) -> str:
    """Return one line with everything that varies replaced, and no space at its ends.

    A private character U+E000 stands for a part that already varies and goes through untouched, or is
    swallowed with the path around it.
    """
    return _ALL.apply(line).strip(" ")


def clean_display(line: str) -> str:
    """Return one line without what only concerns its look: colours, control characters, quotes, spaces."""
    return DISPLAY.apply(line).strip(" ")
