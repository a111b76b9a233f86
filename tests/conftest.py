from __future__ import annotations

from pathlib import Path

import pytest

from fixcards.records.yaml_document import YamlDocument
from tests import hostile, sites

GOOD = Path(__file__).parent / "data" / "good" / "cards" / "demo" / "7.yaml"


@pytest.fixture
def text() -> str:
    """The YAML of a small card that has every key and no problem."""
    return GOOD.read_text(encoding="utf-8")


@pytest.fixture
def data(text: str) -> dict:
    """The same card as plain data, to be changed."""
    return YamlDocument(text).data


@pytest.fixture(scope="session")
def real_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's own site, built once."""
    return sites.built(tmp_path_factory.mktemp("real"), sites.CARDS)


@pytest.fixture(scope="session")
def library_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with the cards of the tests, built once."""
    return sites.built(tmp_path_factory.mktemp("library"), sites.LIBRARY)


@pytest.fixture(scope="session")
def hostile_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with cards that try to get out of their pages, built once."""
    return sites.built(tmp_path_factory.mktemp("hostile"), hostile.write)
