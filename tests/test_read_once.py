"""No command reads a record twice, whether or not the cache has it."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config

from fixcards.cli import execution
from fixcards.cli.commands import cli
from fixcards.records.evidence import Run
from fixcards.records.loader import load
from fixcards.records.record import ReadResult, RecordReader
from fixcards.verify.package_index import PackageIndex, ReleaseList
from tests.sites import LIBRARY, REPOSITORY, TODAY


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each card file was read and checked."""
    counts: Counter[str] = Counter()
    real = RecordReader.read

    def read(self: RecordReader, path: Path, *others: Any) -> ReadResult:
        counts[str(path)] += 1
        return real(self, path, *others)

    monkeypatch.setattr(RecordReader, "read", read)
    return counts


@pytest.fixture
def project(tmp_path: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with cards, an index without releases, and runs that take no time."""
    shutil.copytree(LIBRARY, tmp_path / "cards")
    shutil.copy(REPOSITORY / "mkdocs.yml", tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(PackageIndex, "releases", lambda self, package: ReleaseList(package, ()))

    class Runner:
        index = PackageIndex(tmp_path / "index")

        def __init__(self, *settings: object) -> None:
            """Take what the real one takes."""

        def run(self, planned: object) -> Run:
            return Run(
                role="broken",
                outcome="could-not-run",
                seconds=0,
                repetitions=("could-not-run",),
                date=TODAY,
            )

    monkeypatch.setattr(execution, "CardRunner", Runner)
    return tmp_path


def run(command: str) -> None:
    if command == "build":
        build(load_config("mkdocs.yml"))
    else:
        cli.main(command.split(), standalone_mode=False)


COMMANDS = (
    "check",
    "check cards/lantern",
    "match log.txt",
    "verify --dry-run",
    "verify --dry-run --stale 1",
    "verify --dry-run lantern",
    "reproduce lantern-12",
    "build",
)


@pytest.mark.parametrize("command", COMMANDS)
def test_no_record_is_read_twice(command: str, project: Path, reads: Counter[str]) -> None:
    (project / "log.txt").write_text("lantern.Dark: no wick in lamp 7", encoding="utf-8")
    files = {path.as_posix() for path in Path("cards").glob("*/*.yaml")}
    run(command)
    assert {Path(path).absolute().relative_to(project).as_posix() for path in reads} == files
    assert set(reads.values()) == {1}


@pytest.mark.parametrize(
    ("command", "most"), [("check", 0), ("verify --dry-run lantern", 3), ("reproduce lantern-12", 1)]
)
def test_what_the_cache_has_is_read_only_where_the_card_itself_is_needed(
    command: str, most: int, project: Path, reads: Counter[str]
) -> None:
    load(Path("cards"), cached=True)
    reads.clear()
    run(command)
    assert len(reads) <= most
    assert set(reads.values()) <= {1}
