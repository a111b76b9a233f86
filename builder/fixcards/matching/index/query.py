"""Failure -> what the index is asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fixcards.matching.parse.normalize import normal
from fixcards.matching.parse.parser import Failure
from fixcards.matching.parse.tokens import lower, parts, telling, words

MOST_TERMS = 48
"""Terms that are looked up at most: each may cost the reader's browser a file."""
MOST_HEADS = 8
MOST_FRAMES_ASKED = 10
TYPED_LINES, TYPED_WORDS = 3, 40
"""Up to so many lines and words are taken for words that a person typed."""

WARNS = (
    "rror|xception|arning|ail|annot|ould not|nable to|nvalid|issing|fatal|denied|ot found|No |no |nexpected"
    "|Unsupported|unsupported"
)
"""What lines of a log have that are worth asking for when no exception stands there."""

_WARNS = re.compile(WARNS)
_HEAD, _FRAME, _LINE, _PACKAGE = 4, 3, 2, 1


@dataclass(frozen=True)
class Query:
    """Terms with their weights, the heaviest first."""

    terms: dict[str, int]
    typed: bool
    """Whether it reads like words that somebody typed."""
    words: tuple[str, ...]
    """The words of a typed query and the parts of its identifiers, each once."""
    begun: str = ""
    """The last whole word, which may be still being typed."""


def query(failure: Failure) -> Query:
    """Return what to ask the index for: the last exceptions first, then the innermost frames, then other lines."""
    short = len(failure.lines) <= TYPED_LINES and not _printed(failure)
    whole = [word for loose in failure.lines for word in words(normal(loose.text))] if short else []
    found = [each for word in whole for each in (word, *parts(word))]
    typed = short and len(found) <= TYPED_WORDS
    terms: dict[str, int] = {}
    heads = list(reversed(failure.exceptions))[:MOST_HEADS]
    for number, head in enumerate(heads):
        _add(terms, words(normal(f"{head.name}: {head.message}")), _HEAD if number < 3 else _LINE)
    inner = [frame for head in heads[:4] for frame in reversed(head.frames[-MOST_FRAMES_ASKED:])]
    inner += reversed(failure.frames[-MOST_FRAMES_ASKED:])
    _add(terms, [lower(frame) for frame in dict.fromkeys(inner)][: 2 * MOST_FRAMES_ASKED], _FRAME)
    if typed:
        _add(terms, found, _HEAD)
    else:
        for loose in _worth(failure):
            _add(terms, telling(words(normal(loose))), _LINE)
    _add(terms, [word for frame in inner[:4] for word in words(frame.partition("/")[0])], _PACKAGE)
    if not typed:
        return Query(terms, typed, ())
    return Query(terms, typed, tuple(dict.fromkeys(found)), whole[-1] if whole else "")


def _printed(failure: Failure) -> bool:
    """Return whether a text shows places in files, or an exception with its message, which nobody types."""
    return bool(failure.frames or failure.others) or any(
        head.message or head.frames or head.others for head in failure.exceptions
    )


def _worth(failure: Failure) -> list[str]:
    """Return the loose lines worth asking for: those that warn, the last ones first."""
    texts = [loose.text for loose in failure.lines]
    warning = [text for text in texts if _WARNS.search(text)]
    others = [] if failure.exceptions else [text for text in texts if not _WARNS.search(text)]
    return warning[::-1][:20] + others[::-1][:10]


def _add(terms: dict[str, int], more: list[str], weight: int) -> None:
    for term in more:
        if len(terms) < MOST_TERMS:
            terms.setdefault(term, weight)
