"""The days of cards, from repositories that the tests make."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from fixcards.records import history
from fixcards.records.history import CardDays, CardHistory, read_history
from fixcards.records.library import Library
from fixcards.records.loader import load
from tests.sites import LIBRARY


class Repository:
    """A repository with cards, whose commits are made on days that the test says."""

    def __init__(self, folder: Path) -> None:
        self.cards = folder / "cards"
        self.folder = folder
        self.cards.mkdir(parents=True)
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str, day: str = "2025-01-01T12:00:00+00:00") -> str:
        names = {
            f"GIT_{role}_{part}": "a@example.org" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")
        }
        env = {**os.environ, **names, "GIT_AUTHOR_DATE": "2001-01-01T00:00:00Z", "GIT_COMMITTER_DATE": day}
        env |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        done = subprocess.run(["git", *arguments], cwd=self.folder, env=env, capture_output=True, text=True, check=True)
        return done.stdout

    def write(self, card: str, more: str = "") -> None:
        target = self.cards / f"{card}.yaml"
        target.parent.mkdir(exist_ok=True)
        target.write_text((LIBRARY / f"{card}.yaml").read_text(encoding="utf-8") + more, encoding="utf-8")

    def commit(self, day: str) -> None:
        self.git("add", "-A", day=day)
        self.git("commit", "-q", "-m", "Cards", day=day)

    def load(self, **more: object) -> Library:
        return load(self.cards, **more)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Three cards, of which the second was changed, and one that isn't committed."""
    repo = Repository(tmp_path / "repository")
    repo.write("lantern/12")
    repo.write("mooring/8")  # to which that is related
    repo.commit("2025-02-01T12:00:00+00:00")
    repo.write("lantern/34")
    repo.commit("2025-03-01T23:30:00-05:00")
    repo.write("lantern/56")
    repo.write("lantern/34", "# changed\n")
    repo.commit("2025-04-01T12:00:00+00:00")
    repo.write("mooring/7")
    return repo


def days(read: CardHistory) -> dict[str, tuple[str, str]]:
    return {card_id: (each.published, each.updated) for card_id, each in read.days.items()}


def test_a_card_is_published_by_its_first_commit_and_updated_by_its_last_in_utc(repository: Repository) -> None:
    assert days(read_history(repository.load())) == {
        "lantern-12": ("2025-02-01", "2025-02-01"),
        "mooring-8": ("2025-02-01", "2025-02-01"),
        "lantern-34": ("2025-03-02", "2025-04-01"),
        "lantern-56": ("2025-04-01", "2025-04-01"),
        "mooring-7": ("", ""),
    }


def test_the_newest_card_is_one_that_is_not_committed_then_they_come_by_day(repository: Repository) -> None:
    newest = read_history(repository.load()).newest
    assert newest == ("mooring-7", "lantern-56", "lantern-34", "lantern-12", "mooring-8")


def test_a_commit_of_evidence_changes_no_day(repository: Repository) -> None:
    shutil.copy(LIBRARY / "lantern" / "12.evidence.json", repository.cards / "lantern")
    repository.commit("2025-06-01T12:00:00+00:00")
    card = read_history(repository.load()).days["lantern-12"]
    assert card == CardDays("2025-02-01", "2025-02-01", "2026-03-02")


def test_every_full_clone_gives_the_same_days(repository: Repository, tmp_path: Path) -> None:
    repository.git("clone", "-q", str(repository.folder), str(tmp_path / "clone"))
    before = days(read_history(repository.load()))
    assert days(read_history(load(tmp_path / "clone" / "cards"))) == {
        card_id: each for card_id, each in before.items() if card_id != "mooring-7"
    }


def test_a_branch_that_was_merged_keeps_the_days_of_its_commits(repository: Repository) -> None:
    repository.git("checkout", "-q", "-b", "topic", "HEAD~1")
    repository.commit("2025-03-15T12:00:00+00:00")  # mooring-7
    repository.git("checkout", "-q", "main")
    repository.git("merge", "-q", "--no-edit", "topic", day="2025-07-01T12:00:00+00:00")
    assert days(read_history(repository.load()))["mooring-7"] == ("2025-03-15", "2025-03-15")


@pytest.mark.parametrize(
    ("depth", "expected"),
    [
        (1, {"lantern-12": ("", ""), "lantern-34": ("", ""), "lantern-56": ("", "")}),
        (2, {"lantern-12": ("", ""), "lantern-34": ("", "2025-04-01"), "lantern-56": ("2025-04-01", "2025-04-01")}),
        (4, {"lantern-12": ("2025-02-01",) * 2, "lantern-34": ("2025-03-02", "2025-04-01")}),
    ],
)
def test_a_shallow_clone_says_no_day_that_it_cannot_know(
    depth: int, expected: dict[str, tuple[str, str]], repository: Repository, tmp_path: Path
) -> None:
    address = f"file://{repository.folder}"
    repository.git("clone", "-q", "--depth", str(depth), address, str(tmp_path / "clone"))
    result = days(read_history(load(tmp_path / "clone" / "cards")))
    assert {card_id: result[card_id] for card_id in expected} == expected


def test_without_git_only_runs_have_days(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(LIBRARY, tmp_path / "cards")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    for path in (os.environ["PATH"], "/nowhere"):
        monkeypatch.setenv("PATH", path)
        result = read_history(load(tmp_path / "cards"))
        assert result == CardHistory.without_git(load(tmp_path / "cards"))
        assert set(days(result).values()) == {("", "")}
        ages = [result.days[card_id].day for card_id in result.newest]
        assert ages == sorted(ages, reverse=True)
        assert ages[0] == "2026-03-02"


def test_the_log_is_read_once_for_all_cards_and_again_only_after_a_commit(
    repository: Repository, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[str] = []
    real = history.git_output_or_none
    monkeypatch.setattr(
        history,
        "git_output_or_none",
        lambda *given: (commands.append(given[1]), real(*given))[1],  # type: ignore[func-returns-value]
    )
    first = read_history(repository.load(cached=True))
    assert commands == ["rev-parse", "log"]
    assert read_history(repository.load(cached=True)) == first
    assert commands == ["rev-parse", "log", "rev-parse"]
    repository.commit("2025-08-01T12:00:00+00:00")
    assert days(read_history(repository.load(cached=True)))["mooring-7"] == ("2025-08-01", "2025-08-01")
    assert commands[-2:] == ["rev-parse", "log"]


def test_names_that_git_would_quote_are_read(repository: Repository) -> None:
    weird = repository.cards / "lantern" / 'ü "1".yaml'
    weird.write_text("package: x\n", encoding="utf-8")
    repository.commit("2025-09-01T12:00:00+00:00")
    assert history._file_days(repository.cards, cached=False)['lantern/ü "1".yaml'][:2] == ("2025-09-01",) * 2


def test_the_day_of_an_unknown_publication_is_that_of_the_run_for_an_order() -> None:
    assert CardDays(verified="2026-01-02").day == "2026-01-02"
    assert CardDays("2025-01-01", "2025-02-02", "2026-01-02").day == "2025-01-01"
