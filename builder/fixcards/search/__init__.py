"""Known failures for a text or a log: what `fixcards match` and other programs call."""

from fixcards.search.answer import Answer
from fixcards.search.finder import Finder

__all__ = ["Answer", "Finder"]
