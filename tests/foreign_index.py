"""An index as a stranger's site has it: a real one in which a value is another."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fixcards.matching.index.format import HASH_LENGTH, content_hash
from fixcards.matching.index.writer import build
from fixcards.matching.js_tables import tables
from tests.matching.samples import DATA, entries

BAD: dict[str, dict[str, Any]] = json.loads((DATA / "bad_indexes.json").read_text(encoding="utf-8"))
"""By name, where a value of an index is changed and to what: file, path in its JSON, value."""
TEXTS = ["AttributeError: module 'numpy' has no attribute 'float'", "numpy float", "cannot import name url_quote"]
"""What is searched for: a message, and words."""

Parts = dict[str, Any]
"""The parsed files by their names, without hashes: `index.json`, `terms/0`, `cards/0` ..."""


def parts() -> Parts:
    """Return a good index with few files."""
    files = dict(build(entries(), "https://cards.example.org/", tables()))
    return {path.partition("-")[0]: json.loads(content) for path, content in files.items()}


def changed(change: Mapping[str, Any]) -> Parts:
    """Return an index with one change of `BAD`; `*` stands for each file of a kind, and for each value of a file."""
    result = parts()
    for name in [name for name in result if name == change["file"] or change["file"] == f"{name.partition('/')[0]}/*"]:
        result[name] = with_value(result[name], change["path"], change["value"])
    return result


def with_value(data: Any, path: list[Any], value: Any) -> Any:
    if not path:
        return copy.deepcopy(value)
    step, *rest = path
    for key in (list(data) if isinstance(data, dict) else range(len(data))) if step == "*" else [step]:
        if value == "remove" and not rest:
            data.pop(key, None)
        else:
            data[key] = with_value(data.get(key) if isinstance(data, dict) else data[key], rest, value)
    return data


def files(changed_parts: Parts) -> dict[str, bytes]:
    """Return the files of an index, with the hashes of their content in their names and in `index.json`."""
    result: dict[str, bytes] = {}
    head = dict(changed_parts["index.json"]) if isinstance(changed_parts["index.json"], dict) else None
    for kind in ("terms", "cards"):
        names = sorted((name for name in changed_parts if name.startswith(kind)), key=lambda name: int(name[6:]))
        hashes = []
        for name in names:
            content = json.dumps(changed_parts[name]).encode()
            hashes.append(content_hash(content))
            result[f"{name}-{hashes[-1]}.json"] = content
        if head is not None and head.get(kind) and len(str(head[kind])) == len(names) * HASH_LENGTH:
            head[kind] = "".join(hashes)
    result["index.json"] = json.dumps(changed_parts["index.json"] if head is None else head).encode()
    return result


def write(site: Path, content_by_path: Mapping[str, bytes]) -> Path:
    """Write the files of an index as those of a site."""
    for path, content in content_by_path.items():
        file = site / "search" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return site
