"""How the program ends when it is told to, by a CI job that is cancelled for instance: as on Ctrl-C."""

from __future__ import annotations

import atexit
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def exit_on_sigterm() -> None:
    """Let SIGTERM leave every `with` and `finally` on its way out, say so in a line and end with status 143.

    By default it ends a program where it stands, with temporary folders and child processes left behind. Nothing is
    changed outside the main thread and where somebody else has seen to the signal.
    """
    if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGTERM) == signal.SIG_DFL:
        signal.signal(signal.SIGTERM, _exit)


def restore_sigterm() -> None:
    """Take `end_in_order` back, if that was what the signal would do."""
    if signal.getsignal(signal.SIGTERM) is _exit:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def leave_signals_to_parent() -> None:
    """Leave Ctrl-C to the parent of this process, which ends it by SIGTERM."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


@contextmanager
def defer_signals() -> Iterator[None]:
    """Let both signals wait while something is done that must not be left halfway.

    Not by the system's mask of signals, which programs that are started meanwhile would inherit. Other threads than
    the main one are never disturbed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    received: list[int] = []
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    before = {number: does for number, does in before.items() if callable(does) or does == signal.SIG_DFL}
    for number in before:
        signal.signal(number, lambda number, _: received.append(number))
    try:
        yield
    finally:
        try:
            for number, handler in reversed(before.items()):  # Ctrl-C last, since it may raise where it is put back
                signal.signal(number, handler)
        finally:
            if received:
                signal.raise_signal(received[0])


def _exit(number: int, frame: FrameType | None) -> None:
    # `timeout` sends it twice, and the second would break into the clean-up. Not SIG_IGN, which programs that are
    # started meanwhile would inherit.
    signal.signal(number, lambda *_: None)
    # Not here, where something else may be half printed.
    atexit.register(print, "fixcards: stopped", file=sys.stderr)
    sys.exit(128 + number)
