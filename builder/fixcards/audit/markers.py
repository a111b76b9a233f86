"""Whether a marker holds on a target. Each text of a marker is parsed once, and evaluated once for each target."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from fixcards.audit.target import Target
from fixcards.matching.parse.versions import in_range

if TYPE_CHECKING:
    from packaging.markers import Marker


def holds(marker: str, target: Target, extra: str = "") -> bool:
    """Return whether a marker holds with one active extra; one that can't be read holds.

    What such a marker is about may be there, and a card needs every package that it names, so the worst is an alarm
    about packages that the lock does have.
    """
    return not marker or _holds(marker, target, extra, (), ())


def holds_in_pylock(marker: str, target: Target, extras: tuple[str, ...], groups: tuple[str, ...]) -> bool:
    """Return whether a marker of a `pylock.toml` holds with all of its extras and dependency groups chosen."""
    return not marker or _holds(marker, target, "", extras, groups)


@lru_cache(maxsize=65_536)
def _holds(marker: str, target: Target, extra: str, extras: tuple[str, ...], groups: tuple[str, ...]) -> bool:
    parsed = _parsed(marker)
    if parsed is None:
        return True
    values: dict[str, str | frozenset[str]] = {**target.marker_values(), "extra": extra}
    if "extras" in marker or "dependency_groups" in marker:
        values |= {"extras": frozenset(extras), "dependency_groups": frozenset(groups)}
        return bool(parsed.evaluate(values, context="lock_file"))
    return bool(parsed.evaluate(values, context="requirement"))


@lru_cache(maxsize=4096)
def _parsed(marker: str) -> Marker | None:
    from packaging.markers import InvalidMarker, Marker

    try:
        return Marker(marker)
    except (InvalidMarker, RecursionError):
        return None


def allows(specifiers: Iterable[str], target: Target) -> bool:
    """Return whether the ranges of interpreters that a release asks for may allow a target."""
    return all(any(in_range(each, text) is not False for each in target.pythons) for text in specifiers)
