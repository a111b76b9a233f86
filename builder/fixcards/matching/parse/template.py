"""Messages with `{placeholders}`, and where they match a line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from fixcards.matching.parse.normalize import clean_display, normalize
from fixcards.matching.parse.tokens import CONSTRUCTOR

PLACEHOLDER_MARK = "\ue000"
PLACEHOLDER = r"\{[a-z_][a-z0-9_]*\}"
LAST_PLACE = r"(?: \(\{[a-z_][a-z0-9_]*\}\)|[.!:])$"
"""A placeholder in parentheses at the end of a template, such as the file of a module, or its last mark. Readers leave
them out."""
NORMALIZED_VALUE = "<[a-z]+>"
LETTER = r"[A-Za-z\u00aa-\u1fff\u2c00-\u2fff\u3040-\ud7ff]"

QUOTE = '["`\u00ab\u00bb\u201a\u201e\u2039\u203a]'
"""Quotes that count as `'`: each program, forum and keyboard has its own."""

ELLIPSIS_CHARACTERS = ".\u2026"
"""Characters at the end of a truncated line."""
MIN_TRUNCATED_LENGTH = 12
"""Characters before its end that a truncated line has to share with the template."""

_PLACEHOLDER = re.compile(PLACEHOLDER)
_LAST_PLACE = re.compile(LAST_PLACE)
_FILE_LINE = re.compile(r'([ |]*)File "')
_NORMALIZED_VALUE = re.compile(NORMALIZED_VALUE)
_QUOTE = re.compile(QUOTE)
_ASCII_LETTER = re.compile("[A-Za-z]")
_PART_OF_WORD = re.compile(r"[A-Za-z0-9_]")


class TemplateMatch(NamedTuple):
    """A line of a text that one of the templates matches."""

    template: str
    line: str
    """The line as printed, without colours and indentation."""


class CompiledTemplate(NamedTuple):
    """A template in the forms that lines are compared with: its fixed parts, as printed and normalized.

    A template without a letter in them has no parts. `normal_form` is the whole in one text, with U+E000 for each
    placeholder.
    """

    printed: tuple[str, ...]
    normalized: tuple[str, ...]
    normal_form: str
    gaps: tuple[str, ...] = ()
    """Name of the placeholder after each printed part, empty where there are several or none."""


def find_template(templates: Sequence[str], text: str) -> TemplateMatch | None:
    """Return the first line of `text` that the first possible one of `templates` matches, None where none does.

    A template matches a line that has its fixed parts in order, with anything where it has a `{placeholder}` and
    anything before and after it. Lines are compared as printed first, then in their normal form, so that values that
    vary need no placeholder. Source lines that a traceback quotes don't count: they show what a program would print.
    """
    lines = [line for line in map(clean_display, without_source_lines(text)) if line]
    compiled = [(template, compile_template(template)) for template in templates]
    for template, form in compiled:
        for line in lines:
            if _contains_parts(line, form.printed):
                return TemplateMatch(template, line)
    normal_forms = [normalize(line) for line in lines]
    for template, form in compiled:
        for line, normal_form in zip(lines, normal_forms, strict=True):
            if _contains_parts(normal_form, form.normalized):
                return TemplateMatch(template, line)
    return None


def without_source_lines(text: str) -> Iterator[str]:
    """Yield the lines of `text` without the source lines and marks below a traceback's `File` lines."""
    margin: int | None = None
    for line in text.splitlines():
        file_line = _FILE_LINE.match(line)
        if file_line:
            margin = len(file_line[1])
            yield line
            continue
        if margin is not None:
            if _indent(line) > margin:
                continue
            margin = None
        yield line


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" |"))


@lru_cache(maxsize=4096)
def compile_template(template: str) -> CompiledTemplate:
    """Return the forms of a template that lines are compared with."""
    normalized = normal_form(template)
    pieces = clean_display(_PLACEHOLDER.sub(PLACEHOLDER_MARK, template)).split(PLACEHOLDER_MARK)
    return CompiledTemplate(
        _parts(pieces), _parts(normalized.split(PLACEHOLDER_MARK)), normalized, tuple(_gaps(template, pieces))
    )


