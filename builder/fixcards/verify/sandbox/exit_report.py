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
import signal
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from fixcards.verify.sandbox.control_group import ControlGroup
from fixcards.verify.sandbox.interface import Job, JobResult, SandboxError
from fixcards.verify.sandbox.supervise import supervise

_NO_REPORT = -signal.SIGKILL
_PROGRAM = 'BEGIN { print system(ARGV[1]) > "/dev/stderr" }'
_STARTED = "started"
_HAS_STARTED = re.compile(rf"^{_STARTED}\n", re.MULTILINE)
_LAST_LINE = re.compile(r"\n([0-9]{1,3})\n\Z")


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
    descriptors: Sequence[int] = (),
    group: ControlGroup | None = None,
) -> JobResult:
    """Run an isolation whose command ends with `reporting(job.argv)`; return how the program inside ended.

    Raises `SandboxError` where the isolation failed before the program was started: its message is then in the place
    of the report. What comes after the start may be the program's doing, so it is never taken for such a message.
    """
    reader, writer = socket.socketpair()
    with reader:
        with writer:
            result = supervise(
                argv,
                environment,
                job,
                cwd=cwd,
                after=after,
                errors=writer.fileno(),
                descriptors=descriptors,
                group=group,
            )
        if result.stopped:
            return result
        report = _received(reader).decode("utf-8", "replace")
    if _HAS_STARTED.search(report) is None:
        raise SandboxError((report.strip().splitlines() or [f"{argv[0]} ended with {result.exit}"])[0])
    status = _LAST_LINE.search(report)
    # Without a report the program has ended the process that makes it, and with that itself.
    return replace(result, exit=_exit_status(int(status[1])) if status else _NO_REPORT)


def _exit_status(returned: int) -> int:
    """Return an exit status from what `system()` returned; gawk adds 256 once more where a core was dumped.

    Any other number is no report of awk's.
    """
    number = returned % 256
    if returned < 256:
        return returned
    return -number if returned < 768 and number in range(1, 65) else _NO_REPORT


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
