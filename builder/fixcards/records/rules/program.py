"""Rules about the program of a reproduction: `FC23x`. They refuse what shows nothing about the package.

They read the program and can be got round; that a program needs the package is shown by running it with stubs
(`FC320`). They say early, and at the line, what is wrong.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from fixcards.records.card import Card
from fixcards.records.fields import PLACEHOLDER
from fixcards.records.printed_signature import prints_signature
from fixcards.records.program_syntax import Program, parse_program
from fixcards.records.rules.rule import Finding, rule
from fixcards.records.yaml_document import KeyPath
from fixcards.standard_library import STANDARD_LIBRARY

_CODE: KeyPath = ("reproduction", "code")
_STARTING = frozenset({"subprocess", "runpy", "pty", "multiprocessing", "importlib", "code", "pkgutil", "venv"})
"""Modules of the standard library by which a program runs or imports others."""
_OS_STARTING = re.compile(r"os\.(?:system|popen|exec|spawn|posix_spawn)")
_EXITS = frozenset({"exit", "quit", "sys.exit", "os._exit", "SystemExit", "builtins.exit", "builtins.quit"})
_WRITES = re.compile(
    r"(?:builtins\.)?print|(?:sys\.|os\.fdopen\(\))?(?:__)?std(?:out|err)(?:__)?(?:\.buffer)?\.write(?:lines)?|os\.write"
    r"|logging(?:\.getLogger\(\))?\.(?:debug|info|warning|error|exception|critical)|warnings\.warn(?:_explicit)?"
)
_WAITS = frozenset(
    {
        "time.sleep",
        "asyncio.sleep",
        "signal.pause",
        "input",
        "threading.Event().wait",
        "sys.stdin.read",
        "select.select",
    }
)
_ENDLESS = frozenset({"itertools.count", "itertools.cycle", "itertools.repeat"})
_SHORT_WAIT = 1.0
"""Seconds that a program may wait, so that a thread or a server of it can start."""
_VERSION_NAMES = frozenset({"__version__", "VERSION", "version_info"})
_METADATA = re.compile(r"(?:importlib[._]metadata|pkg_resources)\b")
_NO_RELEASE = re.compile(
    rf"{_METADATA.pattern}\.(?:(?:iter_)?entry_points|files|packages_distributions|parse_requirements|resource_\w+)\b"
)
"""What these modules offer beside the releases of distributions: a program may fail there, as its users' do."""
_PRINTED = (ast.Attribute, ast.Name, ast.JoinedStr, ast.FormattedValue, ast.keyword, ast.Constant, ast.Load)
"""What may stand in a `print` that only shows a release; a comparison decides something."""
_SEARCHED = ("sys.path", "sys.path_hooks", "sys.meta_path", "sys.path_importer_cache")
_REPLACED = ("sys.modules", "builtins", "__builtins__")
_CHANGING_CALLS = frozenset(
    {"append", "insert", "extend", "update", "setdefault", "pop", "clear", "remove", "__setitem__", "__delitem__"}
)
_SETTING_CALLS = (".setattr", ".delattr", ".setitem", ".delitem", ".patch.dict", ".patch.object")
_CHANGES = (ast.Assign, ast.Delete, ast.AugAssign, ast.AnnAssign, ast.Call)
_TITLE = re.compile(
    r"(?:todo|fixme|tbd|wip|xxx|fix|bug|error|failure|title|test|untitled|placeholder)\W*", re.IGNORECASE
)


@rule("FC230")
def imports_nothing(card: Card, path: PurePosixPath) -> Iterator[Finding]:
    """The program imports the package or starts a program of it: with the standard library alone nothing of it runs.

    What the extra files import counts, too. A card about Python itself needs nothing else.
    """
    program = parse_program(card.reproduction.code)
    if program is None or card.about_python:
        return
    files = card.reproduction.files or {}
    own = {PurePosixPath(name).parts[0].removesuffix(".py") for name in files}
    programs = [program, *(parse_program(text) for name, text in files.items() if name.endswith(".py"))]
    imported = {name.partition(".")[0] for each in programs if each for name in each.imports}
    if imported - own - STANDARD_LIBRARY or imported & _STARTING:
        return
    if not any(_OS_STARTING.match(program.name(call.func)) for call in program.nodes(ast.Call)):
        yield Finding(
            f"the program never imports {card.package}",
            "write a program in which the package itself fails",
            _CODE,
        )


