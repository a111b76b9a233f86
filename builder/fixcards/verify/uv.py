"""The uv that was installed with the program: where it is, and how it is run."""

from __future__ import annotations

import os
import re
import subprocess
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from fixcards.errors import FixcardsError
from fixcards.verify.sandbox import Job, JobResult, Limits, Sandbox, SandboxError
from fixcards.verify.sandbox.supervise import supervise
from fixcards.verify.unavailable import EnvironmentUnavailable

PREPARE_SECONDS = 600
_NETWORK_VARIABLES = (
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
_NO_WHEEL = re.compile(r"no wheels|no usable wheels|(?i:building source distributions is disabled)")
_BUILD_FAILED = re.compile("Failed to build|build backend")
_LIMITS = Limits(
    wall_seconds=PREPARE_SECONDS,
    cpu_seconds=PREPARE_SECONDS,
    memory_bytes=4 << 30,
    address_space_bytes=16 << 30,
    processes=512,
    file_bytes=1 << 30,
    disk_bytes=2 << 30,
    open_files=1024,
)


class Uv:
    """Runs uv with caches below `folder`, against one index.

    It runs on its own where it only unpacks wheels. Wherever it may build, offline included, it runs in the isolation
    and with a cache of the card's own, so that a build can spoil no other card's packages.
    """

    def __init__(
        self, folder: Path, index: Mapping[str, str], sandbox: Sandbox, stop: threading.Event | None = None
    ) -> None:
        self.folder = folder
        self._index = dict(index)
        self._sandbox = sandbox
        self._stop = stop

    def run(self, arguments: Sequence[str], work: Path) -> None:
        """Run uv outside of the isolation, on the cache into which no build has ever written.

        Raises `EnvironmentUnavailable` for what uv refuses, `FixcardsError` where the index can't be reached.
        """
        job = Job(argv=(str(uv_program()), *arguments), cwd=str(work), environment={}, limits=_LIMITS, stop=self._stop)
        self._check(supervise(job.argv, self.environment(self.folder / "uv"), job, cwd=work))

    def run_building(self, arguments: Sequence[str], work: Path, card_id: str, interpreter: Path) -> None:
        """Run uv where it may build, for an interpreter in the folder `interpreter`. Raises what `run` raises."""
        if self._sandbox.name == "none":
            self.run(arguments, work)
            return
        cache_dir = self.folder / "uv-built" / card_id
        cache_dir.mkdir(parents=True, exist_ok=True)
        certificates = [Path(os.environ[name]) for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if os.environ.get(name)]
        outside = [uv_program(), interpreter, *certificates]
        job = Job(
            argv=(str(uv_program()), *arguments),
            cwd=str(work),
            environment={**self.environment(cache_dir), "HOME": "/tmp/home"},  # noqa: S108 - inside the isolation
            readable={path: str(path) for path in outside if path.exists() and not path.is_relative_to("/usr")},
            writable={work: str(work), cache_dir: str(cache_dir)},
            network="--offline" not in arguments,
            limits=_LIMITS,
            stop=self._stop,
        )
        try:
            self._check(self._sandbox.run(job))
        except SandboxError as error:
            raise EnvironmentUnavailable("sandbox", str(error)) from None

    def environment(self, cache_dir: Path) -> dict[str, str]:
        """Return all variables that uv gets: the index and how to reach it, no secret of anything else."""
        network = {name: os.environ[name] for name in _NETWORK_VARIABLES if os.environ.get(name)}
        network |= {
            name.lower(): os.environ[name.lower()] for name in _NETWORK_VARIABLES if os.environ.get(name.lower())
        }
        netrc = Path(os.environ.get("NETRC") or Path.home() / ".netrc")
        if cache_dir == self.folder / "uv" and netrc.is_file():  # never where a build could read it
            network["NETRC"] = str(netrc)
        return {
            **network,
            **self._index,
            "PATH": "/usr/bin:/bin",
            "HOME": str(self.folder / "home"),
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "NO_COLOR": "1",
            "UV_CACHE_DIR": str(cache_dir),
            "UV_NO_CONFIG": "1",
            "UV_NO_PROGRESS": "1",
            "UV_PYTHON_DOWNLOADS": "never",
        }

    def without_paths(self, text: str) -> str:
        """Return `text` without the paths of this machine."""
        return re.sub(rf"{re.escape(str(self.folder))}[^\s`'\"]*", "<cache>", text)

    def _check(self, result: JobResult) -> None:
        """Raise the exception that the end of a uv run calls for."""
        if result.stopped == "cancelled":
            raise KeyboardInterrupt
        if result.stopped == "time":
            raise EnvironmentUnavailable("timeout in preparing", f"not ready after {PREPARE_SECONDS} s")
        if result.stopped:
            raise EnvironmentUnavailable("build", f"stopped, it went over the limit of {result.stopped}")
        if result.exit:
            raise self._error_for(result.output.decode(errors="replace"))

    def _error_for(self, output: str) -> Exception:
        output = self.without_paths(output)
        message = _shorten(output)
        if _UNREACHABLE.search(output):
            return FixcardsError(f"the package index can't be reached: {message}")
        if _NO_WHEEL.search(output):
            return EnvironmentUnavailable("no wheel", message)
        if _BUILD_FAILED.search(output):
            return EnvironmentUnavailable("build", message)
        return EnvironmentUnavailable("resolution", message)


def _shorten(output: str) -> str:
    """Return the output of uv in one line of at most 400 characters, without its symbols."""
    text = " ".join(re.sub(r"[^\x20-\x7e]+|^error:", " ", output).split())
    return text[:400] or "uv gave no reason"


@cache
def uv_program() -> Path:
    """Return the path of uv."""
    from uv import find_uv_bin

    return Path(find_uv_bin())


@cache
def uv_version() -> str:
    """Return the version of uv, `unknown` where it doesn't run."""
    done = subprocess.run([str(uv_program()), "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    return done.stdout.split()[1] if done.returncode == 0 else "unknown"
