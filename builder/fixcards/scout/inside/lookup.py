"""Says whether a release of a package has a name, and where else it has one that is called so.

The question is in `question.json`: what kind of name it is, its module, the class or function that owns it, the name
itself, and the top-level modules of the package. What was imported before and failed doesn't matter here.
"""

import ast
import importlib
import importlib.util
import inspect
import json
import os
from typing import Any, Iterator, List, Optional, Tuple  # noqa: UP035 - this runs on old interpreters

MARK = "fixcards-lookup:"
MAX_FILES = 5000


def loaded(name: str) -> Any:
    """Return a module, None where it cannot be imported."""
    try:
        return importlib.import_module(name)
    except BaseException:  # noqa: BLE001 - a module that ends the program has no names
        return None


def has_module(name: str) -> bool:
    """Return whether there is a module of that name."""
    try:
        return importlib.util.find_spec(name) is not None
    except BaseException:  # noqa: BLE001 - it imports what lies above
        return False


def sources(folders: List[str]) -> Iterator[Tuple[str, str]]:  # noqa: UP006
    """Yield module and file of each module below some top-level ones, without tests."""
    count = 0
    for folder in folders:
        spec = importlib.util.find_spec(folder) if has_module(folder) else None
        if spec is not None and spec.origin and not spec.submodule_search_locations:
            yield folder, spec.origin
        for top in (spec.submodule_search_locations or []) if spec is not None else []:
            for path, below, names in os.walk(top):
                below[:] = sorted(each for each in below if not each.startswith("test"))
                for each in sorted(names):
                    count += 1
                    if each.endswith(".py") and count < MAX_FILES:
                        inner = os.path.relpath(os.path.join(path, each), top)[:-3].replace(os.sep, ".")  # noqa: PTH118
                        yield (folder + "." + inner).replace(".__init__", ""), os.path.join(path, each)  # noqa: PTH118


def body_of(path: str) -> List[Any]:  # noqa: UP006
    """Return the statements of a file, none where it cannot be parsed."""
    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123
            return list(ast.parse(file.read()).body)
    except (OSError, ValueError, SyntaxError, RecursionError):
        return []


def definition(body: List[Any], name: str) -> Optional[Any]:  # noqa: UP006, UP045
    """Return the statement of a body that defines a name."""
    for node in body:
        if getattr(node, "name", None) == name:
            return node
        targets = getattr(node, "targets", None) or [getattr(node, "target", None)]
        if any(getattr(target, "id", None) == name for target in targets):
            return node
    return None


def of_class(owner: str, name: str, folders: List[str]) -> List[Tuple[str, bool]]:  # noqa: UP006
    """Return the modules that define a class, and whether it has an attribute there, of its objects too."""
    answers = []
    for module, path in sources(folders):
        node = definition(body_of(path), owner)
        if isinstance(node, ast.ClassDef):
            assigned = any(isinstance(each, ast.Attribute) and each.attr == name for each in ast.walk(node))
            its_class = getattr(loaded(module), owner, None)
            answers.append((module, assigned or definition(node.body, name) is not None or hasattr(its_class, name)))
    return answers


def of_function(owner: str, name: str, folders: List[str]) -> List[Tuple[str, bool]]:  # noqa: UP006
    """Return the modules that define a function or method, and whether it takes an argument there."""
    answers = []
    first = owner.split(".")[0]
    for module, path in sources(folders):
        if definition(body_of(path), first) is None:
            continue
        target = loaded(module)
        try:
            for part in owner.split("."):
                target = getattr(target, part)
            parameters = inspect.signature(target).parameters
        except (AttributeError, ValueError, TypeError):
            continue
        free = any(each.kind is each.VAR_KEYWORD for each in parameters.values())
        answers.append((module, name in parameters or free))
    return answers


def answer(kind: str, module: str, owner: str, name: str, folders: List[str]) -> Tuple[bool, List[str]]:  # noqa: UP006
    """Return whether the name is there, and the modules that define it or its owner."""
    if kind == "module":
        last = module.rpartition(".")[2]
        return has_module(module), [each for each, _ in sources(folders) if each.rpartition(".")[2] == last]
    if owner:
        answers = of_function(owner, name, folders) if kind == "argument" else of_class(owner, name, folders)
        return any(there for _, there in answers), [each for each, _ in answers]
    there = hasattr(loaded(module), name) or has_module(module + "." + name)
    where = [each for each, path in sources(folders) if definition(body_of(path), name) is not None]
    return there, where if there else [each for each in where if hasattr(loaded(each), name)]


def main() -> None:
    """Answer the question on standard output."""
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "question.json"), encoding="utf-8") as file:  # noqa: PTH100, PTH118, PTH120, PTH123
        question = json.load(file)
    there, where = answer(*question)
    os.write(1, ("\n%s %s\n" % (MARK, json.dumps({"there": there, "where": where}))).encode())  # noqa: UP031
    os._exit(0)


if __name__ == "__main__":
    main()
