from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import sites


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a site with the cards of the snapshot and those made up for the tests."""

    def cards(folder: Path) -> None:
        shutil.copytree(sites.SNAPSHOT, folder)
        shutil.copytree(sites.LIBRARY, folder, dirs_exist_ok=True)

    with sites.served(sites.built_once(tmp_path_factory, "browser", cards)) as address:
        yield address


@pytest.fixture(scope="session")
def hostile(hostile_site: Path) -> Iterator[str]:
    """The address of a site with cards that try to get out of their pages."""
    with sites.served(hostile_site) as address:
        yield address
