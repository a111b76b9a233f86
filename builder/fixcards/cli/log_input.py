"""The text that `fixcards match` reads: the prompt and the progress bar."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

import click

from fixcards.cli.terminal import echo
from fixcards.errors import FixcardsError

PROGRESS_BAR_BYTES = 1 << 24
"""Size of a log whose reading takes long enough for a progress bar."""
_END = "Ctrl-Z and Enter" if os.name == "nt" else "Ctrl-D"
_COMPRESSED = {
    b"\x1f\x8b": "gzip -d",
    b"PK\x03\x04": "unzip",
    b"PK\x05\x06": "unzip",
    b"BZh91AY&SY": "bzip2 -d",
    b"\xfd7zXZ\0": "xz -d",
    b"\x28\xb5\x2f\xfd": "zstd -d",
    b"7z\xbc\xaf\x27\x1c": "7z x",
    b"\x04\x22\x4d\x18": "lz4 -d",
    b"LZIP\x01": "lzip -d",
    b"Rar!\x1a\x07": "unrar x",
    b"\x02\x21\x4c\x18": "lz4 -d",
    b"MSCF\0": "cabextract",
    b"\x1f\x9d": "uncompress",
    b"\x5d\0\0": "xz -d",
}
"""The first bytes of compressed files, and the command that unpacks each."""
_SAMPLE_BYTES = 4096
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
"""Control characters that no text has, but for those that steer a terminal. Every tenth random byte is one."""
_BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")


@contextmanager
def open_log(log: BinaryIO) -> Iterator[Callable[[int], None] | None]:
    """Give a function to call with the bytes read so far, which draws a progress bar; None where there is none.

    Asks for the text where it is typed at a terminal. Raises `FixcardsError` for a compressed file: it would hold no
    failure, which would be taken for an answer.
    """
    if log.isatty():
        echo(f"Paste the failure, then press {_END}.", err=True)
    else:
        _need_text(log)
    try:
        size = os.fstat(log.fileno()).st_size
    except (OSError, ValueError):  # a pipe has no size
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
    if _is_binary(start[:_SAMPLE_BYTES]):
        raise FixcardsError(f"{log.name}: is no text; if it is compressed, unpack it first")


def _is_binary(sample: bytes) -> bool:
    """Return whether bytes are neither UTF-8 nor of another encoding of text, which has few control characters."""
    try:
        sample.decode()
    except UnicodeDecodeError as error:
        if error.reason != "unexpected end of data" and not sample.startswith(_BYTE_ORDER_MARKS):
            return len(_CONTROLS.findall(sample)) > len(sample) / 20
    return False
