"""Records that attack: a problem at a place, and nothing of them on the site."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hostile.library import good_library
from tests.hostile.machine import Machine
from tests.hostile.package_index import PackageIndex
from tests.hostile.record_checks import assert_refused, is_built
from tests.hostile.records import RECORDS


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory, package_index: PackageIndex) -> Iterator[Path]:
    """A project whose cards were executed."""
    machine = Machine("root", package_index)
    yield good_library(tmp_path_factory.mktemp("good") / "project", machine)
    machine.close()


def test_the_good_cards_were_executed(good: Path) -> None:
    assert (good / "cards" / "demo" / "9.evidence.json").is_file()


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, group in RECORDS.items() for name in group])
def test_a_record_is_refused(kind: str, name: str, good: Path, tmp_path: Path) -> None:
    built = is_built(kind, list(RECORDS[kind]).index(name))
    assert_refused(name, RECORDS[kind][name], good, tmp_path, built=built)
