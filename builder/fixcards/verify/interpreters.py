"""The Python interpreters of this machine, and the choice between them for a run."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.tags import Tag, compatible_tags, cpython_tags, platform_tags
from packaging.version import Version

from fixcards.verify.final_releases import FINAL_RELEASE_DAYS
from fixcards.verify.package_index import ReleaseInfo

_NAME = re.compile(r"python3\.(\d+)(?:\.exe)?")
_QUERY_PROGRAM = (
    "import json,platform,sys;print(json.dumps([list(sys.version_info[:3]),sys.implementation.name,"
    "sys.base_prefix,sys.base_exec_prefix,sys.maxsize>2**32]))"
)


@dataclass(frozen=True, slots=True)
class Interpreter:
    """One installed CPython."""

    version: str
    executable: Path
    prefix: Path
    """Folder of the installation, which a run must be able to read."""

    @property
    def minor(self) -> tuple[int, int]:
        """Major and minor number."""
        parsed = Version(self.version)
        return parsed.major, parsed.minor


def choose_interpreters(
    installed: Iterable[Interpreter],
    specifiers: Iterable[str | None],
    day: date | None,
    release: ReleaseInfo | None = None,
) -> list[Interpreter]:
    """Return the interpreters on which a run may be made, best first.

    All satisfy every specifier. Where `release` has wheels, they have one of those, unless none has and there is a
    source distribution. Best is the newest whose first final release came before `day`, since wheels of that time exist
    for it; then older ones downwards; then those that came later, nearest first.
    """
    allowed = [each for each in installed if all(_allows(each, text) for text in specifiers if text)]
    if release is not None and release.wheels:
        allowed = [each for each in allowed if runs_wheel(each, release)] or (allowed if release.source else [])
    allowed.sort(key=lambda each: Version(each.version), reverse=True)
    early = [each for each in allowed if day is None or FINAL_RELEASE_DAYS.get(each.minor, date.max) < day]
    late = [each for each in reversed(allowed) if each not in early]
    return early + late


def runs_wheel(interpreter: Interpreter, release: ReleaseInfo) -> bool:
    """Return whether the release has a wheel for this interpreter and machine."""
    return not _tags(interpreter.minor).isdisjoint(release.wheels)


@cache
def _tags(minor: tuple[int, int]) -> frozenset[str]:
    platforms = list(platform_tags())
    tags: list[Tag] = list(cpython_tags(minor, platforms=platforms))
    abi = f"cp{minor[0]}{minor[1]}"
    if minor < (3, 8):  # these carry the m of pymalloc in their ABI tag
        tags += [Tag(abi, f"{abi}m", platform) for platform in platforms]
    tags += compatible_tags(minor, interpreter=abi, platforms=platforms)
    return frozenset(str(tag) for tag in tags)


def _allows(interpreter: Interpreter, specifier: str) -> bool:
    try:
        return Version(interpreter.version) in SpecifierSet(specifier, prereleases=True)
    except InvalidSpecifier:  # old releases have all sorts of texts in Requires-Python, and pip ignores those too
        return True


@cache
def installed_interpreters() -> tuple[Interpreter, ...]:
    """Return one CPython 3 of each minor version, the newest patch release of it, sorted by version.

    Searches PATH, the folders of pyenv, uv and CI runners, and the folders that FIXCARDS_PYTHONS names.
    """
    best: dict[tuple[int, int], Interpreter] = {}
    seen: set[Path] = set()
    for executable in _candidates():
        real = executable.resolve()
        if real in seen:
            continue
        seen.add(real)
        interpreter = _query(real)
        if interpreter is None:
            continue
        other = best.get(interpreter.minor)
        if other is None or Version(interpreter.version) > Version(other.version):
            best[interpreter.minor] = interpreter
    return tuple(best[minor] for minor in sorted(best))


def _candidates() -> Iterator[Path]:
    for folder in _folders():
        try:
            names = sorted(os.listdir(folder))  # noqa: PTH208 - a folder of a thousand names: no Path for each
        except OSError:
            continue
        yield from (folder / name for name in names if _NAME.fullmatch(name) and os.access(folder / name, os.X_OK))


def _folders() -> Iterator[Path]:
    named = os.environ.get("FIXCARDS_PYTHONS", "")
    yield from (Path(text) for text in named.split(os.pathsep) if text)
    for text in os.environ.get("PATH", "").split(os.pathsep):
        if text and "shims" not in Path(text).parts:  # pyenv's shims fail for all versions but the chosen one
            yield Path(text)
    homes = [
        Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions",
        Path(os.environ.get("UV_PYTHON_INSTALL_DIR") or Path.home() / ".local" / "share" / "uv" / "python"),
        Path(os.environ.get("RUNNER_TOOL_CACHE") or "/opt/hostedtoolcache") / "Python",
    ]
    for home in homes:
        try:
            versions = sorted(home.iterdir())
        except OSError:
            continue
        for version in versions:
            yield from (version / "bin", version / "x64" / "bin", version)


def _query(executable: Path) -> Interpreter | None:
    try:
        done = subprocess.run(  # noqa: S603
            [executable, "-I", "-S", "-c", _QUERY_PROGRAM], capture_output=True, text=True, timeout=20, check=False
        )
        version, name, prefix, _, _ = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    if name != "cpython" or version[0] != 3 or version < [3, 6]:
        return None
    return Interpreter(".".join(map(str, version)), executable, Path(prefix))
