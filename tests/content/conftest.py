from __future__ import annotations

from pathlib import Path

import pytest

from tests import sites
from tests.content.real import CARDS
from tests.shared import shared


@pytest.fixture(scope="session")
def content_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site with the real cards, built once, without those that have a problem: they fail their own tests."""

    def build(folder: Path) -> None:
        log = sites.build(sites.project(folder, CARDS))
        assert log.returncode == 0, log.stderr

    return shared(tmp_path_factory, "content", build) / "site"
