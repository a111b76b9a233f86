"""Pasted text -> clean lines, without what terminals, loggers, containers, mail and markup put around a line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from fixcards.matching.parse.normalize import INVISIBLE

MAX_LINE_LENGTH = 4000
"""Characters of one line; a longer one goes on as a line of its own, so that no step costs more than linear time."""
CHUNK_LENGTH = 20_000
"""Characters in which invisible ones and entities are replaced at once.

A line of many megabytes would otherwise leave the garbage collector a million pieces of one text."""

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
"""HTML entities that escaping functions write. Others stay as they are."""

_LEVEL = (
    "(?:TRACE|DEBUG|INFO|NOTICE|WARNING|WARN|ERROR|ERR|CRITICAL|FATAL|SEVERE"
    "|debug|info|warning|warn|error|critical|fatal)"
)

_TAG = "(?:a|b|blockquote|br|code|dd|div|em|i|li|p|pre|samp|section|span|strong|td|tr|tt)"
SUFFIX = rf"</{_TAG}>$|<br ?/?>$|[\u2502\u2503]$"
"""What may follow a line: closing tags, the margin of a drawn box."""

PREFIXES: tuple[tuple[str, str], ...] = (
    ("quotation", r"^[ ]{0,9}(?:>[ ]?)+"),
    ("chat", r"^(?:\[[0-9]{1,2}:[0-9]{2}\][ ])?<[A-Za-z0-9_.\-]{1,30}>[ ]"),
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
    ("process", r"^[A-Za-z0-9_.\-/@]{1,64}[ ]{0,40}\[[A-Za-z0-9_.\-]{1,40}\]:[ ]"),
    ("stream", r"^(?:stderr|stdout)[ ][FP][ ]|^[0-9]{2}[EO][ +]"),
    ("source of a log", r"^\{[A-Za-z0-9_]{1,60}[.]py:[0-9]{1,6}\}[ ]"),
    # What ends with a bar, too, is a row of a table.
    ("container", r"^[A-Za-z0-9][A-Za-z0-9_.\-/@|]{0,80}[ ]{0,40}\|(?:[ ](?![^\n]*\|[ ]{0,40}$)|$)"),
    ("pod", r"^\[pod/[^\]\n]{1,200}\][ ]"),
    ("build step", r"^#[0-9]{1,6}[ ][0-9]{1,9}\.[0-9]{1,9}[ ]"),
    ("workflow command", r"^##\[[a-z]{1,20}\]|^::[a-z]{1,20}[^:\n]{0,200}::"),
    ("pytest internal", r"^INTERNALERROR>(?:[ ]|$)"),
    ("pytest margin", r"^[ ]{0,8}E(?:[ ]{1,12}|$)"),
    ("pytest summary", r"^(?:FAILED|ERROR)[ ][^ \n]{1,400}[ ]-[ ]"),
    ("logging", rf"^{_LEVEL}:[A-Za-z0-9_.\-]{{1,80}}:"),
    ("logger", rf"^(?:-[ ])?[A-Za-z_][A-Za-z0-9_.\-]{{0,80}}[ ]{{1,20}}[-|:]?[ ]?(?=\[?{_LEVEL}\]?[ ])"),
    ("level", rf"^\[?{_LEVEL}\]?[ ]{{0,10}}(?:[:|\-][ ]|[ ](?=[ ]?[A-Z\[]))"),
    (
        "wrapper",
        r"^(?:[Uu]nhandled |[Uu]ncaught )?[Ee]xception: "
        r"(?=[A-Za-z_][A-Za-z0-9_.]{0,100}(?:Error|Exception|Warning|Interrupt|Exit)(?::[ ]|$))",
    ),
    ("function's runtime", r"^Runtime[.]ImportModuleError: Unable to import module '[^'\n]{1,200}': "),
    ("thread", r"^\[(?!Previous |Errno )[A-Za-z0-9_.:,\-/ ]{1,80}\][ :]"),
    ("markup", rf"^</?{_TAG}(?:[ ][^<>\n]{{0,200}})?>"),
    ("group margin", r"^[ ]{0,80}(?:[|\u2502\u2503\u00d7\u2570][\u2500]?>?)(?:[ ]|$)"),
    ("group corner", r"^[ ]{0,80}\+(?=[ ]Exception Group)[ ]"),
)
"""What may precede a line, by name. They are tried in this order, again and again until none matches."""
PREFIX = "|".join(f"(?:{pattern})" for _, pattern in PREFIXES)

PATTERNS = {
    "break": r"\r\n|\r|\n",
    "invisible character": INVISIBLE.trigger,
    "escaped": r'Traceback \(most recent call last\):?\\+[nr]|\\n  File \\*"',
    # A traceback in one line, as a list or because its line breaks were lost, or its header behind the message; and
    # where each of its lines starts.
    "joined": (
        r'Traceback \(most recent call last\):[^\n]{0,60}File "'
        r"|(?:Error|Exception|Warning|Interrupt|Exit): [^\n]{1,400}Traceback \(most recent call last\):"
    ),
    "joint": (
        r'<br ?/?>|</p>|(?=Traceback \(most recent)|[ ](?=File "[^"\n]+", line [0-9])'
        r"|[ ()\]}'\"^~]['\"]?(?=[A-Za-z_][A-Za-z0-9_.]{0,80}(?:Error|Exception|Warning|Interrupt|Exit)(?:: |$))"
    ),
    # A link to a file, as notebooks and editors print the places of a traceback.
    "link": r"\[([^\[\]\n]{1,400}[.]pyx?(?::[0-9]+)?)\]\([^()\n ]*\)",
    "entity": r"&([a-z]{2,4}|#x?[0-9a-f]{1,3});",
    # What the `repr` of a text and fields of JSON have.
    "escaped quote": r"\\+(['\"]?)",
    "escape": r'\\(u[0-9A-Fa-f]{4}|[^\n])|"|[^"\\]+',
}
SIMPLE_ESCAPES = {"n": "\n", "r": "\n", "t": "\t"}
"""Letters that have a meaning after a backslash. Any other character stands for itself."""
MAX_PREFIXES = 8
MAX_ESCAPES = 3
"""Times that a text may have been escaped: each logger or shell on its way can do it once."""
MAX_SUFFIX_LENGTH = 16

_ASTRAL = re.compile("[\U00010000-\U0010ffff\ud800-\udfff]")
# The other patterns are for few lines, and `re` compiles each when it is first needed.
_BREAK, _ESCAPED, _JOINED, _ESCAPED_QUOTE = (
    re.compile(PATTERNS[name]) for name in ("break", "escaped", "joined", "escaped quote")
)
_PREFIX = re.compile(PREFIX, re.ASCII)
_SUFFIX = re.compile(SUFFIX, re.ASCII)


class Line(NamedTuple):
    """One line as printed (`raw`) and without its prefixes and suffixes (`text`). `number` counts from 1."""

    raw: str
    text: str
    number: int


def split_lines(text: str) -> Iterator[Line]:
    """Yield the clean lines of a text.

    A character beyond the basic plane becomes U+FFFD, since JavaScript counts it as two.
    """
    return clean_lines(enumerate(_BREAK.split(text), start=1))


def clean_lines(numbered: Iterable[tuple[int, str]]) -> Iterator[Line]:
    """Yield the clean lines of numbered raw lines. A line that holds an escaped text gives several with its number."""
    for number, raw in numbered:
        if not raw:
            continue
        for piece in _split_raw(_ASTRAL.sub("\ufffd", raw)):
            yield Line(piece, strip_line(piece), number)


def _split_raw(line: str) -> Iterator[str]:
    whole = len(line) <= CHUNK_LENGTH
    line = _without_marks(line) if whole else "".join(map(_without_marks, _chunks(line, CHUNK_LENGTH)))
    for part in _unescape(line):
        # Each run of backslashes is looked at once, with a quote behind it or without.
        part = _ESCAPED_QUOTE.sub(lambda run: run[1] or run[0], part) if "\\" in part else part  # noqa: PLW2901
        if len(part) <= MAX_LINE_LENGTH:
            yield part
        else:
            yield from _chunks(part, MAX_LINE_LENGTH)


def _chunks(line: str, size: int) -> Iterator[str]:
    return (line[start : start + size] for start in range(0, len(line), size))


def _without_marks(line: str) -> str:
    """Return a line without invisible characters, with the texts of links to files and with its entities replaced."""
    line = INVISIBLE.apply(line)
    if "](" in line:
        line = re.sub(PATTERNS["link"], r"\1", line)
    if "&" in line:
        line = re.sub(PATTERNS["entity"], lambda match: ENTITIES.get(match[1], match[0]), line)
    return line


def _unescape(line: str) -> list[str]:
    r"""Return the lines inside a line of JSON or of an escaped string, or the line itself.

    A JSON object gives its string values. A traceback with `\n` for line breaks, or without any, gives its lines.
    """
    start = line.find('{"')
    if start >= 0 and start == _start_of_content(line) and line.rstrip(" ").endswith("}"):
        inside = _json_strings(line[start:])
        return inside or [line]
    for _ in range(MAX_ESCAPES):
        if "\\" in line and _ESCAPED.search(line):
            line = _unescape_once(line)
    if _JOINED.search(line):
        line = re.sub(PATTERNS["joint"], "\n", line)
    return [part for part in line.split("\n") if part]


def _start_of_content(line: str) -> int:
    """Return where a line starts after its prefixes."""
    head = line[:MAX_LINE_LENGTH]
    return len(head) - len(_without_prefixes(head).lstrip(" "))


def _json_strings(line: str) -> list[str]:
    """Return the lines of the string values in a JSON object. Keys and values of one word are left out."""
    strings: list[str] = []
    inside = False
    part: list[str] = []
    for match in re.finditer(PATTERNS["escape"], line):
        piece = match[0]
        if piece == '"':
            if inside:
                value = "".join(part)
                rest = line[match.end() : match.end() + 2].lstrip(" ")
                if not rest.startswith(":") and " " in value:
                    strings += [text for line in value.split("\n") if line for text in _unescape(line)]
            part = []
            inside = not inside
        elif inside:
            part.append(_character(match[1]) if piece[0] == "\\" and match[1] else piece)
    return strings


def _unescape_once(line: str) -> str:
    def unescaped(match: re.Match[str]) -> str:
        return _character(match[1]) if match[0][0] == "\\" and match[1] else match[0]

    return re.sub(PATTERNS["escape"], unescaped, line)


def _character(code: str) -> str:
    if len(code) == 5:
        number = int(code[1:], 16)
        return "\ufffd" if 0xD800 <= number <= 0xDFFF or number < 32 else chr(number)
    return SIMPLE_ESCAPES.get(code, code)


def strip_line(line: str) -> str:
    """Return a line without its prefixes and suffixes. Indentation stays."""
    line = _without_prefixes(line).rstrip(" \t")
    for _ in range(MAX_PREFIXES):
        suffix = _SUFFIX.search(line[-MAX_SUFFIX_LENGTH:])
        if not suffix:
            break
        line = line[: len(line) - len(suffix[0])].rstrip(" \t")
    return line


def _without_prefixes(line: str) -> str:
    for _ in range(MAX_PREFIXES):
        prefix = _PREFIX.match(line)
        if not prefix:
            break
        line = line[prefix.end() :]
    return line
