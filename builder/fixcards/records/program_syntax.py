"""The program of a card as a syntax tree: what its names stand for, and which text an expression gives."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import TypeVar

UNKNOWN = "…"
"""Stands in a text for what only a run would show."""
_MAX_DEPTH = 40
_MAX_TEXT = 4000
"""Characters of a text that are looked at, and parts of an expression: a name may repeat in each of a long list."""
_FIELD = re.compile(r"\{[^{}]*\}|%(?:\([^)]*\))?[-#0 +]*[0-9*]*(?:\.[0-9*]+)?[a-zA-Z]")
_IMPORTING = frozenset({"__import__", "importlib.import_module", "importlib.__import__"})
Node = TypeVar("Node", bound=ast.AST)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


class Program:
    """A program that was parsed; nothing of it runs."""

    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree
        self._nodes = _nodes(tree)
        self._names: dict[ast.expr, str] = {}
        self._texts: dict[str, str] = {}
        self._budget = 0

    @property
    def statements(self) -> list[ast.stmt]:
        """The statements of the program itself, in order."""
        return self._tree.body

    def nodes(self, *types: type[Node]) -> list[Node]:
        """Return the nodes of some types, those of statements before those inside of them."""
        return [node for node in self._nodes if type(node) in types]  # type: ignore[misc]

    @cached_property
    def bindings(self) -> dict[str, str]:
        """The names that imports bind, each with the full name of what it stands for."""
        names: dict[str, str] = {}
        for node in self.nodes(ast.Import, ast.ImportFrom):
            if isinstance(node, ast.Import):
                for each in node.names:
                    top = each.name.partition(".")[0]
                    names[each.asname or top] = each.name if each.asname else top
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names |= {each.asname or each.name: f"{node.module}.{each.name}" for each in node.names}
        return names

    @cached_property
    def _values(self) -> dict[str, ast.expr]:
        """The expressions that are assigned to plain names, the last one for each."""
        return {
            target.id: node.value
            for node in self.nodes(ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }

    @cached_property
    def imports(self) -> set[str]:
        """The modules that the program imports, also by `__import__` and `import_module`."""
        modules: set[str] = set()
        for node in self.nodes(ast.Import, ast.ImportFrom, ast.Call):
            if isinstance(node, ast.Import):
                modules |= {each.name for each in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules.add(node.module)
            elif isinstance(node, ast.Call) and node.args and self.name(node.func) in _IMPORTING:
                modules.add(self.text(node.args[0]))
        return modules

    def value(self, node: ast.expr) -> ast.expr:
        """Return the expression that was assigned to a plain name, other expressions as they are."""
        return self._values.get(node.id, node) if isinstance(node, ast.Name) else node

    def name(self, node: ast.expr) -> str:
        """Return the full name of what an expression stands for, such as `sys.exit`, whatever the program calls it.

        Imports with other names, assignments and `getattr` are followed. Parts that are no names are as written.
        """
        name = self._names.get(node)
        if name is None:
            name = self._names[node] = self._name(node, 0)
        return name

    def _name(self, node: ast.expr, depth: int) -> str:
        if depth > _MAX_DEPTH:
            return UNKNOWN
        if isinstance(node, ast.Name):
            if node.id in self.bindings:
                return self.bindings[node.id]
            value = self._values.get(node.id)
            return self._name(value, depth + 1) if isinstance(value, (ast.Name, ast.Attribute)) else node.id
        if isinstance(node, ast.Attribute):
            return f"{self._name(node.value, depth + 1)}.{node.attr}"
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name) and node.func.id == "getattr" and len(node.args) > 1:
                return f"{self._name(node.args[0], depth + 1)}.{self.text(node.args[1])}"
            return f"{self._name(node.func, depth + 1)}()"
        return UNKNOWN

    def text(self, node: ast.expr) -> str:
        """Return the text that an expression gives, with `UNKNOWN` for each part that the program does not spell out.

        Of a call or a list it is the texts of its parts, with spaces between them, as `print` writes them. A name that
        stands for another name is not followed.
        """
        self._budget = _MAX_TEXT
        return self._text(node, 0)[:_MAX_TEXT]

    def _text(self, node: ast.expr, depth: int) -> str:
        self._budget -= 1
        if depth > _MAX_DEPTH or self._budget < 0:
            return UNKNOWN
        if isinstance(node, ast.Constant):
            value = node.value
            return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
        if isinstance(node, ast.JoinedStr):
            return "".join(self._text(each, depth + 1) for each in node.values)
        if isinstance(node, ast.FormattedValue):
            return self._text(node.value, depth + 1) or UNKNOWN
        if isinstance(node, ast.Name):
            return self._assigned_text(node.id, depth + 1)
        if isinstance(node, ast.BinOp):
            left = self._text(node.left, depth + 1)
            if isinstance(node.op, ast.Add):
                return left + self._text(node.right, depth + 1)
            return self._filled(left, [node.right], depth) if isinstance(node.op, ast.Mod) else UNKNOWN
        if isinstance(node, ast.Call):
            return self._text_of_call(node, depth)
        if isinstance(node, (ast.List, ast.Tuple)):
            return " ".join(self._text(each, depth + 1) for each in node.elts)
        return UNKNOWN

    def _assigned_text(self, name: str, depth: int) -> str:
        if name not in self._texts:
            self._texts[name] = UNKNOWN  # while its own value is read: what another name stands for is not followed
            value = self._values.get(name)
            if value is not None and not isinstance(value, ast.Name):
                self._texts[name] = self._text(value, depth)[:_MAX_TEXT]
        return self._texts[name]

    def _text_of_call(self, node: ast.Call, depth: int) -> str:
        values = [*node.args, *(each.value for each in node.keywords)]
        method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if isinstance(node.func, ast.Attribute) and method in {"format", "encode", "strip"}:
            base = self._text(node.func.value, depth + 1)
            return self._filled(base, values, depth) if method == "format" else base
        return " ".join(self._text(each, depth + 1) for each in values)

    def _filled(self, template: str, values: list[ast.expr], depth: int) -> str:
        """Return a template with its values in place of its fields, in order, and `UNKNOWN` for the rest."""
        parts = [each for value in values for each in (value.elts if isinstance(value, ast.Tuple) else [value])]
        texts = iter([self._text(each, depth + 1) for each in parts])
        return _FIELD.sub(lambda _: next(texts, UNKNOWN), template)

    def own_flow(self) -> Iterator[ast.AST]:
        """Yield what the program runs by itself: all but functions and classes that it only hands to others.

        A server's handler or the target of a thread may wait or loop: the package has to cope with that.
        """
        called = {node.func.id for node in self.nodes(ast.Call) if isinstance(node.func, ast.Name)}
        pending: list[ast.AST] = [self._tree]
        while pending:
            node = pending.pop()
            yield node
            children = ast.iter_child_nodes(node)
            pending += [
                each for each in children if not isinstance(each, _SCOPES) or getattr(each, "name", "") in called
            ]


def _nodes(tree: ast.Module) -> list[ast.AST]:
    """Return all nodes of a tree in the order of `ast.walk`, in a third of its time, without those that say nothing."""
    nodes: list[ast.AST] = [tree]
    for node in nodes:
        for field in node._fields:
            value = getattr(node, field, None)
            if isinstance(value, list):
                nodes += [each for each in value if isinstance(each, ast.AST)]
            elif isinstance(value, ast.AST) and field not in ("ctx", "op"):
                nodes.append(value)
    return nodes


@lru_cache(maxsize=16)
def parse_program(code: str) -> Program | None:
    """Return a program, None where this Python can't read it."""
    try:
        return Program(ast.parse(code))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
