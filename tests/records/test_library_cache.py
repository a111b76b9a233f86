"""What is remembered of records from one run to the next."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from fixcards.records import loader
from fixcards.records.loader import load

from .conftest import Folder

SETTLED = 2.1
"""Seconds after which the time of a file shows that it was not written to since."""


pytestmark = pytest.mark.usefixtures("own_cache")


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files whose content was looked at since they were checked."""
    paths: list[str] = []
    real = loader.read_content

    def content_of(root: str, path: str, evidence: str | None) -> object:
        paths.append(path)
        return real(root, path, evidence)

    monkeypatch.setattr(loader, "read_content", content_of)
    return paths


def settled(cards: Path) -> None:
    """Have the cards remembered, long enough after they were written."""
    time.sleep(SETTLED)
    load(cards, cached=True)


def replaced(path: Path) -> None:
    other = path.with_name("other")
    other.write_text(path.read_text(encoding="utf-8").replace("trio", "curl"), encoding="utf-8")
    os.utime(other, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    other.replace(path)


def rewritten(path: Path) -> None:
    before = path.stat()
    with path.open("r+", encoding="utf-8") as file:
        content = file.read().replace("trio", "curl")
        file.seek(0)
        file.write(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)


@pytest.mark.parametrize("change", [replaced, rewritten])
def test_a_change_that_keeps_size_and_time_of_a_file_is_noticed(
    folder: Folder, text: str, change: Callable[[Path], None]
) -> None:
    cards = folder({"demo/7.yaml": text.replace("title: ", "title: trio ", 1)})
    settled(cards)
    assert load(cards, cached=True).summaries["demo-7"].title.startswith("trio ")
    change(cards / "demo" / "7.yaml")
    assert load(cards, cached=True).summaries["demo-7"].title.startswith("curl ")


def test_a_file_that_was_written_just_now_is_looked_at_again(folder: Folder, text: str, looked: list[str]) -> None:
    cards = folder({"demo/7.yaml": text})
    load(cards, cached=True)
    load(cards, cached=True)
    assert looked == ["demo/7.yaml"]


def test_files_that_were_not_written_to_are_not_looked_at(folder: Folder, text: str, looked: list[str]) -> None:
    cards = folder({"demo/7.yaml": text, "demo/8.yaml": text.replace("/7", "/8")})
    settled(cards)
    looked.clear()
    (cards / "demo" / "8.yaml").touch()
    first = load(cards, cached=True)
    assert looked == ["demo/8.yaml"]
    assert list(first.summaries) == ["demo-7", "demo-8"]


def test_evidence_that_comes_or_goes_is_noticed(folder: Folder, text: str) -> None:
    cards = folder({"demo/7.yaml": text})
    settled(cards)
    assert not load(cards, cached=True).with_evidence
    file = cards / "demo" / "7.evidence.json"
    file.write_text("{}", encoding="utf-8")
    assert [problem.code for problem in load(cards, cached=True).problems] == ["FC304"]
    file.unlink()
    assert not load(cards, cached=True).problems
