"""The hooks that other repositories take from this one, run by the real pre-commit."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.audit.samples import card, write_site
from tests.conftest import GOOD
from tests.sites import REPOSITORY, change

HOOKS = REPOSITORY / ".pre-commit-hooks.yaml"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a card and its evidence, which takes every hook from a repository with our manifest.

    The hooks run the program that is installed here. That pre-commit can install it by itself takes the package index.
    """
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    shutil.copy(HOOKS, hooks)
    revision = committed(hooks)
    top = tmp_path / "project"
    shutil.copytree(GOOD.parents[1], top / "cards")
    installed = {"language": "system", "additional_dependencies": []}
    repos = [{"repo": str(hooks), "rev": revision, "hooks": [{"id": hook["id"], **installed} for hook in manifest()]}]
    (top / "requirements.txt").write_text("lantern==9.0\n")
    (top / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": repos}))
    committed(top)
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.chdir(top)
    return top


def manifest() -> list[dict]:
    return yaml.safe_load(HOOKS.read_text(encoding="utf-8"))


def committed(folder: Path) -> str:
    git = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@example.org"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "x"]):
        subprocess.run([*git, *words], check=True)
    return subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()


def run(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pre_commit", "run", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def test_good_cards_pass_every_hook(project: Path) -> None:
    done = run("--all-files")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("Passed") == len(manifest())


def test_a_problem_stops_the_commit_and_is_printed_with_its_place(project: Path) -> None:
    change(project / "cards" / "demo" / "7.yaml", "category:", "catgory:")
    subprocess.run(["git", "add", "."], check=True)
    done = run("fixcards-check")
    assert done.returncode == 1
    assert "FC101 unknown key 'catgory' (did you mean 'category'?)" in done.stdout
    assert "cards/demo/7.yaml:" in done.stdout


def test_a_lock_that_is_in_for_a_known_failure_stops_the_commit(
    project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FIXCARDS_SITES", str(write_site(tmp_path / "site", card("lamp-1", "<2"))))
    (project / "uv.lock").write_text(
        'version = 1\nrequires-python = ">=3.12"\n\n[[package]]\nname = "lamp"\nversion = "1.0"\n'
    )
    subprocess.run(["git", "add", "."], check=True)
    done = run("fixcards-audit")
    assert done.returncode == 1
    assert "uv.lock:5" in done.stdout


def test_a_commit_without_cards_is_not_checked(project: Path) -> None:
    (project / "README.md").write_text("x")
    subprocess.run(["git", "add", "."], check=True)
    assert "(no files to check)Skipped" in run("fixcards-check").stdout


def test_the_hooks_are_commands_that_the_package_installs_with_what_they_need() -> None:
    for hook in manifest():
        assert hook["language"] == "python"
        assert hook["entry"].split()[0] == "fixcards"
        extra = "audit" if hook["id"] == "fixcards-audit" else "cards"
        assert hook["additional_dependencies"] == [f".[{extra}]"]
