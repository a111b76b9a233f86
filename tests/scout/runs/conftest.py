from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixcards.errors import FixcardsError
from fixcards.verify.sandbox import choose_sandbox
from tests.scout.dated_index import DatedIndex, served


@pytest.fixture(scope="session")
def bubblewrap() -> None:
    """The sandbox of most of these tests; without it they fail, and say what to install."""
    try:
        choose_sandbox("bubblewrap")
    except FixcardsError as error:
        pytest.fail(f"these tests need bubblewrap: {error}")


@pytest.fixture
def index(bubblewrap: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[DatedIndex]:
    """A package index with nothing on it, and a folder to work in."""
    with served(DatedIndex()) as index:
        monkeypatch.setenv("UV_DEFAULT_INDEX", index.url)
        monkeypatch.delenv("UV_INDEX", raising=False)
        monkeypatch.setenv("FIXCARDS_CACHE", str(tmp_path / "cache"))
        monkeypatch.setenv("FIXCARDS_PYTHONS", str(Path(sys.base_prefix, "bin")))
        monkeypatch.setenv("PATH", "/usr/bin:/bin")
        monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "no-pyenv"))
        monkeypatch.delenv("FIXCARDS_CARDS", raising=False)
        monkeypatch.delenv("COLUMNS", raising=False)
        monkeypatch.chdir(tmp_path)
        yield index
