"""The pages of a long list: their addresses, and to which of them each links."""

from __future__ import annotations

_PAGES_AROUND = 3
"""Pages before and after its own to which a page of a long list links."""


def page_path(path: str, number: int) -> str:
    """Return the address of one page of a list; the first has that of the list."""
    return path if number == 1 else f"{path}/page/{number}"


def linked_pages(number: int, last: int) -> list[int]:
    """Return the pages of a list to which page `number` links: the first and last, and those around it."""
    around = range(number - _PAGES_AROUND, number + _PAGES_AROUND + 1)
    return sorted({1, last, *(n for n in around if 1 <= n <= last)})
