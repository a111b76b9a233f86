"""A run ends within its limits whatever its program does to the wait for it."""

from __future__ import annotations

import pytest

from ..conftest import IDENTITIES
from .identities import run_as

WALL = 1.5
STALLING = {
    "stops itself": "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)",
    "stops its group": "import os, signal\nos.killpg(0, signal.SIGSTOP)",
    "closes its outputs": "import os, time\nos.close(1)\nos.close(2)\ntime.sleep(20)",
    "ignores all signals": """
import signal, time
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
time.sleep(20)
""",
    "waits for its own output to be read": """
import os
reader, writer = os.pipe()
while True:
    os.write(writer, b"x" * 65536)
""",
    "waits for a pipe that nothing opens": "import os\nos.mkfifo('x')\nopen('x')",
    "is a chain of children that each wait for the next": """
import os, time
for _ in range(10):
    if os.fork():
        os.wait()
time.sleep(20)
""",
    "stops and goes on": """
import os, signal, time
if os.fork() == 0:
    while True:
        os.kill(os.getppid(), signal.SIGSTOP)
        time.sleep(0.001)
        os.kill(os.getppid(), signal.SIGCONT)
time.sleep(20)
""",
    "waits in its exit": "import atexit, time\natexit.register(time.sleep, 20)",
}
INSIDE = 'assert "awk" in open("/proc/1/cmdline").read()\n'
"""What a program checks that sends signals to processes other than its own: that it is in a namespace of its own."""
STALLING_INSIDE = {
    "stops everything": """
import os, signal, time
if os.fork():
    os.kill(-1, signal.SIGSTOP)
time.sleep(20)
""",
    "stops the first process": "import os, signal, time\nos.kill(1, signal.SIGSTOP)\ntime.sleep(20)",
}
LEAVING = {
    "leaves a daemon that holds its output": """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(20)
    os._exit(0)
""",
    "leaves a daemon that prints": """
import os, time
if os.fork() == 0:
    os.setsid()
    while True:
        os.write(1, b"x" * 100)
        time.sleep(0.001)
time.sleep(0.2)
""",
    "leaves a stopped child": """
import os, signal
if os.fork() == 0:
    os.setsid()
    os.kill(os.getpid(), signal.SIGSTOP)
""",
    "leaves children that start anew all the time": """
import os
if os.fork() == 0:
    os.setsid()
    while True:
        if os.fork():
            os._exit(0)
""",
}


@pytest.mark.parametrize("identity", IDENTITIES)
@pytest.mark.parametrize("isolation", ["bubblewrap", "none"])
@pytest.mark.parametrize("name", STALLING)
def test_a_program_that_stalls_is_stopped_in_time(name, isolation, identity):
    (result,) = run_as(identity, [STALLING[name]], isolation=isolation, wall_seconds=WALL, processes=64)
    assert result["stopped"] in {"time", "processes"}, result
    assert result["seconds"] < WALL + 1.5


@pytest.mark.parametrize("identity", IDENTITIES)
@pytest.mark.parametrize("name", STALLING_INSIDE)
def test_a_program_that_stops_all_it_can_reach_is_stopped_in_time(name, identity):
    """Never without isolation: there it reaches the whole machine."""
    (result,) = run_as(identity, [INSIDE + STALLING_INSIDE[name]], wall_seconds=WALL)
    assert result["stopped"] == "time", result
    assert result["seconds"] < WALL + 1.5


@pytest.mark.parametrize("identity", IDENTITIES)
@pytest.mark.parametrize("name", LEAVING)
def test_the_end_of_a_program_is_not_put_off_by_what_it_leaves(name, identity):
    (result,) = run_as(identity, [LEAVING[name]], wall_seconds=8.0)
    assert result["stopped"] is None
    assert result["exit"] == 0, result
    assert result["seconds"] < 3
