"""A command that runs as if it had been typed alone, while the end of what it prints is remembered.

Its standard input is ours. Its output goes through a terminal of its own where ours is one, so that colours, progress
bars and line buffering stay what they are, and through a pipe otherwise. Bytes are passed on as they come.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

from fixcards.errors import FixcardsError

REMEMBERED_BYTES = 256 << 10
"""Bytes of the end of the output that are remembered: the traceback of a test run with many failures fits."""
DRAIN_SECONDS = 0.2
"""Seconds that output may take to arrive after the command has ended. What it left running may print for ever."""
_PART = 1 << 16
_FORWARDED = ("SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2")
_FROM_TERMINAL = ("SIGINT", "SIGQUIT")
"""Signals that a terminal sends to the command, too."""


class Ended(NamedTuple):
    """How a command ended."""

    status: int
    """Its exit status; that of a signal is negative, as `subprocess` has it."""
    output: bytes
    """The end of what it printed, on both streams in the order of arrival."""


def run(command: Sequence[str]) -> Ended:
    """Run a command to its end. Raises `FixcardsError` where it can't be started."""
    tail = _Tail()
    channels = _channels()
    signals = _Signals()
    # From before the start: the command's first line may be what another program waits for before it sends a signal.
    with signals.outlived(), channels.resized():
        try:
            process = subprocess.Popen(command, stdout=channels.stdout, stderr=channels.stderr)  # noqa: S603 - as typed
        except OSError as error:
            channels.close()
            raise FixcardsError(f"{command[0]}: {error.strerror or error}") from None
        signals.send_to(process)
        channels.close_theirs()
        threads = [
            threading.Thread(target=_copy, args=(ours, target, tail), daemon=True) for ours, target in channels.copies
        ]
        for thread in threads:
            thread.start()
        status = _wait(process)
    for thread in threads:
        thread.join(DRAIN_SECONDS)
    return Ended(status, tail.content())


def _wait(process: subprocess.Popen[bytes]) -> int:
    """Return the exit status of a process, with an ear for signals until then.

    A signal that comes right before a blocking call would be handled after it. So this thread waits for a byte, which
    a signal sends as well as the end of the process.
    """
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.setblocking(False)
        before = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
        try:
            waiter = threading.Thread(target=_tell_end, args=(process, theirs), daemon=True)
            waiter.start()
            while process.returncode is None:
                ours.recv(_PART)
            waiter.join()
        finally:
            signal.set_wakeup_fd(before)
    return process.returncode


def _tell_end(process: subprocess.Popen[bytes], end: socket.socket) -> None:
    process.wait()
    with suppress(BlockingIOError):  # full of signals, of which each wakes the reader, too
        end.send(b"\0")


class _Tail:
    """The last bytes of a stream."""

    def __init__(self) -> None:
        self._parts: deque[bytes] = deque()
        self._size = 0
        self._lock = threading.Lock()

    def add(self, part: bytes) -> None:
        with self._lock:
            self._parts.append(part)
            self._size += len(part)
            while self._size - len(self._parts[0]) >= REMEMBERED_BYTES:
                self._size -= len(self._parts.popleft())

    def content(self) -> bytes:
        with self._lock:
            return b"".join(self._parts)[-REMEMBERED_BYTES:]


def _copy(source: int, target: int, tail: _Tail) -> None:
    with suppress(OSError):  # a terminal whose program has ended is an error on Linux, a closed pipe elsewhere
        while part := os.read(source, _PART):
            tail.add(part)
            _write(target, part)
    with suppress(OSError):
        os.close(source)


def _write(target: int, part: bytes) -> None:
    while part:
        if os.name != "nt" and not os.get_blocking(target):  # as a program before us may have left a terminal
            select.select([], [target], [])
        part = part[os.write(target, part) :]


class _Channels(NamedTuple):
    """Where the output of the command goes, and where each stream is copied from and to."""

    stdout: int
    stderr: int
    copies: tuple[tuple[int, int], ...]
    terminals: tuple[tuple[int, int], ...]
    """Descriptor of each terminal of the command, and of ours that has its size."""

    def close_theirs(self) -> None:
        """Close the ends that only the command uses now."""
        for each in {self.stdout, self.stderr}:
            os.close(each)

    def close(self) -> None:
        """Close everything."""
        self.close_theirs()
        for ours, _ in self.copies:
            os.close(ours)

    @contextmanager
    def resized(self) -> Iterator[None]:
        """Give the terminals of the command the size of ours whenever that changes."""
        if not self.terminals:
            yield
            return
        before = signal.signal(signal.SIGWINCH, lambda *_: self._resize())
        try:
            yield
        finally:
            signal.signal(signal.SIGWINCH, before)

    def _resize(self) -> None:
        for theirs, ours in self.terminals:
            with suppress(OSError):
                _copy_size(ours, theirs)


