"""The compiled modules of installed distributions, made once for all runs that import them.

A program can't write into its environment, so each of its runs would compile what it imports anew: seconds for pandas.
The modules are compiled apart from all runs, by the interpreter that will import them, and no code of theirs runs for
that. Python compares each with the content of its source and takes no notice of one that belongs to another (PEP 552).
"""

from __future__ import annotations

import hashlib
import json
import os
import posixpath
import threading
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from fixcards.files import scratch_dir
from fixcards.verify import bytecode_compiler
from fixcards.verify.environment_proof import recorded_files
from fixcards.verify.interpreters import Interpreter
from fixcards.verify.sandbox import Job, Limits, Sandbox, SandboxError

_FORMAT = 1
"""Raise it when other modules are compiled than before."""
_OLDEST = (3, 7)
"""The first Python that compares a compiled module with the content of its source."""
_LEFT_OUT = {"test", "tests"}
"""Folders of modules that no program imports, and that are half of a large distribution."""
_LIMITS = Limits(wall_seconds=300, cpu_seconds=300, memory_bytes=2 << 30, file_bytes=512 << 20, disk_bytes=64 << 20)
_INPUTS = "/inputs"


@dataclass(frozen=True, slots=True)
class _Distribution:
    modules: tuple[str, ...]
    """Paths below the folder of packages."""
    stored: Path
    """The folder with what was compiled of it, under the same paths."""


class Bytecode:
    """Compiles distributions, and stores below `folder` what can be used again."""

    def __init__(self, folder: Path, sandbox: Sandbox, stop: threading.Event | None = None) -> None:
        self._folder = folder
        self._sandbox = sandbox
        self._stop = stop

    def add(self, venv: Path, interpreter: Interpreter, *, compiles: bool) -> None:
        """Put the compiled modules into an environment that was proved: lists of files and hashes in it are true.

        Those that aren't stored yet are compiled where it `compiles`, which takes longer than one run that imports some
        of them. What can't be compiled is left to the runs. Without isolation nothing is added, since a program could
        write through the hard links into what others use.
        """
        if interpreter.minor < _OLDEST or self._sandbox.name == "none":
            return
        site = f"lib/python{interpreter.minor[0]}.{interpreter.minor[1]}/site-packages"
        distributions = list(self._distributions(venv / site, interpreter))
        missing = [each for each in distributions if compiles and not each.stored.is_dir()]
        if missing:
            self._compile(venv, site, interpreter, missing)
        for each in distributions:
            _link(each.stored, venv / site)

    def _distributions(self, site: Path, interpreter: Interpreter) -> Iterator[_Distribution]:
        for record in site.glob("*.dist-info/RECORD"):
            text = record.read_text(encoding="utf-8", errors="replace")
            modules = tuple(path for path, sha256 in recorded_files(text) if sha256 and _is_module(path))
            key = hashlib.sha256(json.dumps([_FORMAT, interpreter.version, text]).encode()).hexdigest()[:32]
            if modules:
                yield _Distribution(modules, self._folder / key)

    def _compile(self, venv: Path, site: str, interpreter: Interpreter, missing: Sequence[_Distribution]) -> None:
        """Compile distributions together; where that doesn't end well, each alone, so that one harms no other."""
        compiled = self._compiled(venv, site, interpreter, [module for each in missing for module in each.modules])
        if compiled is None and len(missing) > 1:
            for each in missing:
                self._compile(venv, site, interpreter, [each])
            return
        for each in missing:
            self._store(each, compiled or {}, interpreter)

    def _compiled(
        self, venv: Path, site: str, interpreter: Interpreter, modules: Sequence[str]
    ) -> dict[str, bytes] | None:
        """Return the compiled form of each module that can be compiled; None where the job failed."""
        with scratch_dir(self._folder.parent / "work") as work:
            (work / "modules.txt").write_text("\n".join(modules), encoding="utf-8")
            output = os.open(work / "result", os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            with os.fdopen(output, "rb") as result:
                os.fchmod(output, 0o666)  # the user inside is another one
                try:
                    done = self._sandbox.run(self._job(venv, site, interpreter, work))
                except SandboxError:
                    return None
                if done.stopped == "cancelled":
                    raise KeyboardInterrupt
                if done.exit != 0:
                    return None
                try:
                    return {modules[number]: content for number, content in _members(result)}
                except (zipfile.BadZipFile, OSError, EOFError, ValueError, IndexError):
                    return None

    def _store(self, distribution: _Distribution, compiled: Mapping[str, bytes], interpreter: Interpreter) -> None:
        with scratch_dir(self._folder.parent / "work") as work:
            place = work / "stored"
            place.mkdir()
            for module in distribution.modules:
                if (content := compiled.get(module)) is not None:
                    path = place / _compiled_path(module, interpreter)
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(content)
            self._folder.mkdir(parents=True, exist_ok=True)
            with suppress(OSError):  # another run has stored it by now
                place.rename(distribution.stored)

    def _job(self, venv: Path, site: str, interpreter: Interpreter, work: Path) -> Job:
        readable = {
            venv: "/venv",
            work / "modules.txt": f"{_INPUTS}/modules.txt",
            Path(bytecode_compiler.__file__): f"{_INPUTS}/bytecode_compiler.py",
        }
        if not interpreter.prefix.is_relative_to("/usr"):
            readable[interpreter.prefix] = str(interpreter.prefix)
        program = [str(interpreter.executable), "-I", "-S", "-B", f"{_INPUTS}/bytecode_compiler.py"]
        return Job(
            argv=(*program, f"{_INPUTS}/modules.txt", f"/venv/{site}", f"{_INPUTS}/result"),
            cwd="/tmp",  # noqa: S108 - inside the isolation
            environment={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
            readable=readable,
            writable={work / "result": f"{_INPUTS}/result"},
            limits=_LIMITS,
            stop=self._stop,
        )


def _is_module(path: str) -> bool:
    """Return whether a path of a RECORD is a module in the folder of packages that some program may import."""
    parts = path.split("/")
    return path.endswith(".py") and "\n" not in path and not _LEFT_OUT.union(("", ".", "..")).intersection(parts)


def _compiled_path(module: str, interpreter: Interpreter) -> str:
    """Return where Python looks for the compiled form of a module (PEP 3147)."""
    folder, name = posixpath.split(module)
    tag = f"cpython-{interpreter.minor[0]}{interpreter.minor[1]}"
    return posixpath.join(folder, "__pycache__", f"{name.removesuffix('.py')}.{tag}.pyc")


def _members(archive: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield number and content of each member; none is larger than the file that holds it."""
    with zipfile.ZipFile(archive) as opened:
        for member in opened.infolist():
            if member.compress_type == zipfile.ZIP_STORED:
                yield int(member.filename), opened.read(member)


def _link(stored: Path, site: Path) -> None:
    """Link the files below `stored` to the same paths below `site`, where the distribution has none of its own."""
    for folder, _, names in os.walk(stored):
        if names:
            target = os.path.join(site, os.path.relpath(folder, stored))  # noqa: PTH118 - of each file
            os.makedirs(target, exist_ok=True)  # noqa: PTH103
            for name in names:
                with suppress(FileExistsError):
                    os.link(os.path.join(folder, name), os.path.join(target, name))  # noqa: PTH118
