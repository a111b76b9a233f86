"""The distribution `fixcards-data`: the same bytes each time, and everything that a search needs."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest

from fixcards.errors import FixcardsError
from fixcards.exports.data_distribution import data_wheel
from fixcards.matching.index.manifest import parse_manifest
from fixcards.search.finder import Finder
from tests import card_data, commands, sites


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return card_data.write_site(tmp_path / "site")


def names(content: bytes) -> set[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as wheel:
        return set(wheel.namelist())


def test_the_same_site_gives_the_same_bytes_wherever_and_whenever_it_lies(site: Path, tmp_path: Path) -> None:
    other = card_data.write_site(tmp_path / "elsewhere" / "public")
    for path in other.rglob("*"):
        path.touch()
    one, two = data_wheel(site), data_wheel(other)
    assert one == two
    assert one.file_name == "fixcards_data-2026.11.28-py3-none-any.whl"


def test_the_version_is_the_newest_day_and_a_number_tells_a_second_release_of_it(site: Path) -> None:
    assert data_wheel(site).version == "2026.11.28"
    assert data_wheel(site, 2).file_name == "fixcards_data-2026.11.28.2-py3-none-any.whl"


def test_it_has_the_index_the_cards_and_nothing_else(site: Path) -> None:
    content = data_wheel(site).content
    index = {path.relative_to(site).as_posix() for path in (site / "search").rglob("*.json")}
    ours = {f"fixcards_data/{path}" for path in {*index, "cards.json", "__init__.py"}}
    info = {f"fixcards_data-2026.11.28.dist-info/{name}" for name in ("METADATA", "WHEEL", "RECORD")}
    assert names(content) == ours | info


def test_every_file_has_its_digest_in_the_record(site: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(data_wheel(site).content)) as wheel:
        record = wheel.read("fixcards_data-2026.11.28.dist-info/RECORD").decode().splitlines()
        listed = {}
        for line in record:
            path, expected, size = line.split(",")
            listed[path] = expected
            if not path.endswith("RECORD"):
                content = wheel.read(path)
                digest = urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
                assert (expected, size) == (f"sha256={digest}", str(len(content)))
        assert set(listed) == set(wheel.namelist())


def test_pip_installs_it_and_a_search_of_it_answers(site: Path, tmp_path: Path) -> None:
    path = data_wheel(site).write(tmp_path / "dist")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--disable-pip-version-check"]
    subprocess.run([*pip, "--target", str(tmp_path / "packages"), str(path)], check=True, timeout=120)
    program = (
        "from fixcards import default_finder\n"
        "print([(each.entry.id, each.sources) for each in default_finder().match('lamp.burner.NoWick: no wick in a')])"
    )
    done = card_data.python("-c", program, cwd=tmp_path, env=card_data.environment(tmp_path / "packages"))
    assert (done.stdout, done.stderr) == ("[('lamp-7', ('fixcards-data',))]\n", "")


@pytest.mark.parametrize("damage", ["changed", "missing"])
def test_a_site_that_is_not_what_its_manifest_says_is_refused(site: Path, damage: str) -> None:
    path = next((site / "search" / "terms").iterdir())
    path.write_text("{}", encoding="utf-8") if damage == "changed" else path.unlink()
    with pytest.raises(FixcardsError, match="build the site again"):
        data_wheel(site)


def test_a_folder_that_is_no_site_and_a_site_that_was_never_executed_say_what_to_do(site: Path, tmp_path: Path) -> None:
    with pytest.raises(FixcardsError, match="give the folder of a built site"):
        data_wheel(tmp_path)
    card_data.write_site(site, day="")
    with pytest.raises(FixcardsError, match="run fixcards verify"):
        data_wheel(site)


def test_the_command_makes_it_of_a_built_site(library_site: Path, tmp_path: Path) -> None:
    done = commands.run("fixcards", "data", "build", library_site, "--output", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    (path,) = tmp_path.glob("*.whl")
    assert done.stdout.startswith(f"wrote {path}: ")
    days = [card["last_verified"] for card in json.loads((library_site / "cards.json").read_text("utf-8"))["cards"]]
    day = ".".join(str(int(part)) for part in max(filter(None, days)).split("-"))
    assert path.name == f"fixcards_data-{day}-py3-none-any.whl"


def test_the_manifest_of_a_built_site_lists_all_that_searches_read(library_site: Path) -> None:
    manifest = parse_manifest((library_site / "search" / "manifest.json").read_bytes())
    written = {path.relative_to(library_site / "search").as_posix() for path in library_site.glob("search/**/*.json")}
    assert set(manifest.files) == written - {"manifest.json"}
    assert manifest.site == sites.ADDRESS
    assert manifest.usable


def test_what_the_index_lists_answers_from_a_copy_alone(library_site: Path, tmp_path: Path) -> None:
    packages = card_data.install_data(library_site, tmp_path)
    error = sites.library(sites.LIBRARY).cards["mooring-7"].signature.error.replace("{", "").replace("}", "")
    assert Finder.of_site(str(packages / "fixcards_data")).match(error)[0].entry.id == "mooring-7"


def test_twine_finds_nothing_to_complain_about(site: Path, tmp_path: Path) -> None:
    check = pytest.importorskip("twine.commands.check", reason="pip install twine")
    path = data_wheel(site).write(tmp_path)
    assert check.check([str(path)], strict=True) is False
