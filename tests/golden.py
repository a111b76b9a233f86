"""Comparison with files that hold what is expected. `UPDATE=1` writes them (`make generate`)."""

from __future__ import annotations

import difflib
import os
from pathlib import Path

UPDATE = os.environ.get("UPDATE") == "1"


def check(path: Path, text: str) -> None:
    """Compare `text` with the file at `path`, or write it there."""
    if UPDATE:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return
    expected = path.read_text(encoding="utf-8") if path.exists() else ""
    if text != expected:
        lines = difflib.unified_diff(
            expected.splitlines(), text.splitlines(), f"{path.name} as stored", "as it is now", lineterm="", n=2
        )
        raise AssertionError("\n".join([f"{path.name} differs; if that is meant, run `make generate`", *lines]))
