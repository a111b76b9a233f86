"""Rules that take more than one record: `FC3xx`. They speak of cards that fit the model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from fixcards.records.evidence import EVIDENCE_SUFFIX, run_digest
from fixcards.records.rules.rule import Finding, closest_word, rule
from fixcards.records.yaml_document import Position

if TYPE_CHECKING:
    from fixcards.records.card import Card
    from fixcards.records.evidence import Evidence
    from fixcards.records.summary import Summary


@dataclass(frozen=True, slots=True)
class LibraryContext:
    """The other records, for rules about one."""

    files: Mapping[str, Sequence[str]]
    """The card files of each id as problems name them, the one in the right place first."""
    all_ids: frozenset[str]
    """Ids of all card files, those with problems included."""
    places: Set[str]
    """All card files, below `cards/`."""
    causes: Mapping[str, str]
    """The cause of each card that names one, by id."""
    successors: Mapping[str, Sequence[str]]
    """The cards that supersede each id which is superseded."""


@rule("FC301")
def id_twice(card: Summary, path: str, context: LibraryContext) -> Iterator[Finding]:
    """An id belongs to one card."""
    first = context.files[card.id][0]
    if first != path:
        hint = "remove one of the two"
        if PurePath(first).parent.name != card.package:
            hint = "an id is the package and the key of the issue: link another address about one of the two failures"
        yield Finding(f"the id {card.id} is already taken by {first}", hint, ("issue",))


@rule("FC302")
def related_to_nothing(card: Summary, context: LibraryContext) -> Iterator[Finding]:
    """Related cards exist, and no card is related to itself."""
    for at, other in enumerate(card.related):
        if other == card.id:
            yield Finding(f"the card names itself, {other}, as related", "remove it", ("related", at))
        elif other not in context.all_ids:
            hint = _successor(other, context) or "remove it, or add that card first"
            yield Finding(f"there is no card {other}", hint, ("related", at))


def _successor(name: str, context: LibraryContext) -> str:
    """Return the hint for an id that no card has: the card that took its place, or one with a similar id."""
    if name in context.successors:
        return f"write {context.successors[name][0]}, which supersedes it"
    guess = closest_word(name, context.all_ids)
    return f"did you mean {guess!r}?" if guess else ""


@rule("FC309")
def caused_by_nothing(card: Summary, context: LibraryContext) -> Iterator[Finding]:
    """The cause of a card is a card of its own, and has no further cause: a reader is sent on once."""
    if not card.cause:
        return
    where = ("cause",)
    if card.cause == card.id:
        yield Finding(f"the card names itself, {card.id}, as its cause", "remove it", where)
    elif card.cause not in context.all_ids:
        hint = _successor(card.cause, context) or "add that card first, or remove it"
        yield Finding(f"there is no card {card.cause}", hint, where)
    elif further := context.causes.get(card.cause):
        yield Finding(f"the cause {card.cause} has a cause itself", f"name {further}", where)


@rule("FC330")
def superseded_card_remains(card: Summary, context: LibraryContext) -> Iterator[Finding]:
    """A found card that another card supersedes is removed: one failure has one page."""
    for at, name in enumerate(card.supersedes):
        if name in context.files:
            hint = f"remove {context.files[name][0]} and its evidence"
            yield Finding(f"supersedes {name}, which is still there", hint, ("supersedes", at))


@rule("FC331")
def superseded_twice(card: Summary, context: LibraryContext) -> Iterator[Finding]:
    """A found card has one successor, to which its address leads."""
    for at, name in enumerate(card.supersedes):
        others = [other for other in context.successors[name] if other != card.id]
        if others:
            yield Finding(f"{others[0]} supersedes {name}, too", "remove it from one of them", ("supersedes", at))


@rule("FC303")
def evidence_without_card(path: str, context: LibraryContext) -> Iterator[Finding]:
    """Evidence lies next to the card that it belongs to: `271.evidence.json` next to `271.yaml`."""
    folder, _, name = path.rpartition("/")
    stem = name[: -len(EVIDENCE_SUFFIX)]
    if not name.endswith(EVIDENCE_SUFFIX):
        yield Finding(f"ends with {name[len(stem) :]}", f"rename it to {stem}{EVIDENCE_SUFFIX}")
    elif (f"{folder}/{stem}.yaml" if folder else f"{stem}.yaml") not in context.places:
        yield Finding("is evidence without a card", f"remove it, or add the card {stem}.yaml next to it")


@rule("FC304")
def evidence_invalid(message: str, mark: Position) -> Iterator[Finding]:
    """Evidence is written by the program: it fits its schema and is not edited by hand."""
    yield Finding(f"is no valid evidence: {message}", "remove the file and run `fixcards verify` again", mark)


@rule("FC305")
def evidence_of_another(evidence: Evidence, card_id: str) -> Iterator[Finding]:
    """Evidence names the card next to which it lies."""
    if evidence.card != card_id:
        yield Finding(f"is evidence of {evidence.card}, not of {card_id}", "run `fixcards verify` again")


@rule("FC306")
def evidence_not_isolated(evidence: Evidence) -> Iterator[Finding]:
    """Only runs that were isolated from the machine are kept as evidence."""
    if evidence.isolation == "none":
        yield Finding("shows runs without isolation", "run `fixcards verify` where bubblewrap or a container works")


@rule("FC307")
def tally_invalid(message: str, mark: Position) -> Iterator[Finding]:
    """The counted reports in `tally.json` are as `fixcards tally` wrote them."""
    yield Finding(f"is no valid tally: {message}", "run `fixcards tally` again", mark)


@rule("FC308")
def sweep_differs(evidence: Evidence, card: Card) -> Iterator[Finding]:
    """The results of a sweep over the releases agree with the card's `versions.affected`."""
    if evidence.digest != run_digest(card):
        return
    for state, wrong, hint in (
        ("fails", "fail and are not in", "widen the range"),
        ("passes", "pass and are in", "narrow the range, for example with `!=`"),
    ):
        swept = [release.version for release in evidence.releases if release.state == state]
        named = [version for version in swept if (version in card.versions.affected_set) == (state == "passes")]
        if named:
            versions = ", ".join(named[:8]) + (f" and {len(named) - 8} more" if len(named) > 8 else "")
            yield Finding(f"releases {wrong} versions.affected {str(card.versions.affected_set)!r}: {versions}", hint)
