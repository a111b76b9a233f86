"""Failure -> what the index is asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fixcards.matching.parse.normalize import normalize
from fixcards.matching.parse.parser import Failure
from fixcards.matching.parse.tokens import informative, lower, split_identifier, tokenize

MAX_TERMS = 48
"""Terms that are looked up at most: each may cost the reader's browser a file."""
MAX_QUERY_EXCEPTIONS = 8
MAX_QUERY_FRAMES = 10
MAX_TYPED_LINES, MAX_TYPED_WORDS = 3, 40
"""Up to so many lines and words are taken for words that a person typed."""

WARNING_PATTERN = (
    "rror|xception|arning|ail|annot|ould not|nable to|nvalid|issing|fatal|denied|ot found|No |no |nexpected"
    "|Unsupported|unsupported"
)
"""What lines of a log have that are worth asking for when no exception stands there."""

_WARNS = re.compile(WARNING_PATTERN)
_HEAD, _FRAME, _LINE, _PACKAGE = 4, 3, 2, 1


@dataclass(frozen=True)
class Query:
    """Terms with their weights, the heaviest first."""

    terms: dict[str, int]
    typed: bool
    """Whether it reads like words that somebody typed."""
    words: tuple[str, ...]
    """The words of a typed query and the parts of its identifiers, each once."""
    last_word: str = ""
    """The last whole word, which may be still being typed."""


def make_query(failure: Failure) -> Query:
    """Return what to ask the index for: the last exceptions first, then the innermost frames, then other lines."""
    short = len(failure.lines) <= MAX_TYPED_LINES and not _is_output(failure)
    whole = [word for loose in failure.lines for word in tokenize(normalize(loose.text))] if short else []
    found = [each for word in whole for each in (word, *split_identifier(word))]
    typed = short and len(found) <= MAX_TYPED_WORDS
    terms: dict[str, int] = {}
    heads = list(reversed(failure.exceptions))[:MAX_QUERY_EXCEPTIONS]
    for number, head in enumerate(heads):
        _add(terms, tokenize(normalize(f"{head.name}: {head.message}")), _HEAD if number < 3 else _LINE)
    inner = [frame for head in heads[:4] for frame in reversed(head.frames[-MAX_QUERY_FRAMES:])]
    inner += reversed(failure.frames[-MAX_QUERY_FRAMES:])
    _add(terms, [lower(frame) for frame in dict.fromkeys(inner)][: 2 * MAX_QUERY_FRAMES], _FRAME)
    if typed:
        _add(terms, found, _HEAD)
    else:
        for loose in _informative_lines(failure):
            _add(terms, informative(tokenize(normalize(loose))), _LINE)
    _add(terms, [word for frame in inner[:4] for word in tokenize(frame.partition("/")[0])], _PACKAGE)
    if not typed:
        return Query(terms, typed, ())
    return Query(terms, typed, tuple(dict.fromkeys(found)), whole[-1] if whole else "")


def _is_output(failure: Failure) -> bool:
    """Return whether a text shows places in files, or an exception with its message, which nobody types."""
    return bool(failure.frames or failure.user_frames) or any(
        head.message or head.frames or head.user_frames for head in failure.exceptions
    )


def _informative_lines(failure: Failure) -> list[str]:
    """Return the loose lines worth asking for: those that warn, the last ones first."""
    texts = [loose.text for loose in failure.lines]
    warning = [text for text in texts if _WARNS.search(text)]
    others = [] if failure.exceptions else [text for text in texts if not _WARNS.search(text)]
    return warning[::-1][:20] + others[::-1][:10]


def _add(terms: dict[str, int], more: list[str], weight: int) -> None:
    for term in more:
        if len(terms) < MAX_TERMS:
            terms.setdefault(term, weight)
