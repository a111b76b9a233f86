"""Whether a program raised or printed the signature by itself instead of letting the library fail."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator

from fixcards.records.script import SCRIPT_NAME

_FRAME = re.compile(r'^  File "([^"]+)", line ([0-9]+), in ', re.MULTILINE)
_DERIVATIONS = 4
"""Steps in which a name may come from a package: its class, an object of that, a method's result."""
_EXITS = frozenset(
    {"exit", "quit", "sys.exit", "os._exit", "os.abort", "print", "sys.stdout.write", "sys.stderr.write"}
)


def own_failure(code: str, output: str) -> str | None:
    """Return how a program failed by a statement of its own, None where it did not or that isn't clear.

    The last frame of the last traceback decides: in the program itself, at a `raise` of a new exception or a call that
    ends the program. A failing `assert` is how a program shows that a result is wrong, and a `raise` without an
    exception hands on one that it caught.
    """
    frames = _FRAME.findall(output)
    if not frames or frames[-1][0] != f"/repro/{SCRIPT_NAME}":
        return None
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    line = int(frames[-1][1])
    caught = {node.name for handler in ast.walk(tree) if isinstance(node := handler, ast.ExceptHandler) and node.name}
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and node.lineno <= line <= (node.end_lineno or node.lineno):
            raised = node.exc
            if raised is None or (isinstance(raised, ast.Name) and raised.id in caught):
                return None
            return "raises the exception itself"
        if isinstance(node, ast.Call) and node.lineno == line and ast.unparse(node.func) in _EXITS:
            return f"calls {ast.unparse(node.func)} itself"
    return None


def own_hang(code: str, output: str) -> str | None:
    """Return how a program that was stopped hangs by itself, None where a package is what goes on.

    A package is there in the stack that the interpreter printed when it was aborted, or it is called by the line of the
    program at which the stack ends: compiled code has no frames.
    """
    stack = output.rpartition("Fatal Python error: Aborted")[2] if "Fatal Python error: Aborted" in output else ""
    if '  File "/venv/' in stack:
        return None
    lines = re.findall(rf'^  File "/repro/{re.escape(SCRIPT_NAME)}", line ([0-9]+) in ', stack, re.MULTILINE)
    if not lines:
        return "printed no stack when it was stopped, so it isn't clear what goes on"
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "can't be read"
    packages = _names_from_packages(tree)
    for node in ast.walk(tree):
        is_there = isinstance(node, ast.Call) and node.lineno <= int(lines[0]) <= (node.end_lineno or node.lineno)
        if is_there and isinstance(node, ast.Call) and _names(node.func) & packages:
            return None
    return f"goes on by itself in line {lines[0]}"


def _names_from_packages(tree: ast.Module) -> set[str]:
    """Return the names of what a program imports from packages, and of what it derives from that."""
    nodes = list(ast.walk(tree))
    names = {name for node in nodes for name in _imported_names(node)}
    for _ in range(_DERIVATIONS):
        for node in nodes:
            if isinstance(node, ast.ClassDef) and any(_names(base) & names for base in node.bases):
                names.add(node.name)
            elif isinstance(node, ast.Assign) and _names(node.value) & names:
                names |= {name for target in node.targets for name in _names(target)}
            elif isinstance(node, ast.withitem) and node.optional_vars and _names(node.context_expr) & names:
                names |= _names(node.optional_vars)
    return names


def _names(node: ast.expr) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def _imported_names(node: ast.AST) -> Iterator[str]:
    """Yield the names that an import statement gives to what is not of the standard library."""
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        for alias in node.names:
            module = alias.name if isinstance(node, ast.Import) else node.module or ""
            if module.partition(".")[0] not in sys.stdlib_module_names:
                yield alias.asname or alias.name.partition(".")[0]
