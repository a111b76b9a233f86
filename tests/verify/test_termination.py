"""Ending the program from outside while it executes cards: by Ctrl-C, and as a CI job that is cancelled ends it."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import psutil
import pytest

from .test_session import fixcards, write_cards

SIGNALS = [(signal.SIGINT, 1, 130), (signal.SIGTERM, 1, 143), (signal.SIGTERM, 2, 143)]
"""Each with how often it is sent (`timeout` sends it twice) and the exit status."""


@pytest.fixture
def temporary(tmp_path, bubblewrap, cache, monkeypatch):
    """The empty temporary folder of a project whose cards take half a minute."""
    monkeypatch.setenv("FIXCARDS_CACHE", str(cache / "sessions"))
    monkeypatch.chdir(tmp_path)
    write_cards(tmp_path / "cards", [1, 2], seconds=30)
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


@pytest.mark.parametrize(("sign", "times", "status"), SIGNALS)
@pytest.mark.parametrize(
    "words",
    [
        ("verify", "-j", "2"),
        ("verify", "-j", "2", "--isolation", "none"),
        ("reproduce", "iniconfig-1", "--isolation", "none"),
    ],
    ids=" ".join,
)
def test_a_command_that_is_stopped_leaves_no_process_and_no_file_and_says_so(
    words, sign, times, status, temporary, cache
):
    started = subprocess.Popen(fixcards(*words), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    runs = _runs_below(started.pid)
    assert runs
    if "none" in words:
        assert list(temporary.glob("fixcards-*"))
    for _ in range(times):
        started.send_signal(sign)
    _, messages = started.communicate(timeout=20)
    assert (started.returncode, messages.splitlines()[-1]) == (status, "fixcards: stopped")
    assert "Traceback" not in messages
    assert not list(temporary.iterdir())
    assert not list((cache / "sessions" / "verify" / "work").iterdir())
    assert not list(temporary.parent.rglob("*.evidence.json"))
    assert not [run for run in runs if run.is_running()]


def _runs_below(pid: int) -> list[psutil.Process]:
    """Return the programs of cards that run below a process, once there is one."""
    end = time.time() + 60
    while time.time() < end:
        if runs := [each for each in psutil.Process(pid).children(recursive=True) if _is_of_a_card(each)]:
            return runs
        time.sleep(0.05)
    return []


def _is_of_a_card(process: psutil.Process) -> bool:
    try:
        return process.cmdline()[-1].endswith("/repro.py")
    except (psutil.Error, IndexError):
        return False


def test_what_threads_start_receives_an_interrupt_though_a_background_job_ignores_it():
    child = "import signal; print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)"
    code = (
        "import signal, subprocess, sys\n"
        "from fixcards.verify.executors import threads\n"
        "signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "with threads(1) as pool:\n"
        f"    pool.executor.submit(subprocess.run, [sys.executable, '-c', {child!r}]).result()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"
