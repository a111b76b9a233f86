"""The few settings in a mkdocs.yml that concern cards.

The file is composed, not constructed: tags such as `!!python/name:` have a meaning for the generator of the site alone,
and neither run nor stop anything here.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from fixcards.errors import FixcardsError

MAX_PARENTS = 10
"""Files that inherit from each other."""
_PLUGIN = "fixcards"
_KEYS = ("docs_dir", "site_url", "edit_uri", "edit_uri_template", "plugins", "INHERIT")
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SCALARS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "timestamp"))


class ProjectFile(NamedTuple):
    """What the file says; the generator's defaults where it is silent."""

    docs_dir: str
    site_url: str
    options: dict[str, Any] | None
    """Options of the plugin `fixcards`; None where the site doesn't use it."""
    sets_edit_links: bool = False
    """Whether it says where a page is edited, be it nowhere."""


def read_project_file(path: Path, content: bytes) -> ProjectFile:
    """Return the settings in the content of a mkdocs.yml, and in the files that it inherits from.

    Raises `FixcardsError` where one of them can't be read, with the place.
    """
    values = _top_level(path, content, MAX_PARENTS)
    docs_dir, site_url = values.get("docs_dir"), values.get("site_url")
    return ProjectFile(
        docs_dir if isinstance(docs_dir, str) and docs_dir else "docs",
        f"{site_url.rstrip('/')}/" if isinstance(site_url, str) and site_url else "",
        _plugin_options(values.get("plugins")),
        not {"edit_uri", "edit_uri_template"}.isdisjoint(values),
    )


def _top_level(path: Path, content: bytes, parents: int) -> dict[str, Any]:
    """Return the keys that matter, with their values as plain data; those of a parent file where this one is silent."""
    try:
        tree = yaml.compose(content.decode(), Loader=_Loader)
    except UnicodeDecodeError:
        raise FixcardsError(f"{path}: is not UTF-8") from None
    except RecursionError:
        raise FixcardsError(f"{path}: is nested too deeply") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise FixcardsError(f"{path}{place}: is no YAML: {getattr(error, 'problem', None) or error}") from None
    if not isinstance(tree, yaml.MappingNode):
        return {}
    nodes = {key.value: value for key, value in tree.value if isinstance(key, yaml.ScalarNode)}
    values = {name: _plain(nodes[name]) for name in _KEYS if name in nodes}
    parent = values.get("INHERIT")
    if not isinstance(parent, str):
        return values
    other = path.parent / parent
    if not parents:
        raise FixcardsError(f"{path}: `INHERIT` leads through more than {MAX_PARENTS} files")
    try:
        inherited = other.read_bytes()
    except OSError as error:
        raise FixcardsError(f"{path}: `INHERIT: {parent}`: {error.strerror}") from None
    return _merged(_top_level(other, inherited, parents - 1), values)


def _merged(parent: dict[str, Any], child: dict[str, Any]) -> dict[str, Any]:
    """Return mappings joined as the generator joins them: key by key, and everything else replaced."""
    both = {**parent, **child}
    for key in parent.keys() & child.keys():
        if isinstance(parent[key], dict) and isinstance(child[key], dict):
            both[key] = _merged(parent[key], child[key])
    return both


def _plugin_options(plugins: Any) -> dict[str, Any] | None:
    """Return our options from `plugins`, which is a list of names and of mappings, or a mapping."""
    if isinstance(plugins, dict):
        plugins = [{name: options} for name, options in plugins.items()]
    for each in plugins if isinstance(plugins, list) else [plugins]:
        if each == _PLUGIN:
            return {}
        if isinstance(each, dict) and _PLUGIN in each:
            options = each[_PLUGIN]
            return options if isinstance(options, dict) else {}
    return None


def _plain(node: yaml.Node, seen: dict[int, Any] | None = None) -> Any:
    """Return a node as texts, lists and mappings; None for a null and for what has a tag of another program.

    A node that several places refer to is converted once; where it refers to itself, there is None.
    """
    seen = {} if seen is None else seen
    if id(node) in seen:
        return seen[id(node)]
    seen[id(node)] = None
    if node.tag == "!ENV":
        value = _from_environment(node)
    elif isinstance(node, yaml.SequenceNode):
        value = [_plain(each, seen) for each in node.value]
    elif isinstance(node, yaml.MappingNode):
        value = {str(_plain(key, seen)): _plain(each, seen) for key, each in node.value}
    else:
        value = str(node.value) if node.tag in _SCALARS else None
    seen[id(node)] = value
    return value


def _from_environment(node: yaml.Node) -> Any:
    """Return the value of `!ENV NAME` or `!ENV [NAME, OTHER, default]`: of the first variable that is set."""
    if isinstance(node, yaml.SequenceNode) and node.value:
        names = [each.value for each in node.value[:-1] if isinstance(each, yaml.ScalarNode)]
        default = _plain(node.value[-1])
        if len(node.value) == 1:
            names, default = [str(default)], None
    else:
        names, default = [str(node.value)], None
    return next((os.environ[name] for name in names if name in os.environ), default)
