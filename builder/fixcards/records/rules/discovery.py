"""Rules about what the program came upon by execution: found cards, and those that took their place: `FC25x`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import PurePosixPath

from fixcards.records.card import Card
from fixcards.records.identity import is_discovery_id
from fixcards.records.problem import quoted
from fixcards.records.rules.rule import Finding, rule
from fixcards.records.yaml_document import KeyPath

_BY_PEOPLE = ("pr", "ids", "discussion", "supersedes")
"""Keys with links and words of people, which no run shows."""


@rule("FC250")
def beyond_what_runs_show(card: Card, path: PurePosixPath) -> Iterator[Finding]:
    """A found card has what runs show, and nothing that only a person can know: no fix upstream, no discussion."""
    if card.explained:
        return
    for key in _BY_PEOPLE:
        if getattr(card, key):
            yield Finding(
                f"a found card has no {key!r}: a person adds that with the upstream issue",
                f"remove it, or run `fixcards new --from-found {card.id} --issue URL`",
                (key,),
                key=True,
            )


@rule("FC251")
def culprit_not_named(card: Card, path: PurePosixPath) -> Iterator[Finding]:
    """The package whose change sets a failure off is the card's own or among `versions.with`; else it is Python.

    Where the failure comes before the program is reached, it may be any package that the build installs.
    """
    discovery, during = card.discovery, card.reproduction.expect and card.reproduction.expect.during
    if discovery is None or during is not None:
        return
    where: KeyPath = ("discovery", "culprit")
    if discovery.culprit == "python":
        if card.versions.python is None:
            yield Finding("the culprit is Python, and `versions.python` is missing", "name its releases there", where)
    elif discovery.culprit not in {card.package, *(card.versions.with_ or {})}:
        yield Finding(
            f"the culprit {discovery.culprit} is not in `versions.with`",
            "name there the releases of it that set the failure off",
            where,
        )


@rule("FC252")
def days_out_of_order(card: Card, path: PurePosixPath) -> Iterator[Finding]:
    """A release is uploaded before the program comes upon what it breaks, and that is before a person explains it."""
    if card.discovery is None:
        return
    days = [(name, getattr(card.discovery, name)) for name in ("uploaded", "day", "explained")]
    stated = [(name, day) for name, day in days if day is not None]
    for (before, first), (after, second) in pairwise(stated):
        if second < first:
            yield Finding(
                f"discovery.{after} {second} is before `{before}` {first}", "correct it", ("discovery", after)
            )


@rule("FC253")
def replaced_without_a_day(card: Card, path: PurePosixPath) -> Iterator[Finding]:
    """A card that took the place of a found card names it under `supersedes`, and in `discovery` the day."""
    if not card.explained or card.discovery is None:
        return
    if card.discovery.explained is None:
        hint = "write the day on which you added the issue"
        yield Finding("discovery has no `explained`", hint, ("discovery",), key=True)
    if not any(name.endswith(f"-{card.discovery.key}") for name in card.supersedes):
        yield Finding(
            f"the found card {card.discovery.key} is not among `supersedes`, so that its address would lead nowhere",
            f'write `supersedes: ["{card.package}-{card.discovery.key}"]`',
            ("discovery", "key"),
        )


@rule("FC254")
def supersedes_an_explained_card(card: Card, path: PurePosixPath) -> Iterator[Finding]:
    """Only found cards are superseded; an explained card that was wrong is `retired` and stays."""
    for at, name in enumerate(card.supersedes):
        if not is_discovery_id(name):
            yield Finding(
                f"{quoted(name)} is not the id of a found card",
                "remove it; to point from one card to another, use `related` or `cause`",
                ("supersedes", at),
            )
