"""Isolation by a container engine, where bubblewrap doesn't work: Docker or Podman on Linux.

No image is fetched: the container starts from an empty one, and sees the interpreters and libraries of the machine
read-only, as a bubblewrap run does.
"""

from __future__ import annotations

import io
import itertools
import os
import platform
import shutil
import subprocess
import tarfile
from functools import cache
from pathlib import Path

from fixcards.records.evidence import Isolation
from fixcards.verify.sandbox.exit_report import reporting, supervise_reporting
from fixcards.verify.sandbox.interface import Job, JobResult
from fixcards.verify.sandbox.surroundings import SYNTHETIC_FILES, SYSTEM_FILES

_IMAGE = "fixcards-empty:2"
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib64")
_SHM_BYTES = 64 << 20
_turn = itertools.count(1)


class Container:
    """Runs each job in a container of its own, which is removed with it."""

    name: Isolation = "container"

    def probe(self) -> str | None:
        """Try the engine and make the empty image."""
        if platform.system() != "Linux":
            return "cards are executed with Linux wheels; use a Linux machine, WSL 2 or CI"
        engine = _engine()
        if engine is None:
            return "neither docker nor podman is installed with an engine that answers"
        imported = subprocess.run(  # noqa: S603
            [engine, "import", "-", _IMAGE], input=_empty_image(), capture_output=True, timeout=60, check=False
        )
        if imported.returncode:
            return imported.stderr.decode(errors="replace").strip() or f"{engine} import failed"
        return None

    def version(self) -> str:
        """Return the engine's name and version."""
        engine = _engine() or "docker"
        done = subprocess.run([engine, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
        return done.stdout.strip()

    def protections(self) -> dict[str, str]:
        """Return the protections that engines have by default."""
        return {"limits": "control groups of the engine", "system calls": "filtered as the engine does by default"}

    def run(self, job: Job) -> JobResult:
        """Run a job; the engine ends and removes the container even where only its client was killed."""
        engine = _engine() or "docker"
        name = f"fixcards-{os.getpid()}-{next(_turn)}"
        return supervise_reporting(
            command(engine, name, job),
            {"PATH": os.environ.get("PATH", ""), "HOME": str(Path.home())},
            job,
            after=lambda: _remove(engine, name),
        )


def command(engine: str, name: str, job: Job) -> list[str]:
    """Return the command line that runs a job in a container called `name`."""
    limits = job.limits
    words = [engine, "run", "--rm", "--name", name, "--init", "--hostname", "sandbox", "--read-only"]
    words += ["--user", "65534:65534"]
    words += ["--ipc", "private"]
    words += ["--network", "none", "--cap-drop", "ALL"]
    words += ["--security-opt", "no-new-privileges", "--pids-limit", str(limits.processes)]
    words += ["--memory", str(limits.memory_bytes), "--memory-swap", str(limits.memory_bytes)]
    words += ["--ulimit", f"fsize={limits.file_bytes}", "--ulimit", f"nofile={limits.open_files}"]
    words += ["--ulimit", f"cpu={limits.cpu_seconds}", "--ulimit", "core=0"]
    # The engine has no file system that several folders share, so each gets its part of the bound.
    shm = min(_SHM_BYTES, limits.disk_bytes // 4)
    part = (limits.disk_bytes - shm) // (1 + len(job.scratch))
    words += ["--shm-size", str(shm)]
    for folder in ("/tmp", *job.scratch):  # noqa: S108 - inside
        words += ["--tmpfs", f"{folder}:rw,exec,nosuid,nodev,mode=1777,size={part}"]
    for path in _SYSTEM + SYSTEM_FILES:
        if Path(path).exists():
            words += ["--volume", f"{path}:{path}:ro"]
    for host, place in job.readable.items():
        words += ["--volume", f"{host}:{place}:ro"]
    for host, place in job.writable.items():
        words += ["--volume", f"{host}:{place}:rw"]
    for variable, value in job.environment.items():
        words += ["--env", f"{variable}={value}"]
    return [*words, "--workdir", job.cwd, _IMAGE, *reporting(job.argv)]


@cache
def _engine() -> str | None:
    """Return the first engine that answers."""
    for name in ("docker", "podman"):
        path = shutil.which(name)
        if path is None:
            continue
        try:
            done = subprocess.run([path, "info"], capture_output=True, timeout=20, check=False)  # noqa: S603
        except (OSError, subprocess.SubprocessError):
            continue
        if done.returncode == 0:
            return path
    return None


def _remove(engine: str, name: str) -> None:
    subprocess.run([engine, "rm", "--force", name], capture_output=True, timeout=60, check=False)  # noqa: S603


def _empty_image() -> bytes:
    """Return an archive of the folders that something is mounted on, and of the files that tell nothing."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name in ("usr", "etc", "tmp", "venv", "repro", "build", "index"):
            folder = tarfile.TarInfo(name)
            folder.type, folder.mode = tarfile.DIRTYPE, 0o755
            archive.addfile(folder)
        for path, text in SYNTHETIC_FILES.items():
            file = tarfile.TarInfo(path.removeprefix("/"))
            file.size, file.mode = len(text.encode()), 0o644
            archive.addfile(file, io.BytesIO(text.encode()))
    return buffer.getvalue()
