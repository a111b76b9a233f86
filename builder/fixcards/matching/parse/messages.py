"""Messages of exceptions: where one ends in a sentence, and whether two are one failure that a text shows twice."""

from __future__ import annotations

MIN_ANNOUNCED = 12
"""Characters of a message after which a title may go on in words of its own."""
QUOTES = {"**": "**", '"': '"', "`": "`", "\u201c": "\u201d", "\u00ab": "\u00bb"}
"""Quotes around a message, with those that close them. A single one may be a part of it."""


def within_quotes(before: str, rest: str) -> str:
    """Return a message up to the quote that closes it, where a person quotes it within a sentence."""
    for opening, closing in QUOTES.items():
        is_open = before.count(opening) % 2 if opening == closing else before.rfind(opening) > before.rfind(closing)
        if is_open:
            return rest.partition(closing)[0]
    return rest


def announces(title: str, title_message: str, name: str, message: str) -> bool:
    """Return whether an exception stands in a title: cut, or with more words behind the message."""
    if _last_part(title) != _last_part(name):
        return False
    if message.startswith(title_message.rstrip(". \u2026")):
        return True
    return len(message) >= MIN_ANNOUNCED and title_message.startswith(message)


def is_repeat(name: str, message: str, earlier: str, earlier_message: str) -> bool:
    """Return whether an exception is an earlier one again, perhaps with a truncated message."""
    if _last_part(name) != _last_part(earlier):
        return False
    return message == earlier_message or (
        message.endswith("...") and earlier_message.startswith(message[:-3].rstrip(" "))
    )


def _last_part(name: str) -> str:
    return name.split(".")[-1]
