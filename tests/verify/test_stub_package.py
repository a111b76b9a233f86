from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fixcards.verify.stub_package import stub_package
from fixcards.verify.unavailable import EnvironmentUnavailable

FILES = {
    "demo_kit/__init__.py": "value = 1\n",
    "demo_kit/inner/more.py": "value = 2\n",
    "demo_kit/fast.cpython-312-x86_64-linux-gnu.so": "binary",
    "demo_kit/data.txt": "data",
    "single.py": "value = 3\n",
    "start.pth": "import single\n",
    "../../../bin/demo": "#!/bin/sh\n",
}
INFORMATION = "Demo_Kit-1.10.dist-info"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The folder of packages of an environment with one distribution, and a module of another one."""
    site = tmp_path / "venv" / "lib" / "python3.12" / "site-packages"
    files = FILES | {f"{INFORMATION}/METADATA": "Name: Demo-Kit\nVersion: 1.10\n", "other.py": "value = 4\n"}
    for name, content in files.items():
        path = site / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    record = "".join(f"{name},,\n" for name in [*FILES, f"{INFORMATION}/METADATA", "../../../../outside.py"])
    (site / INFORMATION / "RECORD").write_text(record, encoding="utf-8")
    (tmp_path / "outside.py").write_text("untouched", encoding="utf-8")
    return site


def stub(site: Path) -> None:
    stub_package(site.parents[2], "demo-kit")


@pytest.mark.parametrize("module", ["demo_kit", "demo_kit.inner.more", "single", "demo_kit.fast"])
def test_each_module_of_the_package_raises_what_no_handler_of_exceptions_hides(site: Path, module: str) -> None:
    stub(site)
    code = f"try:\n    import {module}\nexcept Exception:\n    pass\n"
    command = [sys.executable, "-S", "-c", code]
    result = subprocess.run(command, cwd=site, capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode == 1
    assert "StubbedPackage" in result.stderr


def test_other_packages_and_metadata_stay(site: Path) -> None:
    stub(site)
    assert (site / "other.py").read_text(encoding="utf-8") == "value = 4\n"
    assert "1.10" in (site / INFORMATION / "METADATA").read_text(encoding="utf-8")
    assert (site / "demo_kit" / "data.txt").read_text(encoding="utf-8") == "data"


def test_extension_modules_and_what_runs_at_the_start_of_python_go(site: Path) -> None:
    stub(site)
    assert not list(site.rglob("*.so"))
    assert not list(site.rglob("*.pth"))


def test_annotations_go_where_a_type_checker_reads_them_in_place_of_another_package(site: Path) -> None:
    names = ["other-stubs/__init__.pyi", "other-stubs/inner/more.pyi", "demo_kit/__init__.pyi"]
    for name in names:
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text("value: int\n", encoding="utf-8")
    with (site / INFORMATION / "RECORD").open("a", encoding="utf-8") as record:
        record.writelines(f"{name},,\n" for name in names)
    stub(site)
    assert [name for name in names if (site / name).exists()] == ["demo_kit/__init__.pyi"]


def test_files_outside_the_environment_stay(site: Path) -> None:
    stub(site)
    assert (site.parents[3] / "outside.py").read_text(encoding="utf-8") == "untouched"


def test_a_cache_whose_files_are_linked_into_the_environment_stays(site: Path, tmp_path: Path) -> None:
    os.link(site / "single.py", tmp_path / "cached.py")
    stub(site)
    assert (tmp_path / "cached.py").read_text(encoding="utf-8") == "value = 3\n"


def test_a_package_that_is_not_installed_cannot_be_replaced(site: Path) -> None:
    with pytest.raises(EnvironmentUnavailable):
        stub_package(site.parents[2], "demo")
