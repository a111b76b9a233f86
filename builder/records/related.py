"""Which cards belong together."""

from __future__ import annotations

import bisect
import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from builder.records.fields import PLACEHOLDER
from builder.records.summary import Summary

MOST = 6
"""Related cards that are shown at most."""
ENOUGH = 0.25
"""Similarity of two signatures, 0 to 1, from which they are called similar."""

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]{2,}")
_COMMON = 64
"""A word that stands in more signatures than this says nothing, and would make the work quadratic."""


def related(cards: Mapping[str, Summary]) -> dict[str, list[str]]:
    """Return the related cards of each card: those it names, then similar signatures, then the same package.

    Two signatures are as similar as the cosine of their words, rare words counting more (tf-idf).
    """
    words = {card_id: _words(card) for card_id, card in cards.items()}
    holders: dict[str, list[str]] = defaultdict(list)
    packages: dict[str, list[str]] = defaultdict(list)
    for card_id, card in sorted(cards.items(), key=lambda item: item[1].number):
        packages[card.package].append(card_id)
        for word in words[card_id]:
            holders[word].append(card_id)
    weight = {word: math.log(1 + len(cards) / len(ids)) for word, ids in holders.items()}
    length = {card_id: math.hypot(*(weight[word] for word in own)) or 1.0 for card_id, own in words.items()}
    return {card_id: _of(card_id, cards, words, holders, packages, weight, length) for card_id in cards}


def _of(
    card_id: str,
    cards: Mapping[str, Summary],
    words: Mapping[str, set[str]],
    holders: Mapping[str, list[str]],
    packages: Mapping[str, list[str]],
    weight: Mapping[str, float],
    length: Mapping[str, float],
) -> list[str]:
    scores: Counter[str] = Counter()
    for word in sorted(words[card_id]):
        if len(holders[word]) <= _COMMON:
            for other in holders[word]:
                scores[other] += weight[word] ** 2 / (length[card_id] * length[other])  # type: ignore[assignment]
    similar = sorted((other for other, score in scores.items() if score >= ENOUGH), key=lambda o: (-scores[o], o))
    ordered = [other for other in cards[card_id].related if other in cards] + similar
    ordered += _neighbours(cards[card_id], cards, packages[cards[card_id].package])
    return [other for other in dict.fromkeys(ordered) if other != card_id][:MOST]


def _neighbours(card: Summary, cards: Mapping[str, Summary], numbered: Sequence[str]) -> list[str]:
    """Return the ids of `numbered`, a package's cards by number, that are nearest to `card`, itself included."""
    at = bisect.bisect_left(numbered, card.number, key=lambda other: cards[other].number)
    near = numbered[max(0, at - MOST) : at + MOST + 1]
    return sorted(near, key=lambda other: (abs(cards[other].number - card.number), other))


def _words(card: Summary) -> set[str]:
    texts = [card.error, card.exception, *card.aliases]
    return {word.lower() for text in texts for word in _WORD.findall(PLACEHOLDER.sub(" ", text))}
