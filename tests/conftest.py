"""Fixtures for all tests. They import what they need: tests of the light core run without the rest installed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.shared import shared

pytest_plugins = ["pytester", "tests.chromium"]

REPOSITORY = Path(__file__).parents[1]
GOOD = Path(__file__).parent / "data" / "good" / "cards" / "demo" / "7.yaml"


@pytest.fixture(scope="session", autouse=True)
def user_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cache folder for all tests, so that none writes into the user's."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("user-cache")
        patch.setenv("FIXCARDS_CACHE", str(folder))
        yield folder


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the checkout, as its users install it."""
    return _wheel(tmp_path_factory, "wheel", REPOSITORY)


@pytest.fixture(scope="session")
def plugin_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of pytest-fixcards."""
    return _wheel(tmp_path_factory, "plugin-wheel", REPOSITORY / "integrations" / "pytest-fixcards")


def _wheel(factory: pytest.TempPathFactory, name: str, project: Path) -> Path:
    def build(folder: Path) -> None:
        command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps"]
        subprocess.run([*command, "--wheel-dir", str(folder), str(project)], check=True, timeout=300)

    (path,) = shared(factory, name, build).glob("*.whl")
    return path


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which one test finds what is computed from cards, and which starts empty."""
    monkeypatch.setenv("FIXCARDS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "computed"


@pytest.fixture
def text() -> str:
    """The YAML of a small card that has every key and no problem."""
    return GOOD.read_text(encoding="utf-8")


@pytest.fixture
def data(text: str) -> dict:
    """The same card as plain data, to be changed."""
    from fixcards.records.yaml_document import YamlDocument

    return YamlDocument(text).data


@pytest.fixture(scope="session")
def snapshot_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with the cards of the snapshot, built once."""
    from tests import sites

    return sites.built_once(tmp_path_factory, "snapshot", sites.SNAPSHOT)


@pytest.fixture(scope="session")
def library_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with the cards made up for the tests, built once."""
    from tests import sites

    return sites.built_once(tmp_path_factory, "library", sites.LIBRARY)


@pytest.fixture(scope="session")
def hostile_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with cards that try to get out of their pages, built once."""
    from tests import hostile_cards, sites

    return sites.built_once(tmp_path_factory, "hostile", hostile_cards.write)