def without_last_place(template: str) -> str:
    """Return a template without a placeholder in parentheses, or a mark, at its end."""
    return _LAST_PLACE.sub("", template)


def _gaps(template: str, pieces: Sequence[str]) -> Iterator[str]:
    """Yield the name of the placeholder that follows each printed part, empty where that isn't a single one."""
    names = [placeholder[1:-1] for placeholder in _PLACEHOLDER.findall(template)]
    numbers = [number for number, piece in enumerate(pieces) if piece]
    for number, following in pairwise(numbers):
        yield names[number] if following == number + 1 and number < len(names) else ""


def normal_form(template: str) -> str:
    """Return the normal form of a template with U+E000 for each placeholder."""
    return normalize(_PLACEHOLDER.sub(PLACEHOLDER_MARK, template) if "{" in template else template)


def _parts(parts: Iterable[str]) -> tuple[str, ...]:
    parts = tuple(plain_quotes(part) for part in parts if part)
    return parts if _has_letter(_NORMALIZED_VALUE.sub("", "".join(parts))) else ()


def plain_quotes(text: str) -> str:
    """Return a text of the same length with `'` for every quote."""
    return _QUOTE.sub("'", text)


def _has_letter(text: str) -> bool:
    # Compiling the expression for all scripts takes longer than everything else that is done with a template.
    return bool(_ASCII_LETTER.search(text) or (not text.isascii() and re.search(LETTER, text)))


def _contains_parts(line: str, parts: Sequence[str]) -> bool:
    return bool(match_template(plain_quotes(line), parts, whole=False))


def match_template(line: str, parts: Sequence[str], *, whole: bool = True) -> tuple[tuple[int, int], ...]:
    """Return where the parts of a template stand in a line with plain quotes, in order; nothing where they don't.

    With `whole`, a place that starts or ends inside a word is no match.
    """
    places = []
    end = 0
    for number, part in enumerate(parts):
        start = line.find(part, end)
        while (
            start >= 0 and whole and _splits_word(line, start, part, first=number == 0, last=number == len(parts) - 1)
        ):
            start = line.find(part, start + 1)
        if start < 0:
            return ()
        end = start + len(part)
        places.append((start, end))
    return tuple(places)


def match_truncated(line: str, parts: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """Return where the parts of a template stand in a line that ends before the template; nothing where they don't.

    Summaries and narrow logs truncate messages. A line that ends in a placeholder has to end with dots.
    """
    text = line.rstrip(ELLIPSIS_CHARACTERS)
    tail = text[-MIN_TRUNCATED_LENGTH:]
    for number, part in enumerate(parts):
        start = part.find(tail)
        if start >= 0 and len(tail) == MIN_TRUNCATED_LENGTH:
            places = match_template(text, (*parts[:number], part[: start + MIN_TRUNCATED_LENGTH]))
            if places and places[-1][1] == len(text):
                return places
    return match_template(text, parts[:-1]) if line[len(text) :] not in ("", ".") else ()


def end_of_truncated(line: str) -> str | None:
    """Return a text that the parts contain of every template for which `match_truncated` gives places in a line.

    It is empty where the line may go on with anything, and None where no template has a place there.
    """
    text = line.rstrip(ELLIPSIS_CHARACTERS)
    if line[len(text) :] not in ("", "."):
        return ""
    return text[-MIN_TRUNCATED_LENGTH:] if len(text) >= MIN_TRUNCATED_LENGTH else None


def _splits_word(line: str, start: int, part: str, *, first: bool, last: bool) -> bool:
    """Return whether the start of the first part, or the end of the last one, lies inside a word.

    A constructor with a class in front of it is that class's.
    """
    if first and line[max(0, start - 1) : start] == "." and part.startswith(CONSTRUCTOR):
        return True
    before, after = line[start - 1 : start], line[start + len(part) : start + len(part) + 1]
    return bool(
        (first and before and _PART_OF_WORD.match(before) and _PART_OF_WORD.match(part[0]))
        or (last and after and _PART_OF_WORD.match(after) and _PART_OF_WORD.match(part[-1]))
    )
