"""NormalizedFailure -> Query: the terms that the index is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from fixcards.matching.parse.normalized_failure import NormalizedFailure, NormalizedText
from fixcards.matching.parse.packages import frame_package
from fixcards.matching.parse.parser import Failure
from fixcards.matching.parse.releases import is_listed
from fixcards.matching.parse.tokens import QUOTED, informative, lower, split_identifier, tokenize

MAX_TERMS = 48
"""Terms that are looked up at most: each may cost the reader's browser a file."""
MAX_QUERY_EXCEPTIONS = 8
"""Exceptions that are asked for, the last ones. Those before them seldom add terms to what `MAX_TERMS` allows."""
MAX_QUERY_FRAMES = 10
"""Frames of one exception that are asked for, the innermost ones."""
MAX_MAIN_EXCEPTIONS = 3
"""Exceptions whose words have full weight. A longer chain repeats one failure in other words."""
MAX_FRAME_EXCEPTIONS = 4
"""Exceptions whose frames are asked for, and frames whose packages are."""
MAX_WARNING_LINES, MAX_OTHER_LINES = 20, 10
"""Other lines that are asked for, the last ones: those that look like a warning, and any where no exception is."""
MAX_QUIET_LINES = 8
"""Lines of the longest text in which a person tells of a failure without a word such as "error" or "not"."""
MAX_TYPED_LINES, MAX_TYPED_WORDS = 3, 40
"""Lines and words of the longest text that counts as typed by a person."""

EXCEPTION_WEIGHT, FRAME_WEIGHT, LINE_WEIGHT, PACKAGE_WEIGHT = 4, 3, 2, 1
"""Weights of terms, in the order in which they tell cards apart.

The words of an exception are what a card's signature consists of. A frame is rarer, but a failure can be reached by
many ways, so a card need not have it. Other lines are mostly the reader's own program, and a package alone fits all of
its cards."""

WARNING_PATTERN = (
    "rror|xception|arning|ail|annot|ould not|nable to|nvalid|issing|fatal|denied|ot found|No |no |nexpected"
    "|Unsupported|unsupported|['\"`][A-Za-z_.]+['\"`]| (?:depends on|requires|has requirement) |onflict|ncompatible"
)
"""What a line contains that is worth asking for although it names no exception: programs' words, names in quotes, and
what a resolver says of two packages."""

LOG_PREFIX = r"[0-9]:[0-9]{2}:[0-9]|[A-Z]{4}|[|\]:]"
"""What the prefix of a logged line has, and that of a quotation or a chat has not."""
MACHINE_LINE = (
    r"^(?:Building|Collecting|Collected|Downloading|Installing|Preparing|Requirement|Resolved [0-9]|Running|Step [0-9]"
    r"|Successfully|Uploading|View at|[0-9]{1,3}%|Using "
    r"|Usage:|Using cached|collected |configfile:|platform |plugins:|rootdir:|usage:|[=_*#-]{3,}|[.][a-zA-Z]"
    r"|[0-9]+ (?:failed|passed)|[\u2502\u251c\u2514]|[a-z]{1,20}[ ]ERR!|FAILED |ERROR )"
)
"""How lines of installers, test runners and help texts start."""
CHECKS = ("AssertionError", "Failed")
"""Exceptions of a check in the reader's own code. What it checks stands in other words around it."""

_WARNING, _PREFIX, _MACHINE_LINE = (re.compile(each) for each in (WARNING_PATTERN, LOG_PREFIX, MACHINE_LINE))
_QUOTED = re.compile(QUOTED)


@dataclass(frozen=True)
class Query:
    """Terms with their weights, the heaviest first."""

    terms: dict[str, int]
    typed: bool
    """Whether it reads like words that a person typed."""
    words: tuple[str, ...]
    """The words of a typed query and the parts of its identifiers, each once."""
    last_word: str = ""
    """The last word of a typed query, which may be unfinished."""
    prose: tuple[str, ...] = ()
    """The informative words that a person wrote, in a text of any length. A program's output is no prose."""


