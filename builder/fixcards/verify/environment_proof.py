"""The proof that an environment holds what its lock says and nothing else, before a program runs in it."""

from __future__ import annotations

import ast
import base64
import csv
import hashlib
import io
import os
import posixpath
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from fixcards.files import atomic_write, walk
from fixcards.verify.unavailable import EnvironmentUnavailable

_SHARED_FOLDERS = {"test", "tests", "testing", "doc", "docs", "example", "examples", "benchmarks", "scripts", "tools"}
"""Folders that many distributions put beside their packages by mistake; what is in them differs, and harms no run."""
_DECLARE = r"__import__\('pkg_resources'\)\.declare_namespace\(__name__\)"
_EXTEND = r"(?:__path__=)?(?:__import__\('pkgutil'\)|pkgutil)?\.?extend_path\(__path__,__name__\)"
_IMPORT = r"import(?:pkg_resources|pkgutil)|frompkgutilimportextend_path|pkg_resources\.declare_namespace\(__name__\)"
_STATEMENT = rf"(?:{_DECLARE}|(?:__path__=)?{_EXTEND}|{_IMPORT})"
_NAMESPACE = re.compile(
    rf"{_STATEMENT}|try:(?:;?{_STATEMENT})+;except(?:ImportError)?:(?:;?{_STATEMENT})+|'[^']*'|\"[^\"]*\""
)
_MODULE = re.compile(r"([^.]+)(?:\.[^/]*)?\.(?:py|pyc|so|pyd)")


@dataclass(frozen=True, slots=True)
class _File:
    path: str
    state: os.stat_result
    target: str
    """What it points to, where it is a link."""

    @property
    def text(self) -> str:
        """What changes when the file is exchanged."""
        state = self.state
        return f"{self.path}\0{state.st_mode}\0{state.st_ino}\0{state.st_size}\0{state.st_mtime_ns}\0{self.target}"


Listing = Mapping[str, _File]


def listing(folder: Path) -> Listing:
    """Return all files and links below a folder, by path."""
    files = {}
    for path, entry in walk(str(folder), skip=lambda path: False):
        if not entry.is_dir(follow_symlinks=False):
            target = os.readlink(entry.path) if entry.is_symlink() else ""  # noqa: PTH115 - of each file
            files[path] = _File(path, entry.stat(follow_symlinks=False), target)
    return files


class EnvironmentProof:
    """Proves environments, and remembers below `folder` which sets of unchanged files it has read already."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def prove(self, venv: Path, before: Listing, packages: Mapping[str, str]) -> None:
        """Prove that `venv` is what it was `before` the installation, and the distributions `packages` by version.

        Each further file must be on the list of one distribution, with its hash; two that install different content
        under one path, or two modules under one name, are refused, since one of them would change the other. Raises
        `EnvironmentUnavailable` where that isn't so.
        """
        after = listing(venv)
        for path, file in before.items():
            if path not in after or after[path].text != file.text:
                raise _refusal(f"{path} of the environment itself was changed")
        files = {path: file for path, file in after.items() if path not in before and not _is_lock_of_uv(file)}
        proof = self._folder / _digest(venv, files, packages)
        if proof.is_file():
            return
        owners = _owners(venv, files, packages)
        _check_owners(venv, owners)
        for path, file in files.items():
            if path not in owners:
                raise _refusal(f"{path} belongs to no distribution")
            if not stat.S_ISREG(file.state.st_mode) or file.state.st_mode & (stat.S_ISUID | stat.S_ISGID):
                raise _refusal(f"{path} is no plain file")
            stated = set(owners[path].values())
            if None not in stated and _sha256(venv / path) not in stated:
                raise _refusal(f"{path} isn't the file that {min(owners[path])} installs")
        atomic_write(proof, b"")


def _is_lock_of_uv(file: _File) -> bool:
    """Return whether this is the file by which two uv keep out of each other's way."""
    return file.path == ".lock" and stat.S_ISREG(file.state.st_mode) and file.state.st_size == 0


