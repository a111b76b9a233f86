"""Queries and pastes written by hand, each from what one card's reproduction printed and from nothing else.

`typed` has eight queries a card as people type them from memory: short or as a question, with slips, other forms of
words, halves of messages. `pasted` has six pastes a card as they stand in issues, chats and logs, with other paths and
words around. `others` are queries of the same kinds about failures that no card covers, some of the same packages.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

STORED = Path(__file__).with_suffix(".json")
KINDS = ("typed", "pasted")


def texts(kind: str) -> dict[str, list[str]]:
    """Return the texts of a kind by the id of the card that they are about."""
    return dict(_load()[kind])


def others() -> list[str]:
    """Return queries that no card answers."""
    return list(_load()["others"])


@cache
def _load() -> dict[str, Any]:
    return dict(json.loads(STORED.read_text(encoding="utf-8")))
