"""Pasted text -> clean lines: without what terminals, loggers, containers, mail and markup put around a line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fixcards.matching.parse.normalize import RULES, TERMINAL_RULES

MAX_LINE_LENGTH = 4000
"""Characters of one line; a longer one goes on as a line of its own, so that no step costs more than linear time."""
CHUNK_LENGTH = 20_000
"""Characters in which marks and entities are replaced at once: a million pieces of one text are dear to collect."""

ENTITIES = {
    "lt": "<",
    "gt": ">",
    "quot": '"',
    "amp": "&",
    "apos": "'",
    "nbsp": " ",
    "#39": "'",
    "#x27": "'",
    "#34": '"',
    "#x22": '"',
    "#60": "<",
    "#62": ">",
    "#32": " ",
    "#10": " ",
}
"""HTML entities that escaping functions write; the rest is text."""

_LEVEL = (
    "(?:TRACE|DEBUG|INFO|NOTICE|WARNING|WARN|ERROR|ERR|CRITICAL|FATAL|SEVERE"
    "|debug|info|warning|warn|error|critical|fatal)"
)

_TAG = "(?:a|b|blockquote|br|code|dd|div|em|i|li|p|pre|samp|section|span|strong|td|tr|tt)"
SUFFIX = rf"</{_TAG}>$|<br ?/?>$|[\u2502\u2503]$"
"""What may stand behind a line: tags that end, the margin of a drawn box."""

PREFIXES: tuple[tuple[str, str], ...] = (
    ("quotation", r"^[ ]?(?:>[ ]?)+"),
    (
        "ISO time",
        r"^\[?[0-9]{4}[-/][0-9]{2}[-/][0-9]{2}(?:T|,?[ ])[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?"
        r"(?:Z|[ ]UTC|[ ]?[+-][0-9]{2}:?[0-9]{2})?\]?[ ]?",
    ),
    ("workflow log", r"^[^\t\n]{1,120}\t[^\t\n]{1,120}\t(?=[0-9]{4}-[0-9]{2}-[0-9]{2}T)"),
    ("time", r"^\[?[0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]{1,9})?\]?[ ]"),
    (
        "syslog time",
        r"^(?:[A-Z][a-z]{1,2}[ ])?[A-Z][a-z\u00e0-\u00ff]{2}[ ]{1,2}[0-9]{1,2}[ ]"
        r"[0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.][0-9]{1,9})?[ ]",
    ),
    ("syslog host", r"^[A-Za-z0-9_.\-]{1,64}[ ][A-Za-z0-9_.\-/@]{1,64}\[[0-9]{1,9}\]:[ ]"),
    ("process", r"^[A-Za-z0-9_.\-/@]{1,64}\[[A-Za-z0-9_.\-]{1,40}\]:[ ]"),
    ("stream", r"^(?:stderr|stdout)[ ][FP][ ]|^[0-9]{2}[EO][ +]"),
    ("source of a log", r"^\{[A-Za-z0-9_]{1,60}[.]py:[0-9]{1,6}\}[ ]"),
    ("container", r"^[A-Za-z0-9][A-Za-z0-9_.\-/@|]{0,80}[ ]{0,40}\|(?:[ ]|$)"),
    ("pod", r"^\[pod/[^\]\n]{1,200}\][ ]"),
    ("build step", r"^#[0-9]{1,6}[ ][0-9]{1,9}\.[0-9]{1,9}[ ]"),
    ("workflow command", r"^##\[[a-z]{1,20}\]|^::[a-z]{1,20}[^:\n]{0,200}::"),
    ("pytest internal", r"^INTERNALERROR>(?:[ ]|$)"),
    ("pytest margin", r"^E(?:[ ]{1,12}|$)"),
    ("pytest summary", r"^(?:FAILED|ERROR)[ ][^ \n]{1,400}[ ]-[ ]"),
    ("logging", rf"^{_LEVEL}:[A-Za-z0-9_.\-]{{1,80}}:"),
    ("logger", rf"^(?:-[ ])?[A-Za-z_][A-Za-z0-9_.\-]{{0,80}}[ ]{{1,20}}[-|:]?[ ]?(?=\[?{_LEVEL}\]?[ ])"),
    ("level", rf"^\[?{_LEVEL}\]?[ ]{{0,10}}(?:[:|\-][ ]|[ ](?=[ ]?[A-Z\[]))"),
    ("thread", r"^\[(?!Previous |Errno )[A-Za-z0-9_.:,\-/ ]{1,80}\][ :]"),
    ("markup", rf"^</?{_TAG}(?:[ ][^<>\n]{{0,200}})?>"),
    ("group margin", r"^[ ]{0,80}(?:[|\u2502\u2503\u00d7\u2570][\u2500]?>?)(?:[ ]|$)"),
    ("group corner", r"^[ ]{0,80}\+(?=[ ]Exception Group)[ ]"),
)
"""What may stand before a line, tried in this order again and again until none fits."""

PATTERNS = {
    "break": r"\r\n|\r|\n",
    "look": r"[\x00-\x08\x0b-\x1f\x7f-\xa0\u2007\u200b-\u200f\u202a-\u202f\u2060-\u2069\ufeff]|\[[0-9;]{1,12}m",
    "escaped": r'Traceback \(most recent call last\):?\\+[nr]|\\n  File \\*"',
    # A traceback in one line, as a list or as what is left without its ends of lines, and where its lines begin.
    "joined": r'Traceback \(most recent call last\):[^\n]{0,60}File "',
    "joint": (
        r'<br ?/?>|</p>|[ ](?=File "[^"\n]+", line [0-9])'
        r"|[ ()\]}'\"^~]['\"]?(?=[A-Za-z_][A-Za-z0-9_.]{0,80}(?:Error|Exception|Warning|Interrupt|Exit)(?:: |$))"
    ),
    "entity": r"&([a-z]{2,4}|#x?[0-9a-f]{1,3});",
    "escape": r'\\(u[0-9A-Fa-f]{4}|[^\n])|"|[^"\\]+',
}
SIMPLE_ESCAPES = {"n": "\n", "r": "\n", "t": "\t"}
"""What letters behind a backslash stand for; any other character stands for itself."""
MAX_PREFIXES = 8
MAX_ESCAPES = 3
"""Times that a text is escaped: each logger or shell on its way may do it."""
MAX_SUFFIX_LENGTH = 16

_ASTRAL = re.compile("[\U00010000-\U0010ffff\ud800-\udfff]")
_BREAK, _LOOKS, _ESCAPED, _JOINED, _JOINT, _ENTITY, _ESCAPE = (re.compile(pattern) for pattern in PATTERNS.values())
_TERMINAL_RULES = tuple(rule for rule in RULES if rule.name in TERMINAL_RULES)
_PREFIX = re.compile("|".join(f"(?:{pattern})" for _, pattern in PREFIXES), re.ASCII)
_SUFFIX = re.compile(SUFFIX, re.ASCII)


@dataclass(frozen=True, slots=True)
class Line:
    """One line as printed (`raw`) and without what stands before it (`text`); `number` counts from 1."""

    raw: str
    text: str
    number: int


def split_lines(text: str) -> Iterator[Line]:
    """Yield the clean lines of a text. Characters beyond the basic plane come out as U+FFFD."""
    return clean_lines(enumerate(_BREAK.split(text), start=1))


def clean_lines(numbered: Iterable[tuple[int, str]]) -> Iterator[Line]:
    """Yield the clean lines of numbered raw ones; one that holds an escaped text yields several of its number."""
    for number, raw in numbered:
        if not raw:
            continue
        for piece in _split_raw(_ASTRAL.sub("\ufffd", raw)):
            yield Line(piece, strip_line(piece), number)


def _split_raw(line: str) -> Iterator[str]:
    if len(line) > CHUNK_LENGTH:
        line = "".join(
            _without_terminal_marks(line[start : start + CHUNK_LENGTH]) for start in range(0, len(line), CHUNK_LENGTH)
        )
    else:
        line = _without_terminal_marks(line)
    for part in _unescape(line):
        if len(part) <= MAX_LINE_LENGTH:
            yield part
        else:
            yield from (part[start : start + MAX_LINE_LENGTH] for start in range(0, len(part), MAX_LINE_LENGTH))


def _without_terminal_marks(line: str) -> str:
    """Return a line without what only terminals and pages heed."""
    if _LOOKS.search(line):
        for rule in _TERMINAL_RULES:
            line = rule.apply(line)
    if "&" in line:
        line = _ENTITY.sub(lambda found: ENTITIES.get(found[1], found[0]), line)
    return line


def _unescape(line: str) -> list[str]:
    r"""Return the lines inside a line of JSON or of a string as Python shows it, or the line itself.

    A JSON object gives its string values; a traceback with `\n` for line breaks, or with none, gives its lines.
    """
    start = line.find('{"')
    if start >= 0 and start == _start_of_content(line) and line.rstrip(" ").endswith("}"):
        inside = _json_strings(line[start:])
        return inside or [line]
    for _ in range(MAX_ESCAPES):
        if "\\" in line and _ESCAPED.search(line):
            line = _unescape_once(line)
    if _JOINED.search(line):
        line = _JOINT.sub("\n", line)
    return [part for part in line.split("\n") if part]


def _start_of_content(line: str) -> int:
    """Return where a line begins behind its prefixes."""
    head = line[:MAX_LINE_LENGTH]
    return len(head) - len(_without_prefixes(head).lstrip(" "))


def _json_strings(line: str) -> list[str]:
    """Return the lines of the strings in a JSON object that are values, keys and single words left out."""
    found: list[str] = []
    inside = False
    part: list[str] = []
    for match in _ESCAPE.finditer(line):
        piece = match[0]
        if piece == '"':
            if inside:
                value = "".join(part)
                rest = line[match.end() : match.end() + 2].lstrip(" ")
                if not rest.startswith(":") and " " in value:
                    found += [each for part_of in value.split("\n") if part_of for each in _unescape(part_of)]
            part = []
            inside = not inside
        elif inside:
            part.append(_character(match[1]) if piece[0] == "\\" and match[1] else piece)
    return found


def _unescape_once(line: str) -> str:
    return _ESCAPE.sub(lambda found: _character(found[1]) if found[0][0] == "\\" and found[1] else found[0], line)


def _character(code: str) -> str:
    if len(code) == 5:
        made = int(code[1:], 16)
        return "\ufffd" if 0xD800 <= made <= 0xDFFF or made < 32 else chr(made)
    return SIMPLE_ESCAPES.get(code, code)


def strip_line(line: str) -> str:
    """Return a line without the prefixes of `PREFIXES` and without what stands behind it; indentation stays."""
    line = _without_prefixes(line).rstrip(" \t")
    for _ in range(MAX_PREFIXES):
        found = _SUFFIX.search(line[-MAX_SUFFIX_LENGTH:])
        if not found:
            break
        line = line[: len(line) - len(found[0])].rstrip(" \t")
    return line


def _without_prefixes(line: str) -> str:
    for _ in range(MAX_PREFIXES):
        found = _PREFIX.match(line)
        if not found:
            break
        line = line[found.end() :]
    return line
