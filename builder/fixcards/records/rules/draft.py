"""Rules about drafts: `FC24x`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from fixcards.records.card import Card
from fixcards.records.rules.rule import Finding, rule
from fixcards.records.yaml_document import KeyPath

TODO = "TODO"
"""What a text of a draft begins with until a person has written it."""
_NO_PROSE = frozenset({"code", "files", "traceback"})


@rule("FC240")
def still_to_be_written(card: Card, path: PurePosixPath) -> Iterator[Finding]:
    """No text of a card begins with `TODO`: `fixcards new` leaves that where only a person knows what to write."""
    written = [card.title, card.signature.error, *card.prose, *(fix.title for fix in card.fixes)]
    if not any(text.startswith(TODO) for text in written):  # as in every card but a draft
        return
    for where, text in _texts(card.model_dump(mode="json", by_alias=True, exclude_none=True), ()):
        if text.startswith(TODO):
            hint = " ".join(text.removeprefix(TODO).lstrip(": ").split())
            name = "".join(f"[{each}]" if isinstance(each, int) else f".{each}" for each in where).lstrip(".")
            yield Finding(f"{name} is still to be written", hint[:200] or "write it in your own words", where)


def _texts(value: object, where: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            if key not in _NO_PROSE:
                yield from _texts(each, (*where, key))
    elif isinstance(value, list):
        for at, each in enumerate(value):
            yield from _texts(each, (*where, at))
