"""What the page of a package has besides its list: whom it hits, its releases against its cards, its trackers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from fixcards.cache import digest
from fixcards.records.library import Library
from fixcards.records.summary import Summary

MAX_VICTIMS = 20
"""Cards of other packages that the page names; a list of their own has the rest."""
_MAX_TRACKERS = 3


class Victim(NamedTuple):
    """A card of another package."""

    title: str
    path: str
    package: str
    verdict: str
    explained: bool


class Tracker(NamedTuple):
    """Where the issues of some cards are."""

    url: str
    name: str


def package_context(
    package: str, library: Library, ids: Sequence[str], victims: Sequence[str]
) -> tuple[dict[str, Any], bytes]:
    """Return the context of the template, and its digest beyond that of the rows of the list.

    `ids` are the cards of the first page of the list, `victims` those of others that the package hits.
    """
    named = victims[:MAX_VICTIMS]
    context = {
        "victims": tuple(_victim(library.summaries[card_id]) for card_id in named),
        "victims_total": len(victims),
        "issues": tuple(library.summaries[card_id].issue for card_id in ids),
    }
    return context, digest(package.encode(), b"%d" % len(victims), *(library.summary_digests[each] for each in named))


def trackers(issues: Iterable[str]) -> tuple[Tracker, ...]:
    """Return the trackers of some issues, those of most issues first."""
    numbers = Counter(tracker for issue in issues if (tracker := _tracker(issue)))
    return tuple(tracker for tracker, _ in numbers.most_common(_MAX_TRACKERS))


def _tracker(issue: str) -> Tracker | None:
    """Return the tracker of an issue by its address, None where the form of the address is another one.

    Such an address is that of the repository, then a word for issues, then a number.
    """
    parts = urlsplit(issue)
    repository, _, _ = parts.path.partition("/-/")
    steps = repository.strip("/").split("/")
    words = {"issues", "issue", "pull", "pulls", "discussions", "merge_requests"}
    at = next((at for at, step in enumerate(steps) if step in words and at >= 2), None)
    if at is None and repository == parts.path:
        return None
    name = "/".join(steps[:at])
    return Tracker(f"{parts.scheme}://{parts.netloc}/{name}", f"{parts.netloc}/{name}")


def _victim(card: Summary) -> Victim:
    return Victim(card.title, card.path, card.package, card.verdict, card.explained)
