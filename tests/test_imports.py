"""The arrows between the rooms, and the sizes that the design allows.

Imports inside functions and below `TYPE_CHECKING` count like all others: they are arrows of knowledge.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "builder" / "fixcards"
SMOKE = ROOT / "scout" / "smoke"
"""Programs that the scout runs elsewhere: data, which import what they are about."""
BELOW_ALL = {"fixcards"} | {
    f"fixcards.{name}"
    for name in (
        "cache",
        "characters",
        "errors",
        "files",
        "git",
        "project",
        "project_file",
        "standard_library",
        "termination",
        "worker_pool",
    )
}
DOORS = {"cli", "hook", "ipython_extension", "mkdocs_plugin", "pytest_section", "mcp_server"}
STARTED = {"fixcards.cli.mcp_command -> fixcards.mcp_server"}
"""The one door that another opens: clients of the registry of MCP servers can start the program `fixcards` alone."""
PUBLIC = {"matching", "search"}
"""Rooms whose names the package itself hands on, to the programs of users."""
STANDS_ON = {
    "ecosystems": set(),
    "records": {"ecosystems"},
    "matching": set(),
    "verify": {"ecosystems", "records", "matching"},
    "build": set(),
    "site": {"ecosystems", "records", "matching", "build", "exports"},
    "exports": {"records", "matching", "build"},
    "search": {"records", "matching", "exports"},
    "audit": {"matching", "search"},
    "authoring": {"ecosystems", "records", "matching", "verify", "search"},
    "scout": {"ecosystems", "records", "matching", "verify", "search", "authoring"},
    "cli": {"ecosystems", "records", "matching", "verify", "site", "search", "exports", "authoring", "scout", "audit"},
    "hook": {"search"},
    "ipython_extension": {"search"},
    "mcp_server": {"audit", "matching", "search"},
    "pytest_section": {"matching", "search"},
    "mkdocs_plugin": {"records", "matching", "verify", "site", "build", "exports"},
}
ONLY_IN = {
    "mkdocs": "mkdocs_plugin",
    "properdocs": "mkdocs_plugin",
    "material": "mkdocs_plugin",
    "click": "cli",
    "mcp": "mcp_server",
    "mcp_types": "mcp_server",
    "rich": "cli",
    "pytest": "pytest_section",
    "IPython": "ipython_extension",
}
LONGEST_MODULE, LONGEST_FUNCTION = 400, 60


def modules() -> dict[str, str]:
    """Return the source of every module by its dotted name."""
    sources = {}
    for path in sorted(ROOT.rglob("*.py")):
        if path.parent == SMOKE:
            continue
        parts = ("fixcards", *path.relative_to(ROOT).with_suffix("").parts)
        sources[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path.read_text(encoding="utf-8")
    return sources


def imported(name: str, source: str, names: Mapping[str, str]) -> Iterator[str]:
    """Yield what one module imports: modules of the program in full, of other distributions the first name."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            is_package = any(other.startswith(f"{name}.") for other in names)
            above = name.split(".")[: None if is_package and node.level == 1 else -(node.level - is_package)]
            base = ".".join([*(above if node.level else []), *([node.module] if node.module else [])])
            targets = [f"{base}.{alias.name}" if f"{base}.{alias.name}" in names else base for alias in node.names]
        else:
            continue
        for target in targets:
            yield target if target.split(".")[0] == "fixcards" else target.split(".")[0]


def arrows(sources: Mapping[str, str]) -> dict[str, set[str]]:
    return {name: set(imported(name, source, sources)) - {name} for name, source in sources.items()}


def room(module: str) -> str:
    """Return the room of a module. `python -m fixcards` is the command, so that module belongs to `cli`."""
    name = module.split(".")[1]
    return "cli" if name == "__main__" else name


def forbidden(graph: Mapping[str, set[str]]) -> list[str]:
    """Return every arrow that the design forbids."""
    wrong = []
    for module, targets in graph.items():
        for target in sorted(targets):
            if not target.startswith("fixcards"):
                door = ONLY_IN.get(target)
                if door is not None and (module in BELOW_ALL or room(module) != door):
                    wrong.append(f"{module} -> {target}")
            elif (
                target in BELOW_ALL
                or (module == "fixcards" and room(target) in PUBLIC)
                or f"{module} -> {target}" in STARTED
            ):
                continue
            elif module in BELOW_ALL or (
                room(target) != room(module) and room(target) not in STANDS_ON.get(room(module), ())
            ):
                wrong.append(f"{module} -> {target}")
    return wrong


