"""A text or a log in, the known failures out: what the terminal's `match` and other programs call."""

from fixcards.search.finder import Answer, Finder

__all__ = ["Answer", "Finder"]
