"""Rules about the program of a reproduction: `FC23x`. They refuse what shows nothing about the package.

They read the program and can be got round; that a program needs the package is shown by running it with stubs
(`FC320`). They say early, and at the line, what is wrong.
"""

from __future__ import annotations

import ast
import builtins
import re
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import PurePosixPath

from fixcards.records.card import Card
from fixcards.records.printed_signature import prints_signature
from fixcards.records.rules.rule import Finding, rule
from fixcards.records.yaml_document import KeyPath

_CODE: KeyPath = ("reproduction", "code")
_STARTING = frozenset({"subprocess", "runpy", "os", "pty", "multiprocessing", "importlib", "code", "pkgutil", "venv"})
"""Modules of the standard library by which a program runs or imports others."""
_EXITS = frozenset({"exit", "quit", "sys.exit", "os._exit", "SystemExit"})
_WRITES = frozenset({"print", "sys.stdout.write", "sys.stderr.write", "sys.stdout.buffer.write", "os.write"})
_VERSION_CALLS = re.compile(r"(?:^|\.)(?:version|metadata|distribution|get_distribution|require|working_set)$")
_PATHS = ("sys.modules", "sys.path", "sys.meta_path", "sys.path_hooks", "builtins", "__builtins__")
_CHANGING_CALLS = frozenset({"append", "insert", "extend", "update", "setdefault", "pop", "clear", "remove"})
_TITLE = re.compile(
    r"(?:todo|fixme|tbd|wip|xxx|fix|bug|error|failure|title|test|untitled|placeholder)\W*", re.IGNORECASE
)


@rule("FC230")
def imports_nothing(card: Card, path: PurePosixPath) -> Iterator[Finding]:
    """The program imports the package or starts a program of it: with the standard library alone nothing of it runs."""
    tree = _tree(card.reproduction.code)
    if tree is None:
        return
    imported = {name.partition(".")[0] for name in _imports(tree)}
    own = {PurePosixPath(name).parts[0].removesuffix(".py") for name in card.reproduction.files or {}}
    if not (imported - own - sys.stdlib_module_names) and not imported & _STARTING:
        yield Finding(
            f"the program never imports {card.package}",
            "write a program in which the package itself fails",
            _CODE,
        )


@rule("FC231")
def states_signature(card: Card, path: PurePosixPath) -> Iterator[Finding]:
    """The program does not raise, print or exit with the signature itself; an `assert` may show a wrong result."""
    tree = _tree(card.reproduction.code)
    for node in ast.walk(tree) if tree is not None else ():
        call = node.exc if isinstance(node, ast.Raise) else node
        if not isinstance(node, (ast.Raise, ast.Call)) or not isinstance(call, ast.Call):
            continue
        name = ast.unparse(call.func)
        if not isinstance(node, ast.Raise) and name not in _EXITS | _WRITES:
            continue
        message = " ".join(_texts(call))
        text = f"{name}: {message}" if isinstance(node, ast.Raise) else message
        if message and (prints_signature(card, text) or prints_signature(card, message)):
            verb = "raises" if isinstance(node, ast.Raise) else f"calls {name} with"
            yield Finding(
                f"line {node.lineno} of the program {verb} the signature itself",
                "let the package fail; show a wrong result by `assert`",
                _CODE,
            )


@rule("FC232")
def loops_alone(card: Card, path: PurePosixPath) -> Iterator[Finding]:
    """An endless loop or a long sleep of the program itself is no hang of the package."""
    tree = _tree(card.reproduction.code)
    if tree is None or card.reproduction.expect is None or card.reproduction.expect.timeout is None:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.While) and _never_ends(node):
            yield Finding(f"line {node.lineno} of the program never ends by itself", "call what hangs once", _CODE)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in {"time.sleep", "sleep", "signal.pause", "input"}:
            yield Finding(f"line {node.lineno} of the program waits by itself", "call what hangs", _CODE)


@rule("FC233")
def looks_at_version(card: Card, path: PurePosixPath) -> Iterator[Finding]:
    """The program decides nothing by a release number: it has to show the failure. It may print one."""
    tree = _tree(card.reproduction.code)
    nodes = list(ast.walk(tree)) if tree is not None else []
    printed = {id(each) for node in nodes if _is_print(node) for each in ast.walk(node)}
    for node in nodes:
        version = isinstance(node, ast.Attribute) and node.attr in {"__version__", "VERSION", "version_info"}
        if version and isinstance(node, ast.Attribute) and ast.unparse(node.value) == "sys":
            continue
        named = isinstance(node, ast.Constant) and node.value in {"__version__", "importlib.metadata"}
        imported = isinstance(node, (ast.Import, ast.ImportFrom)) and _names_metadata(node)
        if (version or named or imported) and id(node) not in printed:
            yield Finding(
                f"line {getattr(node, 'lineno', 1)} of the program looks at the release of a package",
                "remove it: the program must fail or pass by what the package does",
                _CODE,
            )
            return


