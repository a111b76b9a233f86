"""The name that a failure misses is read out of its error, and looked up where it was."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from fixcards.scout.culprit import CulpritRuns
from fixcards.scout.finding import PYTHON, Culprit, VanishedName
from fixcards.scout.inside import lookup
from fixcards.scout.probe_runner import Cost, Execution
from fixcards.scout.vanished import missing_names, vanished_name
from tests.scout.findings import on_newer_python


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (
            "ImportError: cannot import name 'area' from 'shapes.plane' ({path})",
            ("attribute", "shapes.plane", "", "area"),
        ),
        (
            "ImportError: cannot import name 'area' from partially initialized module 'shapes' (most likely ...)",
            ("attribute", "shapes", "", "area"),
        ),
        ("AttributeError: module 'numpy' has no attribute 'float'. Did you mean", ("attribute", "numpy", "", "float")),
        ("AttributeError: 'Engine' object has no attribute 'execute'", ("attribute", "", "Engine", "execute")),
        ("AttributeError: type object 'Box' has no attribute 'size'", ("attribute", "", "Box", "size")),
        (
            "TypeError: Client.__init__() got an unexpected keyword argument 'proxies'",
            ("argument", "", "Client.__init__", "proxies"),
        ),
        ("ModuleNotFoundError: No module named 'vine.five'", ("module", "vine.five", "", "")),
    ],
)
def test_a_name_is_read_out_of_an_error(error, expected):
    (missing,) = missing_names(error, f"Traceback (most recent call last):\n{error}\n")
    assert (missing.kind, missing.module, missing.owner, missing.name) == expected


def test_an_error_that_names_nothing_misses_nothing():
    assert missing_names("ValueError: password cannot be longer than 72 bytes", "") == []


def test_an_error_that_follows_from_another_one_misses_the_name_of_that_one_too():
    first, last = "ModuleNotFoundError: No module named 'audioop'", "ModuleNotFoundError: No module named 'pyaudioop'"
    output = f"{first}\n\nDuring handling of the above exception, another exception occurred:\n\n{last}\n"
    assert [each.module for each in missing_names(last, output)] == ["pyaudioop", "audioop"]


def looked_up(venv: Path, there: Mapping[str, bool]) -> VanishedName | None:
    """Return what is looked up for a module that the interpreters of `there` have or lack."""
    finding = on_newer_python()

    @contextmanager
    def ready(python: str, cost: Cost) -> Iterator[SimpleNamespace]:
        output = f"{lookup.MARK} {json.dumps({'there': there[python], 'where': []})}\n"
        yield SimpleNamespace(venv=venv, run=lambda code, files: Execution(0, None, output, {}))

    replay = SimpleNamespace(
        broken=finding, runner=SimpleNamespace(ready=ready), spec=lambda side: side.python, cost=Cost()
    )
    return vanished_name(replay, CulpritRuns(Culprit(PYTHON, "3.11", "3.12"), finding.suspect, finding.control))


def test_a_module_that_the_older_python_alone_has_is_gone_from_the_standard_library(tmp_path):
    assert looked_up(tmp_path, {"3.11.7": True, "3.12.1": False}) == VanishedName("module", "distutils")


def test_a_module_that_both_pythons_have_has_not_gone(tmp_path):
    assert looked_up(tmp_path, {"3.11.7": True, "3.12.1": True}) is None


def test_a_module_of_an_installed_distribution_is_none_of_the_standard_library(tmp_path):
    folder = tmp_path / "lib/python3.11/site-packages/distutils-1.0.dist-info"
    folder.mkdir(parents=True)
    (folder / "RECORD").write_text("distutils/__init__.py,,\n")
    assert looked_up(tmp_path, {"3.11.7": True, "3.12.1": False}) is None
