from __future__ import annotations

import ast
import re
import sys
from typing import Any

import pytest

from tests.sites import files

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

# https://packaging.python.org/en/latest/specifications/inline-script-metadata/#reference-implementation
BLOCK = re.compile(r"(?m)^# /// (?P<type>[a-zA-Z0-9-]+)$\s(?P<content>(^#(| .*)$\s)+)^# ///$")


def _metadata(text: str) -> dict[str, Any]:
    (block,) = BLOCK.finditer(text)
    assert block["type"] == "script"
    lines = block["content"].splitlines(keepends=True)
    return tomllib.loads("".join(line[2:] if line.startswith("# ") else line[1:] for line in lines))


def assert_runs_alone(path: str, text: str) -> None:
    """Check that a script names what it needs, with no placeholder left, and compiles."""
    metadata = _metadata(text)
    # What a Python took out takes that Python and no package.
    assert metadata["dependencies"] or metadata["requires-python"].startswith("=="), path
    assert all("{" not in requirement for requirement in metadata["dependencies"]), path
    assert set(metadata) <= {"dependencies", "requires-python", "tool"}
    if "tool" in metadata:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT00:00:00Z", metadata["tool"]["uv"]["exclude-newer"])
    ast.parse(text, path)


def test_every_script_names_what_it_needs_and_compiles() -> None:
    scripts = {path: content for path, content in files().items() if path.endswith(".py")}
    assert scripts
    for path, content in scripts.items():
        assert_runs_alone(path, content.decode())


def test_each_executable_fix_has_a_script_and_advice_has_none() -> None:
    paths = {path for path in files() if path.endswith(".py")}
    assert {path for path in paths if path.startswith("lantern/12/")} == {
        "lantern/12/reproduction.py",
        "lantern/12/fix-1.py",
        "lantern/12/fix-2.py",
        "lantern/12/fix-3.py",
    }
    assert "lantern/56/reproduction.py" in paths
    assert "lantern/56/fix-1.py" not in paths


@pytest.mark.parametrize(
    ("name", "dependencies", "has"),
    [
        ("reproduction", ["lantern==1.3", "wick==2.5"], "lamp.trim()  # the second one fails"),
        ("fix-1", ["lantern==1.4", "wick==2.5"], "lamp.trim()  # the second one fails"),
        ("fix-2", ["lantern==1.3", "wick==2.5"], "lantern.Lamp(7).trim()\nlantern.Lamp(7).trim()"),
        ("fix-3", ["lantern==1.3", "wick==2.0"], "lamp.trim()  # the second one fails"),
    ],
)
def test_a_script_is_pinned_to_what_was_run(name: str, dependencies: list[str], has: str) -> None:
    text = files()[f"lantern/12/{name}.py"].decode()
    metadata = _metadata(text)
    assert metadata["dependencies"] == dependencies
    assert metadata["requires-python"] == ">=3.10"
    assert metadata["tool"]["uv"]["exclude-newer"] == "2025-05-03T00:00:00Z"
    assert has in text
    assert "oil: half full" in text
    assert "https://github.com/example/lantern/issues/12" in text
