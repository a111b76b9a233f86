"""Running a child process with limits on time, output, memory and number of processes."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psutil

from fixcards.termination import defer_signals
from fixcards.verify.sandbox.control_group import ControlGroup
from fixcards.verify.sandbox.interface import Job, JobResult, StopReason

_TICK = 0.1
"""Seconds between two measurements of memory and processes."""
_PATIENCE = 5.0
"""Seconds to wait for the end of killed processes."""
_STACK_SECONDS = 1.0
"""Seconds in which an aborted interpreter has printed its stack."""
_LONGEST = 5
"""Times its limit that a job may take where it waits for a processor, so that busy processes can't wait for each other
without end."""


def supervise(
    argv: Sequence[str],
    environment: Mapping[str, str],
    job: Job,
    *,
    cwd: Path | None = None,
    after: Callable[[], None] = lambda: None,
    errors: int = subprocess.STDOUT,
    descriptors: Sequence[int] = (),
    group: ControlGroup | None = None,
    over: Callable[[int], StopReason | None] = lambda pid: None,
) -> JobResult:
    """Run `argv` until it ends, or goes over a limit of `job` and is killed with its whole process group.

    The environment is exactly `environment`: even /proc shows nothing else for the first process. `after` runs before
    the output is read to its end, and removes what survives the end of the group. `errors` is a descriptor for the
    standard error, by default that of the output; `descriptors` are handed on beside these. With a `group`, which
    `argv` must enter, the kernel counts memory and processes; without one they are measured ten times a second.
    As often `over` is asked, with the number of the child, for the reason to stop it where it went over another limit.
    """
    start = time.monotonic()
    with ExitStack() as at_end:
        with defer_signals():  # a child that isn't watched yet would outlive this program
            child = subprocess.Popen(  # noqa: S603
                argv,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,
                pass_fds=descriptors,
                cwd=cwd,
                bufsize=0,
            )
            watch = _Watch(child, job, start, group, over)
            at_end.callback(watch.end, after)
        stopped = watch.until_end() or (group.exceeded() if group is not None else None)
    return JobResult(
        exit=None if stopped else watch.status,
        output=bytes(watch.output),
        seconds=time.monotonic() - start,
        cpu_seconds=watch.cpu_seconds,
        stopped=stopped,
    )


class _Watch:
    """Reads the output of one child and enforces its limits."""

    def __init__(
        self,
        child: subprocess.Popen[bytes],
        job: Job,
        start: float,
        group: ControlGroup | None,
        over: Callable[[int], StopReason | None],
    ) -> None:
        self.output = bytearray()
        self.status: int | None = None
        self.cpu_seconds = 0.0
        assert child.stdout is not None  # noqa: S101 - it is a pipe
        self._child, self._output, self._job, self._group = child, child.stdout, job, group
        self._over_another = over
        self._pid, self._pipe = child.pid, child.stdout.fileno()
        self._start = start
        self._deadline = start + job.limits.wall_seconds
        self._next_tick = start + _TICK
        os.set_blocking(self._pipe, False)

    def until_end(self) -> StopReason | None:
        """Wait for the end; return None where the child ended by itself, else the reason to stop it."""
        with selectors.DefaultSelector() as selector, _ending(self._pid) as ending:
            selector.register(self._pipe, selectors.EVENT_READ)
            if ending is not None:
                selector.register(ending, selectors.EVENT_READ)
            while True:
                pause = min(self._next_tick, self._deadline) - time.monotonic()
                ready = {key.fd for key, _ in selector.select(max(0.0, pause if ending is not None else 0.01))}
                if self._pipe in ready and not self._read():
                    selector.unregister(self._pipe)
                if len(self.output) >= self._job.limits.output_bytes:
                    return "output"
                if (ending is None or ending in ready) and self.reap(wait=False):
                    return None
                if stopped := self._stopped():
                    if stopped == "time" and self._job.dump_stack:
                        self._dump_stack()
                    return stopped

    def _dump_stack(self) -> None:
        """Abort the interpreters of the job, and read what their fault handlers print."""
        for member in family(self._pid):
            with suppress(psutil.Error, OSError):
                if member.name().startswith("python"):
                    member.send_signal(signal.SIGABRT)
        deadline = time.monotonic() + _STACK_SECONDS
        while time.monotonic() < deadline and len(self.output) < self._job.limits.output_bytes:
            if not self._read():
                return
            time.sleep(0.01)

    def end(self, after: Callable[[], None]) -> None:
        """End and remove everything of the child, whether it has ended or not; its output stays."""
        if self.status is None:
            members = family(self._pid)
            _kill(self._pid)
            self.reap()
            _end(members)
        after()
        _kill(self._pid)  # processes that the first one left behind in its group
        self._drain()
        self._output.close()
        self._child.returncode = self.status

    def _stopped(self) -> StopReason | None:
        now = time.monotonic()
        if now >= self._deadline:
            # On a busy machine a job stands still without hanging.
            limit = self._job.limits.wall_seconds
            self._deadline = self._start + min(limit + _waited_seconds(self._pid), _LONGEST * limit)
        if now >= self._deadline:
            return "time"
        if self._job.stop is not None and self._job.stop.is_set():
            return "cancelled"
        if now >= self._next_tick:
            reason = self._over() or self._over_another(self._pid)
            self._next_tick = time.monotonic() + _TICK
            return reason
        return None

    def _read(self) -> bool:
        """Read the available output, up to the limit; return whether more may come."""
        room = self._job.limits.output_bytes - len(self.output)
        try:
            part = os.read(self._pipe, max(1, min(65536, room)))
        except BlockingIOError:
            return True
        self.output += part
        return bool(part)

    def _drain(self) -> None:
        """Read the rest of the pipe, without waiting for processes that still hold it open."""
        while len(self.output) < self._job.limits.output_bytes:
            before = len(self.output)
            if not self._read() or len(self.output) == before:
                return

    def reap(self, *, wait: bool = True) -> bool:
        """Set the exit status and processor time of the child; return whether it has ended."""
        if self.status is None:
            pid, status, usage = os.wait4(self._pid, 0 if wait else os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
                self.cpu_seconds = usage.ru_utime + usage.ru_stime
        return self.status is not None

    def _over(self) -> StopReason | None:
        if self._group is not None:
            return self._group.exceeded()
        limits = self._job.limits
        members = family(self._pid)
        if len(members) > limits.processes + 16:  # processes and threads have a hard limit too, where it binds
            return "processes"
        used = sum(map(_resident, members)) + _shared_bytes(members)
        return "memory" if used > limits.memory_bytes else None


@contextmanager
def _ending(pid: int) -> Iterator[int | None]:
    """Yield a descriptor that becomes readable when the process ends, None where the system has no pidfd."""
    try:
        descriptor = os.pidfd_open(pid)
    except (AttributeError, OSError):
        yield None
        return
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def family(pid: int) -> list[psutil.Process]:
    """Return a process and its descendants, also those inside a pid namespace."""
    try:
        first = psutil.Process(pid)
        return [first, *first.children(recursive=True)]
    except psutil.Error:
        return []


def _waited_seconds(pid: int) -> float:
    """Return for how long a job was ready to run and had no processor, 0 where the system doesn't count that.

    Of several processes the one that waited longest counts, as they may have waited at the same time.
    """
    waited = [0]
    for member in family(pid):
        with suppress(OSError, ValueError, IndexError):
            waited.append(int(Path(f"/proc/{member.pid}/schedstat").read_bytes().split()[1]))
    return max(waited) / 1e9


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def _shared_bytes(members: list[psutil.Process]) -> int:
    """Return the size of the memory that processes share without a file.

    It is not resident in a process that has let go of its pages, which then still exist. Only Linux lists it.
    """
    sizes: dict[str, int] = {}
    for member in members:
        try:
            lines = Path(f"/proc/{member.pid}/maps").read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            continue
        for line in lines:
            if line.endswith("/dev/zero (deleted)"):
                first, _, last = line.split(" ", 1)[0].partition("-")
                inode = line.split(None, 5)[4]
                sizes[inode] = max(sizes.get(inode, 0), int(last, 16) - int(first, 16))
    return sum(sizes.values())


def _end(members: list[psutil.Process]) -> None:
    """Kill processes, also those that left the group, and wait until they have ended.

    What adopts them may take seconds to ask for their ends, which changes nothing any more.
    """
    for member in members:
        with suppress(psutil.Error):
            member.kill()
    deadline = time.monotonic() + _PATIENCE
    while any(map(_is_running, members)) and time.monotonic() < deadline:
        time.sleep(0.002)


def _is_running(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _kill(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