@rule("FC231")
def states_signature(card: Card, path: PurePosixPath) -> Iterator[Finding]:
    """The program does not raise, print or exit with the signature itself; an `assert` may show a wrong result."""
    program = parse_program(card.reproduction.code)
    for node in program.nodes(ast.Raise, ast.Call) if program else ():
        call = program.value(node.exc) if program and isinstance(node, ast.Raise) and node.exc else node
        if program is None or not isinstance(call, ast.Call) or not isinstance(node, (ast.Raise, ast.Call)):
            continue
        name, text = program.name(call.func), program.text(call)
        if isinstance(node, ast.Call) and name not in _EXITS and not _WRITES.fullmatch(name):
            continue
        texts = (f"{name}: {text}", f"{name.rpartition('.')[2]}: {text}", text)
        if text and any(prints_signature(card, each) for each in (texts if isinstance(node, ast.Raise) else (text,))):
            verb = "raises" if isinstance(node, ast.Raise) else f"calls {name} with"
            yield Finding(
                f"line {node.lineno} of the program {verb} the signature itself",
                "let the package fail; show a wrong result by `assert`",
                _CODE,
            )


@rule("FC232")
def loops_alone(card: Card, path: PurePosixPath) -> Iterator[Finding]:
    """An endless loop or a wait of a second or more of the program itself is no hang of the package.

    What the program only hands to others may wait: the handler of a server, or the target of a thread.
    """
    program = parse_program(card.reproduction.code)
    if program is None or card.reproduction.expect is None or card.reproduction.expect.timeout is None:
        return
    for node in program.own_flow():
        if isinstance(node, (ast.While, ast.For)) and _never_ends(program, node):
            yield Finding(f"line {node.lineno} of the program never ends by itself", "call what hangs once", _CODE)
        elif isinstance(node, ast.Call) and program.name(node.func) in _WAITS and not _is_short(program, node):
            yield Finding(f"line {node.lineno} of the program waits by itself", "call what hangs", _CODE)


@rule("FC233")
def looks_at_version(card: Card, path: PurePosixPath) -> Iterator[Finding]:
    """The program decides nothing by a release number: it has to show the failure. It may print one.

    Other things of the same modules, such as entry points, are no release.
    """
    program = parse_program(card.reproduction.code)
    if program is None:
        return
    versions = [node for node in program.nodes(ast.Constant, ast.Name, ast.Attribute) if _is_version(program, node)]
    prints = filter(_is_print, program.nodes(ast.Call)) if versions else ()
    names = program.nodes(ast.Name, ast.Attribute) if versions else ()
    innocent = {each for node in prints for each in _printed_parts(program, node)}
    innocent |= {each for node in names if _is_no_release(program, node) for each in ast.walk(node)}
    for node in versions:
        if node not in innocent:
            yield Finding(
                f"line {node.lineno} of the program looks at the release of a package",
                "remove it: the program must fail or pass by what the package does",
                _CODE,
            )
            return


@rule("FC234")
def changes_imports(card: Card, path: PurePosixPath) -> Iterator[Finding]:
    """The program does not put another module in the place of the package, nor change where modules come from.

    With extra files that are modules it may add a folder to `sys.path`, since `FC235` looks at their names.
    """
    program = parse_program(card.reproduction.code)
    modules = any(name.endswith(".py") for name in card.reproduction.files or {})
    paths = _REPLACED + (_SEARCHED[1:] if modules else _SEARCHED)
    package = card.package.replace("-", "_")
    for node in program.nodes(*_CHANGES) if program else ():
        for target, name in _changed(program, node) if program else ():
            patched = isinstance(target, ast.Attribute) and name.partition(".")[0].lower() == package
            patched = patched and program is not None and _replaces_code(program, node)
            if patched or any(name == each or name.startswith((f"{each}.", f"{each}[")) for each in paths):
                yield Finding(
                    f"line {target.lineno} of the program changes {name[:60]}",
                    "import the package as its users do",
                    _CODE,
                )
                return