def _channels() -> _Channels:
    """Return a channel for each stream; one for both where both lead to one place, which keeps the order of output."""
    if _lead_to_one_place(1, 2):
        read, write, terminal = _channel(1)
        return _Channels(write, write, ((read, 1),), ((read, 1),) if terminal else ())
    out, err = _channel(1), _channel(2)
    copies = ((out[0], 1), (err[0], 2))
    terminals = (copy for copy, each in zip(copies, (out, err), strict=True) if each[2])
    return _Channels(out[1], err[1], copies, tuple(terminals))


def _channel(target: int) -> tuple[int, int, bool]:
    """Return the ends for reading and writing of a channel to one of our streams, and whether it is a terminal."""
    if os.isatty(target):
        with suppress(ImportError, OSError):  # Windows, or no terminals left
            return (*_terminal(target), True)
    return (*os.pipe(), False)


def _terminal(target: int) -> tuple[int, int]:
    import pty
    import termios

    ours, theirs = pty.openpty()
    modes = termios.tcgetattr(target)
    modes[1] &= ~termios.OPOST  # our own terminal does that, once
    termios.tcsetattr(theirs, termios.TCSANOW, modes)
    _copy_size(target, theirs)
    return ours, theirs


def _copy_size(source: int, target: int) -> None:
    import fcntl
    import termios

    fcntl.ioctl(target, termios.TIOCSWINSZ, fcntl.ioctl(source, termios.TIOCGWINSZ, bytes(8)))


def _lead_to_one_place(one: int, other: int) -> bool:
    try:
        return os.path.sameopenfile(one, other)
    except (OSError, ValueError):
        return False


class _Signals:
    """The signals that are meant for a command, before and after its start.

    What the terminal sends, the command gets by itself; the others are handed on, and so is everything that came
    before the command. A signal that is ignored is so in the command, too, as after `nohup`: a handler that is set
    before the start would end that.
    """

    def __init__(self) -> None:
        self._command: subprocess.Popen[bytes] | None = None
        self._early: list[int] = []
        self._before: dict[int, Any] = {}
        from_terminal = sys.platform == "win32" or _has_terminal()
        self._handlers = dict.fromkeys(_FORWARDED, self._hand_on)
        self._handlers |= dict.fromkeys(_FROM_TERMINAL, self._leave_to_terminal if from_terminal else self._hand_on)

    @contextmanager
    def outlived(self) -> Iterator[None]:
        """Don't end by one of them meanwhile."""
        self._handle(ignored=False)
        try:
            yield
        finally:
            for number, earlier in self._before.items():
                signal.signal(number, earlier)

    def send_to(self, command: subprocess.Popen[bytes]) -> None:
        """Name the command, which has just started. It may want a signal that it started to ignore."""
        self._command = command
        self._handle(ignored=True)
        for number in self._early:
            self._hand_on(number, None)

    def _handle(self, *, ignored: bool) -> None:
        for name, handler in self._handlers.items():
            number = getattr(signal, name, None)
            if number is not None and (signal.getsignal(number) == signal.SIG_IGN) == ignored:
                self._before[number] = signal.signal(number, handler)

    def _hand_on(self, number: int, _: Any) -> None:
        if self._command is None:
            self._early.append(number)
        else:
            with suppress(OSError):
                self._command.send_signal(number)

    def _leave_to_terminal(self, number: int, _: Any) -> None:
        if self._command is None:
            self._early.append(number)


def _has_terminal() -> bool:
    """Return whether we are in the foreground of a terminal, whose keys reach the command as they reach us."""
    try:
        descriptor = os.open("/dev/tty", os.O_RDWR | getattr(os, "O_NOCTTY", 0))
    except OSError:
        return False
    try:
        return os.tcgetpgrp(descriptor) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(descriptor)


def end_like(status: int) -> int:
    """Return the exit status of a command for ours. Where a signal ended the command, that signal ends this process."""
    if status >= 0:
        return status
    with suppress(OSError, ValueError, ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # the command's own is the one to look at
        with suppress(OSError):  # SIGKILL has no handler
            signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    return 128 - status
