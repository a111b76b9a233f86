"""Package ecosystems: what a record means by a name, a requirement and a program that can be run.

`interface.py` says what records need of one, `pypi.py` is the only one.
"""

from fixcards.ecosystems.interface import Ecosystem
from fixcards.ecosystems.pypi import PyPI

PYPI = PyPI()
_ECOSYSTEMS: dict[str, Ecosystem] = {PYPI.name: PYPI}


def ecosystem(name: str) -> Ecosystem:
    """Return the ecosystem that a card names. Raises `KeyError` for one that there isn't."""
    return _ECOSYSTEMS[name]
