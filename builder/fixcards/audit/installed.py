"""What is installed for an interpreter, read from the names of metadata folders. Nothing of it is imported."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from fixcards.audit.environment import AuditedEnvironment, Environment, Release, by_name
from fixcards.audit.target import Target, platform_of, this_platform, this_python
from fixcards.errors import FixcardsError
from fixcards.matching.parse.packages import canonical_name

_TIMEOUT_SECONDS = 30
_METADATA = re.compile(r"(?P<name>[A-Za-z0-9._-]+?)-(?P<version>[0-9v][^-]*)(?:-py[0-9.]+)?\.(?:dist-info|egg-info)")
_PROGRAM = "import json, platform, sys; print(json.dumps([sys.path, platform.python_version(), sys.platform]))"


class Interpreter(NamedTuple):
    """An interpreter with the folders that it imports from."""

    name: str
    version: str
    platform: str
    folders: tuple[str, ...]


def installed(interpreter: Interpreter) -> AuditedEnvironment:
    """Return the environment of an interpreter. Of a package in several folders the first one counts, as in imports."""
    releases: dict[str, Release] = {}
    for folder in interpreter.folders:
        for release in _releases_in(folder):
            releases.setdefault(release.name, release)
    target = Target(interpreter.version, interpreter.platform)
    environment = Environment(by_name(list(releases.values())), (target,))
    return AuditedEnvironment(interpreter.name, "installed", (environment,))


def this_interpreter() -> Interpreter:
    """Return the interpreter that runs the program."""
    return Interpreter(sys.executable or "this Python", this_python(), this_platform(), tuple(sys.path))


def interpreter_at(path: Path) -> Interpreter:
    """Return the interpreter at a path: its program, or the folder of a virtual environment.

    The program is run to ask it where it imports from; that of a virtual environment in a folder isn't. Raises
    `FixcardsError` where there is none.
    """
    if path.is_dir():
        environment = virtual_environment(path)
        if environment is None:
            raise FixcardsError(f"{path}: is no virtual environment: it has no pyvenv.cfg with a folder of packages")
        return environment
    if not path.exists():
        raise FixcardsError(f"{path}: no such interpreter; give its program, or the folder of a virtual environment")
    try:
        done = subprocess.run(  # noqa: S603 - the interpreter that the user names
            [str(path), "-I", "-c", _PROGRAM], capture_output=True, check=False, timeout=_TIMEOUT_SECONDS
        )
        folders, version, sys_platform = json.loads(done.stdout.decode())
    except OSError as error:
        raise FixcardsError(f"{path}: can't be run: {error.strerror}") from None
    except subprocess.TimeoutExpired:
        raise FixcardsError(f"{path}: no answer after {_TIMEOUT_SECONDS} s") from None
    except ValueError:
        raise FixcardsError(f"{path}: is no Python interpreter of version 3") from None
    return Interpreter(str(path), version, platform_of(sys_platform), tuple(folders))


def virtual_environment(folder: Path) -> Interpreter | None:
    """Return the interpreter of a virtual environment without running it, None where a folder is none."""
    try:
        settings = _settings((folder / "pyvenv.cfg").read_text(encoding="utf-8", errors="replace").splitlines())
    except OSError:
        return None
    folders = [*folder.glob("lib/python3*/site-packages"), *folder.glob("Lib/site-packages")]
    version = settings.get("version_info") or settings.get("version") or ""
    match = re.match(r"3\.[0-9]{1,2}(?:\.[0-9]{1,2})?", version)
    if not folders or not match:
        return None
    return Interpreter(str(folder), match[0], this_platform(), tuple(map(str, sorted(folders))))


def _settings(lines: Iterable[str]) -> dict[str, str]:
    pairs = (line.partition("=") for line in lines)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _releases_in(folder: str) -> Iterator[Release]:
    try:
        names = sorted(each.name for each in Path(folder or ".").iterdir())
    except OSError:  # an archive, or a folder that isn't there
        return
    for name in names:
        match = _METADATA.fullmatch(name)
        if match:
            yield Release(canonical_name(match["name"]), match["version"].replace("_", "-"))
