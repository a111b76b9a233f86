"""When a failure happens: before a program is reached, while the package is imported, or only with a certain use."""

from __future__ import annotations

import ast
import re
from typing import Literal

from fixcards.records.card import Card
from fixcards.records.evidence import Evidence
from fixcards.records.program_syntax import parse_program

Moment = Literal["install", "import", "use", "lasting"]
_PROGRAM_LINE = re.compile(r'^ *File "/repro/(?:repro|[^"/]+)\.py", line ([0-9]+), in <module>$', re.MULTILINE)


def failure_moment(card: Card, evidence: Evidence | None) -> Moment:
    """Return when the failure of a card happens.

    `install` is every failure of resolving, building and installing. `import` says that importing the package is
    enough: the program does no more, or an executed traceback enters the card's package through an `import` statement
    of the program. Everything else takes a certain use. It is `lasting` where it takes no interpreter and no release
    ends it, as most changes on purpose: it is in every environment with a newer release, and whether it matters depends
    on the program alone. With a second package that holds only where all fixes are changes of the reader's own code.
    """
    reproduction = card.reproduction
    if reproduction.expect is not None and reproduction.expect.during is not None:
        return "install"
    statements = _statements(reproduction.code)
    if _is_lasting(card):
        return "lasting"
    if statements and all(map(_is_import, statements)):
        return "import"
    frames = _frames(card, evidence)
    lines = [int(line) for line in _PROGRAM_LINE.findall(_traceback(card, evidence))]
    if not lines or not frames or not frames[0].endswith(":<module>"):
        return "use"
    first = next((each for each in statements if each.lineno <= lines[0] <= (each.end_lineno or each.lineno)), None)
    return "import" if first is not None and _is_import(first) else "use"


def _is_lasting(card: Card) -> bool:
    versions = card.versions
    only_in_own_code = all(fix.kind == "code-change" for fix in card.fixes)
    if (versions.with_ and not only_in_own_code) or versions.python or versions.fixed:
        return False
    return any(
        all(clause.operator in (">=", ">", "!=") for clause in specifier)
        for specifier in versions.affected_set.specifiers
    )


def _statements(code: str) -> list[ast.stmt]:
    program = parse_program(code)
    statements = program.statements if program is not None else []  # for another Python than this one, or none
    return [each for each in statements if not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))]


def _is_import(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Import | ast.ImportFrom)


def _frames(card: Card, evidence: Evidence | None) -> tuple[str, ...]:
    broken = evidence.runs[0].frames if evidence and evidence.runs[0].role == "broken" else ()
    return broken or card.signature.frames


def _traceback(card: Card, evidence: Evidence | None) -> str:
    output = evidence.runs[0].output if evidence and evidence.runs[0].role == "broken" else ""
    return output if _PROGRAM_LINE.search(output) else card.signature.traceback or ""
