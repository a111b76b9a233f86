"""From requirements to an environment: lock with hashes, then a fresh virtual environment made from that lock alone."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import threading
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from fixcards.ecosystems.pypi import end_of_day
from fixcards.errors import FixcardsError
from fixcards.files import atomic_write, scratch_dir
from fixcards.verify.index_configuration import without_password
from fixcards.verify.interpreters import Interpreter
from fixcards.verify.sandbox import Job, JobResult, Limits, Sandbox, SandboxError
from fixcards.verify.sandbox.supervise import supervise

Reason = Literal["resolution", "no wheel", "interpreter", "timeout in preparing", "build", "sandbox"]

PREPARE_SECONDS = 600
_NETWORK = (
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "UV_HTTP_TIMEOUT",
    "UV_HTTP_RETRIES",
)
_UNREACHABLE = re.compile(
    r"error sending request|Failed to fetch|dns error|Could not connect|tcp connect", re.IGNORECASE
)
_BUILD_LIMITS = Limits(
    wall_seconds=PREPARE_SECONDS,
    cpu_seconds=PREPARE_SECONDS,
    memory_bytes=4 << 30,
    address_space_bytes=16 << 30,
    processes=512,
    file_bytes=1 << 30,
    disk_bytes=2 << 30,
    open_files=1024,
)


class EnvironmentUnavailable(Exception):  # noqa: N818 - an answer about the run, not a fault of the program
    """An environment can't be made, for a reason that belongs into the evidence."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason: Reason = reason
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}"


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
        """Digest of everything that decides what is in the lock, but for the index."""
        parts = [
            list(self.requires),
            self.interpreter.version,
            str(self.exclude_newer),
            sorted(self.build),
            _uv_version(),
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


class EnvironmentBuilder:
    """Makes locks and environments, and keeps what can be used again below `folder`.

    Nothing of a distribution is run unless the card allows its build; a build runs in the isolation, with the
    network, and with a cache of its own, so that it can spoil no other card's packages.
    """

    def __init__(
        self, folder: Path, index: Mapping[str, str], sandbox: Sandbox, stop: threading.Event | None = None
    ) -> None:
        self.folder = folder.absolute()
        self._stop = stop
        self._index = dict(index)
        self._sandbox = sandbox

    def lock(self, wanted: EnvironmentSpec, card_id: str) -> str:
        """Return the lock: a requirements file with hashes, which names no index.

        Resolved once; a lock or a refusal with a day is good for ever, one without it is made anew each time. Raises
        `NotPreparable`, or `FixcardsError` where the index can't be reached.
        """
        indexes = [f"{name}={without_password(url)}" for name, url in sorted(self._index.items())]
        name = hashlib.sha256(json.dumps([wanted.digest, indexes]).encode()).hexdigest()[:32]
        kept = self.folder / "locks" / f"{name}.txt"
        refused = kept.with_suffix(".refused.json")
        if wanted.exclude_newer is not None:
            with suppress(OSError):
                return kept.read_text(encoding="utf-8")
            with suppress(OSError, ValueError):
                raise EnvironmentUnavailable(*json.loads(refused.read_text(encoding="utf-8")))
        try:
            text = self._resolve(wanted, card_id)
        except EnvironmentUnavailable as refusal:
            if wanted.exclude_newer is not None and refusal.reason in {"resolution", "no wheel"}:
                atomic_write(refused, json.dumps([refusal.reason, refusal.detail]).encode())
            raise
        atomic_write(kept, text.encode())
        return text

    def _resolve(self, wanted: EnvironmentSpec, card_id: str) -> str:
        with scratch_dir(self.folder / "work") as home:
            work = home / "lock"
            work.mkdir()
            (work / "in.txt").write_text("\n".join(wanted.requires) + "\n", encoding="utf-8")
            words = ["pip", "compile", "in.txt", "--output-file", "lock.txt", "--generate-hashes", "--no-header"]
            words += ["--no-annotate", "--no-emit-index-url", "--quiet", "--python", str(wanted.interpreter.executable)]
            words += _wheels_only(wanted.build)
            if wanted.exclude_newer is not None:
                words += ["--exclude-newer", end_of_day(wanted.exclude_newer)]
            self._uv(words, work, wanted, card_id)
            return _not_a_link(work / "lock.txt").read_text(encoding="utf-8")

    def make(self, lock: str, wanted: EnvironmentSpec, card_id: str, work: Path) -> Path:
        """Make a fresh environment in the folder `work` from a lock, from the cache alone where it has everything.

        A build may write anywhere into `work`, so nobody else may have anything there.
        """
        work.mkdir(exist_ok=True)
        venv = work / "venv"
        (work / "lock.txt").write_text(lock, encoding="utf-8")
        python = str(wanted.interpreter.executable)
        made = ["venv", "--quiet", "--relocatable", "--no-project", "--python", python, "venv"]
        self._run_trusted(made, work)
        if not lock.strip():
            return venv
        words = ["pip", "sync", "lock.txt", "--require-hashes", "--quiet", "--python", "venv/bin/python"]
        words += _wheels_only(wanted.build)
        if wanted.build and wanted.exclude_newer is not None:  # what a build needs is of that time, too
            words += ["--exclude-newer", end_of_day(wanted.exclude_newer)]
        if self._sandbox.name == "none":  # a run could write through a hard link into the cache
            words += ["--link-mode", "copy"]
        try:
            self._uv([*words, "--offline"], work, wanted, card_id)
        except EnvironmentUnavailable:
            self._uv(words, work, wanted, card_id)
        return _not_a_link(venv)

    def _uv(self, words: Sequence[str], work: Path, wanted: EnvironmentSpec, card_id: str) -> None:
        """Run uv: by itself where it only unpacks wheels, in the isolation wherever it may build, offline included."""
        if wanted.build and self._sandbox.name != "none":
            self._run_building(words, work, wanted, card_id)
        else:
            self._run_trusted(words, work)

    def _run_building(self, words: Sequence[str], work: Path, wanted: EnvironmentSpec, card_id: str) -> None:
        cache = self.folder / "uv-built" / card_id
        cache.mkdir(parents=True, exist_ok=True)
        certificates = [Path(os.environ[name]) for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if os.environ.get(name)]
        outside = [uv_program(), wanted.interpreter.prefix, *certificates]
        job = Job(
            argv=(str(uv_program()), *words),
            cwd=str(work),
            environment={**self._environment(cache), "HOME": "/tmp/home"},  # noqa: S108 - inside the isolation
            readable={path: str(path) for path in outside if path.exists() and not path.is_relative_to("/usr")},
            writable={work: str(work), cache: str(cache)},
            network="--offline" not in words,
            limits=_BUILD_LIMITS,
            stop=self._stop,
        )
        try:
            self._check(self._sandbox.run(job))
        except SandboxError as error:
            raise EnvironmentUnavailable("sandbox", str(error)) from None

    def _run_trusted(self, words: Sequence[str], work: Path) -> None:
        """Run uv in the open, on the cache into which no build has ever written."""
        job = Job(
            argv=(str(uv_program()), *words), cwd=str(work), environment={}, limits=_BUILD_LIMITS, stop=self._stop
        )
        self._check(supervise(job.argv, self._environment(self.folder / "uv"), job, cwd=work))

    def _check(self, done: JobResult) -> None:
        """Raise what the end of a uv run means."""
        if done.stopped == "cancelled":
            raise KeyboardInterrupt
        if done.stopped == "time":
            raise EnvironmentUnavailable("timeout in preparing", f"not ready after {PREPARE_SECONDS} s")
        if done.stopped:
            raise EnvironmentUnavailable("build", f"stopped, it went over the limit of {done.stopped}")
        if done.exit:
            raise self._error_for(done.output.decode(errors="replace"))

    def _error_for(self, said: str) -> Exception:
        said = self.without_paths(said)
        if _UNREACHABLE.search(said):
            return FixcardsError(f"the package index can't be reached: {_shorten(said)}")
        if (
            "no wheels" in said
            or "no usable wheels" in said
            or "building source distributions is disabled" in said.lower()
        ):
            return EnvironmentUnavailable("no wheel", _shorten(said))
        if "Failed to build" in said or "build backend" in said:
            return EnvironmentUnavailable("build", _shorten(said))
        return EnvironmentUnavailable("resolution", _shorten(said))

    def without_paths(self, text: str) -> str:
        """Return `text` without the paths of this machine."""
        return re.sub(rf"{re.escape(str(self.folder))}[^\s`'\"]*", "<cache>", text)

    def _environment(self, cache: Path) -> dict[str, str]:
        """Return everything that uv gets to know: the index and how to reach it, no secret of anything else."""
        kept = {name: os.environ[name] for name in _NETWORK if os.environ.get(name)}
        kept |= {name.lower(): os.environ[name.lower()] for name in _NETWORK if os.environ.get(name.lower())}
        netrc = Path(os.environ.get("NETRC") or Path.home() / ".netrc")
        if cache == self.folder / "uv" and netrc.is_file():
            kept["NETRC"] = str(netrc)
        return {
            **kept,
            **self._index,
            "PATH": "/usr/bin:/bin",
            "HOME": str(self.folder / "home"),
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "NO_COLOR": "1",
            "UV_CACHE_DIR": str(cache),
            "UV_NO_CONFIG": "1",
            "UV_NO_PROGRESS": "1",
            "UV_PYTHON_DOWNLOADS": "never",
        }


def _not_a_link(path: Path) -> Path:
    """Return a path that a build may have changed: it must not lead elsewhere on this machine."""
    if path.is_symlink():
        raise EnvironmentUnavailable("build", f"{path.name} was replaced by a symbolic link")
    return path


def packages_of(lock: str) -> dict[str, str]:
    """Return the distributions that a lock installs, each with its release."""
    found: dict[str, str] = {}
    for line in lock.splitlines():
        if line[:1].isalnum():
            requirement = Requirement(line.rstrip("\\ "))
            found[canonicalize_name(requirement.name)] = next(iter(requirement.specifier)).version
    return dict(sorted(found.items()))


def _wheels_only(build: Iterable[str]) -> list[str]:
    """Return the options by which nothing but `build` is built.

    What a build itself needs must come as wheels too, and uv has no option that says so for those alone: naming
    `:all:` and taking single names out of it covers them.
    """
    return ["--only-binary", ":all:", *(word for name in build for word in ("--no-binary", name))]


def _shorten(said: str) -> str:
    """Return what uv said in one line of at most 400 characters, without its symbols."""
    text = " ".join(re.sub(r"[^\x20-\x7e]+|^error:", " ", said).split())
    return text[:400] or "uv gave no reason"


@cache
def uv_program() -> Path:
    """Return the uv that was installed with the program."""
    from uv import find_uv_bin

    return Path(find_uv_bin())


@cache
def _uv_version() -> str:
    done = subprocess.run([str(uv_program()), "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    return done.stdout.split()[1] if done.returncode == 0 else "unknown"


uv_version = _uv_version
