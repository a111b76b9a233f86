"""What a distribution offers is read from its files."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixcards.scout.contents import ConsoleScript, contents_of, top_level_modules


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "lib" / "python3.11" / "site-packages"
    folder.mkdir(parents=True)
    return folder


def install(site: Path, name: str, *paths: str, scripts: str = "") -> None:
    folder = site / f"{name}-1.0.dist-info"
    folder.mkdir()
    (folder / "RECORD").write_text("".join(f"{path},,\n" for path in paths))
    if scripts:
        (folder / "entry_points.txt").write_text(scripts)


def test_packages_and_modules_can_be_imported_and_parts_of_packages_are_left_out(site: Path, tmp_path: Path) -> None:
    install(site, "walls", "walls/__init__.py", "walls/inner/__init__.py", "bricks.py", "fast.cpython-311.so")
    assert contents_of(tmp_path, "walls").modules == ("walls", "bricks", "fast")


def test_a_package_inside_a_namespace_is_named_with_it(site: Path, tmp_path: Path) -> None:
    install(site, "google_cloud_storage", "google/cloud/storage/__init__.py", "google/cloud/storage/a.py")
    assert contents_of(tmp_path, "google-cloud-storage").modules == ("google.cloud.storage",)


def test_what_no_program_imports_is_left_out(site: Path, tmp_path: Path) -> None:
    install(
        site, "walls", "tests/__init__.py", "_walls.py", "walls-stubs/__init__.pyi", "../../bin/walls", "walls/a.py"
    )
    assert contents_of(tmp_path, "walls").modules == ()


def test_console_scripts_are_those_that_can_be_called(site: Path, tmp_path: Path) -> None:
    scripts = "[console_scripts]\nWalls = walls.cli:main\nother = walls:App.run [extra]\nbroken = walls\n"
    install(site, "walls", "walls/__init__.py", scripts=scripts)
    assert contents_of(tmp_path, "walls").scripts == (
        ConsoleScript("Walls", "walls.cli", "main"),
        ConsoleScript("other", "walls", "App.run"),
    )


def test_a_package_that_is_not_installed_offers_nothing(site: Path, tmp_path: Path) -> None:
    assert contents_of(tmp_path, "walls").modules == ()


def test_each_module_has_the_distribution_that_installs_it(site: Path, tmp_path: Path) -> None:
    install(site, "PyYAML", "yaml/__init__.py")
    install(site, "flask_login", "flask_login/__init__.py")
    assert top_level_modules(tmp_path) == {"yaml": "pyyaml", "flask_login": "flask-login"}
