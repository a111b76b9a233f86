"""A package whose code is replaced by stubs, installed from a real wheel."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from uv import find_uv_bin

from fixcards.verify.stub_package import stub_package
from fixcards.verify.unavailable import EnvironmentUnavailable
from tests.distributions import wheel

FILES: dict[str, str | bytes] = {
    "demo/__init__.py": "from demo.client import get\n",
    "demo/client.py": "def get(): raise ValueError('no answer')\n",
    "demo/native.so": b"\x7fELF",
    "demo/data.txt": "data",
    "demo_top.py": "VALUE = 1\n",
    "demo_start.pth": "import os\n",
}


@pytest.fixture
def venv(tmp_path: Path) -> Path:
    """An environment with the package Demo_Kit, which lies in `demo`, and with the package other."""
    folder = tmp_path / "venv"
    wheels = [("Demo_Kit", FILES), ("other", {"other.py": "import demo_top\n"})]
    subprocess.run([find_uv_bin(), "venv", "-q", "--python", sys.executable, folder], check=True)
    for name, files in wheels:
        (tmp_path / f"{name}-1.0-py3-none-any.whl").write_bytes(wheel(name, "1.0", files))
    subprocess.run(
        [find_uv_bin(), "pip", "install", "-q", "--no-index", "--python", folder, *tmp_path.glob("*.whl")],
        check=True,
        env=os.environ | {"UV_CACHE_DIR": str(tmp_path / "cache")},
    )
    return folder


def run(venv: Path, program: str) -> subprocess.CompletedProcess[str]:
    command = [venv / "bin" / "python", "-c", program]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "program",
    [
        "import demo",
        "from demo.client import get",
        "import demo_top",
        "import other",
        "try:\n    import demo\nexcept ImportError:\n    pass",
        "try:\n    import demo\nexcept Exception:\n    pass",
    ],
)
def test_whatever_imports_the_package_fails_and_not_as_before(venv: Path, program: str) -> None:
    stub_package(venv, "demo-kit")
    ended = run(venv, program)
    assert ended.returncode == 1
    assert "StubbedPackage: demo" in ended.stderr.splitlines()[-1]


def test_a_program_that_only_looks_at_the_release_passes(venv: Path) -> None:
    stub_package(venv, "demo-kit")
    ended = run(venv, "from importlib.metadata import version\nprint(version('demo-kit'))")
    assert (ended.stdout, ended.returncode) == ("1.0\n", 0)


def test_what_runs_without_an_import_goes_and_data_stay(venv: Path) -> None:
    stub_package(venv, "demo-kit")
    (site,) = venv.glob("lib/python*/site-packages")
    assert not (site / "demo_start.pth").exists()
    assert not (site / "demo" / "native.so").exists()
    assert (site / "demo" / "data.txt").read_text() == "data"


def test_a_file_that_a_cache_holds_too_is_not_changed(venv: Path, tmp_path: Path) -> None:
    (site,) = venv.glob("lib/python*/site-packages")
    cached = tmp_path / "cached.py"
    os.link(site / "demo" / "client.py", cached)
    stub_package(venv, "demo-kit")
    assert cached.read_text() == FILES["demo/client.py"]


def test_a_file_outside_that_the_package_names_is_left_alone(venv: Path) -> None:
    (site,) = venv.glob("lib/python*/site-packages")
    outside = venv.parent / "outside.py"
    outside.write_text("VALUE = 1\n")
    (record,) = site.glob("[Dd]emo_[Kk]it-*/RECORD")
    names = ["../../../../outside.py", str(outside), "../site-packages/../../../../outside.py"]
    record.write_text(record.read_text() + "".join(f"{name},,\n" for name in names))
    stub_package(venv, "demo-kit")
    assert outside.read_text() == "VALUE = 1\n"


def test_a_package_without_modules_is_refused(venv: Path) -> None:
    with pytest.raises(EnvironmentUnavailable, match="absent is not installed"):
        stub_package(venv, "absent")
