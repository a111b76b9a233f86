"""Rules about quality that take the whole library: `FC40x`. `fixcards check` applies them (`search/quality.py`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fixcards.records.identity import is_discovery_id
from fixcards.records.rules.rule import Finding, rule
from fixcards.records.summary import Summary
from fixcards.records.yaml_document import KeyPath

_MAX_NAMES = 3


@rule("FC401")
def not_verified(card: Summary, runs: Sequence[str] = ()) -> Iterator[Finding]:
    """Each card is *verified*, or it says why not: `reproduction.skip`, or `status` with a `reason`.

    The message names the runs that did not show what the card says, those at edges and with an altered package
    included.
    """
    if card.reason or card.verdict not in {"not executed", "stale", "partly verified"}:
        return
    again = f"run `fixcards verify {card.id}`"
    if card.verdict == "not executed":
        hint = f"{again}; where it can't be executed, `reproduction.skip` says why"
        yield Finding("was never executed", hint)
    elif card.verdict == "stale":
        yield Finding("was changed after it was executed", again)
    else:
        hint = f"correct the card and {again}; where that can't be, give `status` the `state: published` and a `reason`"
        differing = "; ".join(runs[:_MAX_NAMES]) or "some of the runs that this takes are missing"
        yield Finding(f"is not verified: {differing}", hint)


@rule("FC402")
def ambiguous_signature(where: KeyPath, others: Sequence[str]) -> Iterator[Finding]:
    """No two cards have the same message, unless frames or releases tell them apart or the cause is one or related.

    Messages are the same where they differ in nothing but what varies, such as numbers, paths and placeholders. Frames
    tell cards apart where each names other functions of its package, releases where no environment has both. A found
    card with the message of an explained one is superseded by it.
    """
    names = ", ".join(others[:_MAX_NAMES]) + (f" and {len(others) - _MAX_NAMES} more" if others[_MAX_NAMES:] else "")
    hint = "give both the frames of their package, name the one as `cause` of the other, or make them one card"
    if any(map(is_discovery_id, others)):
        hint = "name a found card that is the same failure under `supersedes`, and remove its files"
    yield Finding(
        f"{names} {'has' if len(others) == 1 else 'have'} the same message",
        hint,
        where,
    )


@rule("FC403")
def not_first_answer(card: Summary, answers: Sequence[str]) -> Iterator[Finding]:
    """The search answers what the broken release printed, as the evidence has it, with this card first."""
    first = next(iter(answers), None)
    if first is None:
        hint = "`error` and `frames` are those of the output; look at it with `fixcards reproduce`"
        yield Finding("the search does not find this card by its own output", hint, ("signature", "error"))
    elif first != card.id:
        hint = "give `signature` the frames and the whole message, and `versions` its releases"
        message = f"the search answers the output of this card with {first} first"
        yield Finding(message, hint, ("signature", "error"))


@rule("FC404")
def name_of_another(where: KeyPath, others: Sequence[str]) -> Iterator[Finding]:
    """No two cards have one id of a security database, unless the one is the cause of the other or both are related."""
    yield Finding(
        f"{', '.join(others[:_MAX_NAMES])} has this id, too",
        "remove it from one of them, or name the one as `cause` of the other or under `related`",
        where,
    )
