"""The related cards of each card."""

from __future__ import annotations

import bisect
import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from fixcards.cache import digest
from fixcards.records.fields import PLACEHOLDER
from fixcards.records.identity import issue_order
from fixcards.records.library import Library
from fixcards.records.summary import Summary

MAX_RELATED = 6
"""Related cards that a page shows at most, besides all that it is the cause of."""
MIN_SIMILARITY = 0.25
"""Cosine of two signatures, 0 to 1, from which on their cards are related."""

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]{2,}")
_MAX_DOCUMENT_FREQUENCY = 64
"""A word in more signatures than this says nothing, and comparing them all would take quadratic time."""


def related_cards(library: Library) -> Mapping[str, list[str]]:
    """Return the ids of the related cards of each card, nearest first; cached until a signature changes."""
    cards = library.summaries
    cache_file = library.cache_file("related")
    if cache_file is None:
        return find_related(cards)
    # Everything that `find_related` looks at.
    parts = (
        (card.id, card.error, card.exception, *card.aliases, "", card.cause, *card.related) for card in cards.values()
    )
    key = digest("\n".join(map("\t".join, parts)).encode())
    related: dict[str, list[str]] | None = cache_file.read(key)
    if related is None:
        related = find_related(cards)
        cache_file.write(related, key)
    return related


def find_related(cards: Mapping[str, Summary]) -> dict[str, list[str]]:
    """Return the related cards of each card: all that it is the cause of, by package, and the nearest others.

    Nearest are its cause, those it names, similar signatures, then the same package.

    Two signatures are as similar as the cosine of their words, rare words counting more (tf-idf).
    """
    words = {card_id: sorted(_words(card)) for card_id, card in cards.items()}
    holders: dict[str, list[str]] = defaultdict(list)
    packages: dict[str, list[str]] = defaultdict(list)
    victims: dict[str, list[str]] = defaultdict(list)
    for card_id, card in sorted(cards.items()):
        if card.cause:
            victims[card.cause].append(card_id)
    for card_id, card in sorted(cards.items(), key=lambda item: issue_order(item[1].key)):
        packages[card.package].append(card_id)
        for word in words[card_id]:
            holders[word].append(card_id)
    weights = {word: math.log(1 + len(cards) / len(ids)) ** 2 for word, ids in holders.items()}
    lengths = {card_id: math.sqrt(sum(weights[word] for word in own)) or 1.0 for card_id, own in words.items()}
    shared = {word: (weights[word], ids) for word, ids in holders.items() if 1 < len(ids) <= _MAX_DOCUMENT_FREQUENCY}
    related = {}
    for card_id, card in cards.items():
        scores: dict[str, float] = {}
        for word in words[card_id]:
            if word in shared:
                weight, ids = shared[word]
                for other in ids:
                    scores[other] = scores.get(other, 0.0) + weight
        length = lengths[card_id]
        cosines = {other: score / (length * lengths[other]) for other, score in scores.items()}
        similar = [other for other, cosine in cosines.items() if cosine >= MIN_SIMILARITY]
        ordered = [other for other in (card.cause, *card.related) if other in cards]
        ordered += sorted(similar, key=lambda other: (-cosines[other], other))
        own = dict.fromkeys(victims.get(card_id, ()))
        ordered = [other for other in ordered if other not in own]
        if len(ordered) <= MAX_RELATED:
            ordered += _neighbours(card, cards, packages[card.package])
        others = [other for other in dict.fromkeys(ordered) if other != card_id and other not in own]
        related[card_id] = [*own, *others[:MAX_RELATED]]
    return related


def _neighbours(card: Summary, cards: Mapping[str, Summary], numbered: Sequence[str]) -> list[str]:
    """Return the ids of `numbered`, a package's cards by number, that are nearest to `card`, itself included."""
    letters, number = issue_order(card.key)
    at = bisect.bisect_left(numbered, (letters, number), key=lambda other: issue_order(cards[other].key))

    def distance(other: str) -> tuple[bool, int, str]:
        other_letters, other_number = issue_order(cards[other].key)
        return other_letters != letters, abs(other_number - number), other

    return sorted(numbered[max(0, at - MAX_RELATED) : at + MAX_RELATED + 1], key=distance)


def _words(card: Summary) -> set[str]:
    texts = [card.error, card.exception, *card.aliases]
    return {word.lower() for text in texts for word in _WORD.findall(PLACEHOLDER.sub(" ", text))}
