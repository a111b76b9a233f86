"""The page *Found by the program*: what it came upon by executing packages, by the change that sets it off."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from fixcards.build.page import Section
from fixcards.build.task import BuildTask
from fixcards.cache import digest_of
from fixcards.ecosystems import PYPI
from fixcards.records.library import Library
from fixcards.records.summary import Summary
from fixcards.site.pagination import linked_pages
from fixcards.site.template_page import page_task

PATH = "cards/found"
TITLE = "Found by the program"
PER_PAGE = 50
"""Changes on one page."""
ABOUT = (
    "Failures that the program came upon by installing and executing packages, before any person wrote them down. "
    "Each is reproduced, has a control, and names the change that sets it off."
)


class DiscoveryRow(NamedTuple):
    """One failure that the program came upon. Numbers of days are texts in words, empty where a day is missing."""

    title: str
    path: str
    package: str
    verdict: str
    explained: bool
    discovered: str
    explained_on: str
    discovered_after: str
    """Time from the upload to the discovery."""
    explained_after: str
    """Time from the discovery to the explanation."""
    victims: tuple[str, ...]


class Change(NamedTuple):
    """A release that breaks something, with what it breaks."""

    culprit: str
    release: str
    uploaded: str
    rows: tuple[DiscoveryRow, ...]


def changes(library: Library) -> list[Change]:
    """Return the releases that the program found to break something, those uploaded last first."""
    groups: dict[tuple[str, str], list[Summary]] = defaultdict(list)
    for card in library.summaries.values():
        if card.culprit and card.state != "retired":
            groups[card.culprit, card.culprit_release].append(card)
    grouped = [
        Change(culprit, release, max(card.days[0] for card in cards), tuple(map(_row, cards)))
        for (culprit, release), cards in sorted(groups.items())
    ]
    return sorted(grouped, key=lambda change: change.uploaded, reverse=True)


def discovery_tasks(library: Library) -> Iterator[BuildTask]:
    """Yield the pages; there is one where nothing was found, too, so that its address always works."""
    everything = changes(library)
    rows = [row for change in everything for row in change.rows]
    numbers = {
        "failures": len(rows),
        "changes": len(everything),
        "explained": sum(row.explained for row in rows),
        "packages": len({row.package for row in rows}),
    }
    pages = [everything[start : start + PER_PAGE] for start in range(0, len(everything), PER_PAGE)] or [[]]
    for number, own in enumerate(pages, start=1):
        yield page_task(
            "discoveries.html",
            _page_path(number),
            TITLE if number == 1 else f"{TITLE}, page {number}",
            ABOUT,
            (Section("changes", "By the change that sets it off"),),
            content_digest=digest_of((tuple(map(_plain, own)), numbers, number, len(pages))),
            changes=tuple(own),
            numbers=numbers,
            page=number,
            last=len(pages),
            pages=tuple((n, f"{_page_path(n)}/") for n in linked_pages(number, len(pages))),
            here=f"{PATH}/",
        )


def _page_path(number: int) -> str:
    """Return the address of a page. It isn't below the first one, which is in the navigation.

    Links to there would be shorter on the pages below it than on others of their kind, which share one frame.
    """
    return PATH if number == 1 else f"{PATH}-page-{number}"


def _plain(change: Change) -> tuple[object, ...]:
    return (*change[:3], tuple(map(tuple, change.rows)))


def _row(card: Summary) -> DiscoveryRow:
    uploaded, discovered, explained = card.days
    return DiscoveryRow(
        title=card.title,
        path=card.path,
        package=card.package,
        verdict=card.verdict,
        explained=card.explained,
        discovered=discovered,
        explained_on=explained,
        discovered_after=_time_between(uploaded, discovered),
        explained_after=_time_between(discovered, explained),
        victims=tuple(f"{PYPI.requirement_name(text)} {', '.join(PYPI.exact_releases(text))}" for text in card.victims),
    )


def _time_between(first: str, second: str) -> str:
    """Return the time between two days in words, as exact as a reader needs it."""
    if not first or not second:
        return ""
    days = (date.fromisoformat(second) - date.fromisoformat(first)).days
    if days == 0:
        return "the same day"
    if days < 60:
        return f"{days} day{'s' if days > 1 else ''} later"
    if days < 730:
        return f"{days // 30} months later"
    return f"{days // 365} years later"
