"""What every isolation must do, tried on the real ones."""
# ruff: noqa: S108 - folders inside the isolation

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from fixcards.errors import FixcardsError
from fixcards.verify.sandbox import ISOLATIONS, Job, Limits, SandboxError, choose_sandbox
from fixcards.verify.sandbox.bubblewrap import Descriptors, Protection, command, run_with
from fixcards.verify.sandbox.seccomp import filtered_machine
from fixcards.verify.sandbox.supervise import supervise

from ..conftest import IDENTITIES
from .identities import run_as

PYTHON = "/usr/bin/python3"
SMALL = Limits(wall_seconds=5, memory_bytes=200 << 20, processes=32, output_bytes=100_000)


def job(code: str, **changes) -> Job:
    environment = {"PATH": "/usr/bin:/bin", "HOME": "/tmp/home", "TMPDIR": "/tmp"}
    values = {"environment": environment, "scratch": ("/repro",), "limits": SMALL} | changes
    return Job(argv=(PYTHON, "-c", code), cwd="/repro", **values)


@pytest.fixture(params=["bubblewrap", "none"])
def sandbox(request, bubblewrap):
    return choose_sandbox(request.param)


def test_a_result_has_output_exit_status_and_times(sandbox):
    done = sandbox.run(job("import sys; print('out', flush=True); print('err', file=sys.stderr); sys.exit(3)"))
    assert (done.exit, done.output, done.stopped) == (3, b"out\nerr\n", None)
    assert 0 < done.cpu_seconds <= done.seconds < 5


EXIT_STATUSES = [0, 1, 100, 128, 129, 130, 137, 143, 192, 255]
SIGNALS = [signal.SIGINT, signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM]


@pytest.mark.parametrize(("identity", "name"), [(each, name) for each in IDENTITIES for name in ("bubblewrap", "none")])
def test_an_exit_status_differs_from_a_death_by_a_signal(identity, name, bubblewrap):
    exits = [f"import os; os._exit({status})" for status in EXIT_STATUSES]
    dying = "import os, signal; signal.signal({0}, signal.SIG_DFL) if {0} != 9 else 0; os.kill(os.getpid(), {0})"
    kills = [dying.format(int(number)) for number in SIGNALS]
    ends = [each["exit"] for each in run_as(identity, exits + kills, isolation=name)]
    assert ends == EXIT_STATUSES + [-number for number in SIGNALS]


def test_the_watch_reports_exit_statuses_like_the_isolations(bubblewrap):
    """A child of the watch itself is the reference: the kernel tells its end in full."""
    for code in ("raise SystemExit(130)", "import os; os.kill(os.getpid(), 9)"):
        plain = job(code)
        reference = supervise(plain.argv, plain.environment, plain)
        assert bubblewrap.run(plain).exit == reference.exit


def test_a_program_cannot_write_to_the_report_of_its_end(bubblewrap):
    code = """
import os
for pid in (1, os.getppid(), "self"):
    for number in range(3, 10):
        try:
            os.write(os.open(f"/proc/{pid}/fd/{number}", os.O_WRONLY), b"0\\n")
            print("opened", pid, number)
        except OSError:
            pass
try:
    os.write(os.open("/proc/1/fd/2", os.O_WRONLY), b"0\\n")
    print("opened the report")
except OSError as error:
    print(error.strerror)
os.write(2, b"started\\n0\\n")
print("bwrap: this is no message of bubblewrap's", flush=True)
raise SystemExit(130)
"""
    done = bubblewrap.run(job(code))
    assert (done.exit, done.output.splitlines()) == (
        130,
        [b"started", b"0", b"No such device or address", b"bwrap: this is no message of bubblewrap's"],
    )


def test_a_sandbox_that_fails_says_so_apart_from_the_output_of_the_program(bubblewrap):
    broken = job("print(1)", readable={Path("/no/such/file"): "/file"})
    with pytest.raises(SandboxError, match="/no/such/file"):
        bubblewrap.run(broken)


def test_a_program_whose_watcher_is_gone_is_not_run(bubblewrap):
    reader, writer = socket.socketpair()
    reader.close()
    with ExitStack() as stack:
        descriptors = Descriptors(stack)
        words = command(job("print('ran')"), Protection("plain", False, filtered_machine()), descriptors, None)
        done = subprocess.run(
            words,
            env={"PATH": "/usr/bin:/bin"},
            stdout=subprocess.PIPE,
            stderr=writer,
            pass_fds=descriptors.numbers,
            check=False,
        )
    writer.close()
    assert done.stdout == b""


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
    except OSError:  # processes that may not fork stay, too, so that the job does not end with them
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
    if stopped == "processes":  # bubblewrap limits processes itself, so the watch sees memory first
        limits = Limits(
            wall_seconds=5, memory_bytes=200 << 20 if sandbox.name == "bubblewrap" else 8 << 30, processes=64
        )
    done = sandbox.run(job(code, limits=limits))
    expected = {stopped} if stopped != "processes" else {"processes", "memory"}
    assert done.stopped in expected
    assert done.seconds < 8


def test_a_job_ends_when_it_is_cancelled(sandbox):
    stop = threading.Event()
    threading.Timer(0.5, stop.set).start()
    done = sandbox.run(job("import time; time.sleep(60)", stop=stop))
    assert done.stopped == "cancelled"
    assert done.seconds < 3


def test_a_daemon_that_left_its_group_is_ended(sandbox):
    sleep = f"time.sleep(31.{os.getpid()})"  # another process of the tests may run the same one in another sandbox
    code = f"import os, time\nif os.fork() == 0:\n    os.setsid()\n    {sleep}\nelse:\n    time.sleep(0.3)"
    assert sandbox.run(job(code)).exit == 0
    time.sleep(0.2)
    assert not [each for each in psutil.process_iter() if sleep in " ".join(_words(each))]


def test_the_watch_alone_bounds_a_fork_bomb_where_root_cannot_drop_its_identity(bubblewrap):
    code = "import os, time\nfor _ in range(600):\n    os.fork() or time.sleep(20) or os._exit(0)\ntime.sleep(20)"
    done = run_with(Protection("plain", False, filtered_machine()), job(code))
    assert done.seconds < 4
    assert done.stopped in {"processes", "memory"} or done.exit


def test_a_program_behaves_the_same_under_a_shells_background_job(bubblewrap):
    code = "import signal; print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)"
    program = (
        "from fixcards.verify.sandbox import choose_sandbox, Job\n"
        f"print(choose_sandbox('bubblewrap').run(Job(('{PYTHON}', '-c', '{code}'), '/', {{}})).output.decode())"
    )
    command = ["sh", "-c", 'trap "" INT; exec "$@"', "sh", sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "True", done.stderr


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
