"""From requirements to an environment: lock with hashes, then a fresh virtual environment made from that lock alone."""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from fixcards.ecosystems import PYPI
from fixcards.ecosystems.pypi import end_of_day
from fixcards.files import atomic_write, scratch_dir
from fixcards.verify.environment_proof import EnvironmentProof, Listing, listing
from fixcards.verify.index_client import IndexClient, interruptible
from fixcards.verify.interpreters import Interpreter
from fixcards.verify.lock import MAX_LOCK_BYTES, LockedRelease, check_lock, lock_text, parse_lock, with_undated
from fixcards.verify.sandbox import Sandbox
from fixcards.verify.source_build import BuiltWheel, SourceBuilder
from fixcards.verify.unavailable import EnvironmentUnavailable
from fixcards.verify.uv import BUILD, INPUTS, Uv, uv_version


@dataclass(frozen=True, slots=True)
class EnvironmentSpec:
    """What an environment is made from."""

    requires: tuple[str, ...]
    interpreter: Interpreter
    exclude_newer: date | None
    build: tuple[str, ...] = ()
    """Distributions that may be built from source."""
    overrides: tuple[str, ...] = ()
    """Packages for which `requires` counts and what other distributions require of them doesn't."""
    preferred_lock: str = ""
    """The lock whose releases are taken as far as the requirements allow it; empty where none are."""

    @property
    def digest(self) -> str:
        """Digest of everything that decides what is in the lock, except the index."""
        parts = [
            list(self.requires),
            self.interpreter.version,
            str(self.exclude_newer),
            sorted(self.build),
            uv_version(),
            *([self.preferred_lock] if self.preferred_lock else []),
            *([{"overrides": sorted(self.overrides)}] if self.overrides else []),
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


class EnvironmentBuilder:
    """Makes locks and environments; stores below `folder` what can be used again.

    No code of a distribution runs unless the card allows its build.
    """

    def __init__(
        self,
        folder: Path,
        client: IndexClient,
        sandbox: Sandbox,
        stop: threading.Event | None = None,
    ) -> None:
        self.folder = folder.absolute()
        self.uv = Uv(self.folder, client, sandbox, stop)
        self._sandbox = sandbox
        self._stop = stop
        self._proof = EnvironmentProof(self.folder / "proofs")

    def lock(self, spec: EnvironmentSpec, card_id: str, *, fresh: bool = False) -> str:
        """Return the lock: a requirements file with hashes, which names no index, and what has no day (`undated_in`).

        With a day in `spec`, a lock or a refusal is resolved once and stored; without one, or where it has to be
        `fresh`, it is resolved anew. Raises `EnvironmentUnavailable`, or `FixcardsError` where the index can't be
        reached.
        """
        stored = self._lock_path(spec)
        refused = stored.with_suffix(".refusal.json")
        if spec.exclude_newer is not None and not fresh:
            with suppress(OSError):
                return stored.read_text(encoding="utf-8")
            with suppress(OSError, ValueError):
                raise EnvironmentUnavailable(*json.loads(refused.read_text(encoding="utf-8")))
        try:
            text = self._resolve(spec, card_id)
            text = with_undated(text, self.uv.client.undated(packages_of(text)))
        except EnvironmentUnavailable as refusal:
            if spec.exclude_newer is not None and refusal.reason in {"resolution", "no wheel"}:
                atomic_write(refused, json.dumps(refusal.args).encode())
            raise
        atomic_write(stored, text.encode())
        return text

    def adopt(self, spec: EnvironmentSpec, lock: str) -> None:
        """Store a lock as that of `spec`, for a caller who knows that resolving would give the same."""
        atomic_write(self._lock_path(spec), lock.encode())

    def has_lock(self, spec: EnvironmentSpec) -> bool:
        """Return whether the lock of `spec`, which has a day, or the refusal is stored."""
        path = self._lock_path(spec)
        return path.exists() or path.with_suffix(".refusal.json").exists()

    def _lock_path(self, spec: EnvironmentSpec) -> Path:
        name = hashlib.sha256(json.dumps([spec.digest, self.uv.client.names]).encode()).hexdigest()[:32]
        return self.folder / "locks" / f"{name}.txt"

    def _resolve(self, spec: EnvironmentSpec, card_id: str) -> str:
        with scratch_dir(self.folder / "work") as work:
            requirements = {"in.txt": spec.requires}
            if spec.overrides:
                overriding = (text for text in spec.requires if PYPI.requirement_name(text) in spec.overrides)
                requirements["overrides.txt"] = tuple(overriding)
            for name, texts in requirements.items():
                (work / name).write_text("\n".join(texts) + "\n", encoding="utf-8")
            # uv takes the releases of an output file that is there already, as far as the requirements allow it.
            preferred = {"lock.txt": work / "lock.txt"} if spec.preferred_lock else {}
            for path in preferred.values():
                path.write_text(spec.preferred_lock, encoding="utf-8")
            arguments = ["--generate-hashes", "--no-header", "--no-annotate", "--no-emit-index-url", "--quiet"]
            arguments += ["--python", str(spec.interpreter.executable), *_wheels_only(spec.build)]
            if spec.exclude_newer is not None:
                arguments += ["--exclude-newer", end_of_day(spec.exclude_newer)]
            if not spec.build:
                arguments += ["--overrides", "overrides.txt"] if spec.overrides else []
                arguments = ["pip", "compile", "in.txt", "--output-file", "lock.txt", *arguments]
                self.uv.run_online(arguments, work)
                return (work / "lock.txt").read_text(encoding="utf-8")
            inputs, output = {name: work / name for name in requirements} | preferred, f"{BUILD}/lock.txt"
            arguments += ["--overrides", f"{INPUTS}/overrides.txt"] if spec.overrides else []
            arguments = ["pip", "compile", f"{INPUTS}/in.txt", "--output-file", output, *arguments]
            raw = self.uv.run_inside(arguments, work, spec.interpreter, inputs, output)
            if len(raw) > MAX_LOCK_BYTES:
                raise EnvironmentUnavailable("build", f"it left a lock of more than {MAX_LOCK_BYTES:,} bytes")
            text = raw.decode("utf-8", "replace")
            return interruptible(
                lambda: check_lock(text, spec.requires, spec.exclude_newer, self.uv.client), self._stop
            )

    def make(self, lock: str, spec: EnvironmentSpec, card_id: str, work: Path) -> Path:
        """Make a fresh environment from a lock, from the cache alone where it has everything; return its folder.

        It is made in the folder `work`, which is used for nothing else, and proved: it holds what the lock says and
        nothing else. What may be built is built apart and comes as a wheel. Raises what `lock` raises.
        """
        work.mkdir(parents=True, exist_ok=True)
        releases = parse_lock(lock)
        built = self._built(releases, spec, card_id, work)
        wheels = {wheel.release.name: wheel for wheel in built}
        exact = [wheels[release.name].locked if release.name in wheels else release for release in releases]
        (work / "lock.txt").write_text(lock_text(exact), encoding="utf-8")
        venv = work / "venv"
        before = self._empty(venv, spec)
        if not releases:
            return venv
        arguments = ["pip", "sync", "lock.txt", "--require-hashes", "--quiet", "--python", "venv/bin/python"]
        arguments += _wheels_only(())
        for wheel in built:
            arguments += ["--find-links", str(wheel.path.parent)]
        # A run without isolation could write through a hard link into the cache.
        own = ["--link-mode", "copy" if self._sandbox.name == "none" else "hardlink"]
        try:
            self.uv.run([*arguments, *own], work)
        except EnvironmentUnavailable:
            # Into another environment, which is thrown away: what this one holds comes from a cache that is complete.
            self._empty(venv, spec)
            self._install([*arguments, "--link-mode", "hardlink"], work)
            before = self._empty(venv, spec)
            self.uv.run([*arguments, *own], work)
        self._proof.prove(venv, before, packages_of(lock))
        return venv

    def _install(self, arguments: list[str], work: Path) -> None:
        """Run uv with the indexes; what it refuses here is no matter of resolving any more."""
        try:
            self.uv.run_online(arguments, work)
        except EnvironmentUnavailable as refusal:
            if refusal.reason != "resolution":
                raise
            raise EnvironmentUnavailable("installation", refusal.detail, refusal.output, refusal.exit_status) from None

    def _built(
        self, releases: Iterable[LockedRelease], spec: EnvironmentSpec, card_id: str, work: Path
    ) -> list[BuiltWheel]:
        builder = SourceBuilder(self.folder / "built", self.uv, card_id, self._stop)
        names = {canonicalize_name(name) for name in spec.build}
        return [
            builder.wheel(release, spec.interpreter, spec.exclude_newer, work)
            for release in releases
            if release.name in names
        ]

    def _empty(self, venv: Path, spec: EnvironmentSpec) -> Listing:
        """Make an empty environment; return the files that it has from the start."""
        shutil.rmtree(venv, ignore_errors=True)
        python = str(spec.interpreter.executable)
        arguments = ["venv", "--quiet", "--relocatable", "--no-project", "--python", python, venv.name]
        self.uv.run(arguments, venv.parent)
        return listing(venv)


def packages_of(lock: str) -> dict[str, str]:
    """Return the distributions that a lock installs, each with its version, sorted by name."""
    packages: dict[str, str] = {}
    for line in lock.splitlines():
        if line[:1].isalnum():
            requirement = Requirement(line.rstrip("\\ "))
            packages[canonicalize_name(requirement.name)] = next(iter(requirement.specifier)).version
    return dict(sorted(packages.items()))


def _wheels_only(build: Iterable[str]) -> list[str]:
    """Return the options by which nothing but `build` is built.

    The requirements of a build must come as wheels too, and uv has no option for those alone: `:all:` with single
    names taken out of it covers them.
    """
    return ["--only-binary", ":all:", *(word for name in build for word in ("--no-binary", name))]
