"""A site that is built from the wheel, which has the templates inside the package."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.sites import LIBRARY, environment, project, tree


def test_a_site_from_the_wheel_is_the_same_as_from_the_checkout(
    wheel: Path, library_site: Path, tmp_path: Path
) -> None:
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    # Goes before the editable install of the checkout.
    packages = tmp_path / "packages"
    subprocess.run([*pip, "--target", str(packages), str(wheel)], check=True, timeout=120)
    config = project(tmp_path / "from-wheel", LIBRARY)
    program = "import fixcards, mkdocs.__main__; print(fixcards.__file__, flush=True); mkdocs.__main__.cli()"
    done = subprocess.run(
        [sys.executable, "-c", program, "build", "--strict"],
        cwd=config.parent,
        env=environment(PYTHONPATH=str(packages)),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(packages))
    assert tree(config.parent / "site") == tree(library_site)