def circles(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """Return a circle of imports for each module that closes one."""
    cycles: list[list[str]] = []
    done: set[str] = set()

    def visit(module: str, way: list[str]) -> None:
        if module in way:
            cycles.append([*way[way.index(module) :], module])
        elif module not in done:
            for target in sorted(graph.get(module, ())):
                visit(target, [*way, module])
            done.add(module)

    for module in graph:
        visit(module, [])
    return cycles


def test_every_module_belongs_to_a_room_of_the_design() -> None:
    assert {room(module) for module in modules() if module not in BELOW_ALL} <= set(STANDS_ON)


def test_no_arrow_points_upward_or_across() -> None:
    assert forbidden(arrows(modules())) == []


def test_nothing_imports_a_door() -> None:
    graph = arrows(modules())
    inward = {
        f"{module} -> {target}"
        for module, targets in graph.items()
        for target in targets
        if target.startswith("fixcards.")
        and room(target) in DOORS
        and (module in BELOW_ALL or room(module) != room(target))
    }
    assert inward == STARTED


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert circles(arrows(modules())) == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("fixcards.records.extra", "from fixcards.matching import match"),
        ("fixcards.records.extra", "import fixcards.verify.card_runner"),
        ("fixcards.records.extra", "def f():\n    from fixcards.site import site"),
        ("fixcards.records.extra", "if TYPE_CHECKING:\n    from fixcards import cli"),
        ("fixcards.records.rules.extra", "from ...matching.match import Match"),
        ("fixcards.records.rules.extra", "from ... import cli"),
        ("fixcards.matching.extra", "from fixcards.records.card import Card"),
        ("fixcards.matching.extra", "from fixcards import records"),
        ("fixcards.verify.extra", "from fixcards.site.site import Site"),
        ("fixcards.verify.extra", "import fixcards.mkdocs_plugin"),
        ("fixcards.site.extra", "from fixcards.verify.plan import plan"),
        ("fixcards.exports.extra", "from fixcards.site.site import Site"),
        ("fixcards.site.extra", "import mkdocs.plugins"),
        ("fixcards.site.extra", "import material as m, os"),
        ("fixcards.site.extra", "from properdocs.config import base"),
        ("fixcards.verify.extra", "def f():\n    import click"),
        ("fixcards.verify.extra", "from rich.live import Live"),
        ("fixcards.mkdocs_plugin", "import click"),
        ("fixcards.mkdocs_plugin", "from fixcards.cli import cli"),
        ("fixcards.cli", "from fixcards.mkdocs_plugin import FixcardsPlugin"),
        ("fixcards.cli", "import mkdocs"),
        ("fixcards.errors", "from fixcards.records import card"),
        ("fixcards", "from fixcards.cli import main"),
        ("fixcards", "import click"),
    ],
)
def test_a_forbidden_arrow_would_be_noticed(module: str, source: str) -> None:
    names = ["fixcards", "fixcards.errors", "fixcards.cli", "fixcards.mkdocs_plugin", "fixcards.records",
             "fixcards.records.card", "fixcards.records.rules", "fixcards.matching", "fixcards.matching.score.matcher",
             "fixcards.verify", "fixcards.verify.plan", "fixcards.verify.card_runner", "fixcards.site",
             "fixcards.site.site"]  # fmt: skip
    graph = arrows(dict.fromkeys(names, "") | {module: source})
    assert len(forbidden(graph)) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("fixcards.records.extra", "from fixcards.errors import FixcardsError\nfrom fixcards import __version__"),
        ("fixcards.records.rules.extra", "from ..card import Card\nfrom . import text"),
        (
            "fixcards.verify.extra",
            "from fixcards.records.card import Card\nfrom fixcards.matching.score.matcher import match",
        ),
        ("fixcards.site.extra", "import jinja2, os.path"),
        ("fixcards.cli", "import click\nfrom fixcards.verify.card_runner import run\nfrom fixcards.site import site"),
        ("fixcards", "from fixcards.search.finder import Finder"),
        ("fixcards.cli.check", "import click, rich\nfrom fixcards.cli import shared"),
        ("fixcards.mkdocs_plugin", "from mkdocs.plugins import BasePlugin"),
    ],
)
def test_an_arrow_that_the_design_wants_is_none_of_these(module: str, source: str) -> None:
    names = ["fixcards", "fixcards.errors", "fixcards.cli", "fixcards.cli.shared", "fixcards.records",
             "fixcards.records.card", "fixcards.records.rules", "fixcards.records.rules.text",
             "fixcards.matching.score.matcher",
             "fixcards.verify.card_runner", "fixcards.site.site"]  # fmt: skip
    assert forbidden(arrows(dict.fromkeys(names, "") | {module: source})) == []


def test_a_circle_would_be_noticed() -> None:
    graph = arrows(
        {
            "fixcards.records.a": "from fixcards.records import b",
            "fixcards.records.b": "def f():\n    from fixcards.records.c import x",
            "fixcards.records.c": "from . import a",
            "fixcards.records.d": "from fixcards.records import a, b",
            "fixcards.records": "",
        }
    )
    assert circles(graph) == [["fixcards.records.a", "fixcards.records.b", "fixcards.records.c", "fixcards.records.a"]]


def test_no_module_is_longer_than_a_few_screens() -> None:
    lengths = {name: source.count("\n") for name, source in modules().items()}
    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_no_function_is_longer_than_one_screen() -> None:
    long = [
        f"{name}.{node.name}: {node.end_lineno - node.lineno + 1} lines"
        for name, source in modules().items()
        for node in ast.walk(ast.parse(source))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and node.end_lineno is not None
        and node.end_lineno - node.lineno >= LONGEST_FUNCTION
    ]
    assert long == []
