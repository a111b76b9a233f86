"""The lint rules: small generators with stable codes, whose docstrings are the rules' text.

`FC0xx` concern the file and its YAML (`text.py`), `FC03x` its characters (`characters.py`), `FC04x` the folder
(`folder.py`), `FC1xx` single keys and values (`shape.py`), `FC2xx` a whole card (`card.py`), `FC23x` its program
(`program.py`), `FC3xx` the library (`library.py`), `FC31x` and `FC32x` the evidence (`evidence.py`).
"""

from fixcards.records.rules import card, characters, evidence, folder, library, program, shape, text
from fixcards.records.rules.rule import RULES, Finding, Rule

__all__ = [
    "RULES",
    "Finding",
    "Rule",
    "card",
    "characters",
    "evidence",
    "folder",
    "library",
    "program",
    "shape",
    "text",
]
