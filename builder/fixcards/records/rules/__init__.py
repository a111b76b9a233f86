"""The lint rules: small generators with stable codes, whose docstrings are the rules' text.

`FC0xx` concern the file and its YAML (`text.py`), `FC03x` its characters (`characters.py`), `FC04x` the folder
(`folder.py`), `FC1xx` single keys and values (`shape.py`), `FC13x` addresses (`addresses.py`), `FC2xx` a whole card
(`card.py`, `install.py`), `FC23x` its program (`program.py`), `FC24x` what a draft leaves open (`draft.py`), `FC25x`
what the program came upon by itself (`discovery.py`), `FC3xx` the library (`library.py`), `FC31x` and `FC32x` the
evidence (`evidence.py`). `FC4xx` are about quality and hide no card: `FC40x` of the library (`library_quality.py`), the
others of a card (`quality.py`, `titles.py`).
"""

from fixcards.records.rules import (
    addresses,
    card,
    characters,
    discovery,
    draft,
    evidence,
    folder,
    install,
    library,
    library_quality,
    program,
    quality,
    shape,
    text,
    titles,
)
from fixcards.records.rules.rule import RULES, Finding, Rule

__all__ = [
    "RULES",
    "Finding",
    "Rule",
    "addresses",
    "card",
    "characters",
    "discovery",
    "draft",
    "evidence",
    "folder",
    "install",
    "library",
    "library_quality",
    "program",
    "quality",
    "shape",
    "text",
    "titles",
]
