"""Which releases a record means: a PEP 440 specifier, or several of which one has to allow a release."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from packaging.specifiers import Specifier
from packaging.version import Version

from fixcards.ecosystems.pypi import common_release, parse_specifier

SEPARATOR = " or "
"""What stands between the alternatives where a range is one text; no specifier has it."""


class ReleaseRange:
    """A range of releases. Pre-releases that it names count. Raises `InvalidSpecifier` for what is no specifier."""

    def __init__(self, alternatives: Sequence[str]) -> None:
        self.specifiers = tuple(map(parse_specifier, alternatives))
        self._text = SEPARATOR.join(alternatives)

    def __contains__(self, release: str | Version) -> bool:
        return any(release in specifier for specifier in self.specifiers)

    def overlaps(self, other: ReleaseRange) -> bool:
        """Return whether a release can be in both ranges."""
        return any(common_release(one, another) for one in self.specifiers for another in other.specifiers)

    def __iter__(self) -> Iterator[Specifier]:
        """Yield the clauses of all alternatives."""
        for specifier in self.specifiers:
            yield from specifier

    def __str__(self) -> str:
        return self._text
