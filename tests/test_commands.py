"""What the tests call a command is one: it can't be told from a program that was started as usual."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests import commands
from tests.sites import LIBRARY, environment

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere commands are started as usual")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(LIBRARY, tmp_path / "cards")
    (tmp_path / "cards" / "lantern" / "99.yaml").write_text("title: \u202e \u00fc\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("words", "typed"),
    [
        (["fixcards", "check", "--format", "json"], ""),
        (["fixcards", "match"], "ZeroDivisionError: division by \u00fc zero\n"),
        (["fixcards", "match", "nowhere.log"], ""),
        (["fixcards", "--version"], ""),
        (["fixcards", "chekc"], ""),
        (["mkdocs", "build"], ""),
    ],
    ids=" ".join,
)
def test_a_forked_command_ends_and_prints_as_one_that_is_started(words: list[str], typed: str, folder: Path) -> None:
    name, *arguments = words
    forked = commands.run(name, *arguments, cwd=folder, typed=typed)
    started = subprocess.run(
        [commands.tool(name), *arguments], cwd=folder, input=typed, capture_output=True, encoding="utf-8", check=False
    )
    assert (forked.returncode, forked.stdout) == (started.returncode, started.stdout)
    assert without_times(forked.stderr) == without_times(started.stderr)


def without_times(text: str) -> list[str]:
    return [line.rpartition(", ")[0] or line for line in text.splitlines()]


def test_each_command_has_its_own_folder_environment_and_memory(folder: Path, tmp_path: Path) -> None:
    one = environment(FIXCARDS_CACHE=str(tmp_path / "one"))
    assert commands.run("fixcards", "check", cwd=folder, env=one).returncode == 1
    assert (tmp_path / "one" / "computed").is_dir()
    other = environment(FIXCARDS_CACHE=str(tmp_path / "other"))
    assert commands.run("fixcards", "check", cwd="/", env=other).returncode == 2
    assert not (tmp_path / "other").exists()
    assert "FIXCARDS_CARDS" not in os.environ
    assert commands.run("fixcards", "check", cwd="/", env=other | {"FIXCARDS_CARDS": str(folder / "cards")}).stdout
    assert commands.run("fixcards", "check", cwd="/", env=other).returncode == 2


def test_what_an_interpreter_reads_at_its_start_holds(folder: Path) -> None:
    (folder / "sitecustomize.py").write_text("import os\nos._exit(7)\n", encoding="utf-8")
    assert commands.run("fixcards", "check", cwd=folder, env=environment(PYTHONPATH=str(folder))).returncode == 7
    assert commands.run("fixcards", "check", cwd=folder).returncode == 1


def test_a_command_that_takes_too_long_is_killed_with_what_it_started(folder: Path) -> None:
    fifo = folder / "log"
    os.mkfifo(fifo)
    start = time.monotonic()
    with pytest.raises(subprocess.TimeoutExpired):
        commands.run("fixcards", "match", fifo, cwd=folder, timeout=0.5)
    assert time.monotonic() - start < 30
    running = [each for each in psutil.process_iter(["cmdline"]) if str(fifo) in (each.info["cmdline"] or ())]
    assert running == []
    assert commands.run("fixcards", "--version", cwd=folder).returncode == 0
