"""Whether a program raised the exception by itself instead of letting the library fail."""

from __future__ import annotations

import ast
import re

from fixcards.records.program_syntax import Program, parse_program
from fixcards.records.script import SCRIPT_NAME

_FRAME = re.compile(r'^  File "([^"]+)", line ([0-9]+), in ', re.MULTILINE)


def own_failure(code: str, output: str) -> str | None:
    """Return how a program failed by a statement of its own, None where it did not or that isn't clear.

    The last frame of the last traceback decides: in the program itself, at a `raise` of a new exception. A failing
    `assert` is how a program shows that a result is wrong, and a `raise` without an exception, or with one that was
    caught or that the library returned, hands it on. An extension module has no frames: what it raises seems to come
    from the line that calls it, so no other statement counts.
    """
    frames = _FRAME.findall(output)
    if not frames or frames[-1][0] != f"/repro/{SCRIPT_NAME}":
        return None
    program = parse_program(code)
    line = int(frames[-1][1])
    for node in program.nodes if program else ():
        if isinstance(node, ast.Raise) and node.lineno <= line <= (node.end_lineno or node.lineno):
            return "raises the exception itself" if program and _is_new(program, node.exc) else None
    return None


def _is_new(program: Program, raised: ast.expr | None) -> bool:
    """Return whether a `raise` makes the exception: it names a class, or calls one."""
    if raised is None:
        return False
    value = program.value(raised)
    name = program.name(value.func if isinstance(value, ast.Call) else value).rpartition(".")[2]
    classes = {node.name for node in program.nodes if isinstance(node, ast.ClassDef)}
    return name[:1].isupper() or name in classes
