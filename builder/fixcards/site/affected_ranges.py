"""The ranges of releases that the cards of one package name, in one picture: a line for each card on a common axis.

The axis has a step wherever the answer of a card may change: at the releases that its ranges name. Between two of these
all releases have the same cards, so the picture needs no list of releases.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple, Protocol

from packaging.specifiers import InvalidSpecifier, Specifier
from packaging.version import Version

from fixcards.records.release_range import SEPARATOR, ReleaseRange

MAX_LINES = 30
"""Cards that a picture has: the first of the list."""
_MAX_STEPS = 120


class Bar(NamedTuple):
    """A part of a line: `start` and `width` in steps of the axis."""

    start: int
    width: int


class Line(NamedTuple):
    """The line of one card."""

    title: str
    path: str
    affected: str
    fixed: str
    bars: tuple[Bar, ...]


class RangeChart(NamedTuple):
    """The picture. `first` and `last` are the lowest and the highest release that a card names."""

    lines: tuple[Line, ...]
    steps: int
    first: str
    last: str
    free: str
    """The first release from which on no card of the picture applies; empty where there is none."""


class _Cut(NamedTuple):
    """A place on the axis: right before a release, or right after it."""

    version: Version
    after: bool

    @property
    def sample(self) -> Version:
        """A release right behind the place."""
        if not self.after:
            return self.version
        if self.version.pre is not None:
            letter, number = self.version.pre
            return Version(f"{self.version.base_version}{letter}{number + 1}")
        return Version(f"{self.version.base_version}.0.0.1")


class CardRange(Protocol):
    """What the picture needs of a card: a summary has it, and so has the row of a list."""

    @property
    def title(self) -> str:
        """Title of the card."""

    @property
    def path(self) -> str:
        """Address of its page below the site."""

    @property
    def affected(self) -> str:
        """Its range, as a summary has it."""

    @property
    def fixed(self) -> str:
        """First fixed release; empty where there is none."""


def range_chart(cards: Sequence[CardRange]) -> RangeChart | None:
    """Return the picture of some cards; None where none of them has a range, or where there are too many steps."""
    ranges = [(card, parsed) for card in cards[:MAX_LINES] if (parsed := _range(card.affected))]
    cuts = sorted({cut for card, parsed in ranges for cut in _cuts(card, parsed)})
    if not cuts or len(cuts) > _MAX_STEPS:
        return None
    samples = [_below(cuts[0]), *(cut.sample for cut in cuts)]
    hits = [[sample in parsed for sample in samples] for _, parsed in ranges]
    # Neighbouring steps in which every card says the same are one.
    columns = [at for at in range(len(samples)) if at == 0 or any(row[at] != row[at - 1] for row in hits)]
    lines = [
        Line(card.title, card.path, card.affected, card.fixed, tuple(_bars([row[at] for at in columns])))
        for (card, _), row in zip(ranges, hits, strict=True)
    ]
    clean = not any(row[-1] for row in hits)
    start = cuts[columns[-1] - 1] if clean and columns[-1] else None
    free = "" if start is None else f"{'after ' if start.after else ''}{start.version}"
    return RangeChart(tuple(lines), len(columns), str(cuts[0].version), str(cuts[-1].version), free)


def _range(text: str) -> ReleaseRange | None:
    try:
        return ReleaseRange(text.split(SEPARATOR))
    except InvalidSpecifier:
        return None


def _cuts(card: CardRange, parsed: ReleaseRange) -> Iterator[_Cut]:
    for clause in parsed:
        if clause.operator != "===":  # which takes any text
            yield from _clause_cuts(clause)
    if card.fixed:
        yield _Cut(Version(card.fixed), after=False)


def _clause_cuts(clause: Specifier) -> Iterator[_Cut]:
    wildcard = clause.version.endswith(".*")
    version = Version(clause.version.removesuffix(".*"))
    if clause.operator in {"<", ">=", "==", "!=", "~="}:
        yield _Cut(version, after=False)
    if wildcard:
        yield _Cut(_next(version.release), after=False)
    elif clause.operator == "~=":
        yield _Cut(_next(version.release[:-1]), after=False)
    elif clause.operator in {"<=", ">", "==", "!="}:
        yield _Cut(version, after=True)


def _next(release: tuple[int, ...]) -> Version:
    """Return the lowest release that no longer begins with these numbers."""
    return Version(".".join(map(str, (*release[:-1], release[-1] + 1))))


def _below(cut: _Cut) -> Version:
    """Return a release before the first place of the axis."""
    return min(cut.version, Version("0.dev0"))


def _bars(row: Sequence[bool]) -> Iterator[Bar]:
    start = 0
    for hit, members in groupby(row):
        width = len(list(members))
        if hit:
            yield Bar(start, width)
        start += width
