"""The text that `fixcards match` reads, as far as a person has to do with it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

import click

from fixcards.errors import FixcardsError

PROGRESS_BAR_BYTES = 1 << 24
"""Bytes of a log from which on reading it takes long enough for a progress bar."""
_END = "Ctrl-Z and Enter" if os.name == "nt" else "Ctrl-D"
_COMPRESSED = {
    b"\x1f\x8b": "gzip -d",
    b"PK\x03\x04": "unzip",
    b"BZh": "bzip2 -d",
    b"\xfd7zXZ\0": "xz -d",
    b"\x28\xb5\x2f\xfd": "zstd -d",
}
"""How compressed files begin, and what unpacks them."""


@contextmanager
def open_log(log: BinaryIO) -> Iterator[Callable[[int], None] | None]:
    """Show a bar while a file is read, where somebody sits at a terminal; give what is told the bytes read.

    Says what is waited for where somebody is to type it. Raises `FixcardsError` for what has to be unpacked first:
    no failure would be found in it, which would be taken for an answer.
    """
    if log.isatty():
        click.echo(f"Paste the failure, then press {_END}.", err=True)
    else:
        _need_text(log)
    try:
        size = os.fstat(log.fileno()).st_size
    except (OSError, ValueError):  # a pipe knows no size
        size = 0
    if size < PROGRESS_BAR_BYTES or not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(length=size, label="Reading", file=sys.stderr) as bar:
        yield lambda done: bar.update(done - bar.pos)


def _need_text(log: BinaryIO) -> None:
    peek = getattr(log, "peek", None)
    start = peek(1) if peek else b""
    for begin, unpack in _COMPRESSED.items():
        if start.startswith(begin):
            raise FixcardsError(f"{log.name}: is compressed; unpack it first ({unpack})")
