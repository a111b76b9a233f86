"""fixcards: a knowledge base of upstream failures whose every claim is executed."""

__version__ = "0.1.0"
