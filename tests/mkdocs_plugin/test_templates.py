from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.sites import LIBRARY, REPOSITORY, build, change, project, read


def test_templates_are_taken_from_the_custom_folder_then_the_package_then_material(tmp_path: Path) -> None:
    config = change(project(tmp_path, LIBRARY), "  name: material\n", "  name: material\n  custom_dir: own\n")
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "404.html").write_text("own page", encoding="utf-8")
    assert build(config, "--strict").returncode == 0
    assert (tmp_path / "site" / "404.html").read_text(encoding="utf-8") == "own page"
    assert list((tmp_path / "site" / "assets").glob("fixcards.*.css"))
    assert "api.github.com" not in (tmp_path / "site" / "index.html").read_text(encoding="utf-8")


def test_the_option_templates_replaces_those_of_the_package(tmp_path: Path) -> None:
    config = change(project(tmp_path, LIBRARY), "  - fixcards\n", "  - fixcards:\n      templates: looks\n")
    shutil.copytree(REPOSITORY / "templates", tmp_path / "looks")
    (tmp_path / "looks" / "packages.html").write_text("<h1>Mine: {{ packages | length }}</h1>", encoding="utf-8")
    assert build(config, "--strict").returncode == 0
    assert read(tmp_path / "site", "cards/packages").h1.text == "Mine: 2"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("{{ nothing.at_all }}", "card.html:1: 'nothing' is undefined"),
        ("{% if %}", "card.html:1: Expected an expression"),
        ('{% from "none.html" import x %}', "none.html"),
    ],
)
def test_a_fault_in_a_template_of_ones_own_is_reported_with_its_line(tmp_path: Path, wrong: str, message: str) -> None:
    config = change(project(tmp_path, LIBRARY), "  - fixcards\n", "  - fixcards:\n      templates: looks\n")
    shutil.copytree(REPOSITORY / "templates", tmp_path / "looks")
    card = tmp_path / "looks" / "card.html"
    card.write_text(wrong + card.read_text(encoding="utf-8"), encoding="utf-8")
    done = build(config)
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr
