"""How a program ended, where the exit status of its isolation is ambiguous.

bubblewrap and container engines exit with 128+n both for a program that exited with 128+n and for one that signal n
killed. So the first process inside is an `awk` that runs the program and then reports its end, as awk's `system()`
returns it: 0 to 255 for an exit status, 256+n for signal n (gawk's manual, "Input/Output Functions"; mawk and the
others agree, and the probe of an isolation tries it).

The report goes over the standard error of the isolation, which the program doesn't get: its own standard error is its
standard output. The channel is a socket, since a pipe could be opened once more through /proc/1/fd. A program that
takes over process 1 by other means gains nothing: it can report no end that it could not have had honestly.
"""

from __future__ import annotations

import re
import shlex
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from fixcards.verify.sandbox.interface import Job, JobResult, SandboxError
from fixcards.verify.sandbox.supervise import supervise

_PROGRAM = 'BEGIN { print system(ARGV[1]) > "/dev/stderr" }'
_STARTED = "started"
_REPORT = re.compile(rf"^{_STARTED}\n(?:.*\n)*?([0-9]{{1,3}})\n\Z", re.MULTILINE)


def reporting(argv: Sequence[str]) -> list[str]:
    """Return the command that runs `argv`, its standard error joined to its output, and reports how it ended.

    It reports the start too, and without a reader for that nothing is run: the death of the watcher can go unnoticed
    only before, while the isolation is being set up (see `_DYING_WITH_US` in bubblewrap.py).
    """
    return ["/usr/bin/awk", _PROGRAM, f"echo {_STARTED} >&2 && exec {shlex.join(argv)} 2>&1"]


def supervise_reporting(
    argv: Sequence[str],
    environment: Mapping[str, str],
    job: Job,
    *,
    cwd: Path | None = None,
    after: Callable[[], None] = lambda: None,
) -> JobResult:
    """Run an isolation whose command ends with `reporting(job.argv)`; return how the program inside ended.

    Raises `SandboxError` where the isolation failed: then there is no report, and its message is in the place of it.
    """
    reader, writer = socket.socketpair()
    with reader:
        with writer:
            result = supervise(argv, environment, job, cwd=cwd, after=after, errors=writer.fileno())
        if result.stopped:
            return result
        report = _received(reader).decode("utf-8", "replace")
    status = _REPORT.search(report)
    if status is None:
        raise SandboxError((report.strip().splitlines() or [f"{argv[0]} ended with {result.exit}"])[0])
    return replace(result, exit=_exit_status(int(status[1])))


def _exit_status(returned: int) -> int:
    """Return an exit status from what `system()` returned; gawk adds 256 once more where a core was dumped."""
    return returned if returned < 256 else -(returned % 256)


def _received(reader: socket.socket) -> bytes:
    """Return all that has been sent; what outlives the isolation for a moment may still hold the other end."""
    reader.setblocking(False)
    received = bytearray()
    try:
        while part := reader.recv(65536):
            received += part
    except BlockingIOError:
        pass
    return bytes(received)
