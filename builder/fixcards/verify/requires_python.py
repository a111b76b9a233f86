"""The lowest Python that a failure can be met on: that of its releases, as the index says."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from fixcards.matching.parse.versions import may_satisfy
from fixcards.records.card import Card
from fixcards.records.release_range import ReleaseRange
from fixcards.verify.final_releases import FINAL_RELEASE_DAYS
from fixcards.verify.package_index import ReleaseInfo, ReleaseList

MINORS: tuple[tuple[int, int], ...] = ((2, 7), (3, 4), (3, 5), *FINAL_RELEASE_DAYS)
"""Feature releases of Python, lowest first: older ones count as 2.7, and 3.0 to 3.3 as 3.4."""


def requires_python(card: Card, releases_of: Callable[[str], ReleaseList]) -> str | None:
    """Return the specifier of the Pythons on which a card's releases can be, such as `>=3.8`; None for all.

    Those are the affected releases of its package, and those of each second package: of each the least demanding one
    counts. `releases_of` asks the index.
    """
    if card.about_python:
        return None
    ranges = [(card.package, card.versions.affected_set)]
    ranges += [(name, ReleaseRange([text])) for name, text in (card.versions.with_ or {}).items()]
    lowest = max(
        _lowest(each for each in releases_of(name).releases if each.version in releases) for name, releases in ranges
    )
    return f">={lowest[0]}.{lowest[1]}" if lowest > MINORS[0] else None


def _lowest(releases: Iterable[ReleaseInfo]) -> tuple[int, int]:
    """Return the lowest Python that one of some releases takes, the lowest of all where there is none."""
    demands = {each.requires_python for each in releases}
    return min((minor for demand in demands if (minor := _first(demand))), default=MINORS[0])


def _first(demand: str | None) -> tuple[int, int] | None:
    """Return the lowest Python that a release's metadata may allow, None where they allow none of those here."""
    return next((minor for minor in MINORS if may_satisfy(["{}.{}".format(*minor)], demand or "") is not False), None)
