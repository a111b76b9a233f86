"""The runs that show what a reader gets who copies the `install` line of a fix today.

The reader has the environment of the broken run. Once everything stays that the line doesn't name and that doesn't have
to move, as pip leaves it; once everything else is the newest that the index has.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from packaging.requirements import Requirement
from packaging.version import Version

from fixcards.ecosystems import PYPI
from fixcards.records.card import Card
from fixcards.verify.interpreters import Interpreter
from fixcards.verify.plan import PlannedRun

MAX_OTHER_INTERPRETERS = 2
"""Interpreters besides that of the broken run on which the newest releases are tried, where they don't support that."""


def install_runs(card: Card, broken: PlannedRun, lock: str, installed: Sequence[Interpreter]) -> Iterator[PlannedRun]:
    """Yield two runs for each fix with a line, given the broken run on the interpreter that it took, and its lock.

    The program is that of the fix where it has one of its own, or else that of the reproduction, unchanged. Wheels of
    what the line names are tried first, and the card's builds where there are none.
    """
    interpreter = broken.interpreters[0]
    newest = sorted(installed, key=lambda each: Version(each.version), reverse=True)
    elsewhere = [each for each in newest if each != interpreter][:MAX_OTHER_INTERPRETERS]
    for number, fix in enumerate(card.fixes, start=1):
        if fix.install is None:
            continue
        named = {PYPI.requirement_name(text) for text in fix.install}
        others = [text for text in broken.requires if PYPI.requirement_name(text) not in named]
        code = fix.code if fix.code is not None else card.reproduction.code
        yield PlannedRun(
            role="install",
            release=None,
            requires=(*others, *fix.install),
            code=code,
            exclude_newer=None,
            interpreters=(interpreter,),
            build=tuple(name for name in card.reproduction.build if name not in named),
            overrides=tuple(name for name in card.reproduction.overrides if name not in named),
            fix=number,
            others="kept",
            preferred_lock=lock,
        )
        yield PlannedRun(
            role="install",
            release=None,
            requires=(*map(_without_bounds, others), *fix.install),
            code=code,
            exclude_newer=None,
            interpreters=(interpreter, *elsewhere),
            build=(),
            fix=number,
            others="newest",
        )


def _without_bounds(text: str) -> str:
    requirement = Requirement(text)
    extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
    marker = f"; {requirement.marker}" if requirement.marker else ""
    return f"{requirement.name}{extras}{marker}"
