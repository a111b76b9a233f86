"""Whether a text has the signature of a card, for judging evidence without the search."""

from __future__ import annotations

import re
from functools import lru_cache

from fixcards.records.card import Card
from fixcards.records.fields import PLACEHOLDER


def prints_signature(card: Card, text: str) -> bool:
    """Return whether a text contains what the broken run has to print; white space and numbers may differ."""
    expect = card.reproduction.expect
    texts = (card.signature.error, *card.signature.aliases)
    if expect is not None and expect.output is not None:
        texts = (expect.output,)
    plain = _plain(text)
    return any(_contains(plain, _fixed_parts(each)) for each in texts)


@lru_cache(maxsize=64)
def _fixed_parts(template: str) -> tuple[str, ...]:
    """Return the texts between the placeholders of a message; once for all calls of a program."""
    return tuple(_plain(PLACEHOLDER.sub("\0", template)).strip().split("\0"))


def _contains(text: str, parts: tuple[str, ...]) -> bool:
    """Return whether the parts stand in a text in their order, with something between them.

    The first place of each part leaves the most room for the others, so none has to be tried again.
    """
    end = -1
    for part in parts:
        start = text.find(part, end + 1)
        if start < 0:
            return False
        end = start + len(part)
    return True


def _plain(text: str) -> str:
    return re.sub(r"[0-9]+", "0", re.sub(r"\s+", " ", text))
