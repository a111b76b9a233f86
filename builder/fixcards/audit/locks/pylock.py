"""`pylock.toml`, the lock file of PEP 751: https://packaging.python.org/en/latest/specifications/pylock-toml/."""

from __future__ import annotations

import re

from fixcards.audit.environment import grouped
from fixcards.audit.locks.interface import LockContent, LockError, release_of, texts
from fixcards.audit.locks.toml_text import data_of, packages_of
from fixcards.audit.markers import allows, holds, holds_in_pylock
from fixcards.audit.target import TargetChoice, stated_python

_NAME = re.compile(r"pylock\.(?:[^.]+\.)?toml")


class Pylock:
    """What uv, pip and PDM export and lock."""

    name = "pylock.toml"

    def is_name(self, name: str) -> bool:
        """Return whether a file is called as the specification asks for."""
        return bool(_NAME.fullmatch(name))

    def is_text(self, text: str) -> bool:
        """Return whether a text has the two keys that every such lock has."""
        return bool(re.search(r"^lock-version = ", text, re.MULTILINE)) and "[[packages]]" in text

    def read(self, text: str, choice: TargetChoice) -> LockContent:
        """Return the environments with all extras and dependency groups."""
        data = data_of(text)
        version = data.get("lock-version")
        if not isinstance(version, str) or version.partition(".")[0] != "1":
            raise LockError(f"is of version {version}, of which this fixcards can read 1 alone")
        requires, declared = data.get("requires-python"), texts(data.get("environments"))
        # A lock of one environment says neither; the tools write down for which interpreter it was in a comment.
        universal = isinstance(requires, str) or bool(declared)
        ranges = [requires] if isinstance(requires, str) else []
        targets = choice.targets(ranges if universal else None, stated=stated_python(text))
        if declared:
            chosen = [target for target in targets if any(holds(each, target) for each in declared)]
            targets = tuple(chosen) or targets
        extras, groups = texts(data.get("extras")), texts(data.get("dependency-groups"))
        packages, left_out = [], []
        for table, line in packages_of(data, text, "packages"):
            release = release_of(table, line)
            if release is None:
                left_out.append(str(table["name"]))
            elif table.get("directory") is None:  # a folder is the project itself, or one beside it
                markers, pythons = "".join(texts(table.get("marker"))), texts(table.get("requires-python"))
                packages.append((release, markers, pythons))
        rows = [
            (
                target,
                [
                    release
                    for release, marker, pythons in packages
                    if holds_in_pylock(marker, target, extras, groups) and allows(pythons, target)
                ],
            )
            for target in targets
        ]
        return LockContent(grouped(rows), tuple(left_out))
