"""Readers for public lists of packages that don't work together. The user fetches them; none comes with the program.

A list names what users of another package manager have met, in its words. What isn't clear about an entry, or isn't
about two packages, is left out: the scout runs the pairs anyway.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import yaml
from packaging.specifiers import SpecifierSet

from fixcards.ecosystems import PYPI
from fixcards.errors import FixcardsError
from fixcards.scout.package_list import package_names
from fixcards.scout.pair import Pair, split_affected
from fixcards.verify.package_index import PackageIndex

Reader = Callable[[Sequence[Path], PackageIndex], list[Pair]]
_OPERATORS = {"version_lt": "<", "version_le": "<=", "version_gt": ">", "version_ge": ">=", "version": "=="}
_UPPER = re.compile(r"([\w.-]+)\s+(?:>=?[\w.]+\s*,\s*)?(<=?)\s*([\w.]+)")
_SPACK = re.compile(r"\^?py-([\w-]+)@([\w.]*)(:?)([\w.]*)")
_WHEN = re.compile(r"^@([\w.]*)(:?)([\w.]*)")
_REASON = re.compile(
    r"(?:incompatib|break|broke|fail|not work|conflict|crash)\w*\b[^.;]{0,60}?"
    r"\b([A-Za-z][\w-]+)\s*(?:>=|>|==|versions?|v|\s)\s*v?([0-9]+(?:\.[0-9]+)*)",
    re.IGNORECASE,
)


def conda_forge_pairs(paths: Sequence[Path], index: PackageIndex) -> list[Pair]:
    """Return the pairs of conda-forge's patches of its repodata (recipe/patch_yaml/*.yaml) that cap a dependency."""
    return _unique(pair for path in _files(paths, "*.yaml") for pair in _of_patches(path))


def _of_patches(path: Path) -> Iterator[Pair]:
    try:
        patches = list(yaml.safe_load_all(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise FixcardsError(f"{path}: no YAML: {' '.join(str(error).split())[:120]}") from None
    for patch in patches:
        if not isinstance(patch, dict) or not isinstance(patch.get("if"), dict):
            continue
        conditions = patch["if"]
        names = conditions.get("name_in", conditions.get("name"))
        affected = [f"{sign}{conditions[key]}" for key, sign in _OPERATORS.items() if key in conditions]
        if isinstance(moment := conditions.get("timestamp_lt"), int):  # milliseconds
            day = datetime.fromtimestamp(moment / 1000, timezone.utc).date()
            affected.append(f"uploaded<{day + timedelta(days=1)}")
        for name in names if isinstance(names, list) else [names] if names else []:
            for partner, bound in _caps(patch.get("then") or []):
                yield from _pair(str(name), ",".join(affected), partner, bound, f"conda-forge: {path.name}")


def _caps(actions: Any) -> Iterator[tuple[str, str]]:
    """Yield the dependencies that a patch caps, each with the bound."""
    for action in actions if isinstance(actions, list) else [actions]:
        for what, value in action.items() if isinstance(action, dict) else ():
            if what == "tighten_depends" and isinstance(value, dict) and value.get("upper_bound"):
                yield str(value.get("name")).partition(" ")[0], f"<{value['upper_bound']}"
            elif what in {"add_constrains", "add_depends"}:
                yield from _bounds(value if isinstance(value, list) else [value])
            elif what in {"replace_depends", "replace_constrains"} and isinstance(value, dict):
                yield from _bounds([f"{str(value.get('old')).partition(' ')[0]} {value.get('new')}", value.get("new")])


def _bounds(texts: Iterable[Any]) -> Iterator[tuple[str, str]]:
    for text in texts:
        if match := _UPPER.fullmatch(str(text).strip()):
            yield match[1], f"{match[2]}{match[3]}"


def spack_pairs(paths: Sequence[Path], index: PackageIndex) -> list[Pair]:
    """Return the pairs of Spack's Python packages (py-NAME/package.py): upper bounds of dependencies, and conflicts."""
    return _unique(pair for path in _files(paths, "package.py") for pair in _of_recipe(path))


def _of_recipe(path: Path) -> Iterator[Pair]:
    name = path.parent.name.replace("_", "-")
    if not name.startswith("py-"):
        return
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (SyntaxError, ValueError, RecursionError):
        raise FixcardsError(f"{path}: no Python that can be read") from None
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or not node.args:
            continue
        first = node.args[0]
        when = next((each.value for each in node.keywords if each.arg == "when"), ast.Constant(""))
        if node.func.id not in {"depends_on", "conflicts"} or not isinstance(first, ast.Constant):
            continue
        match = _SPACK.fullmatch(str(first.value))
        if match is None or not isinstance(when, ast.Constant):
            continue
        partner, low, colon, high = match.groups()
        if node.func.id == "conflicts":
            bound = f"<{low}" if low else ""
        else:
            bound = f"<{_next(high)}" if colon and high else ""
        if bound:
            yield from _pair(name[3:], _range(str(when.value)), partner, bound, f"Spack: {path.parent.name}")


def _range(when: str) -> str:
    """Return the releases that a condition such as `@2:3.1` names, both ends with all that lies below them."""
    match = _WHEN.match(when)
    if match is None:
        return ""
    low, colon, high = match.groups()
    if not colon:
        return f">={low},<{_next(low)}" if low else ""
    return ",".join([*([f">={low}"] if low else []), *([f"<{_next(high)}"] if high else [])])


def _next(version: str) -> str:
    """Return the version after all that begin with this one: 2 for 1, and 1.6 for 1.5."""
    head, dot, last = version.rpartition(".")
    return f"{head}{dot}{int(last) + 1}" if last.isdigit() else version


def yanked_pairs(names: Sequence[Path], index: PackageIndex) -> list[Pair]:
    """Return the pairs that the reasons of withdrawn releases name, of packages by name or in files of names."""
    packages: list[str] = []
    for name in names:
        lines = name.read_text(encoding="utf-8").splitlines() if name.is_file() else [str(name)]
        packages += package_names(lines)
    return _unique(pair for package in dict.fromkeys(packages) for pair in _of_reasons(package, index))


def _of_reasons(package: str, index: PackageIndex) -> Iterator[Pair]:
    for version, reason in index.withdrawals(package).items():
        if match := _REASON.search(reason):
            text = " ".join(reason.split())[:120]
            yield from _pair(package, f"=={version}", match[1], f"<{match[2]}", f"withdrawn {version}: {text}")


def _pair(package: str, affected: str, partner: str, bound: str, source: str) -> Iterator[Pair]:
    """Yield a pair whose parts can be understood."""
    bound = re.sub(r"(\d)\.?(?:a0|dev0?|\.\*)$", r"\1", bound)
    try:
        split_affected(affected), SpecifierSet(bound)
        names = package_names([package, partner])
    except (ValueError, FixcardsError):
        return
    if len(names) == 2 and names[1] != "python":
        yield Pair(names[0], affected, PYPI.normalize_name(names[1].removesuffix("-base")), bound, source)


def _files(paths: Sequence[Path], pattern: str) -> Iterator[Path]:
    for path in paths:
        if not path.exists():
            raise FixcardsError(f"{path}: no such file or folder; fetch the list first")
        yield from sorted(path.rglob(pattern)) if path.is_dir() else [path]


def _unique(pairs: Iterable[Pair]) -> list[Pair]:
    return list(dict.fromkeys(pairs))


READERS: Mapping[str, Reader] = {"conda-forge": conda_forge_pairs, "spack": spack_pairs, "yanked": yanked_pairs}
"""The lists that can be read."""
