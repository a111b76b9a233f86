"""Checks of the real cards. Only these read `cards/`, or the folder of cards in the variable FIXCARDS_CARDS.

They say whether the cards are good, not whether the program is: a report is about a card, its evidence or its page.
"""

from __future__ import annotations

import functools
import os
from pathlib import Path

import pytest

from fixcards.records.library import Library
from fixcards.records.loader import load

CARDS = Path(os.environ.get("FIXCARDS_CARDS") or Path(__file__).parents[2] / "cards").resolve()
FILES = sorted(path.relative_to(CARDS).as_posix() for path in CARDS.glob("*/*.yaml"))
"""Every card by its file, whether or not it can be read."""

every_card = pytest.mark.parametrize("file", FILES, ids=lambda file: file.removesuffix(".yaml").replace("/", "-"))


@functools.cache
def library() -> Library:
    """Return the cards that have no problem; `test_records.py` reports the others."""
    return load(CARDS)


def id_of(file: str) -> str:
    """Return the id of the card in a file. A card with a problem has none: its problem is reported elsewhere."""
    by_file = {path: card_id for card_id, path in library().files.items()}
    if file not in by_file:
        pytest.fail(f"{file} has a problem; `fixcards check` names it", pytrace=False)
    return by_file[file]
