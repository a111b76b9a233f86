"""fixcards: a knowledge base of upstream failures whose every claim is executed.

A program that wants to know whether a text shows a known failure needs no more than this module:

    from fixcards import default_finder

    for match in default_finder().match(text):
        print(match.tier, match.entry.title, match.fixes[0].title)

`default_finder` searches the cards that came with the distribution `fixcards-data`, or those of the project at hand;
`Finder.of_site` and `Finder.of_cards` search others. Importing this module loads nothing else, and searching an index
loads nothing but the standard library.
"""

from __future__ import annotations

TYPE_CHECKING = False  # as in `typing`, whose import takes as long as the start of the interpreter
if TYPE_CHECKING:
    from fixcards.errors import FixcardsError as FixcardsError
    from fixcards.matching.parse.parser import Failure as Failure
    from fixcards.matching.parse.parser import RaisedException as RaisedException
    from fixcards.matching.parse.parser import parse as parse
    from fixcards.matching.score.matcher import Match as Match
    from fixcards.search.answer import Answer as Answer
    from fixcards.search.card_sources import default_finder as default_finder
    from fixcards.search.finder import Finder as Finder

__version__ = "0.2.0"

_HOMES = {
    "Answer": "fixcards.search.answer",
    "Failure": "fixcards.matching.parse.parser",
    "Finder": "fixcards.search.finder",
    "FixcardsError": "fixcards.errors",
    "Match": "fixcards.matching.score.matcher",
    "RaisedException": "fixcards.matching.parse.parser",
    "default_finder": "fixcards.search.card_sources",
    # What IPython looks for in a module after `%load_ext`.
    "load_ipython_extension": "fixcards.ipython_extension",
    "unload_ipython_extension": "fixcards.ipython_extension",
    "parse": "fixcards.matching.parse.parser",
}
"""The public names and the modules that define them, which are imported when a name is first used."""

__all__ = [
    "Answer",
    "Failure",
    "Finder",
    "FixcardsError",
    "Match",
    "RaisedException",
    "__version__",
    "default_finder",
    "parse",
]


def __getattr__(name: str) -> object:
    """Import a public name when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module 'fixcards' has no attribute {name!r}")
    from importlib import import_module

    value = globals()[name] = getattr(import_module(_HOMES[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
