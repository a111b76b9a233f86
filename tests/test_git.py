from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from fixcards import git
from fixcards.errors import FixcardsError
from fixcards.git import git_output, git_output_or_none


@pytest.fixture
def repository(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    subprocess.run(["git", "init", "-q", "-b", "main", str(tmp_path)], check=True)
    return tmp_path


def test_the_output_of_git_is_returned_with_names_as_the_file_system_has_them(repository):
    for name in ("a", "ü", "\udcff"):  # the last one is no UTF-8
        (repository / name).touch()
    assert sorted(git_output(repository, "ls-files", "--others", "-z").split("\0")) == ["", "a", "ü", "\udcff"]


def test_an_error_of_git_is_an_error_with_its_last_line(repository):
    with pytest.raises(FixcardsError, match=r"^git rev-parse: fatal: Needed a single revision$"):
        git_output(repository, "rev-parse", "--verify", "nothing")
    with pytest.raises(FixcardsError, match=r"^git rev-parse: exit status 1$"):
        git_output(repository, "rev-parse", "--verify", "--quiet", "nothing")


def test_a_missing_and_a_silent_git_are_errors_too(repository, monkeypatch, tmp_path):
    slow = tmp_path / "bin" / "git"
    slow.parent.mkdir()
    slow.write_text("#!/bin/sh\nexec sleep 5\n")
    slow.chmod(0o755)
    monkeypatch.setattr(git, "_TIMEOUT_SECONDS", 0.1)
    monkeypatch.setenv("PATH", f"{slow.parent}:/usr/bin:/bin")
    with pytest.raises(FixcardsError, match=r"^git log: no answer after 0\.1 s$"):
        git_output(repository, "log")
    monkeypatch.setenv("PATH", str(Path("/nowhere")))
    with pytest.raises(FixcardsError, match=r"^git can't be run: No such file or directory$"):
        git_output(repository, "log")


def test_what_is_optional_is_none_where_git_fails(repository):
    assert git_output_or_none(repository, "log") is None
    assert git_output_or_none(repository, "ls-files") == ""