def make_query(failure: NormalizedFailure) -> Query:
    """Return the terms to look up: those of the last exceptions first, then the innermost frames, then other lines."""
    written = _written_lines(failure)
    output = _is_output(failure.failure)
    short = not output and len(written) == len(failure.lines) <= MAX_TYPED_LINES
    whole_words = [word for line in failure.lines for word in line.tokens] if short else []
    words = [each for word in whole_words for each in (word, *split_identifier(word))]
    typed = short and len(words) <= MAX_TYPED_WORDS
    no_prose = _is_explained(failure.failure) or _is_quiet(failure)
    prose = () if no_prose else tuple(informative(word for text in written for word in text.tokens))
    terms: dict[str, int] = {}
    for number, text in enumerate(failure.exceptions[: -MAX_QUERY_EXCEPTIONS - 1 : -1]):
        _add(terms, text.tokens, EXCEPTION_WEIGHT if number < MAX_MAIN_EXCEPTIONS else LINE_WEIGHT)
    frames = _innermost_frames(failure.failure)
    _add(terms, [lower(frame) for frame in dict.fromkeys(frames)][: 2 * MAX_QUERY_FRAMES], FRAME_WEIGHT)
    texts = failure.lines if typed else _warning_lines(failure)
    _add(terms, _quoted_words(texts), EXCEPTION_WEIGHT)
    if typed:
        _add(terms, informative(words), EXCEPTION_WEIGHT)
        _add(terms, words, LINE_WEIGHT)
    else:
        _add(terms, (word for text in texts for word in informative(text.tokens)), LINE_WEIGHT)
    packages = [frame_package(frame) for frame in frames[:MAX_FRAME_EXCEPTIONS]]
    _add(terms, [word for package in packages for word in tokenize(package)], PACKAGE_WEIGHT)
    if not typed:
        return Query(terms, typed, (), prose=tuple(prose))
    return Query(terms, typed, tuple(dict.fromkeys(words)), whole_words[-1] if whole_words else "", tuple(prose))


def _is_output(failure: Failure) -> bool:
    """Return whether a text shows frames, or an exception with its message, which people don't type."""
    return bool(failure.frames or failure.user_frames) or any(
        exception.message or exception.frames or exception.user_frames for exception in failure.exceptions
    )


def _is_explained(failure: Failure) -> bool:
    """Return whether a text shows an exception that says what failed or where: a check says only that."""
    return any(
        exception.frames or (exception.message and exception.name not in CHECKS) for exception in failure.exceptions
    )


def _is_quiet(failure: NormalizedFailure) -> bool:
    """Return whether a text is long and has no line that looks like a warning, as a log of what went well."""
    return len(failure.lines) > MAX_QUIET_LINES and not any(_WARNING.search(text.raw) for text in failure.lines)


def _written_lines(failure: NormalizedFailure) -> list[NormalizedText]:
    """Return the lines that a person seems to have written."""
    exception_lines = {exception.line for exception in failure.failure.exceptions if exception.message}
    return [
        text
        for text, other in zip(failure.lines, failure.failure.lines, strict=True)
        if other.line not in exception_lines
        and not _MACHINE_LINE.match(other.text)
        and not is_listed(other.raw)
        and not _PREFIX.search(other.raw[: max(0, other.raw.find(other.text))])
    ]


def _innermost_frames(failure: Failure) -> list[str]:
    """Return the library frames of the last exceptions, the innermost of each first."""
    exceptions = failure.exceptions[: -MAX_FRAME_EXCEPTIONS - 1 : -1]
    frames = [frame for each in exceptions for frame in reversed(each.frames[-MAX_QUERY_FRAMES:])]
    return [*frames, *reversed(failure.frames[-MAX_QUERY_FRAMES:])]


def _warning_lines(failure: NormalizedFailure) -> list[NormalizedText]:
    """Return the other lines worth asking for, the last ones first: those that look like a warning before the rest."""
    warnings: list[NormalizedText] = []
    others: list[NormalizedText] = []
    for text in failure.lines:
        (warnings if _WARNING.search(text.raw) else others).append(text)
    return warnings[::-1][:MAX_WARNING_LINES] + others[::-1][:MAX_OTHER_LINES]


def _quoted_words(lines: Iterable[NormalizedText]) -> list[str]:
    """Return the words of the names that stand in quotes: of a message they are what no other one has."""
    return [word for text in lines for match in _QUOTED.finditer(text.raw) for word in tokenize(match[0])]


def _add(terms: dict[str, int], words: Iterable[str], weight: int) -> None:
    for word in words:
        if len(terms) < MAX_TERMS:
            terms.setdefault(word, weight)
