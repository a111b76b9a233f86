"""Smoke programs are named after packages, and their syntax is that of the oldest interpreter that runs them."""

from __future__ import annotations

import ast

import pytest

from fixcards.ecosystems import PYPI
from fixcards.scout.contents import ConsoleScript, Contents
from fixcards.scout.probe_program import SMOKE_FOLDER, probe_program, smoke_program

PROGRAMS = sorted(each for each in SMOKE_FOLDER.iterdir() if each.name != "__pycache__")


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_a_smoke_program_can_be_parsed_and_found(path):
    assert path.suffix == ".py"
    assert PYPI.normalize_name(path.stem) == path.stem
    tree = ast.parse(smoke_program(path.stem), feature_version=(3, 8))
    imported = {
        alias.name.partition(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    }
    imported |= {(node.module or "").partition(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported


def test_there_are_enough_of_them():
    assert len(PROGRAMS) >= 40


def test_the_probe_of_a_package_tries_everything_that_it_offers():
    contents = Contents(("jinja2", "other"), (ConsoleScript("render", "jinja2.cli", "App.main"),))
    program = probe_program("jinja2", contents)
    assert [(each.step, each.name) for each in program.attempts] == [
        ("import", "jinja2"),
        ("import", "other"),
        ("console-script", "render"),
        ("smoke", "jinja2"),
    ]
    assert program.attempts[0].program == "import jinja2\n"
    assert "from jinja2.cli import App\n" in program.attempts[2].program
    assert program.files["smoke.py"] == smoke_program("jinja2")


def test_what_had_begun_when_the_program_ended_has_failed():
    program = probe_program("walls", Contents(("a", "b", "c"), ()))
    output = "fixcards-probe: begin 0\nfixcards-probe: passed 0\nx\nfixcards-probe: begin 1\nSegmentation fault\n"
    assert [each.name for each in program.failed(output)] == ["b"]
    assert program.unreached(output)
