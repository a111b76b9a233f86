"""How the program ends on SIGTERM, which a cancelled CI job sends for instance: in the same way as on Ctrl-C."""

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
    """Let SIGTERM unwind every `with` and `finally`, print one line and exit with status 143.

    By default it ends a program at once and leaves temporary folders and child processes behind. Nothing changes
    outside the main thread, or if the signal has another handler already.
    """
    if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGTERM) == signal.SIG_DFL:
        signal.signal(signal.SIGTERM, _exit)


def restore_sigterm() -> None:
    """Undo `exit_on_sigterm`."""
    if signal.getsignal(signal.SIGTERM) is _exit:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def leave_signals_to_parent() -> None:
    """Ignore Ctrl-C in this process: its parent handles it, and ends this one with SIGTERM."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def reset_ignored_signals() -> None:
    """Let programs that are started from now on receive SIGINT and SIGTERM, although this one ignores them.

    A shell starts its background jobs with SIGINT ignored, and "ignored" is inherited for ever: a card's program would
    behave otherwise than in the foreground. A handler is not inherited, so one that does nothing takes its place.
    Outside the main thread nothing can be changed.
    """
    if threading.current_thread() is threading.main_thread():
        for number in _SIGNALS:
            if signal.getsignal(number) == signal.SIG_IGN:
                signal.signal(number, lambda *_: None)


@contextmanager
def defer_signals() -> Iterator[None]:
    """Delay both signals to the end of the block, which must not be interrupted halfway.

    The system's signal mask is left alone, because programs that are started in the block would inherit it. In
    threads other than the main one nothing is done: signals never interrupt those.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    received: list[int] = []
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    before = {number: handler for number, handler in before.items() if callable(handler) or handler == signal.SIG_DFL}
    for number in before:
        signal.signal(number, lambda number, _: received.append(number))
    try:
        yield
    finally:
        try:
            for number, handler in reversed(before.items()):  # Ctrl-C last: once restored, it may raise
                signal.signal(number, handler)
        finally:
            if received:
                signal.raise_signal(received[0])


def _exit(number: int, frame: FrameType | None) -> None:
    # `timeout` sends it twice, and the second would interrupt the clean-up. Not SIG_IGN, which programs that are
    # started meanwhile would inherit.
    signal.signal(number, lambda *_: None)
    # At exit, because other output may be half printed now.
    atexit.register(print, "fixcards: stopped", file=sys.stderr)
    sys.exit(128 + number)
