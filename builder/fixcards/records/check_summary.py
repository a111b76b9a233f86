"""The one line about a check, as the terminal and the build of a site print it."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Sequence

from fixcards.records.evidence import EVIDENCE_SUFFIX
from fixcards.records.problem import Problem


def check_summary(paths: Collection[str], problems: Sequence[Problem], seconds: float) -> str:
    """Return how many cards and packages are among `paths`, how many problems there are by code, and the seconds."""
    cards = [path for path in paths if not path.lower().endswith(EVIDENCE_SUFFIX)]
    # On every path of a large library; a found card's folder is one of the same package's.
    packages = len({os.path.basename(os.path.dirname(path)) for path in cards})  # noqa: PTH119, PTH120
    codes = ", ".join(f"{code} {number}" for code, number in sorted(Counter(p.code for p in problems).items()))
    return (
        f"{_count(len(cards), 'card')}, {_count(packages, 'package')}, "
        f"{_count(len(problems), 'problem')}{f' ({codes})' if codes else ''}, {seconds:.2f} s"
    )


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
