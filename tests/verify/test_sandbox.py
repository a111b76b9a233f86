"""What every isolation has to do, tried on the real ones."""
# ruff: noqa: S108 - folders inside the isolation

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from fixcards.errors import FixcardsError
from fixcards.verify.sandbox import ISOLATIONS, Job, Limits, choose_sandbox
from fixcards.verify.sandbox.bubblewrap import command
from fixcards.verify.sandbox.supervise import supervise

PYTHON = "/usr/bin/python3"
SMALL = Limits(wall_seconds=5, memory_bytes=200 << 20, processes=32, output_bytes=100_000)


def job(code: str, **changes) -> Job:
    environment = {"PATH": "/usr/bin:/bin", "HOME": "/tmp/home", "TMPDIR": "/tmp"}
    made = {"environment": environment, "scratch": ("/repro",), "limits": SMALL} | changes
    return Job(argv=(PYTHON, "-c", code), cwd="/repro", **made)


@pytest.fixture(params=["bubblewrap", "none"])
def sandbox(request, bubblewrap):
    return choose_sandbox(request.param)


def test_output_exit_status_and_times_are_told(sandbox):
    done = sandbox.run(job("import sys; print('out', flush=True); print('err', file=sys.stderr); sys.exit(3)"))
    assert (done.exit, done.output, done.stopped) == (3, b"out\nerr\n", None)
    assert 0 < done.cpu_seconds <= done.seconds < 5


def test_the_end_by_a_signal_is_told_as_a_negative_number(sandbox):
    assert sandbox.run(job("import os; os.kill(os.getpid(), 15)")).exit == -15


def test_the_environment_is_exactly_the_given_one(sandbox, monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "hush")
    done = sandbox.run(job("import os; print(sorted(os.environ))"))
    assert b"SECRET_TOKEN" not in done.output
    assert b"'HOME'" in done.output


def test_scratch_folders_are_empty_writable_and_gone_afterwards(sandbox):
    code = "import os; print(os.listdir(), os.getcwd()); open('x', 'w').write('y')"
    first, second = sandbox.run(job(code)), sandbox.run(job(code))
    assert first.exit == second.exit == 0
    assert second.output.startswith(b"[]")


FORKING = """
import os, time
for _ in range(9):
    try:
        os.fork()
    except OSError:  # so that those who may not fork stay, too, and do not end the job by their own end
        pass
time.sleep(60)
"""


@pytest.mark.parametrize(
    ("code", "stopped"),
    [
        ("import time; time.sleep(60)", "time"),
        ("while True: print('y' * 1000)", "output"),
        ("import time; x = [b'x' * 1000000 * n for n in range(1, 40)]; time.sleep(60)", "memory"),
        (FORKING, "processes"),
    ],
)
def test_going_over_a_limit_ends_a_job(sandbox, code, stopped):
    limits = Limits(wall_seconds=3, memory_bytes=2 << 30, processes=300, output_bytes=100_000)
    if stopped == "memory":
        limits = SMALL
    if stopped == "processes":  # the limit on processes binds inside bubblewrap, so what is watched is memory there
        limits = Limits(
            wall_seconds=5, memory_bytes=200 << 20 if sandbox.name == "bubblewrap" else 8 << 30, processes=64
        )
    done = sandbox.run(job(code, limits=limits))
    expected = {stopped} if stopped != "processes" else {"processes", "memory"}
    assert done.stopped in expected
    assert done.seconds < 8


def test_a_job_ends_when_it_is_asked_to(sandbox):
    stop = threading.Event()
    threading.Timer(0.5, stop.set).start()
    done = sandbox.run(job("import time; time.sleep(60)", stop=stop))
    assert done.stopped == "asked"
    assert done.seconds < 3


def test_a_daemon_that_left_its_group_does_not_stay(sandbox):
    code = "import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(31.25)\nelse:\n    time.sleep(0.3)"
    assert sandbox.run(job(code)).exit == 0
    time.sleep(0.2)
    assert not [each for each in psutil.process_iter() if "time.sleep(31.25)" in " ".join(_words(each))]


def test_the_watch_alone_bounds_a_fork_bomb_where_root_cannot_drop_its_identity(bubblewrap):
    code = "import os, time\nfor _ in range(600):\n    os.fork() or time.sleep(20) or os._exit(0)\ntime.sleep(20)"
    bomb = job(code)
    done = supervise(command(bomb, "plain"), {"PATH": "/usr/bin:/bin"}, bomb, cwd=Path("/"))
    assert done.seconds < 4
    assert done.stopped in {"processes", "memory"} or done.exit


def test_a_sandbox_dies_with_the_program_that_started_it(bubblewrap):
    code = "import time; time.sleep(32.5)"
    program = (
        "from fixcards.verify.sandbox import choose_sandbox, Job\n"
        f"choose_sandbox('bubblewrap').run(Job(('{PYTHON}', '-c', '{code}'), '/', {{}}))"
    )
    started = subprocess.Popen([sys.executable, "-c", program])

    def alive() -> list[psutil.Process]:
        return [each for each in psutil.process_iter() if _words(each) == [PYTHON, "-c", code]]

    deadline = time.time() + 10
    while not alive() and time.time() < deadline:
        time.sleep(0.05)
    assert alive()
    os.kill(started.pid, signal.SIGKILL)
    started.wait()
    deadline = time.time() + 5
    while alive() and time.time() < deadline:
        time.sleep(0.05)
    assert not alive()


def test_an_isolation_that_does_not_work_here_says_why_and_is_not_used(bubblewrap):
    for name, make in ISOLATIONS.items():
        refusal = make().probe()
        if refusal is None:
            assert choose_sandbox(name).run(job("print(1)")).output == b"1\n"
        else:
            with pytest.raises(FixcardsError, match=f"{name}: "):
                choose_sandbox(name)


def test_the_best_isolation_that_works_is_chosen_and_never_none(bubblewrap):
    assert choose_sandbox().name == "bubblewrap"


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []
