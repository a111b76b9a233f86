"""Build the wheels and source distributions of a release, fixcards and pytest-fixcards: `build_dist.py FOLDER`.

The released fixcards requires `fixcards-data`, so that `pip install fixcards` and `uvx fixcards` answer at once. A
checkout doesn't: its cards lie beside it, and it has to be installable before there is a first release of the data.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
PLUGIN = "integrations/pytest-fixcards"
OF_CHECKOUT = 'dependencies = ["click>=8.2"]\n'
OF_RELEASE = 'dependencies = ["click>=8.2", "fixcards-data"]\n'


def prepare(folder: Path) -> None:
    """Copy what git tracks into a folder, and change the requirements there."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=TOP, check=True, capture_output=True, text=True).stdout  # noqa: S607
    for name in filter(None, listed.split("\0")):
        if (TOP / name).is_file():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(TOP / name, target)
    project = folder / "pyproject.toml"
    text = project.read_text(encoding="utf-8")
    if text.count(OF_CHECKOUT) != 1:
        sys.exit(f"pyproject.toml has not the line that .ci/build_dist.py changes: {OF_CHECKOUT.strip()}")
    project.write_text(text.replace(OF_CHECKOUT, OF_RELEASE), encoding="utf-8")


def main() -> None:
    """Build them into the folder of the command line."""
    output = Path(sys.argv[1]).absolute()
    with tempfile.TemporaryDirectory() as folder:
        prepare(Path(folder))
        uv = Path(sys.executable).with_name("uv")
        command = [uv, "build", "--quiet", "--no-create-gitignore", "--out-dir", output]
        for project in (Path(folder), Path(folder, PLUGIN)):
            subprocess.run(command, cwd=project, check=True)  # noqa: S603 - of this environment


if __name__ == "__main__":
    main()