def _digest(venv: Path, files: Listing, packages: Mapping[str, str]) -> str:
    """Return a digest that changes when a file does.

    Files of the cache are hard links and are identified by their inode. What the installation wrote for this
    environment alone is new each time, so its content counts.
    """
    digest = hashlib.sha256(repr(sorted(packages.items())).encode())
    for path, file in sorted(files.items()):
        alone = file.state.st_nlink == 1 and stat.S_ISREG(file.state.st_mode)
        text = f"{path}\0{file.state.st_mode}\0{_sha256(venv / path)}" if alone else file.text
        digest.update(os.fsencode(f"{text}\n"))
    return digest.hexdigest()


def _owners(venv: Path, files: Listing, packages: Mapping[str, str]) -> dict[str, dict[str, str | None]]:
    """Return for each path the distributions that list it, each with the SHA-256 that it states."""
    owners: dict[str, dict[str, str | None]] = {}
    seen: set[str] = set()
    for record in (path for path in files if re.search(r"site-packages/[^/]+\.dist-info/RECORD$", path)):
        site, _, information = posixpath.dirname(record).rpartition("/")
        name, version = identity(information)
        if name not in packages or Version(packages[name]) != version or name in seen:
            raise _refusal(f"{information} is not in the lock")
        seen.add(name)
        for path, sha256 in recorded_files((venv / record).read_text(encoding="utf-8", errors="replace")):
            owners.setdefault(posixpath.normpath(posixpath.join(site, path)), {})[name] = sha256
        owners.setdefault(record, {})[name] = None
    if missing := packages.keys() - seen:
        raise _refusal(f"{min(missing)} was not installed")
    return owners


def identity(information: str) -> tuple[str, Version]:
    """Return name and version that the name of a folder `.dist-info` says. Raises `EnvironmentUnavailable`."""
    stem = information.removesuffix(".dist-info")
    try:
        return canonicalize_name(stem.rpartition("-")[0]), Version(stem.rpartition("-")[2])
    except InvalidVersion:
        raise _refusal(f"{information} names no version") from None


def recorded_files(text: str) -> Iterator[tuple[str, str | None]]:
    """Yield path and SHA-256 of each line of a RECORD (packaging.python.org, "Recording installed projects")."""
    try:
        for path, stated in ((row[0], row[1]) for row in csv.reader(io.StringIO(text)) if len(row) > 1):
            kind, _, value = stated.partition("=")
            sha256 = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)).hex() if kind == "sha256" else None
            yield path.replace("\\", "/"), sha256
    except (csv.Error, ValueError):
        raise _refusal("a distribution has a RECORD that can't be read") from None


def _check_owners(venv: Path, owners: Mapping[str, Mapping[str, str | None]]) -> None:
    """Refuse two distributions that install different files under one path, or one module from two paths."""
    modules: dict[str, dict[str, set[str]]] = {}
    for path, by_name in owners.items():
        if path.rpartition("site-packages/")[2].partition("/")[0] in _SHARED_FOLDERS:
            continue
        if len(set(by_name.values())) > 1 and not _only_declares_namespace(venv / path):
            raise _refusal(f"{path} is installed by {' and '.join(sorted(by_name))}, and they differ")
        if (module := _module(path)) is not None:
            modules.setdefault(module, {})[path] = set(by_name)
    for paths in modules.values():
        (first, names), *others = sorted(paths.items())
        for other, other_names in others:
            if not names & other_names:
                raise _refusal(f"{first} of {min(names)} and {other} of {min(other_names)} are one module")


def _only_declares_namespace(path: Path) -> bool:
    """Return whether a module does nothing but make its folder a namespace package, in one of the older ways."""
    if path.name != "__init__.py":
        return False
    try:
        statements = ast.parse(path.read_bytes()).body
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    texts = [ast.unparse(each).replace("\n", ";").replace(" ", "") for each in statements]
    return all(_NAMESPACE.fullmatch(text) for text in texts)


def _module(path: str) -> str | None:
    """Return the module that a file is, as a path without endings; a package is the module of its folder."""
    match = _MODULE.fullmatch(posixpath.basename(path))
    if match is None:
        return None
    folder = posixpath.dirname(path).removesuffix("/__pycache__")
    return folder if match[1] == "__init__" else posixpath.join(folder, match[1])


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _refusal(message: str) -> EnvironmentUnavailable:
    return EnvironmentUnavailable("environment", message)
