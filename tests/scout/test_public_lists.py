"""Public lists become pairs: what they cap, for which releases; what isn't clear is left out."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from fixcards.errors import FixcardsError
from fixcards.scout.pair import Pair, pairs_text, read_pairs
from fixcards.scout.public_lists import READERS
from fixcards.verify.package_index import PackageIndex, ReleaseInfo

PATCHES = """
if:
  name: walls
  version_lt: "2.0"
  timestamp_lt: 1700000000000
then:
  - tighten_depends:
      name: shapes
      upper_bound: "3.0a0"
---
if: {name_in: [doors, roofs], version: "1.1"}
then:
  - add_constrains: "shapes <3"
  - replace_depends: {old: "colours", new: "colours >=1,<2"}
---
if: {artifact_in: doors-1.tar.bz2}
then: [{add_depends: "python <3.12"}]
"""
RECIPE = """
class PyWalls(PythonPackage):
    depends_on("py-shapes@1.2:2", when="@:1.9", type="run")
    depends_on("py-colours@1:", type="run")
    conflicts("^py-bricks@3:", when="@1:1.4")
    conflicts("^gcc@12:")
"""


def convert(kind: str, *paths: Path) -> list[Pair]:
    return READERS[kind](paths, PackageIndex(Path("unused")))


def test_patches_of_conda_forge_name_the_releases_and_the_bound(tmp_path: Path) -> None:
    path = tmp_path / "walls.yaml"
    path.write_text(PATCHES)
    source = "conda-forge: walls.yaml"
    assert convert("conda-forge", tmp_path) == [
        Pair("walls", "<2.0,uploaded<2023-11-15", "shapes", "<3.0", source),
        Pair("doors", "==1.1", "shapes", "<3", source),
        Pair("doors", "==1.1", "colours", "<2", source),
        Pair("roofs", "==1.1", "shapes", "<3", source),
        Pair("roofs", "==1.1", "colours", "<2", source),
    ]


def test_recipes_of_spack_name_upper_bounds_and_conflicts(tmp_path: Path) -> None:
    path = tmp_path / "py-walls" / "package.py"
    path.parent.mkdir()
    path.write_text(RECIPE)
    assert convert("spack", tmp_path) == [
        Pair("walls", "<1.10", "shapes", "<3", "Spack: py-walls"),
        Pair("walls", ">=1,<1.5", "bricks", "<3", "Spack: py-walls"),
    ]


def test_a_file_that_is_none_of_the_kind_is_refused_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / "walls.yaml"
    path.write_text("a: [")
    with pytest.raises(FixcardsError, match=r"walls\.yaml: no YAML"):
        convert("conda-forge", path)
    with pytest.raises(FixcardsError, match="fetch the list first"):
        convert("spack", tmp_path / "nothing")


def test_pairs_come_back_from_a_file_as_they_were() -> None:
    pairs = [Pair("walls", "<2.0,uploaded<2023-11-15", "shapes", "<3", "a list"), Pair("doors", "", "shapes", "<3", "")]
    assert read_pairs(pairs_text(pairs), "pairs.tsv") == pairs


def test_a_pair_is_about_releases_by_number_and_by_day() -> None:
    pair = Pair("walls", ">=1,uploaded<2023-11-15", "shapes", "<3", "")

    def release(version: str, day: date) -> ReleaseInfo:
        return ReleaseInfo(version, day, yanked=False, requires_python=None, wheels=(), source=True, size=0)

    assert pair.is_about(release("1.5", date(2023, 11, 14)))
    assert not pair.is_about(release("1.5", date(2023, 11, 15)))
    assert not pair.is_about(release("0.9", date(2023, 1, 1)))
