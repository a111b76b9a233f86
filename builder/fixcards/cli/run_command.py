"""The command `fixcards run`. It imports nothing that a command which ends well doesn't need."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from fixcards.cli.passthrough import end_like, run
from fixcards.errors import FixcardsError

COULD_NOT_START = 127
"""As shells say it."""
_SILENT = frozenset({"SIGINT", "SIGTERM", "SIGHUP", "SIGKILL", "SIGPIPE", "SIGQUIT"})
"""Signals by which a reader or a machine ended the command: it didn't fail by itself."""


def run_command(words: Sequence[str]) -> int:
    """Run a command as if it had been typed alone; where it fails, print the cards that surely fit. Return its status.

    Where a signal ended it, this process ends by the same one.
    """
    try:
        ended = run(words)
    except FixcardsError as error:
        from fixcards.cli.terminal import echo

        echo(f"fixcards: {error}", err=True)
        return COULD_NOT_START
    if ended.status > 0 or (ended.status < 0 and not _ended_from_outside(-ended.status)):
        from fixcards.search.failure_notice import print_notice

        print_notice(ended.output.decode("utf-8", "replace"), sys.stderr)
    sys.stderr.flush()
    return end_like(ended.status)


def _ended_from_outside(number: int) -> bool:
    import signal

    return any(getattr(signal, name, None) == number for name in _SILENT)
