"""Whether a program failed or hangs by itself instead of letting the library do so."""

from __future__ import annotations

import ast
import re

from fixcards.records.program_syntax import Program, parse_program
from fixcards.records.script import SCRIPT_NAME
from fixcards.standard_library import STANDARD_LIBRARY

_FRAME = re.compile(r'^  File "([^"]+)", line ([0-9]+), in ', re.MULTILINE)
_DERIVATIONS = 4
"""Steps in which a name may come from a package: its class, an object of that, a method's result."""
_ENDS = frozenset({"exit", "quit", "sys.exit", "os._exit", "os.abort", "print", "sys.stdout.write", "sys.stderr.write"})
_PLAIN = (ast.Constant, ast.JoinedStr, ast.FormattedValue, ast.Name, ast.Load, ast.keyword, ast.BinOp, ast.operator)


def own_failure(code: str, output: str) -> str | None:
    """Return how a program failed by a statement of its own, None where it did not or that isn't clear.

    The last frame of the last traceback decides: in the program itself, at a `raise` of a new exception. A failing
    `assert` is how a program shows that a result is wrong, and a `raise` without an exception, or with one that was
    caught or that the library returned, hands it on. An extension module has no frames: what it raises seems to come
    from the line that calls it. So of other statements only those count that write or exit and use nothing else.
    """
    frames = _FRAME.findall(output)
    if not frames or frames[-1][0] != f"/repro/{SCRIPT_NAME}":
        return None
    program = parse_program(code)
    if program is None:
        return None
    line = int(frames[-1][1])
    for node in program.nodes(ast.Raise, ast.Call):
        if isinstance(node, ast.Raise) and _covers(node, line):
            return "raises the exception itself" if _is_new(program, node.exc) else None
        if isinstance(node, ast.Call) and node.lineno == line and _ends_alone(program, node):
            return f"calls {program.name(node.func)} itself"
    return None


def own_hang(code: str, output: str) -> str | None:
    """Return how a program that was stopped hangs by itself, None where a package is what goes on.

    A package is there in the stack that the interpreter printed when it was aborted, or it is called by the line of the
    program at which the stack ends: compiled code has no frames.
    """
    _, aborted, after = output.rpartition("Fatal Python error: Aborted")
    stack = after if aborted else ""
    if '  File "/venv/' in stack:
        return None
    lines = re.findall(rf'^  File "/repro/{re.escape(SCRIPT_NAME)}", line ([0-9]+) in ', stack, re.MULTILINE)
    if not lines:
        return "printed no stack when it was stopped, so it isn't clear what goes on"
    program = parse_program(code)
    if program is None:
        return "can't be read"
    packages = _names_from_packages(program)
    calls = (node for node in program.nodes(ast.Call) if _covers(node, int(lines[0])))
    if any(_names(call.func) & packages for call in calls):
        return None
    return f"goes on by itself in line {lines[0]}"


def _names_from_packages(program: Program) -> set[str]:
    """Return the names of what a program imports from packages, and of what it derives from that."""
    bindings = program.bindings.items()
    names = {name for name, module in bindings if module.partition(".")[0] not in STANDARD_LIBRARY}
    for _ in range(_DERIVATIONS):
        for node in program.nodes(ast.ClassDef, ast.Assign, ast.withitem):
            if isinstance(node, ast.ClassDef) and any(_names(base) & names for base in node.bases):
                names.add(node.name)
            elif isinstance(node, ast.Assign) and _names(node.value) & names:
                names |= {name for target in node.targets for name in _names(target)}
            elif isinstance(node, ast.withitem) and node.optional_vars and _names(node.context_expr) & names:
                names |= _names(node.optional_vars)
    return names


def _covers(node: ast.Raise | ast.Call, line: int) -> bool:
    return node.lineno <= line <= (node.end_lineno or node.lineno)


def _names(node: ast.expr) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def _ends_alone(program: Program, call: ast.Call) -> bool:
    """Return whether a call writes or exits with plain values, so that nothing else in it can fail."""
    parts = [each for part in [*call.args, *call.keywords] for each in ast.walk(part)]
    return program.name(call.func) in _ENDS and all(isinstance(each, _PLAIN) for each in parts)


def _is_new(program: Program, raised: ast.expr | None) -> bool:
    """Return whether a `raise` makes the exception: it names a class, or calls one."""
    if raised is None:
        return False
    value = program.value(raised)
    name = program.name(value.func if isinstance(value, ast.Call) else value).rpartition(".")[2]
    classes = {node.name for node in program.nodes(ast.ClassDef)}
    return name[:1].isupper() or name in classes
