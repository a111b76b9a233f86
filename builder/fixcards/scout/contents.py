"""What an installed distribution offers: its modules and console scripts, read from its files without running it."""

from __future__ import annotations

import configparser
import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import canonicalize_name

MAX_MODULES = 8
MAX_SCRIPTS = 2
_NOT_OFFERED = frozenset(
    {"benchmarks", "bin", "build", "conftest", "contrib", "data", "dist", "doc", "docs", "example", "examples"}
    | {"scripts", "setup", "test", "testing", "tests", "tools"}
)
"""Top-level names that many distributions leave behind; no program imports them, and two would collide."""
_ENTRY = re.compile(r"([A-Za-z_][\w.]*)\s*:\s*([A-Za-z_][\w.]*)")


@dataclass(frozen=True, slots=True)
class ConsoleScript:
    """A command that a distribution installs."""

    name: str
    module: str
    function: str


@dataclass(frozen=True, slots=True)
class Contents:
    """What one distribution offers. Those that are called like it come first."""

    modules: tuple[str, ...]
    scripts: tuple[ConsoleScript, ...]


def contents_of(venv: Path, package: str) -> Contents:
    """Return the contents of a package in `venv`; nothing where it isn't installed, or its files can't be read."""
    for folder in venv.glob("lib*/python*/site-packages/*.dist-info"):
        if _name(folder) == package:
            return Contents(_first(_modules(folder), package, MAX_MODULES), _scripts(folder, package))
    return Contents((), ())


def top_level_modules(venv: Path) -> dict[str, str]:
    """Return the distribution of each top-level module in `venv`."""
    owners: dict[str, str] = {}
    for folder in venv.glob("lib*/python*/site-packages/*.dist-info"):
        for module in _modules(folder):
            owners.setdefault(module, _name(folder))
    return owners


def _name(folder: Path) -> str:
    return canonicalize_name(folder.name.removesuffix(".dist-info").rpartition("-")[0])


def _modules(folder: Path) -> Iterator[str]:
    """Yield the modules that can be imported: packages, the lowest ones inside namespaces, and single modules."""
    packages: set[tuple[str, ...]] = set()
    single: set[str] = set()
    for path in _recorded(folder):
        parts = tuple(path.split("/"))
        if parts[-1] == "__init__.py" or (parts[-1].startswith("__init__.") and parts[-1].endswith((".so", ".pyd"))):
            packages.add(parts[:-1])
        elif len(parts) == 1 and parts[0].endswith((".py", ".so", ".pyd")):
            single.add(parts[0].partition(".")[0])
    for package in packages:
        if package and not any(package[:length] in packages for length in range(1, len(package))):
            single.add(".".join(package))
    for name in single:
        parts = tuple(name.split("."))
        if all(map(str.isidentifier, parts)) and parts[0] not in _NOT_OFFERED and not any(map(_is_private, parts)):
            yield name


def _is_private(part: str) -> bool:
    return part.startswith("_") or part in {"test", "tests"}


def _recorded(folder: Path) -> Iterator[str]:
    try:
        with (folder / "RECORD").open(encoding="utf-8", newline="") as file:
            yield from (row[0] for row in csv.reader(file) if row)
    except (OSError, UnicodeDecodeError, csv.Error):
        return


def _scripts(folder: Path, package: str) -> tuple[ConsoleScript, ...]:
    parser = configparser.ConfigParser(delimiters=("=",), interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]  # names keep their capitals
    try:
        parser.read(folder / "entry_points.txt", encoding="utf-8")
        entries = dict(parser["console_scripts"])
    except (KeyError, configparser.Error, UnicodeDecodeError):
        return ()
    scripts = {}
    for name, target in entries.items():
        if match := _ENTRY.fullmatch(target.partition("[")[0].strip()):
            scripts[name] = ConsoleScript(name, match[1], match[2])
    return tuple(scripts[name] for name in _first(scripts, package, MAX_SCRIPTS))


def _first(names: Iterable[str], package: str, count: int) -> tuple[str, ...]:
    """Return the first names: those called like the package, then by depth and alphabet."""
    plain = re.sub(r"[-_.]", "", package)

    alike = {plain, f"python{plain}", plain.removeprefix("python")}

    def order(name: str) -> tuple[bool, int, str]:
        return re.sub(r"[-_.]", "", name).lower() not in alike, name.count("."), name

    return tuple(sorted(names, key=order)[:count])
