"""Entries that fill the library up: errors that installed packages raise, taken from their sources."""

from __future__ import annotations

import ast
import hashlib
import re
import warnings
from collections.abc import Iterator
from pathlib import Path

from fixcards.matching.index.entry import Entry

SHORTEST = 12
"""Characters of fixed text that a message needs to be somebody's card."""
_NAME = re.compile("[^a-z0-9_]+")


def distractors(site_packages: Path, without: frozenset[str] = frozenset()) -> Iterator[Entry]:
    """Yield one entry for each message of a `raise` below `site_packages`, packages in `without` left out.

    Message: string literals, f-strings, `%` and `.format` with their variable parts as placeholders. Frame: the
    function that raises. Title and prose: what the card of such a failure would say, from message, module, docstrings.
    """
    seen = set()
    for path in sorted(site_packages.rglob("*.py")):
        module = path.relative_to(site_packages).as_posix()
        package = module.split("/")[0].removesuffix(".py")
        if package in without or "tests" in module or "_vendor" in module:
            continue
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(path.read_bytes())
        except (SyntaxError, ValueError, RecursionError):
            continue
        for function, name, message, about in _raises(tree):
            error = f"{name}: {message}"
            if error in seen or len(re.sub(r"\{[a-z0-9_]*\}", "", message)) < SHORTEST:
                continue
            seen.add(error)
            number = int(hashlib.sha256(f"{module} {error}".encode()).hexdigest()[:7], 16)
            plain = package.strip("_").replace("_", "-").lower()
            yield Entry(
                id=f"{plain}-{number}",
                package=plain,
                templates=(error,),
                exception=name,
                frames=(f"{module}:{function}",),
                title=f"{plain}: {message}"[:100],
                prose=f"{function.replace('_', ' ')} in {module} stops with {name}. {about}",
                affected="<=99",
                display={"path": f"{plain}/{number}/", "fix": f"Upgrade {plain}", "verdict": "not executed"},
            )


def _raises(tree: ast.Module) -> Iterator[tuple[str, str, str, str]]:
    """Yield function, exception, message and what the function's docstring begins with, of each `raise`."""
    stack: list[tuple[ast.AST, str, str]] = [(tree, "<module>", (ast.get_docstring(tree) or "")[:200])]
    while stack:
        node, function, about = stack.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            function, about = node.name, (ast.get_docstring(node) or about)[:300]
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
            name, message = ast.unparse(node.exc.func), _message(node.exc.args[0])
            if message and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.]*", name) and "\n" not in message.strip():
                yield function, name, " ".join(message.split()), about
        stack += [(child, function, about) for child in ast.iter_child_nodes(node)]


def _message(node: ast.expr) -> str:
    """Return a message with placeholders, empty where it is made in another way."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value.replace("{", "(").replace("}", ")")
    if isinstance(node, ast.JoinedStr):
        return "".join(_piece(part) for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _message(node.left), _message(node.right)
        return left + right if left and right else ""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        return re.sub(r"%(?:\([a-z_]+\))?[-0-9.]*[a-z]", "{value}", _message(node.left))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        owner = node.func.value
        if isinstance(owner, ast.Constant) and isinstance(owner.value, str):
            return re.sub(r"\{[^{}]*\}", "{value}", owner.value)
    return ""


def _piece(part: ast.expr) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value).replace("{", "(").replace("}", ")")
    inside = ast.unparse(part.value) if isinstance(part, ast.FormattedValue) else "value"
    return "{" + (_NAME.sub("_", inside.lower()).strip("_0123456789")[:20] or "value") + "}"
