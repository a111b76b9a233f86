"""Programs that a reader runs: the reproduction on the broken release, and the same with each executable fix."""

from __future__ import annotations

from collections.abc import Iterator

from fixcards.build.page import DataFile
from fixcards.exports.interface import CARD, CardExport, Inputs
from fixcards.records.script import reproduction_script

REPRODUCTION = "reproduction.py"


def fix_file(number: int) -> str:
    """Return the name of the program with fix `number`, from 1."""
    return f"fix-{number}.py"


class Scripts(CardExport):
    """`reproduction.py` and `fix-N.py` next to the page of each card; none where no release can be run."""

    inputs = frozenset({CARD})

    def files(self, inputs: Inputs) -> Iterator[DataFile]:
        """Yield the reproduction, then the fixes in order."""
        facts = inputs[CARD]
        card, release = facts.card, facts.broken_release
        if release is None:
            return
        yield DataFile(f"{facts.path}/{REPRODUCTION}", reproduction_script(card, release).encode())
        for number, fix in facts.executable_fixes.items():
            yield DataFile(f"{facts.path}/{fix_file(number)}", reproduction_script(card, release, fix).encode())
