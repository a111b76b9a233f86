"""`uv.lock`: a graph. What is installed on a target is what its project reaches there.

The lock has the releases for every interpreter and platform of the project. Edges carry markers; where the project says
that extras or groups exclude each other, the markers also name these, by names that uv makes up
(`extra == 'extra-3-app-cpu'`). https://docs.astral.sh/uv/concepts/projects/layout/#the-lockfile
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from fixcards.audit.environment import Release, grouped
from fixcards.audit.locks.interface import LockContent, LockError, release_of, texts
from fixcards.audit.locks.toml_text import data_of, packages_of, table_of
from fixcards.audit.markers import holds
from fixcards.audit.target import Target, TargetChoice
from fixcards.matching.parse.packages import canonical_name

_VERSION = 1
_LOCAL_SOURCES = ("editable", "virtual")
_FOREIGN_SOURCES = ("git", "url", "directory", "path")
_CONFLICT = re.compile(r"extra\s*==\s*['\"]((?:extra|group|project)-[0-9]+-[^'\"]+)['\"]")
MAX_CONFLICTS = 50
"""Extras and groups that exclude each other, of which each is looked at by itself."""


class UvLock:
    """What `uv lock` writes."""

    name = "uv.lock"

    def is_name(self, name: str) -> bool:
        """Return whether a file is called `uv.lock`, or is the lock of a script."""
        return name == "uv.lock" or name.endswith(".py.lock")

    def is_text(self, text: str) -> bool:
        """Return whether a text begins as uv writes it."""
        return bool(re.match(r"version = [0-9]+\n(?:revision = [0-9]+\n)?requires-python = ", text))

    def read(self, text: str, choice: TargetChoice) -> LockContent:
        """Return the environments of all extras and groups together, or one by one where they exclude each other."""
        data = data_of(text)
        if data.get("version") != _VERSION:
            raise LockError(f"is of version {data.get('version')}, of which this fixcards can read {_VERSION} alone")
        graph = _Graph(packages_of(data, text), data)
        requires = data.get("requires-python")
        targets = choice.targets([requires] if isinstance(requires, str) else [])
        extras = sorted(set(_CONFLICT.findall(text)))[:MAX_CONFLICTS]
        rows = [(target, releases) for extra in ["", *extras] for target, releases in graph.rows(targets, extra)]
        return LockContent(grouped(rows), graph.without_release, roots=graph.requirements())


class _Edge(NamedTuple):
    """What leads from a package to another."""

    of_extra: str
    """The extra or group of the first package that it belongs to."""
    marker: str
    numbers: Sequence[int]
    """The packages that it leads to. Edges to the same ones share the list."""
    extras: tuple[str, ...]
    """What is asked for of them; the empty text is the package itself."""


class _Graph:
    """The packages of a lock and what leads from one to another."""

    def __init__(self, packages: Sequence[tuple[dict[str, Any], int]], data: dict[str, Any]) -> None:
        self._tables = [table for table, _ in packages]
        self._releases = [release_of(table, line) for table, line in packages]
        self._by_name: dict[str, list[int]] = {}
        for number, table in enumerate(self._tables):
            self._by_name.setdefault(canonical_name(str(table["name"])), []).append(number)
        self._numbers: dict[tuple[str, str, str], list[int]] = {}
        manifest = table_of(data, "manifest")
        members = {canonical_name(name) for name in texts(manifest.get("members"))}
        self._roots = [number for number, table in enumerate(self._tables) if _is_root(table, members)]
        self._edges = [[self._edge(*each) for each in _dependencies(table)] for table in self._tables]
        # The lock of a script has no project: the script's own requirements lead to everything.
        self._edges.append([self._edge(each, "") for each in _tables(manifest.get("requirements"))])
        self._markers = sorted({edge.marker for edges in self._edges for edge in edges if edge.marker})
        foreign = [
            canonical_name(str(table["name"]))
            for number, table in enumerate(self._tables)
            if number not in self._roots
            and (self._releases[number] is None or any(key in _source(table) for key in _FOREIGN_SOURCES))
        ]
        self.without_release = tuple(name for name in foreign if not self._has_release(name))

    def _has_release(self, name: str) -> bool:
        return any(self._releases[number] is not None for number in self._by_name[name])

    def rows(self, targets: Sequence[Target], extra: str) -> Iterator[tuple[Target, list[Release]]]:
        """Yield what each target has. Targets on which the same markers hold share one walk."""
        walks: dict[tuple[bool, ...], list[Release]] = {}
        for target in targets:
            key = tuple(holds(marker, target, extra) for marker in self._markers)
            if key not in walks:
                walks[key] = self._reached(dict(zip(self._markers, key, strict=True)))
            yield target, walks[key]

    def _reached(self, marker_values: Mapping[str, bool]) -> list[Release]:
        """Return the releases that the roots reach by edges whose markers hold. Without roots these are all."""
        script = len(self._tables)
        waiting = [(number, "") for number in self._roots] or [(script, "")]
        if not self._roots and not self._edges[script]:
            waiting = [(number, "") for number in range(script)]
        seen = set(waiting)
        is_root = set(self._roots)
        while waiting:
            number, extra = waiting.pop()
            for edge in self._edges[number]:
                # A project's own extras and groups are all looked at; of a dependency those that an edge asks for.
                if edge.of_extra and edge.of_extra != extra and number not in is_root:
                    continue
                if not marker_values.get(edge.marker, True):
                    continue
                for target in edge.numbers:
                    for name in edge.extras:
                        if (target, name) not in seen:
                            seen.add((target, name))
                            waiting.append((target, name))
        numbers = sorted({number for number, _ in seen if number != script} - is_root)
        return [release for number in numbers if (release := self._releases[number]) is not None]

    def _edge(self, table: Mapping[str, Any], of_extra: str) -> _Edge:
        """Return the edge of a dependency, whose table names a version only where the lock has several."""
        name, version, source = canonical_name(str(table.get("name", ""))), table.get("version"), table.get("source")
        key = (name, repr(version), repr(source))
        if key not in self._numbers:
            self._numbers[key] = [
                number
                for number in self._by_name.get(name, [])
                if version in (None, self._tables[number].get("version"))
                and source in (None, self._tables[number].get("source"))
            ]
        extras = ("", *map(canonical_name, texts(table.get("extra"))))
        return _Edge(of_extra, _marker(table), self._numbers[key], extras)

    def requirements(self) -> tuple[str, ...]:
        """Return the requirements of the project as its metadata has them, without markers' sake."""
        lines = []
        for number in self._roots:
            metadata = table_of(self._tables[number], "metadata")
            groups = table_of(metadata, "requires-dev").values()
            wanted = [*_tables(metadata.get("requires-dist")), *(each for group in groups for each in _tables(group))]
            for each in wanted:
                if not any(key in each for key in (*_LOCAL_SOURCES, *_FOREIGN_SOURCES)):
                    extras = ",".join(texts(each.get("extras")))
                    marker = _without_extra(_marker(each))
                    lines.append(
                        f"{each.get('name')}{f'[{extras}]' if extras else ''}{each.get('specifier') or ''}"
                        f"{f' ; {marker}' if marker else ''}"
                    )
        return tuple(dict.fromkeys(lines))


def _without_extra(marker: str) -> str:
    """Return a marker without the clause of the extra that a requirement belongs to: all extras are looked at."""
    return re.sub(r"(?: and )?extra == '[^']*'(?: and )?", "", marker).strip()


def _source(table: Mapping[str, Any]) -> dict[str, Any]:
    source = table.get("source")
    return source if isinstance(source, dict) else {}


def _is_root(table: Mapping[str, Any], members: set[str]) -> bool:
    return any(key in _source(table) for key in _LOCAL_SOURCES) or canonical_name(str(table["name"])) in members


def _dependencies(table: Mapping[str, Any]) -> list[tuple[dict[str, Any], str]]:
    """Return the dependencies of a package, each with the extra or group that it belongs to."""
    dependencies = [(each, "") for each in _tables(table.get("dependencies"))]
    for key in ("optional-dependencies", "dev-dependencies"):
        for name, of_name in table_of(dict(table), key).items():
            dependencies += [(each, canonical_name(name)) for each in _tables(of_name)]
    return dependencies


def _tables(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _marker(edge: Mapping[str, Any]) -> str:
    marker = edge.get("marker")
    return marker if isinstance(marker, str) else ""
