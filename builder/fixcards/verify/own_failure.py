"""Whether a program raised or printed the signature by itself instead of letting the library fail."""

from __future__ import annotations

import ast
import re

from fixcards.records.script import SCRIPT_NAME

_FRAME = re.compile(r'^  File "([^"]+)", line ([0-9]+), in ', re.MULTILINE)
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
