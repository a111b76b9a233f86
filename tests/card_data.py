"""Copies of an index for tests: a folder like that of a built site, and the distribution made of it."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from fixcards.exports.data_distribution import data_wheel
from fixcards.matching.index.conditions import CONDITIONS_FILE, Conditions, conditions_text
from fixcards.matching.index.entry import Entry, FixOption
from fixcards.matching.index.format import INDEX_FOLDER
from fixcards.matching.index.manifest import MANIFEST_FILE, manifest_text, sha256
from fixcards.matching.index.writer import build

ADDRESS = "https://cards.example.org/"
DAY = "2026-11-28"
LAMP = Entry(
    id="lamp-7",
    package="lamp",
    templates=("lamp.burner.NoWick: no wick in {lamp}",),
    exception="lamp.burner.NoWick",
    frames=("lamp/burner.py:light",),
    title="lamp does not light without a wick <b>",
    affected="<3",
    fixed="3.0",
    fixes=(
        FixOption("Upgrade lamp to 3.0", "upgrade", ("lamp>=3.0",)),
        FixOption("Put a wick in", "code-change"),
    ),
    display={"path": "lamp/7/", "verdict": "verified", "fix": "Upgrade lamp to 3.0"},
)
"""A card about a package that the tests install."""
BURNER = """\
class NoWick(Exception):
    pass


def light(lamp="the hall"):
    raise NoWick(f"no wick in {lamp}")
"""
"""The module of that package that fails."""


def write_site(folder: Path, entries: Iterable[Entry] = (LAMP,), day: str = DAY, address: str = ADDRESS) -> Path:
    """Write what a site has for searches; return its folder."""
    entries = tuple(entries)
    files = dict(build(entries, address))
    conditions = (
        (each.package, Conditions(each.id, "use", "", {each.package: each.affected, **each.requirements}))
        for each in entries
    )
    files[CONDITIONS_FILE] = conditions_text(conditions)
    digests = {path: sha256(content) for path, content in files.items()}
    files[MANIFEST_FILE] = manifest_text(day, address, digests)
    for path, content in files.items():
        target = folder / INDEX_FOLDER / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    (folder / "cards.json").write_text(json.dumps({"format": 1, "cards": []}), encoding="utf-8")
    return folder


def install_data(site: Path, packages: Path) -> Path:
    """Unpack the distribution of a site into a folder of packages; return that folder."""
    with zipfile.ZipFile(io.BytesIO(data_wheel(site).content)) as wheel:
        wheel.extractall(packages)
    return packages


def install_lamp(packages: Path) -> Path:
    """Write the package that fails into a folder; return that folder."""
    (packages / "lamp").mkdir(parents=True)
    (packages / "lamp" / "__init__.py").write_text("", encoding="utf-8")
    (packages / "lamp" / "burner.py").write_text(BURNER, encoding="utf-8")
    return packages


def packages_in(folder: Path) -> Path:
    """Return a folder `site-packages` with the failing package and the data about it, for `PYTHONPATH`."""
    packages = folder / "lib" / "site-packages"
    install_lamp(packages)
    return install_data(write_site(folder / "site"), packages)


def environment(packages: Path, **more: str) -> dict[str, str]:
    """Return the environment of a process that can import these packages, and where nothing else says of cards."""
    ours = {
        name: value
        for name, value in os.environ.items()
        if name not in {"FIXCARDS_CARDS", "FIXCARDS_SITES", "GITHUB_ACTIONS", "NO_COLOR", "FORCE_COLOR", "COLUMNS"}
        and not name.startswith("PYTEST")
    }
    return {**ours, "PYTHONPATH": str(packages), **more}


def python(
    *arguments: str | Path, cwd: Path, env: Mapping[str, str], typed: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run the interpreter of the tests."""
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=cwd,
        env=env,
        input=typed,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
