"""Locks that the tools themselves make: uv here, the others once (`tests/data/locks`)."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixcards.audit.environment import AuditedEnvironment
from fixcards.audit.locks import read_lock
from fixcards.audit.target import TargetChoice
from tests.audit import locked_project
from tests.audit.samples import versions

LOCKS = Path(__file__).parents[1] / "data" / "locks"
LINUX_311 = TargetChoice("3.11", "linux")


def read(path: Path, choice: TargetChoice = TargetChoice()) -> AuditedEnvironment:  # noqa: B008 - a tuple
    return read_lock(path.read_bytes(), path.name, choice, str(path))


def assert_complete(audited: AuditedEnvironment) -> None:
    """Fail unless each target has what the project takes there, and no other target is there."""
    platforms = ("linux", "macos", "windows")
    assert set(audited.targets) == {(python, each) for python in locked_project.PYTHONS for each in platforms}
    for python, platform in audited.targets:
        assert versions(audited, python, platform) == locked_project.expected(python, platform), (python, platform)
    assert audited.without_release == ()


@pytest.fixture(scope="module")
def uv_project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The project as uv reads it, while its index is there."""
    folder = tmp_path_factory.mktemp("project")
    with locked_project.served_index(folder / "index") as address:
        yield locked_project.write_project(folder / "app", "uv", address)


def uv(project: Path, *words: str) -> None:
    from uv import find_uv_bin

    clean = {name: value for name, value in os.environ.items() if not name.startswith(("UV_", "VIRTUAL_ENV"))}
    environment = {**clean, "UV_CACHE_DIR": str(project.parent / "uv-cache"), "UV_PYTHON_DOWNLOADS": "never"}
    command = [find_uv_bin(), *words, "--quiet"]
    subprocess.run(command, cwd=project, env=environment, stdout=subprocess.DEVNULL, check=True, timeout=120)


def test_a_lock_of_uv_has_what_the_project_takes_on_each_target(uv_project: Path) -> None:
    uv(uv_project, "lock")
    audited = read(uv_project / "uv.lock")
    assert_complete(audited)
    assert sorted(audited.roots) == [
        "curtain ; sys_platform == 'win32'",
        "lamp[bright]>=1",
        "paint",
        "probe",
        "wick==1.0 ; python_full_version < '3.12'",
        "wick==2.0 ; python_full_version >= '3.12'",
    ]


def test_a_pylock_of_uv_has_the_same(uv_project: Path) -> None:
    uv(uv_project, "export", "--format", "pylock.toml", "--all-extras", "--all-groups", "-o", "pylock.toml")
    assert_complete(read(uv_project / "pylock.toml"))


@pytest.mark.parametrize("choice", [LINUX_311, TargetChoice("3.12", "windows")])
def test_requirements_that_uv_exports_have_the_same_for_the_target_that_is_asked_for(
    uv_project: Path, choice: TargetChoice
) -> None:
    uv(uv_project, "export", "--all-extras", "--all-groups", "-o", "requirements.txt")
    audited = read(uv_project / "requirements.txt", choice)
    assert versions(audited, *choice) == locked_project.expected(*choice)


@pytest.mark.parametrize("lock", ["poetry/poetry.lock", "pdm/pdm.lock"])
def test_a_lock_of_another_tool_has_what_the_project_takes_on_each_target(lock: str) -> None:
    assert_complete(read(LOCKS / lock))


def test_a_lock_of_pipenv_is_for_one_interpreter_and_names_what_it_left_open() -> None:
    audited = read(LOCKS / "pipenv" / "Pipfile.lock", TargetChoice(platform="linux"))
    assert versions(audited, "3.11") == locked_project.expected("3.11", "linux")
    assert audited.without_release == ("curtain",)  # pipenv on Linux says no release of what only Windows takes


@pytest.mark.parametrize("lock", ["poetry/poetry.lock", "pdm/pdm.lock", "pipenv/Pipfile.lock"])
def test_each_package_has_the_line_on_which_its_tool_names_it(lock: str) -> None:
    lines = (LOCKS / lock).read_text(encoding="utf-8").splitlines()
    for environment in read(LOCKS / lock, LINUX_311).environments:
        for release, *_ in environment.releases.values():
            assert f'"{release.name}"' in lines[release.line - 1]