@rule("FC234")
def changes_imports(card: Card, path: PurePosixPath) -> Iterator[Finding]:
    """The program does not put another module in the place of the package, nor change where modules come from."""
    tree = _tree(card.reproduction.code)
    names = _full_names(tree) if tree is not None else {}
    for node in ast.walk(tree) if tree is not None else ():
        for target in _changed(node):
            first = re.match(r"\w*", ast.unparse(target))
            name = first[0] if first else ""
            text = names.get(name, name) + ast.unparse(target)[len(name) :]
            patched = isinstance(target, ast.Attribute) and name in names and _replaces_code(node, tree)
            patched = patched and text.partition(".")[0].lower() == card.package.replace("-", "_")
            if patched or any(text == each or text.startswith((f"{each}[", f"{each}.")) for each in _PATHS):
                yield Finding(
                    f"line {target.lineno} of the program changes {text[:60]}",
                    "import the package as its users do",
                    _CODE,
                )
                return


def _replaces_code(node: ast.AST, tree: ast.Module | None) -> bool:
    """Return whether a statement assigns a function or class of the program; other values may be settings."""
    if not isinstance(node, ast.Assign) or tree is None:
        return False
    own = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    defined = {each.name for each in ast.walk(tree) if isinstance(each, own)}
    return isinstance(node.value, ast.Lambda) or (isinstance(node.value, ast.Name) and node.value.id in defined)


def _full_names(tree: ast.Module) -> dict[str, str]:
    """Return the full name of each imported name: `from sys import modules as m` gives `m` the name `sys.modules`."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {each.asname or each.name.partition(".")[0]: each.name for each in node.names if each.asname}
            names |= {
                each.name.partition(".")[0]: each.name.partition(".")[0] for each in node.names if not each.asname
            }
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {each.asname or each.name: f"{node.module}.{each.name}" for each in node.names}
    return names


def _changed(node: ast.AST) -> list[ast.expr]:
    """Return the targets of a statement that assigns or deletes, and the object whose content a call changes."""
    if isinstance(node, (ast.Assign, ast.Delete)):
        return list(node.targets)
    if isinstance(node, (ast.AugAssign, ast.AnnAssign)):
        return [node.target]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _CHANGING_CALLS:
        return [node.func.value]
    return []


@rule("FC235")
def file_shadows_package(card: Card, path: PurePosixPath) -> Iterator[Finding]:
    """No extra file takes the place of the package or of what Python imports at its start."""
    names = {card.package.replace("-", "_"), "sitecustomize", "usercustomize", *_required_modules(card)}
    for name in card.reproduction.files or {}:
        first = PurePosixPath(name).parts[0].removesuffix(".py").lower()
        if first in names or name.endswith(".pth"):
            at = ("reproduction", "files", name)
            yield Finding(f"{name} would be imported instead of what is installed", "rename it", at, key=True)


@rule("FC236")
def title_says_nothing(card: Card, path: PurePosixPath) -> Iterator[Finding]:
    """A title says what fails: it is no placeholder and has at least three words."""
    if _TITLE.fullmatch(card.title) or len(re.findall(r"\w+", card.title)) < 3:
        yield Finding(
            f"the title {card.title!r} does not say what fails", "name the package and what it does", ("title",)
        )


@rule("FC237")
def signature_too_general(card: Card, path: PurePosixPath) -> Iterator[Finding]:
    """A signature has words of its own besides the class of the exception and placeholders."""
    text = re.sub(r"\{[a-z_][a-z0-9_]*\}", " ", card.signature.error)
    name = re.match(r"\w+", text.strip())
    if name and isinstance(getattr(builtins, name[0], None), type):
        text = text.strip()[name.end() :]
    if not re.search(r"[^\W\d]{3,}", text):
        yield Finding(
            f"{card.signature.error[:80]!r} would fit failures of many packages",
            "keep more of the message, or take the line that identifies the failure",
            ("signature", "error"),
        )


def _never_ends(loop: ast.While) -> bool:
    endless = isinstance(loop.test, ast.Constant) and bool(loop.test.value)
    return endless and not any(isinstance(each, (ast.Break, ast.Return, ast.Raise)) for each in ast.walk(loop))


def _required_modules(card: Card) -> Iterator[str]:
    for text in card.reproduction.requires:
        if name := re.match(r"[A-Za-z0-9._-]+", text):
            yield re.sub(r"[-.]+", "_", name[0]).lower()


def _is_print(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"


def _names_metadata(node: ast.Import | ast.ImportFrom) -> bool:
    names = [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        names = [f"{node.module}.{name}" for name in names]
    return any(re.match(r"importlib[._]metadata\b|pkg_resources\b", name) for name in names)


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in {"__import__", "import_module"}:
            yield from (each for each in _texts(node) if each)


def _texts(node: ast.AST) -> Iterator[str]:
    """Yield the literal texts below a node."""
    for each in ast.walk(node):
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield each.value


@lru_cache(maxsize=16)
def _tree(code: str) -> ast.Module | None:
    """Return the syntax tree of a program, None where this Python can't read it."""
    try:
        return ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
