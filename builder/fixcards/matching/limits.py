"""What callers may leave to the search. It stands alone, so that an interface names it without loading the engine."""

DEFAULT_LIMIT = 8
"""Matches of an answer, unless a caller asks for more."""
