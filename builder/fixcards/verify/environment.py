"""From requirements to an environment: lock with hashes, then a fresh virtual environment made from that lock alone."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from fixcards.ecosystems.pypi import end_of_day
from fixcards.files import atomic_write, scratch_dir
from fixcards.verify.index_configuration import without_password
from fixcards.verify.interpreters import Interpreter
from fixcards.verify.sandbox import Sandbox
from fixcards.verify.unavailable import EnvironmentUnavailable
from fixcards.verify.uv import Uv, uv_version


@dataclass(frozen=True, slots=True)
class EnvironmentSpec:
    """What an environment is made from."""

    requires: tuple[str, ...]
    interpreter: Interpreter
    exclude_newer: date | None
    build: tuple[str, ...] = ()
    """Distributions that may be built from source."""

    @property
    def digest(self) -> str:
        """Digest of everything that decides what is in the lock, except the index."""
        parts = [
            list(self.requires),
            self.interpreter.version,
            str(self.exclude_newer),
            sorted(self.build),
            uv_version(),
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


class EnvironmentBuilder:
    """Makes locks and environments; stores below `folder` what can be used again.

    No code of a distribution runs unless the card allows its build.
    """

    def __init__(
        self, folder: Path, index: Mapping[str, str], sandbox: Sandbox, stop: threading.Event | None = None
    ) -> None:
        self.folder = folder.absolute()
        self.uv = Uv(self.folder, index, sandbox, stop)
        self._index = dict(index)
        self._sandbox = sandbox

    def lock(self, spec: EnvironmentSpec, card_id: str) -> str:
        """Return the lock: a requirements file with hashes, which names no index.

        With a day in `spec`, a lock or a refusal is resolved once and stored; without one it is resolved anew each
        time. Raises `EnvironmentUnavailable`, or `FixcardsError` where the index can't be reached.
        """
        indexes = [f"{name}={without_password(url)}" for name, url in sorted(self._index.items())]
        name = hashlib.sha256(json.dumps([spec.digest, indexes]).encode()).hexdigest()[:32]
        stored = self.folder / "locks" / f"{name}.txt"
        refused = stored.with_suffix(".refused.json")
        if spec.exclude_newer is not None:
            with suppress(OSError):
                return stored.read_text(encoding="utf-8")
            with suppress(OSError, ValueError):
                raise EnvironmentUnavailable(*json.loads(refused.read_text(encoding="utf-8")))
        try:
            text = self._resolve(spec, card_id)
        except EnvironmentUnavailable as refusal:
            if spec.exclude_newer is not None and refusal.reason in {"resolution", "no wheel"}:
                atomic_write(refused, json.dumps([refusal.reason, refusal.detail]).encode())
            raise
        atomic_write(stored, text.encode())
        return text

    def _resolve(self, spec: EnvironmentSpec, card_id: str) -> str:
        with scratch_dir(self.folder / "work") as home:
            work = home / "lock"
            work.mkdir()
            (work / "in.txt").write_text("\n".join(spec.requires) + "\n", encoding="utf-8")
            arguments = ["pip", "compile", "in.txt", "--output-file", "lock.txt", "--generate-hashes", "--no-header"]
            arguments += ["--no-annotate", "--no-emit-index-url", "--quiet"]
            arguments += ["--python", str(spec.interpreter.executable), *_wheels_only(spec.build)]
            if spec.exclude_newer is not None:
                arguments += ["--exclude-newer", end_of_day(spec.exclude_newer)]
            self._run_uv(arguments, work, spec, card_id)
            return _not_a_link(work / "lock.txt").read_text(encoding="utf-8")

    def make(self, lock: str, spec: EnvironmentSpec, card_id: str, work: Path) -> Path:
        """Make a fresh environment from a lock, from the cache alone where it has everything; return its folder.

        It is made in the folder `work`, into which a build may write anything, so use `work` for nothing else. Raises
        what `lock` raises.
        """
        work.mkdir(exist_ok=True)
        venv = work / "venv"
        (work / "lock.txt").write_text(lock, encoding="utf-8")
        python = str(spec.interpreter.executable)
        self.uv.run(["venv", "--quiet", "--relocatable", "--no-project", "--python", python, "venv"], work)
        if not lock.strip():
            return venv
        arguments = ["pip", "sync", "lock.txt", "--require-hashes", "--quiet", "--python", "venv/bin/python"]
        arguments += _wheels_only(spec.build)
        if spec.build and spec.exclude_newer is not None:  # the requirements of a build are of that time, too
            arguments += ["--exclude-newer", end_of_day(spec.exclude_newer)]
        if self._sandbox.name == "none":  # a run could write through a hard link into the cache
            arguments += ["--link-mode", "copy"]
        try:
            self._run_uv([*arguments, "--offline"], work, spec, card_id)
        except EnvironmentUnavailable:
            self._run_uv(arguments, work, spec, card_id)
        return _not_a_link(venv)

    def _run_uv(self, arguments: Sequence[str], work: Path, spec: EnvironmentSpec, card_id: str) -> None:
        if spec.build:
            self.uv.run_building(arguments, work, card_id, spec.interpreter.prefix)
        else:
            self.uv.run(arguments, work)


def packages_of(lock: str) -> dict[str, str]:
    """Return the distributions that a lock installs, each with its version, sorted by name."""
    packages: dict[str, str] = {}
    for line in lock.splitlines():
        if line[:1].isalnum():
            requirement = Requirement(line.rstrip("\\ "))
            packages[canonicalize_name(requirement.name)] = next(iter(requirement.specifier)).version
    return dict(sorted(packages.items()))


def _not_a_link(path: Path) -> Path:
    """Return a path that a build may have changed. Raises where it could now lead elsewhere on this machine."""
    if path.is_symlink():
        raise EnvironmentUnavailable("build", f"{path.name} was replaced by a symbolic link")
    return path


def _wheels_only(build: Iterable[str]) -> list[str]:
    """Return the options by which nothing but `build` is built.

    The requirements of a build must come as wheels too, and uv has no option for those alone: `:all:` with single
    names taken out of it covers them.
    """
    return ["--only-binary", ":all:", *(word for name in build for word in ("--no-binary", name))]
