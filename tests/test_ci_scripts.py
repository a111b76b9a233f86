"""The scripts behind the workflows, run by hand: what a branch changes, the weekly pull request, the release check."""

from __future__ import annotations

import os
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sites import LIBRARY, REPOSITORY

GIT = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"]


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with cards, a program and the scripts, whose branch `branch` has left `main`."""
    top = tmp_path / "repository"
    shutil.copytree(LIBRARY, top / "cards")
    shutil.copytree(REPOSITORY / ".ci", top / ".ci")
    (top / "program.py").write_text("print()\n")
    (top / ".gitignore").write_text(".venv\n")
    monkeypatch.chdir(top)
    git("init", "-q")
    commit()
    git("switch", "-q", "-c", "branch")
    return top


def git(*words: str) -> str:
    return subprocess.run([*GIT, *words], check=True, capture_output=True, text=True).stdout


def commit() -> None:
    git("add", ".")
    git("commit", "-q", "--allow-empty", "-m", "x")


def script(name: str, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [f".ci/{name}", *words], capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )


@pytest.mark.parametrize(
    ("files", "cards", "program"),
    [
        ({"cards/lantern/12.yaml": "x"}, "true", "false"),
        ({"cards/lantern/99.evidence.json": "x", "cards/tally.json": "{}"}, "true", "false"),
        ({"cards/lantern/12.yaml": None}, "true", "false"),
        ({"cards/ü/1.yaml": "x"}, "true", "false"),
        ({"cards/card.schema.json": "x"}, "false", "true"),
        ({"program.py": "x"}, "false", "true"),
        ({"cards/lantern/12.yaml": "x", "README.md": "x"}, "true", "true"),
        ({}, "false", "false"),
    ],
)
def test_cards_and_program_are_told_apart(
    repository: Path, files: dict[str, str | None], cards: str, program: str
) -> None:
    for name, text in files.items():
        path = repository / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True) if text is None else path.write_text(text)
    commit()
    done = script("changes", "main")
    assert (done.returncode, done.stdout) == (0, f"cards={cards}\nprogram={program}\n")


def test_a_base_that_is_not_there_ends_the_job(repository: Path) -> None:
    assert script("changes", "no-such-branch").returncode != 0


FAKE_GH = """#!/usr/bin/env bash
printf '%s\\n' "$*" >> "$GH_LOG"
while [ "$#" -gt 0 ]; do
    [ "$1" = --body-file ] && cp "$2" "$GH_LOG.body"
    shift
done
if grep -q '^pr create' "$GH_LOG"; then [ "$(tail -n 1 "$GH_LOG" | cut -d ' ' -f 1-2)" = "pr list" ] && echo 41; fi
exit 0
"""


@pytest.fixture
def host(repository: Path, tmp_path: Path) -> dict[str, str]:
    """The environment of the job: an `origin`, the program, and a `gh` that logs what it is asked."""
    git("switch", "-q", "main")
    git("init", "-q", "--bare", str(tmp_path / "origin"))
    git("remote", "add", "origin", str(tmp_path / "origin"))
    program = repository / ".venv" / "bin" / "fixcards"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -c "from fixcards.cli import main; main()" "$@"\n')
    gh = tmp_path / "bin" / "gh"
    gh.parent.mkdir()
    gh.write_text(FAKE_GH)
    for each in (program, gh):
        each.chmod(0o755)
    return {"PATH": f"{gh.parent}{os.pathsep}{os.environ['PATH']}", "GH_LOG": str(tmp_path / "log")}


def test_what_the_weekly_run_changed_is_one_pull_request(repository: Path, host: dict[str, str]) -> None:
    assert script("propose", **host).stdout == "nothing has changed\n"
    evidence = repository / "cards" / "lantern" / "34.evidence.json"
    text = evidence.read_text()
    day = text.partition('"date": "')[2][:10]
    evidence.write_text(text.replace(day, "2026-05-30"))
    done = script("propose", **host)
    assert done.returncode == 0, done.stderr
    log, body = Path(host["GH_LOG"]).read_text(), Path(host["GH_LOG"] + ".body").read_text()
    assert "pr create --base main --head evidence --title Evidence of 20" in log
    assert "| `lantern-34` | only its evidence | new | not run | verified |" in body
    assert git("ls-remote", "--heads", "origin").endswith("refs/heads/evidence\n")
    assert git("show", "--name-only", "--format=", "evidence").split() == ["cards/lantern/34.evidence.json"]
    git("switch", "-q", "main")
    evidence.write_text(text.replace(day, "2026-05-31"))
    assert script("propose", **host).returncode == 0
    log = Path(host["GH_LOG"]).read_text()
    assert log.count("pr create") == 1
    assert "pr edit 41 --title Evidence of 20" in log


def test_what_the_scout_made_is_a_pull_request_of_its_own(repository: Path, host: dict[str, str]) -> None:
    card = repository / "cards" / "lantern" / "34.yaml"
    card.write_text(card.read_text() + "# looked at\n")
    done = script("propose", **host, BRANCH="scout", TITLE="Failures found by execution")
    assert done.returncode == 0, done.stderr
    log = Path(host["GH_LOG"]).read_text()
    assert "pr create --base main --head scout --title Failures found by execution of 20" in log
    assert git("ls-remote", "--heads", "origin").endswith("refs/heads/scout\n")


CHANGELOG = "# Changelog\n\n## 1.2.0 - 2026-12-01\n\n### Added\n\n## 1.1.0 - 2026-11-01\n"
PROGRAM = '__version__ = "1.2.0"\n'
SERVER = '{"version": "1.2.0", "packages": [{"version": "1.2.0"}]}'


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({}, ""),
        ({"tag": "v1.2.0"}, ""),
        ({"tag": "v1.2.1"}, "the tag is v1.2.1 and the program says 1.2.0; tag v1.2.0"),
        ({"tag": "1.2.0"}, "the tag is 1.2.0"),
        ({"plugin": PROGRAM.replace("1.2", "1.1")}, "pytest_fixcards.py says 1.1.0 and the program says 1.2.0"),
        ({"server": SERVER.replace("1.2", "1.1", 1)}, "server.json has another version than the program"),
        ({"server": SERVER.replace('[{"version": "1.2', '[{"version": "1.1')}, "server.json has another version"),
        ({"changelog": CHANGELOG.replace("2026-12-01", "unreleased")}, "CHANGELOG.md has no day for 1.2.0"),
        ({"changelog": CHANGELOG.replace("1.2.0", "1.3.0")}, "CHANGELOG.md begins with 1.3.0"),
        ({"changelog": "# Changelog\n"}, "CHANGELOG.md has no heading"),
        ({"program": ""}, "fixcards/__init__.py has no line __version__"),
        ({"plugin": ""}, "pytest_fixcards.py has no line __version__"),
    ],
)
def test_everything_that_has_a_version_names_the_same(changed: dict[str, str], fault: str) -> None:
    check = runpy.run_path(str(REPOSITORY / ".ci" / "release_check.py"))["faults"]
    texts = {"tag": None, "program": PROGRAM, "plugin": PROGRAM, "server": SERVER, "changelog": CHANGELOG}
    faults = list(check(**(texts | changed)))
    assert len(faults) == (1 if fault else 0), faults
    assert fault in "".join(faults)


def test_the_release_check_reads_the_program_and_its_changelog() -> None:
    command = [sys.executable, str(REPOSITORY / ".ci" / "release_check.py"), "v0.0.0"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout.startswith("the tag is v0.0.0 and the program says ")
