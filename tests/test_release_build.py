"""What `make dist` builds: the same bytes twice, with the data among its requirements."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

from tests.sites import REPOSITORY


def build(folder: Path) -> dict[str, bytes]:
    command = [sys.executable, str(REPOSITORY / ".ci" / "build_dist.py"), str(folder)]
    subprocess.run(command, check=True, timeout=600)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    build(folder)
    return folder


def test_wheel_and_source_distribution_are_the_same_bytes_twice(built: Path, tmp_path: Path) -> None:
    again = build(tmp_path)
    assert sorted((name.partition("-")[0], Path(name).suffix) for name in again) == [
        *(("fixcards", ".gz"), ("fixcards", ".whl"), ("pytest_fixcards", ".gz"), ("pytest_fixcards", ".whl"))
    ]
    assert again == {path.name: path.read_bytes() for path in built.iterdir()}


def read(wheel: Path, file: str) -> str:
    """Return a file of a wheel's metadata, empty where it has none."""
    with zipfile.ZipFile(wheel) as archive:
        names = [each for each in archive.namelist() if each.endswith(f".dist-info/{file}")]
        return archive.read(names[0]).decode() if names else ""


@pytest.mark.parametrize(
    ("name", "expected"),
    [("fixcards", ["click", "fixcards-data"]), ("pytest_fixcards", ["fixcards", "pytest"])],
)
def test_a_release_requires_few_others(name: str, expected: list[str], built: Path) -> None:
    (path,) = built.glob(f"{name}-*.whl")
    metadata = Parser().parsestr(read(path, "METADATA"))
    required = [each for each in metadata.get_all("Requires-Dist", []) if "extra ==" not in each]
    assert [each.partition(">")[0] for each in required] == expected


def test_pytest_has_a_short_list_of_files_to_read_at_every_start(built: Path) -> None:
    (program,), (plugin,) = built.glob("fixcards-*.whl"), built.glob("pytest_fixcards-*.whl")
    assert "pytest" not in read(program, "entry_points.txt")
    assert "[pytest11]\nfixcards = pytest_fixcards\n" in read(plugin, "entry_points.txt")
    assert len(read(plugin, "RECORD").splitlines()) < 10


def test_a_wheel_from_the_source_distribution_has_the_same_requirements(built: Path) -> None:
    (path,) = built.glob("fixcards-*.tar.gz")
    with tarfile.open(path) as archive:
        (member,) = (each for each in archive.getmembers() if each.name.count("/") == 1 and each.name.endswith("toml"))
        content = archive.extractfile(member)
        assert content is not None
        assert b'"fixcards-data"' in content.read()


def test_twine_finds_nothing_to_complain_about(built: Path) -> None:
    check = pytest.importorskip("twine.commands.check", reason="pip install twine")
    assert check.check([str(path) for path in built.iterdir()], strict=True) is False
