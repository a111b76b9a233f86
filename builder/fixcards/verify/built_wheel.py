"""A wheel that a build made: read as something hostile, and written anew from what it may hold."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import re
import stat
import zipfile
from collections.abc import Iterator
from email.parser import BytesHeaderParser
from pathlib import PurePosixPath

from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from fixcards.verify.lock import LockedRelease
from fixcards.verify.wheel_archive import MAX_DEPTH, WheelRefusedError, unpacked_size

MAX_WHEEL_BYTES = 256 << 20
MAX_UNPACKED_BYTES = 512 << 20
MAX_FILES = 20_000
_SCHEMES = ("purelib", "platlib", "headers", "scripts", "data")
_PART = re.compile(r"[^\x00-\x1f\x7f\\/:]{1,200}")
_STARTUP_MODULES = {"sitecustomize", "usercustomize"}
_NAMESPACE_LINE = re.compile(
    r"import sys, types, os;\s*(?:has_mfs = sys\.version_info > \(3, 5\);\s*)?"
    r"(?:pep420\s*=\s*sys\.version_info > \(3, 3\);\s*)?"
    r"p = os\.path\.join\(sys\._getframe\(1\)\.f_locals\['sitedir'\], \*\((?:'\w+',\s*)*'\w+',?\s*\)\);[^#]*"
)
"""What setuptools writes for a namespace package (`nspkg.pth`)."""


def rewritten(raw: bytes, release: LockedRelease) -> tuple[str, bytes]:
    """Return a wheel's file name and its bytes, written anew: regular files alone, and a RECORD that is true.

    The order, the times and what no installer needs to know don't survive, so that equal builds give equal wheels.
    Raises `WheelRefusedError` where it isn't a wheel of `release`, leads out of its folder, or goes over a bound.
    """
    if len(raw) > MAX_WHEEL_BYTES:
        raise WheelRefusedError(f"it has more than {MAX_WHEEL_BYTES:,} bytes")
    unpacked_size(io.BytesIO(raw))
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            contents = dict(_members(archive))
    except (zipfile.BadZipFile, zipfile.LargeZipFile, ValueError, OSError, EOFError, NotImplementedError) as error:
        raise WheelRefusedError(f"it can't be unpacked: {error}") from None
    except RuntimeError:  # zipfile's for an encrypted member
        raise WheelRefusedError("it is encrypted") from None
    information = _check_identity(contents, release)
    for path, (content, _) in contents.items():
        _check_startup(path, content, information)
    contents.pop(f"{information}/RECORD", None)
    return _tagged_name(contents, release, information), _written(contents, f"{information}/RECORD")


def _members(archive: zipfile.ZipFile) -> Iterator[tuple[str, tuple[bytes, bool]]]:
    """Yield path, content and whether it may be executed, of each file."""
    members = archive.infolist()
    if len(members) > MAX_FILES:
        raise WheelRefusedError(f"it holds more than {MAX_FILES:,} files")
    total = 0
    taken: set[str] = set()
    for member in members:
        mode = member.external_attr >> 16
        if stat.S_IFMT(mode) not in {0, stat.S_IFREG, stat.S_IFDIR} or mode & (stat.S_ISUID | stat.S_ISGID):
            raise WheelRefusedError(f"{member.filename[:80]!a} is no plain file")
        parts = member.filename.rstrip("/").split("/")
        if len(parts) > MAX_DEPTH or not all(_PART.fullmatch(part) and part not in {".", ".."} for part in parts):
            raise WheelRefusedError(f"{member.filename[:80]!a} is no path inside a wheel")
        if member.is_dir():
            continue
        if (name := member.filename.casefold()) in taken:
            raise WheelRefusedError(f"{member.filename[:80]!a} is in it twice")
        taken.add(name)
        with archive.open(member) as file:
            content = file.read(MAX_UNPACKED_BYTES - total + 1)
        total += len(content)
        if total > MAX_UNPACKED_BYTES:
            raise WheelRefusedError(f"it unpacks to more than {MAX_UNPACKED_BYTES:,} bytes")
        yield member.filename, (content, bool(mode & stat.S_IXUSR))


def _check_identity(contents: dict[str, tuple[bytes, bool]], release: LockedRelease) -> str:
    """Return the name of the folder `.dist-info`, the only one, whose metadata name `release`."""
    tops = {path.partition("/")[0] for path in contents if "/" in path}
    folders = [top for top in tops if top.endswith(".dist-info")]
    if len(folders) != 1 or any(top.endswith(".egg-info") for top in tops):
        raise WheelRefusedError("it is not the wheel of one distribution")
    information = folders[0]
    metadata = BytesHeaderParser().parsebytes(contents.get(f"{information}/METADATA", (b"", False))[0])
    stem = information.removesuffix(".dist-info")
    names = [(str(metadata["Name"]), str(metadata["Version"])), (stem.rpartition("-")[0], stem.rpartition("-")[2])]
    for name, version in names:
        try:
            same = canonicalize_name(name) == release.name and Version(version) == Version(release.version)
        except InvalidVersion:
            same = False
        if not same:
            raise WheelRefusedError(f"it says that it is {name[:80]!a} {version[:80]!a}")
    if any(top.endswith(".data") and top != f"{stem}.data" for top in tops):
        raise WheelRefusedError("it has data of another distribution")
    for path in contents:
        top, _, rest = path.partition("/")
        if top == f"{stem}.data" and rest.partition("/")[0] not in _SCHEMES:
            raise WheelRefusedError(f"{path[:80]!a} belongs nowhere")
    return information


def _check_startup(path: str, content: bytes, information: str) -> None:
    """Refuse what Python would run at its start, before a program has imported anything.

    A built distribution has its say where it is imported; a hook at the start could change the package under test in
    runs that never use it. Namespace packages are an exception, whose line is always the same.
    """
    parts = PurePosixPath(path).parts
    if parts[0] == information.removesuffix(".dist-info") + ".data":
        parts = parts[2:]
    if not parts or parts[0] == information:
        return
    if parts[0].partition(".")[0] in _STARTUP_MODULES:
        raise WheelRefusedError(f"{path[:80]!a} would run at the start of every program")
    if len(parts) == 1 and parts[0].endswith(".pth"):
        for line in content.decode("utf-8", "replace").splitlines():
            if re.match(r"import[ \t]", line) and not _NAMESPACE_LINE.fullmatch(line.strip()):
                raise WheelRefusedError(f"{path[:80]!a} would run code at the start of every program")
            if line.strip() and not line.startswith(("import", "#")):
                raise WheelRefusedError(f"{path[:80]!a} would add a folder to the search path")


def _tagged_name(contents: dict[str, tuple[bytes, bool]], release: LockedRelease, information: str) -> str:
    """Return the file name that the tags in the wheel's own metadata call for."""
    wheel = BytesHeaderParser().parsebytes(contents.get(f"{information}/WHEEL", (b"", False))[0])
    tags = [str(tag).split("-") for tag in wheel.get_all("Tag", [])]
    if not tags or any(len(tag) != 3 for tag in tags):
        raise WheelRefusedError("its file WHEEL names no tags")
    compressed = "-".join(".".join(sorted({tag[place] for tag in tags})) for place in range(3))
    name = f"{release.name.replace('-', '_')}-{release.version}-{compressed}.whl"
    try:
        parse_wheel_filename(name)
    except (InvalidWheelFilename, InvalidVersion):
        raise WheelRefusedError("its file WHEEL has tags that no wheel has") from None
    if not re.fullmatch(r"[\w.!+-]{1,200}", name, re.ASCII):
        raise WheelRefusedError("its file WHEEL has tags that no wheel has")
    return name


def _written(contents: dict[str, tuple[bytes, bool]], record: str) -> bytes:
    """Return a wheel of some files, with their RECORD."""
    buffer, lines = io.BytesIO(), io.StringIO()
    rows = csv.writer(lines, lineterminator="\n")
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path, (content, executable) in sorted(contents.items()):
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            rows.writerow([path, f"sha256={digest}", len(content)])
            archive.writestr(_member(path, executable=executable), content)
        rows.writerow([record, "", ""])
        archive.writestr(_member(record, executable=False), lines.getvalue())
    return buffer.getvalue()


def _member(path: str, *, executable: bool) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0))
    member.compress_type = zipfile.ZIP_DEFLATED
    member.external_attr = (stat.S_IFREG | (0o755 if executable else 0o644)) << 16
    return member
