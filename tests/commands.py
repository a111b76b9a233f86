"""Commands as users type them, each in a process of its own.

To start Python and to import what a command needs takes longer than what most commands do, so processes are forked from
one that has imported it (`command_server.py`) and has run nothing. Tests of signals, of pipes and of the start itself
start the program as usual.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from tests.command_server import MAX_REQUEST

_FORKED = {"fixcards", "mkdocs"}
"""Commands whose modules the server has. That of ProperDocs puts modules of its own in the place of those of MkDocs."""
_AT_START = ("PYTHON", "LC_", "LANG", "LD_", "COVERAGE")
"""Variables of which some are only read when an interpreter starts, by the beginning of their names."""
_lock = threading.Lock()


def tool(name: str) -> str:
    """Return the path of a command that is installed next to the interpreter that runs the tests."""
    return str(Path(sys.executable).parent / name)


def run(
    name: str,
    *arguments: str | Path,
    cwd: Path | str | None = None,
    env: Mapping[str, str] | None = None,
    typed: str = "",
    timeout: float = 120,
) -> subprocess.CompletedProcess[str]:
    """Run an installed command to its end; return its exit status and what it printed.

    `typed` is its input, as from a file. Raises `TimeoutExpired` after killing it with all that it has started.
    """
    words = [tool(name), *map(str, arguments)]
    environment = dict(os.environ if env is None else env)
    folder = os.path.abspath(cwd or ".")  # noqa: PTH100 - a link stays one
    if name not in _FORKED or not _can_be_forked(environment):
        return subprocess.run(
            words,
            cwd=folder,
            env=environment,
            input=typed,
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=timeout,
        )
    request = json.dumps({"words": words, "cwd": folder, "environment": environment}).encode()
    assert len(request) <= MAX_REQUEST
    with tempfile.TemporaryFile() as stdin, tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        stdin.write(typed.encode())
        stdin.seek(0)
        with _lock:
            status = _forked(request, [stdin.fileno(), stdout.fileno(), stderr.fileno()], words, timeout)
        for stream in (stdout, stderr):
            stream.seek(0)
        return subprocess.CompletedProcess(words, status, _text(stdout.read()), _text(stderr.read()))


def _can_be_forked(environment: Mapping[str, str]) -> bool:
    """Return whether a process of this environment would start as the server has."""
    changed = {name for name in environment.keys() | os.environ.keys() if environment.get(name) != os.environ.get(name)}
    return sys.platform == "linux" and not any(name.startswith(_AT_START) for name in changed | _coverage())


def _coverage() -> set[str]:
    """Return the variables by which `make coverage` measures the programs that tests start."""
    return {name for name in os.environ if name.startswith("COVERAGE")}


def _forked(request: bytes, streams: list[int], words: list[str], timeout: float) -> int:
    server = _server()
    server.settimeout(60)
    socket.send_fds(server, [request], streams)
    pid = _number(server.recv(100))
    server.settimeout(timeout)
    try:
        return _number(server.recv(100))
    except BaseException as error:
        os.killpg(pid, signal.SIGKILL)  # it leads a session of its own
        server.settimeout(60)
        server.recv(100)
        if isinstance(error, TimeoutError):
            raise subprocess.TimeoutExpired(words, timeout) from None
        raise


def _number(answer: bytes) -> int:
    assert answer, "tests/command_server.py has ended; what it printed says why"
    return int(answer)


@cache
def _server() -> socket.socket:
    """Return the socket of the server, started now."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    command = [sys.executable, str(Path(__file__).with_name("command_server.py"))]
    # Where the tests run in several processes, their standard output belongs to pytest.
    server = subprocess.Popen(
        command,
        stdin=its,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
    )
    its.close()

    def end() -> None:
        ours.close()
        server.wait(60)

    atexit.register(end)
    return ours


def _text(content: bytes) -> str:
    return content.decode().replace("\r\n", "\n")
