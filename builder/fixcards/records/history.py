"""The days on which cards were published and last changed, from the history of their repository.

They are days of commits in UTC, so they are the same on every machine that has the history. Where it is missing or cut
off, a day is unknown rather than guessed: a checkout of one commit would say that every card was published on one day.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import NamedTuple

from fixcards import cache
from fixcards.git import git_output_or_none
from fixcards.records.library import Library
from fixcards.records.summary import Summary

_FileDays = Mapping[str, tuple[str, str, int]]
"""Of each file the day of its first and of its last commit, and the place of the first one, the newest being 0."""


class CardDays(NamedTuple):
    """Days of one card in ISO format; each is empty where it is unknown."""

    published: str = ""
    """Of the first commit that has the card's file."""
    updated: str = ""
    """Of the last commit that changed the card's file. Evidence has days of its own."""
    verified: str = ""
    """Of the newest run."""

    @property
    def day(self) -> str:
        """The best answer to the question how old the card is, for an order: a day of the history, else of a run."""
        return self.published or self.updated or self.verified


class CardHistory(NamedTuple):
    """The days of all cards, and their ids in the order of their publication, the newest first."""

    days: Mapping[str, CardDays]
    newest: tuple[str, ...]

    @classmethod
    def without_git(cls, library: Library) -> CardHistory:
        """Return the history of cards of which only the runs have a day."""
        days = {card.id: CardDays(verified=card.last_verified) for card in library.summaries.values()}
        return cls(days, _by_day(days, {}))


def read_history(library: Library) -> CardHistory:
    """Return the history of the cards. One that isn't committed yet is the newest.

    Each folder of cards may be in a repository of its own. Where there is no git or no history, only runs have days.
    """
    days: dict[str, CardDays] = {}
    places: dict[str, int] = {}
    for root in library.roots:
        files = _file_days(root, cached=library.cached)
        for card in _cards_of(library, root):
            published, updated, place = files.get(library.files[card.id], ("", "", -1))
            days[card.id] = CardDays(published, updated, card.last_verified)
            places[card.id] = place if files else 0
    return CardHistory(days, _by_day(days, places))


def _cards_of(library: Library, root: Path) -> list[Summary]:
    return [card for card in library.summaries.values() if library.root_of(card.id) == root]


def _by_day(days: Mapping[str, CardDays], places: Mapping[str, int]) -> tuple[str, ...]:
    """Return the ids, the newest first; cards of one day by the place of their commit, then by id."""

    def uncommitted(card_id: str) -> bool:
        return places.get(card_id, 0) < 0

    ids = sorted(days, key=lambda card_id: (places.get(card_id, 0), card_id))
    ids.sort(key=lambda card_id: days[card_id].day, reverse=True)
    return tuple(sorted(ids, key=lambda card_id: not uncommitted(card_id)))


def _file_days(root: Path, *, cached: bool) -> _FileDays:
    """Return the days of all cards that were ever below `root`; from the cache while the history is the same."""
    state = git_output_or_none(root, "rev-parse", "HEAD", "--is-shallow-repository", "--git-path", "shallow")
    if not state or state.count("\n") != 3:
        return {}
    head, shallow, boundary_file = state.splitlines()
    boundary = _boundary(root / boundary_file) if shallow == "true" else frozenset()
    cache_file = cache.cache_file("history", os.path.realpath(root)) if cached else None
    key = cache.digest(head.encode(), *(commit.encode() for commit in sorted(boundary)))
    days: _FileDays | None = cache_file.read(key) if cache_file else None
    if days is None:
        days = _read_log(root, boundary)
        if cache_file:
            cache_file.write(days, key)
    return days


def _boundary(path: Path) -> frozenset[str]:
    """Return the commits at which a shallow history is cut off: each seems to add every file."""
    with suppress(OSError):
        return frozenset(path.read_text(encoding="ascii").split())
    return frozenset()


def _read_log(root: Path, boundary: frozenset[str]) -> _FileDays:
    """Return the days of all files. What a commit of the `boundary` has, may be older, so its first day is unknown."""
    log = git_output_or_none(root, "log", "--no-renames", "--name-only", "--format=%x01%H %ct", "-z", "--relative",
                             "--", "*.yaml")  # fmt: skip
    days: dict[str, tuple[str, str, int]] = {}
    commit = day = ""
    place = 0
    for part in (log or "").split("\0"):
        text = part.lstrip("\n")
        if text.startswith("\x01"):
            commit, seconds = text[1:].split(" ")
            day = datetime.fromtimestamp(int(seconds), timezone.utc).date().isoformat()
            place += 1
        elif text:
            published, updated = ("", "") if commit in boundary else (day, day)
            days[text] = published, days.get(text, ("", updated, 0))[1], place
    return days
