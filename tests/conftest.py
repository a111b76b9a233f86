from __future__ import annotations

from pathlib import Path

import pytest

from tests import hostile, sites


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
