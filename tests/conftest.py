"""Fixtures for all tests. They import what they need: tests of the light core run without the rest installed."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["tests.chromium"]

GOOD = Path(__file__).parent / "data" / "good" / "cards" / "demo" / "7.yaml"


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

    return sites.built(tmp_path_factory.mktemp("snapshot"), sites.SNAPSHOT)


@pytest.fixture(scope="session")
def library_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with the cards made up for the tests, built once."""
    from tests import sites

    return sites.built(tmp_path_factory.mktemp("library"), sites.LIBRARY)


@pytest.fixture(scope="session")
def hostile_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with cards that try to get out of their pages, built once."""
    from tests import hostile, sites

    return sites.built(tmp_path_factory.mktemp("hostile"), hostile.write)
