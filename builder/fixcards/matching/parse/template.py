"""Whether a message with `{placeholders}` stands in a text, and where."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from fixcards.matching.parse.normalize import clean_display, normalize

PLACEHOLDER_MARK = "\ue000"
PLACEHOLDER = r"\{[a-z_][a-z0-9_]*\}"
NORMALIZED_VALUE = "<[a-z]+>"
LETTER = r"[A-Za-z\u00aa-\u1fff\u2c00-\u2fff\u3040-\ud7ff]"

QUOTE = '["`\u00ab\u00bb\u201a\u201e\u2039\u203a]'
"""Quotes that count as one and the same, `'`: they differ by who prints, quotes or types a message."""

ELLIPSIS_CHARACTERS = ".\u2026"
"""What stands at the end of a line that was cut."""
MIN_TRUNCATED_LENGTH = 12
"""Characters that a line which ends inside a template has to share with it before its end."""

_PLACEHOLDER = re.compile(PLACEHOLDER)
_FILE_LINE = re.compile(r'([ |]*)File "')
_MARGIN = re.compile(r"[ |]*")
_VARYING = re.compile(NORMALIZED_VALUE)
_QUOTE = re.compile(QUOTE)
_ASCII_LETTER = re.compile("[A-Za-z]")
_PART_OF_WORD = re.compile(r"[A-Za-z0-9_]")


@dataclass(frozen=True, slots=True)
class TemplateMatch:
    """A line of the text that carries one of the templates."""

    template: str
    line: str
    """The line as printed, without colours and indentation."""


@dataclass(frozen=True, slots=True)
class CompiledTemplate:
    """A template as lines are compared with it: its fixed parts as printed and in their normal form.

    No parts where nothing would identify it. `common` is the normal form with U+E000 where a placeholder is.
    """

    printed: tuple[str, ...]
    normalized: tuple[str, ...]
    normal_form: str


def find_template(templates: Sequence[str], text: str) -> TemplateMatch | None:
    """Return the first line of `text` that carries the first possible one of `templates`, None where none does.

    A template fits a line when its fixed parts stand there in order, with anything where it has a `{placeholder}` and
    anything before and after it. Lines are compared as printed first, then in their normal form, so that what varies
    need not be marked. Source lines that a traceback quotes don't count: they show what the program would print.
    """
    lines = [line for line in map(clean_display, without_source_lines(text)) if line]
    wanted = [(template, compile_template(template)) for template in templates]
    for template, form in wanted:
        for line in lines:
            if _holds(line, form.printed):
                return TemplateMatch(template, line)
    common = [normalize(line) for line in lines]
    for template, form in wanted:
        for line, line_form in zip(lines, common, strict=True):
            if _holds(line_form, form.normalized):
                return TemplateMatch(template, line)
    return None


def without_source_lines(text: str) -> Iterator[str]:
    """Yield the lines of `text` without the source lines and markers below a traceback's `File` lines."""
    margin: int | None = None
    for line in text.splitlines():
        opens = _FILE_LINE.match(line)
        if opens:
            margin = len(opens[1])
            yield line
            continue
        if margin is not None:
            if len(_indent(line)) > margin:
                continue
            margin = None
        yield line


def _indent(line: str) -> str:
    found = _MARGIN.match(line)
    return found[0] if found else ""


@lru_cache(maxsize=4096)
def compile_template(template: str) -> CompiledTemplate:
    """Return the parts of a template by which lines are compared with it."""
    common = normal_form(template)
    return CompiledTemplate(
        _parts(clean_display(_PLACEHOLDER.sub(PLACEHOLDER_MARK, template)).split(PLACEHOLDER_MARK)),
        _parts(common.split(PLACEHOLDER_MARK)),
        common,
    )


def normal_form(template: str) -> str:
    """Return the normal form of a template with U+E000 where a placeholder is."""
    return normalize(_PLACEHOLDER.sub(PLACEHOLDER_MARK, template) if "{" in template else template)


def _parts(parts: Iterable[str]) -> tuple[str, ...]:
    parts = tuple(plain_quotes(part) for part in parts if part)
    return parts if _has_letter(_VARYING.sub("", "".join(parts))) else ()


def plain_quotes(text: str) -> str:
    """Return a text of the same length with every quote as the same one, as lines and templates are compared."""
    return _QUOTE.sub("'", text)


def _has_letter(text: str) -> bool:
    # To compile the rule for all scripts takes longer than what else is done with a template.
    return bool(_ASCII_LETTER.search(text) or (not text.isascii() and re.search(LETTER, text)))


def _holds(line: str, parts: Sequence[str]) -> bool:
    return bool(match_template(plain_quotes(line), parts, whole=False))


def match_template(line: str, parts: Sequence[str], *, whole: bool = True) -> tuple[tuple[int, int], ...]:
    """Return where the parts of a template stand in a line of plain quotes, in order; nothing where they don't.

    `whole` refuses a place that begins or ends inside a word.
    """
    found = []
    at = 0
    for number, part in enumerate(parts):
        start = line.find(part, at)
        while (
            start >= 0 and whole and _splits_word(line, start, part, first=number == 0, last=number == len(parts) - 1)
        ):
            start = line.find(part, start + 1)
        if start < 0:
            return ()
        at = start + len(part)
        found.append((start, at))
    return tuple(found)


def match_truncated(line: str, parts: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """Return where a template stands in a line that ends before it does; nothing where the line doesn't.

    Summaries and narrow logs cut messages. One that is cut where a placeholder stands has to end in dots.
    """
    text = line.rstrip(ELLIPSIS_CHARACTERS)
    tail = text[-MIN_TRUNCATED_LENGTH:]
    for number, part in enumerate(parts):
        at = part.find(tail)
        if at >= 0 and len(tail) == MIN_TRUNCATED_LENGTH:
            found = match_template(text, (*parts[:number], part[: at + MIN_TRUNCATED_LENGTH]))
            if found and found[-1][1] == len(text):
                return found
    return match_template(text, parts[:-1]) if line[len(text) :] not in ("", ".") else ()


def _splits_word(line: str, start: int, part: str, *, first: bool, last: bool) -> bool:
    """Return whether a part's outer end lies inside a word."""
    before, after = line[start - 1 : start], line[start + len(part) : start + len(part) + 1]
    return bool(
        (first and before and _PART_OF_WORD.match(before) and _PART_OF_WORD.match(part[0]))
        or (last and after and _PART_OF_WORD.match(after) and _PART_OF_WORD.match(part[-1]))
    )
