"""The bounds of a wheel from an index, looked at before uv unpacks it."""

from __future__ import annotations

import os
import zipfile
from pathlib import PurePosixPath
from typing import BinaryIO

MAX_FILES = 200_000
"""Files and folders in one wheel. The largest real ones have about 40,000."""
MAX_UNPACKED = 16 << 30
"""Bytes of one unpacked wheel. The largest real ones have about 5 GB."""
MAX_FILE = 4 << 30
"""Bytes of one unpacked file. The largest real ones, libraries for graphics cards, have about 2 GB."""
MAX_DEPTH = 64
FREE_BYTES, MAX_RATIO = 256 << 20, 16
"""Unpacked bytes that any wheel may have, and how many more for each byte of the wheel.

Real wheels unpack to three to six times their size; deflate reaches a thousand times.
"""
_LOCAL_HEADER, _DIRECTORY_ENTRY = b"PK\x03\x04", b"PK\x01\x02"
_BLOCK = 1 << 20


class WheelRefusedError(Exception):
    """A wheel goes over a bound or isn't built as a wheel is; the message says how."""


def unpacked_size(wheel: BinaryIO) -> int:
    """Return the bytes to which a wheel unpacks by its own directory. Raises `WheelRefusedError` above a bound.

    A directory may lie. So this keeps honest giants out, and who unpacks watches what really arrives on the disk.
    """
    wheel.seek(0, os.SEEK_END)
    size = wheel.tell()
    # Before the directory is parsed, since a million entries alone would take a gigabyte of memory.
    if max(_count(wheel, _LOCAL_HEADER), _count(wheel, _DIRECTORY_ENTRY)) > MAX_FILES:
        raise WheelRefusedError(f"it holds more than {MAX_FILES:,} files")
    try:
        wheel.seek(0)
        with zipfile.ZipFile(wheel) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise WheelRefusedError(f"it is no zip archive: {error}") from None
    folders: set[PurePosixPath] = set()
    for member in members:
        path = PurePosixPath(member.filename)
        if len(path.parts) > MAX_DEPTH or len(member.filename) > 1024:
            raise WheelRefusedError("it nests folders too deeply")
        if member.file_size > MAX_FILE:
            raise WheelRefusedError(f"one of its files unpacks to {member.file_size:,} bytes")
        folders.update(path.parents)
    if len(members) + len(folders) > MAX_FILES:
        raise WheelRefusedError(f"it holds more than {MAX_FILES:,} files")
    total = sum(member.file_size for member in members)
    if total > min(MAX_UNPACKED, FREE_BYTES + MAX_RATIO * size):
        raise WheelRefusedError(f"it has {size:,} bytes and unpacks to {total:,}")
    return total


def _count(file: BinaryIO, mark: bytes) -> int:
    """Return how often `mark` stands in a file."""
    file.seek(0)
    count, rest = 0, b""
    while block := file.read(_BLOCK):
        block = rest + block
        count += block.count(mark)
        rest = block[-(len(mark) - 1) :]
    return count
