"""Matches -> a few lines for a reader who hasn't asked: what it is, the line to copy, where to read on.

Doors that speak up by themselves (a test run, a failed command, a notebook) offer only what is sure enough.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator

from fixcards.characters import visible
from fixcards.matching.score.fixes import FittedFix
from fixcards.matching.score.matcher import Match
from fixcards.search.answer import Answer
from fixcards.search.text_report import COLORS, INDENT, Line, Span, row, text_width, wrapped

SURE = ("exact", "likely")
"""Tiers that are worth a word that wasn't asked for."""
MAX_CARDS = 3
"""Cards of one failure that are offered."""
_CLAUSE = r"[ ]*[<>=!~]{1,3}[ ]*[A-Za-z0-9.*+!_-]+[ ]*"
_REQUIREMENT = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._-]*(?:\[[A-Za-z0-9._,-]*\])?(?:{_CLAUSE}(?:,{_CLAUSE})*)?")
_PLAIN_WORD = re.compile(r"[A-Za-z0-9._=,+-]+")
_ANSI = {"green": "32", "yellow": "33"}


def sure_matches(answer: Answer) -> list[Match]:
    """Return the best matches of an answer that are sure enough to be offered, best first.

    The card of a change is left out where that of its victim stands: a reader needs one fix.
    """
    sure = [match for match in answer.matches if match.tier in SURE]
    causes = {match.entry.cause for match in sure if match.entry.cause != match.entry.id}
    return [match for match in sure if match.entry.id not in causes][:MAX_CARDS]


def brief_lines(match: Match, url: str, columns: int) -> Iterator[Line]:
    """Yield a match in short: title, first fix, line to copy, and the address of its card."""
    width = text_width(columns)
    first = Span(f"{match.tier:<{INDENT}}", COLORS[match.tier], bold=True)
    for line in wrapped(match.entry.title, width):
        yield first, Span(line, bold=True)
        first = Span(" " * INDENT)
    if match.entry.note:
        yield from row("note", match.entry.note, width)
    copied = _installable(match)
    for number, fix in enumerate(dict.fromkeys(each for each in (*match.fixes[:1], copied) if each)):
        yield from row("or" if number else "fix", fix.title, width)
    if copied:
        yield Span(f"{'  copy':<{INDENT}}"), Span(_command(copied), bold=True)  # not wrapped: it is copied
    yield (Span(f"{'  card':<{INDENT}}{url or match.entry.id}"),)


def line_to_copy(match: Match) -> str:
    """Return the command for the first fix which fits and takes an installation; empty where none does.

    A line that didn't work when it was last executed is not offered, nor one that is more than names with releases:
    cards may come from anyone, and the line goes into a shell.
    """
    fix = _installable(match)
    return _command(fix) if fix else ""


def text_of(lines: Iterable[Line], *, color: bool = False) -> str:
    """Return lines as text in which nothing steers a terminal but, with `color`, our own colours."""
    return "".join("".join(_styled(span, color=color) for span in line) + "\n" for line in lines)


def _installable(match: Match) -> FittedFix | None:
    failed = str(match.entry.display.get("failed_lines", "")).splitlines()
    for fix in match.fixes:
        if fix.fits and fix.title not in failed and fix.install and all(map(_REQUIREMENT.fullmatch, fix.install)):
            return fix
    return None


def _command(fix: FittedFix) -> str:
    quote = '"' if os.name == "nt" else "'"
    words = (each if _PLAIN_WORD.fullmatch(each) else f"{quote}{each}{quote}" for each in fix.install)
    return f"pip install {' '.join(words)}"


def _styled(span: Span, *, color: bool) -> str:
    text = visible(span.text)
    codes = [*(["1"] if span.bold else []), *([_ANSI[span.color]] if span.color in _ANSI else [])]
    return f"\x1b[{';'.join(codes)}m{text}\x1b[0m" if color and codes and text else text
