"""What the home page takes from the library to be tried: errors to search for, and packages to look at."""

from __future__ import annotations

from collections.abc import Sequence

from fixcards.records.library import Library
from fixcards.records.summary import Summary

MAX_EXAMPLES = 3
MAX_PACKAGES = 12
_EXAMPLE_LENGTHS = range(25, 81)
"""Characters of an error that fits on a phone and is enough for the search."""


def example_errors(library: Library) -> list[str]:
    """Return error lines that the search answers, each of another package and, as long as there are some, category.

    They are those of verified cards that a person wrote, of packages with many cards first: readers know these.
    """
    fitting = [card for card in library.summaries.values() if _is_example(card)]
    fitting.sort(key=lambda card: (-len(library.packages[card.package]), card.id))
    chosen: list[Summary] = []
    for alike in (False, True):
        for card in fitting:
            if len(chosen) == MAX_EXAMPLES:
                break
            others = {(other.package, "") for other in chosen} | {("", other.category) for other in chosen}
            if (card.package, "") not in others and (alike or ("", card.category) not in others):
                chosen.append(card)
    return [card.error for card in chosen]


def _is_example(card: Summary) -> bool:
    return (
        card.verdict == "verified"
        and card.explained
        and not card.cause
        and "{" not in card.error
        and len(card.error) in _EXAMPLE_LENGTHS
    )


def packages_most_hit(library: Library) -> list[tuple[str, Sequence[object]]]:
    """Return the packages with the most cards, each with its cards, the largest number first."""
    packages = sorted(library.packages.items(), key=lambda item: (-len(item[1]), item[0]))
    return [(name, cards) for name, cards in packages[:MAX_PACKAGES]]