def _replaces_code(program: Program, node: ast.AST) -> bool:
    """Return whether a statement assigns a function or class of the program; other values may be settings."""
    own = program.nodes(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    defined = {getattr(each, "name", "") for each in own}
    value = program.value(node.value) if isinstance(node, ast.Assign) else None
    return isinstance(value, ast.Lambda) or (isinstance(value, ast.Name) and value.id in defined)


def _changed(program: Program, node: ast.AST) -> Iterator[tuple[ast.expr, str]]:
    """Yield what a statement assigns to or deletes, or whose content a call changes, with its full name."""
    targets: list[ast.expr] = []
    if isinstance(node, (ast.Assign, ast.Delete)):
        targets = node.targets
    elif isinstance(node, (ast.AugAssign, ast.AnnAssign)):
        targets = [node.target]
    elif isinstance(node, ast.Call):
        called = program.name(node.func)
        if isinstance(node.func, ast.Attribute) and node.func.attr in _CHANGING_CALLS:
            targets = [node.func.value]
        elif node.args and f".{called}".endswith(_SETTING_CALLS):
            changed = program.name(node.args[0])
            yield node, changed if "." in changed or len(node.args) < 2 else f"{changed}.{program.text(node.args[1])}"
    for target in targets:
        if isinstance(target, ast.Name) and not isinstance(node, (ast.AugAssign, ast.Call)):
            continue  # it gives the name another meaning and changes nothing
        yield target, program.name(target.value if isinstance(target, ast.Subscript) else target)


@rule("FC235")
def file_shadows_package(card: Card, path: PurePosixPath) -> Iterator[Finding]:
    """No extra file takes the place of the package or of what Python imports at its start."""
    if not card.reproduction.files:
        return
    names = {card.package.replace("-", "_"), "sitecustomize", "usercustomize", *_required_modules(card)}
    own = frozenset(names)
    names |= STANDARD_LIBRARY
    for name in card.reproduction.files:
        parts = [part.partition(".")[0].lower() for part in PurePosixPath(name).parts]
        module = name.endswith((".py", ".pyc", ".so", ".pyd"))
        if name.endswith(".pth") or parts[0] in own or (module and (parts[0] in names or own.intersection(parts))):
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
    text = PLACEHOLDER.sub(" ", card.signature.error)
    if not re.search(r"\w", text):
        return  # `FC211` says so
    name = re.match(r"\w+", text.strip())
    if name and (isinstance(getattr(builtins, name[0], None), type) or name[0] in {"Error", "Warning"}):
        text = text.strip()[name.end() :]
    if not re.search(r"[^\W\d]{3,}", text):
        yield Finding(
            f"{card.signature.error[:80]!r} would fit failures of many packages",
            "keep more of the message, or take the line that identifies the failure",
            ("signature", "error"),
        )


def _never_ends(program: Program, loop: ast.While | ast.For) -> bool:
    if isinstance(loop, ast.While):
        endless = isinstance(loop.test, ast.Constant) and bool(loop.test.value)
    else:
        endless = isinstance(loop.iter, ast.Call) and _gives_endlessly(program, loop.iter)
    return endless and not any(map(_leaves, loop.body))


def _gives_endlessly(program: Program, call: ast.Call) -> bool:
    """Return whether a call gives an iterator without an end; `iter(read, b"")` and `repeat(value, 3)` have one."""
    name = program.name(call.func)
    if name == "iter":
        return len(call.args) > 1 and program.name(call.args[0]) in {"int", "str", "list", "dict", "bool", "float"}
    return name in _ENDLESS and not (name == "itertools.repeat" and len(call.args) + len(call.keywords) > 1)


def _leaves(node: ast.AST, *, nested: bool = False) -> bool:
    """Return whether a statement ends the loop that it is in; the `break` of a loop inside it does not."""
    if isinstance(node, (ast.Return, ast.Raise, ast.Yield, ast.YieldFrom, ast.Assert)):
        return True
    if isinstance(node, ast.Break):
        return not nested
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
        return False
    nested = nested or isinstance(node, (ast.While, ast.For, ast.AsyncFor))
    return any(_leaves(child, nested=nested) for child in ast.iter_child_nodes(node))


def _is_short(program: Program, call: ast.Call) -> bool:
    value = program.value(call.args[-1]) if call.args else None
    return isinstance(value, ast.Constant) and isinstance(value.value, (int, float)) and value.value < _SHORT_WAIT


def _required_modules(card: Card) -> Iterator[str]:
    for text in card.reproduction.requires:
        if name := re.match(r"[A-Za-z0-9._-]+", text):
            yield re.sub(r"[-.]+", "_", name[0]).lower()


def _is_print(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"


def _printed_parts(program: Program, node: ast.AST) -> Iterator[ast.AST]:
    """Yield a `print` and what it prints without deciding anything."""
    yield node
    for child in ast.iter_child_nodes(node):
        metadata = isinstance(child, ast.Call) and _METADATA.match(program.name(child.func))
        if metadata or isinstance(child, _PRINTED):
            yield from _printed_parts(program, child)


def _is_no_release(program: Program, node: ast.AST) -> bool:
    return isinstance(node, (ast.Name, ast.Attribute)) and _NO_RELEASE.match(program.name(node)) is not None


def _is_version(program: Program, node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return node.value in ("__version__", "importlib.metadata")
    if not isinstance(node, (ast.Name, ast.Attribute)):
        return False
    name = program.name(node)
    of = node.value if isinstance(node, ast.Attribute) else None
    if _METADATA.match(name) or (isinstance(of, ast.Attribute) and name.endswith(".dist.version")):
        return True
    root, _, last = name.rpartition(".")
    return last in _VERSION_NAMES and bool(root) and root.partition(".")[0] not in STANDARD_LIBRARY
