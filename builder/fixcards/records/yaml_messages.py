"""The complaints of YAML's reader in plain words.

libyaml and PyYAML's own reader word the same complaint differently; both wordings are handled.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

Place = tuple[int, int]
"""Line and column, both from 0, as the reader counts them."""

_KEY = re.compile(r"\s*(?:- +)*(?:[\w.-]+: +)?")
_LONGEST = 60
CLOSE_QUOTE = "write the same quote at the end of the text"


@dataclass(frozen=True, slots=True)
class _ErrorLine:
    """The line on which the reader stumbled, before and after the place."""

    before: str
    after: str

    @property
    def value(self) -> str:
        """What follows the key or the dash."""
        line = self.before + self.after
        key = _KEY.match(line)
        return line[key.end() :] if key else line


_Message = Callable[[_ErrorLine], tuple[str, str]]


def explain(problem: str, context: str, lines: list[str], place: Place, start: Place | None) -> tuple[str, str, Place]:
    """Return a message, a hint how to repair it, and the place of the mistake.

    `place` is where the reader gave up, `start` the start of what it was reading; the result is the one of the two
    at which the mistake was made.
    """
    for complaint, at_start, answer in _MESSAGES:
        if complaint.search(f"{context}, {problem}"):
            place = start if at_start and start is not None else place
            if answer is _escape and place[0] < len(lines):
                place = place[0], max(0, lines[place[0]].rfind("\\", 0, place[1] + 1))
            message, hint = answer(_spot(lines, place))
            return message, hint, place
    original = ", ".join(part for part in (context, problem) if part)
    return f"is not valid YAML: {original}", "put text with special characters in quotes", place


def _spot(lines: list[str], place: Place) -> _ErrorLine:
    line = lines[place[0]] if place[0] < len(lines) else ""
    return _ErrorLine(line[: place[1]], line[place[1] :])


def _in_quotes(text: str) -> str:
    """Return a hint that shows `text` as it must be typed."""
    text = text.strip()
    if not text or len(text) > _LONGEST:
        return "put the text in quotes, or on lines of its own below `key: |`"
    if "'" in text and '"' not in text and "\\" not in text:
        return f'put the text in quotes: "{text}"'
    return "put the text in quotes: '" + text.replace("'", "''") + "'"


def _second_colon(spot: _ErrorLine) -> tuple[str, str]:
    if ": " in spot.before:
        return "a text with `: ` in it is not in quotes", _in_quotes(spot.value)
    return "a key can't stand here", "indent it like the keys next to it; put a text of several lines below `key: |`"


def _start_of_text(spot: _ErrorLine) -> tuple[str, str]:
    if not spot.after.strip():
        return "the record breaks off in the middle of a list or mapping", "close every [ with ] and every { with }"
    return f"a text can't start with {spot.after[:1]} unless it is in quotes", _in_quotes(spot.after)


def _no_key(spot: _ErrorLine) -> tuple[str, str]:
    last = spot.before.rstrip()[-1:]
    if last and last in "\"'":
        hint = "for a quote inside the text write two of them in '...', and a backslash before it in \"...\""
        return "text goes on after the closing quote", hint
    if last and last in "]}":
        return "text goes on after the closing bracket", _in_quotes(spot.value)
    if spot.after.startswith("-"):
        return "a list item can't stand here", "indent it like the items next to it, below a key without another value"
    return "this line fits no line above it", "indent it like the keys next to it, with spaces"


def _escape(spot: _ErrorLine) -> tuple[str, str]:
    return (
        f"a backslash inside double quotes starts an escape, and {spot.after[:2]} is none that YAML knows",
        "use single quotes, or write the backslash twice",
    )


def _says(message: str, hint: str) -> _Message:
    return lambda spot: (message, hint)


_MESSAGES: tuple[tuple[re.Pattern[str], bool, _Message], ...] = tuple(
    (re.compile(complaint), at_start, answer)
    for complaint, at_start, answer in (
        ("mapping values are not allowed", False, _second_colon),
        ("escape|hexdecimal", False, _escape),
        ("cannot start any token|node content", False, _start_of_text),
        ("(?:alias|anchor|tag), |undefined tag handle", True, _start_of_text),
        (
            "quoted scalar, found unexpected end of stream",
            True,
            _says("the quote that starts here is never closed", CLOSE_QUOTE),
        ),
        (
            "could not find expected ':'",
            True,
            _says("this line has no `key:`", "write `key: value`, or indent it further where it goes on a text above"),
        ),
        (
            r"expected ',' or '\]'",
            False,
            _says("the list in [ ] breaks off here", "close it with ], and put items with { } [ ] , : # in quotes"),
        ),
        (
            r"expected ',' or '\}'",
            False,
            _says("the mapping in { } breaks off here", "close it with }, or put a text that starts with { in quotes"),
        ),
        ("expected key|block mapping, expected <block end>", False, _no_key),
        (
            "sequence entries are not allowed",
            False,
            _says("a list can't start on the line of its key", "put each `- ` on a line of its own below the key"),
        ),
        (
            "expected '-' indicator|block collection, expected <block end>",
            False,
            _says("a list goes on with something that is no item", "start each item with `- ` in the same column"),
        ),
        (
            "comment or (?:a )?line break|chomping|indentation indicator",
            False,
            _says("text stands on the line of `|` or `>`", "start the text on the next line, indented"),
        ),
        (
            "<document start>",
            False,
            _says("text stands after the end of the record", "indent it below its key, or remove it"),
        ),
        (
            "directive|incompatible YAML document",
            True,
            _says(
                "a line that starts with % is a directive to the YAML reader", "remove it, or put the text in quotes"
            ),
        ),
    )
)
