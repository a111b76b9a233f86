"""What a user's program may import, and that it needs nothing but the standard library."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from pathlib import Path

import pytest

import fixcards
from fixcards.exports.search_index import INDEX_FOLDER
from fixcards.matching.index.writer import build
from tests.matching.samples import TEXTS, entries

NAMES = {
    *("Answer", "Failure", "Finder", "FixcardsError", "Match", "RaisedException", "__version__"),
    *("default_finder", "parse"),
}


def run(program: str, *arguments: str) -> str:
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_the_public_names_are_these() -> None:
    assert set(fixcards.__all__) == NAMES
    assert set(dir(fixcards)) >= NAMES
    with pytest.raises(AttributeError, match="no attribute 'find'"):
        fixcards.find  # noqa: B018


@pytest.mark.parametrize("name", sorted(NAMES - {"__version__"}))
def test_each_public_name_can_be_imported_and_is_documented(name: str) -> None:
    public = getattr(fixcards, name)
    assert inspect.getdoc(public)
    if inspect.isclass(public):
        own = vars(public).items()
        undocumented = [
            key for key, member in own if not key.startswith("_") and _is_code(member) and not member.__doc__
        ]
        assert undocumented == []


def _is_code(member: object) -> bool:
    return isinstance(member, property | classmethod | staticmethod) or inspect.isfunction(member)


def test_the_names_are_those_that_type_checkers_see() -> None:
    source = inspect.getsource(fixcards)
    assert {name for name in NAMES if f"import {name} as {name}" in source} == NAMES - {"__version__"}


def test_importing_the_package_loads_none_of_its_modules() -> None:
    loaded = run("import sys, fixcards; print([name for name in sys.modules if name.startswith('fixcards.')])")
    assert loaded == "[]\n"


LIGHT = """
import sys
before = set(sys.modules)
from fixcards import Finder
with open(sys.argv[2], "rb") as log:
    answer = Finder.of_site(sys.argv[1]).answer(log)
tops = {name.partition(".")[0] for name in set(sys.modules) - before}
import json
print(json.dumps([answer.as_dict()["matches"][0]["id"], sorted(tops - sys.stdlib_module_names - {"fixcards"})]))
"""


def test_matching_against_a_built_index_loads_nothing_but_the_standard_library(tmp_path: Path) -> None:
    for path, content in build(entries()):
        file = tmp_path / INDEX_FOLDER / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    log = tmp_path / "failure.log"
    for text in (TEXTS["shape-one-line"], TEXTS["shape-one-line"] + "a quiet line\n" * 100_000):
        log.write_text(text, encoding="utf-8")
        assert json.loads(run(LIGHT, str(tmp_path), str(log))) == ["flask-2789", []]
