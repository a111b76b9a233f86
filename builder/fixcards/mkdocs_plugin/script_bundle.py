"""A script and the modules that it exports from, joined into one.

The minifier leaves names at the top of a module as they are, since others may import them, and shortens those inside a
function. So the joined modules stand in one function: the engine of the search takes 13.0 kB instead of 14.6
(compressed), and one request instead of nineteen.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

_NAMED = re.compile(r'^(import|export) \{ ([^}\n]*) \} from "([^"\n]+)";\n', re.MULTILINE)
_DEFAULT = re.compile(r'^import (\w+) from "([^"\n]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=const |class |function|async function)", re.MULTILINE)
_REST = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


def join(path: str, modules: Mapping[str, str]) -> str:
    """Return the script at `path` with every module whose names it exports or imports, directly or through others.

    A module that is imported as a whole stays a module of its own. A top-level name must occur in one module only: the
    minifier refuses the script otherwise. An import or export in another form than ours raises `ValueError`.
    """
    folder = posixpath.dirname(path)
    whole: dict[str, str] = {}
    bodies = []
    for module in _in_order(path, modules, {}):
        text = _NAMED.sub("", modules[module])
        for name, address in _DEFAULT.findall(text):
            whole[name] = posixpath.relpath(_resolve(module, address), folder)
        body = _EXPORT.sub("", _DEFAULT.sub("", text))
        if rest := _REST.search(body):
            raise ValueError(f"{module}: can't join {rest[0]!r}")
        bodies.append(body)
    names = ", ".join(names for kind, names, _ in _NAMED.findall(modules[path]) if kind == "export")
    imports = "".join(f'import {name} from "./{address}";\n' for name, address in sorted(whole.items()))
    return f"{imports}export const {{ {names} }} = (() => {{\n{''.join(bodies)}return {{ {names} }};\n}})();\n"


def parts(path: str, modules: Mapping[str, str]) -> list[str]:
    """Return the paths of the modules that `join` puts into the script at `path`."""
    return [module for module in _in_order(path, modules, {}) if module != path]


def _in_order(path: str, modules: Mapping[str, str], visited: dict[str, bool]) -> Iterator[str]:
    """Yield a module after those that it takes names from: what stands at their top is computed first."""
    if path in visited:
        return
    visited[path] = True
    for _, _, address in _NAMED.findall(modules[path]):
        yield from _in_order(_resolve(path, address), modules, visited)
    yield path


def _resolve(path: str, address: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), address))
