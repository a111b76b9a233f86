"""Cards that can't be told from each other: by their message, or by a name in a database of advisories."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import combinations

from fixcards.exports.index_entries import index_entries
from fixcards.matching.index.entry import Entry
from fixcards.matching.parse.packages import frame_package
from fixcards.matching.parse.template import normal_form
from fixcards.matching.score.features import own_packages
from fixcards.records.causes import related_causes
from fixcards.records.release_range import SEPARATOR, ReleaseRange
from fixcards.records.summary import Summary
from fixcards.records.yaml_document import KeyPath


def ambiguous(cards: Sequence[Summary]) -> Iterator[tuple[Summary, KeyPath, list[str]]]:
    """Yield each card whose message others have, too, with the place of that message and the ids of the others."""
    standing = [card for card in cards if card.state != "retired"]
    by_form: dict[str, dict[str, KeyPath]] = defaultdict(dict)
    for card in standing:
        by_form[normal_form(card.error)].setdefault(card.id, ("signature", "error"))
        for at, alias in enumerate(card.aliases):
            by_form[normal_form(alias)].setdefault(card.id, ("signature", "aliases", at))
    shared = {form: places for form, places in by_form.items() if len(places) > 1}
    if not shared:
        return
    by_id = {card.id: card for card in standing}
    entries = {entry.id: entry for entry in index_entries(by_id.values())}
    related = related_causes(standing)
    places: dict[str, KeyPath] = {}
    others: dict[str, set[str]] = defaultdict(set)
    for of_form in shared.values():
        for one, other in combinations(of_form, 2):
            if not (
                _have_one_cause(by_id[one], by_id[other])
                or _have_related_causes(by_id[one], by_id[other], related)
                or _can_be_distinguished(entries[one], entries[other])
            ):
                for name, another in ((one, other), (other, one)):
                    places.setdefault(name, of_form[name])
                    others[name].add(another)
    for name, of_card in others.items():
        yield by_id[name], places[name], sorted(of_card)


def _have_one_cause(one: Summary, other: Summary) -> bool:
    return one.cause == other.id or other.cause == one.id or bool(one.cause and one.cause == other.cause)


def _have_related_causes(one: Summary, other: Summary, related: Mapping[str, Set[str]]) -> bool:
    """Return whether the causes of two cards are about one change. A card without a cause is its own."""
    return (other.cause or other.id) in related.get(one.cause or one.id, ())


def _can_be_distinguished(one: Entry, other: Entry) -> bool:
    """Return whether frames or releases show which of two entries with one message a text is about."""
    frames = _innermost(one), _innermost(other)
    if all(frames) and frames[0] != frames[1]:
        return True
    ranges = {name: (spec, other.requirements[name]) for name, spec in one.requirements.items()
              if name in other.requirements}  # fmt: skip
    if one.package == other.package:
        ranges[one.package] = (one.affected, other.affected)
    return any(
        not ReleaseRange(first.split(SEPARATOR)).overlaps(ReleaseRange(second.split(SEPARATOR)))
        for first, second in ranges.values()
    )


def _innermost(entry: Entry) -> str:
    """Return the innermost frame of an entry's own package, empty where it has none."""
    own = set(own_packages(entry))
    frames = [frame for frame in entry.frames if frame_package(frame) in own]
    return frames[-1] if frames else ""


def with_ids_of_others(cards: Sequence[Summary]) -> Iterator[tuple[Summary, KeyPath, list[str]]]:
    """Yield each card that shares an id of a database with unrelated ones, its place, and the ids of those cards."""
    by_name: dict[str, list[Summary]] = defaultdict(list)
    for card in cards:
        for name in card.ids:
            by_name[name].append(card)
    for name, of_name in by_name.items():
        for card in of_name:
            others = [
                each.id
                for each in of_name
                if each is not card
                and not _have_one_cause(card, each)
                and each.id not in card.related
                and card.id not in each.related
            ]
            if others:
                yield card, ("ids", card.ids.index(name)), others
