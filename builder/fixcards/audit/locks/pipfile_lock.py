"""`Pipfile.lock`: JSON with a section for each group."""

from __future__ import annotations

import json
import re
from typing import Any

from fixcards.audit.environment import Release
from fixcards.audit.locks.interface import LockContent, Locked, LockError, content_of, texts
from fixcards.audit.locks.toml_text import table_of
from fixcards.audit.target import TargetChoice
from fixcards.matching.parse.packages import canonical_name

_KEY = re.compile(r'^\s*"([^"\n]+)"\s*:\s*\{', re.MULTILINE)


class PipfileLock:
    """What `pipenv lock` writes."""

    name = "Pipfile.lock"

    def is_name(self, name: str) -> bool:
        """Return whether a file is called `Pipfile.lock`."""
        return name == "Pipfile.lock"

    def is_text(self, text: str) -> bool:
        """Return whether a text begins as pipenv writes it."""
        return bool(re.match(r'\s*\{\s*"_meta"', text))

    def read(self, text: str, choice: TargetChoice) -> LockContent:
        """Return the environment with all groups, for the interpreter that the lock names, or for this one."""
        data = _json(text)
        requires = table_of(table_of(data, "_meta"), "requires")
        stated = next(iter(texts([requires.get("python_full_version"), requires.get("python_version")])), "")
        places = {match[1]: text.count("\n", 0, match.start(1)) + 1 for match in _KEY.finditer(text)}
        packages, left_out = [], []
        for group, of_group in data.items():
            if group == "_meta" or not isinstance(of_group, dict):
                continue
            for name, table in of_group.items():
                version = "".join(texts(table.get("version"))) if isinstance(table, dict) else ""
                if not re.match("===?", version):
                    left_out.append(name)
                    continue
                release = Release(canonical_name(name), version.lstrip("="), places.get(name, 1))
                packages.append(Locked(release, texts(table.get("markers"))))
        return content_of(packages, choice.targets(None, stated=stated), left_out)


def _json(text: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise LockError(f"is no JSON: {error}") from None
    if not isinstance(data, dict):
        raise LockError("is no Pipfile.lock: it has no groups")
    return data
