"""A script and the modules behind it, joined into one.

The minifier leaves names at the top of a module as they are, since others may import them, and shortens those inside a
function. So the joined modules stand in one function. What a module imports while it runs (`await import("...")`) is a
function inside it, which runs then: the worker of the search gets its tables before the modules that read them.

Names of fields stay as they are, too. Those that a caller lists get short ones first. A number that a module declares
by a name in capitals stands wherever that name does, and so does a constant whose value a caller gives.

The minifier leaves `const` and `function` as they are, and makes one declaration of neighbouring ones of one kind. So
all names are declared by `let`, and functions are values of such names. Like declared functions, they are there before
the other statements around them run.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from string import ascii_letters, ascii_uppercase
from types import MappingProxyType

_NAMED = re.compile(r'^(import|export) \{([^}]*)\} from "([^"\n]+)";\n', re.MULTILINE)
_DEFAULT = re.compile(r'^import (\w+) from "([^"\n]+)";\n', re.MULTILINE)
_LATER = re.compile(r'await import\("([^"\n]+)"\)')
_EXPORT = re.compile(r"^export (?=const |class |function|async function)", re.MULTILINE)
_FUNCTION = r"^{0}(async )?function (\w+)(\([^\n]*\)) \{{\n(.*?)^{0}\}}\n"
"""A function that begins and ends at an indentation, but for generators, which have no other form."""
_NUMBERS = re.compile(r"^const \[\n[^\]]*\n\] = tables[.]numbers;\n", re.MULTILINE)
"""The list of the constants that are numbers, one name each."""
_NUMBER = re.compile(r"^const ([A-Z][A-Z_]+) = ([\d_]+)(?: << (\d+))?;.*\n", re.MULTILINE)
"""A number that a module declares at its top, maybe as so many bits."""
_WORD = re.compile(r"\b[A-Za-z]\w+")
_REST = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


def join(
    path: str,
    modules: Mapping[str, str],
    fields: Iterable[str] = (),
    constants: Mapping[str, int] = MappingProxyType({}),
) -> str:
    """Return the script at `path` with every module that it imports or exports from, directly or through others.

    A top-level name must occur in one module only: the minifier refuses the script otherwise. What a module exports as
    a whole is imported by the name of its file. An import or export in another form than ours raises `ValueError`.

    Each of `fields` is shortened wherever it stands as a word, most of all those that stand there most often, so no
    other script and no data may know it. No module may have a name of one capital. A number of `constants` stands
    wherever its name does, and the list in which a module declares them is left out.
    """
    names = _exported(path, modules)
    text = f"{f'export const {{ {names} }} = ' if names else ''}{_called(path, modules, {})};\n"
    names_by_length = (*ascii_uppercase, *map("".join, product("$_", ascii_letters)))
    times = Counter(_WORD.findall(text))
    fields_by_use = sorted(fields, key=lambda field: (-times[field], field))
    other_words = {"const": "let", **dict(zip(fields_by_use, names_by_length, strict=False))}
    declared = {name: int(number) << int(bits or 0) for name, number, bits in _NUMBER.findall(text)}
    other_words |= {name: str(number) for name, number in {**declared, **constants}.items()}
    text = _NUMBER.sub("", _NUMBERS.sub("", text) if constants else text)
    return _WORD.sub(lambda word: other_words.get(word[0], word[0]), text)


def parts(path: str, modules: Mapping[str, str]) -> list[str]:
    """Return the paths of the modules that `join` puts into the script at `path`."""
    visited: dict[str, bool] = {}
    now = list(_in_order(path, modules, visited))
    later = [
        each for module in now for address in _LATER.findall(modules[module]) for each in [_resolve(module, address)]
    ]
    return [*now[:-1], *(each for module in later for each in _in_order(module, modules, visited))]


def _called(path: str, modules: Mapping[str, str], outer: Mapping[str, bool]) -> str:
    """Return the call of a function that has a module and those behind it, but for `outer`, and returns its exports."""
    visited = {**outer}
    bodies = [_body(module, modules, visited) for module in list(_in_order(path, modules, visited))]
    names = _exported(path, modules)
    return f"(() => {{\n{''.join(bodies)}{f'return {{ {names} }};' if names else ''}\n}})()"


def _body(path: str, modules: Mapping[str, str], outer: Mapping[str, bool]) -> str:
    """Return a module as a part of a function in which the modules that it takes names from stand before it."""
    text = _NAMED.sub("", modules[path])
    if others := [name for name, address in _DEFAULT.findall(text) if _stem(address) != name]:
        raise ValueError(f"{path}: can't join a module under another name, {others[0]!r}")
    text = _EXPORT.sub("", _DEFAULT.sub("", text)).replace("export default ", f"const {_stem(path)} = ", 1)
    if rest := _REST.search(text):
        raise ValueError(f"{path}: can't join {rest[0]!r}")
    return _LATER.sub(lambda later: _called(_resolve(path, later[1]), modules, outer), _with_arrows(text))


def _with_arrows(text: str, indent: str = "") -> str:
    """Return statements with their functions as arrow functions, before the other statements."""
    function = re.compile(_FUNCTION.format(indent), re.MULTILINE | re.DOTALL)
    arrows = [
        f"{indent}const {name} = {kind}{parameters} => {{\n{_with_arrows(body, f'{indent}  ')}{indent}}};\n"
        for kind, name, parameters, body in function.findall(text)
    ]
    return "".join(arrows) + function.sub("", text)


def _exported(path: str, modules: Mapping[str, str]) -> str:
    return ", ".join(names.strip() for kind, names, _ in _NAMED.findall(modules[path]) if kind == "export")


def _in_order(path: str, modules: Mapping[str, str], visited: dict[str, bool]) -> Iterator[str]:
    """Yield a module after those that it takes names from: what stands at their top is computed first."""
    if path in visited:
        return
    visited[path] = True
    for address in [each[-1] for each in (*_DEFAULT.findall(modules[path]), *_NAMED.findall(modules[path]))]:
        yield from _in_order(_resolve(path, address), modules, visited)
    yield path


def _resolve(path: str, address: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), address))


def _stem(path: str) -> str:
    return posixpath.basename(path).removesuffix(".js")
