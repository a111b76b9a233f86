"""No isolation, hygiene only: for a card that you have read."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Mapping
from pathlib import Path

import psutil

from fixcards.records.evidence import Isolation
from fixcards.verify.sandbox.interface import Job, JobResult, Limits, SandboxError
from fixcards.verify.sandbox.supervise import supervise

_MARK = "FIXCARDS_RUN"


class Unisolated:
    """Runs jobs as ordinary processes with limits, a scrubbed environment and a home of their own.

    They can read and change everything that the user can, and reach the network. Processes that leave their group are
    found by a mark in their environment; one that wipes it stays.
    """

    name: Isolation = "none"

    def probe(self) -> str | None:
        """Return None: nothing is needed."""
        return None

    def version(self) -> str:
        """Return `none`: no program isolates."""
        return "none"

    def run(self, job: Job) -> JobResult:
        """Run a job in a folder that is removed afterwards."""
        mark = uuid.uuid4().hex
        with tempfile.TemporaryDirectory(prefix="fixcards-", ignore_cleanup_errors=True) as text:
            folder = Path(text)
            places = {place: str(host) for host, place in {**job.readable, **job.writable}.items()}
            for number, scratch in enumerate(job.scratch):
                inside = folder / str(number)
                inside.mkdir()
                for host, place in job.readable.items():
                    if place.startswith(f"{scratch}/"):
                        _copy(host, inside / place[len(scratch) + 1 :])
                        del places[place]
                places[scratch] = str(inside)
            (folder / "home").mkdir()
            places["/tmp"] = str(folder)  # noqa: S108 - where the job thinks that it writes
            environment = {name: _outside(value, places) for name, value in job.environment.items()}
            result = supervise(
                [*_limited(job.limits), *(_outside(word, places) for word in job.argv)],
                {**environment, _MARK: mark},
                job,
                cwd=Path(_outside(job.cwd, places)),
                after=lambda: _end_marked(mark),
            )
        if result.exit and result.output.startswith(b"prlimit: "):
            raise SandboxError(result.output.decode("utf-8", "replace").splitlines()[0])
        return result


def _outside(text: str, places: Mapping[str, str]) -> str:
    """Return a path or a list of paths with the places inside replaced by those of the machine."""
    words = text.split(os.pathsep)
    for number, word in enumerate(words):
        for place in sorted(places, key=len, reverse=True):
            if word == place or word.startswith(f"{place}/"):
                words[number] = places[place] + word[len(place) :]
                break
    return os.pathsep.join(words)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copyfile(source, target)


def _limited(limits: Limits) -> list[str]:
    """Return the command that sets the limits, empty where the system has no `prlimit`."""
    if shutil.which("prlimit") is None:
        return []
    return [
        "prlimit",
        f"--as={limits.address_space_bytes}",
        f"--fsize={limits.file_bytes}",
        f"--cpu={limits.cpu_seconds}",
        f"--nofile={limits.open_files}",
        "--core=0",
        "--",
    ]


def _end_marked(mark: str) -> None:
    """End what the job left behind."""
    for process in psutil.process_iter():
        try:
            if process.environ().get(_MARK) == mark:
                process.kill()
        except (psutil.Error, OSError):  # noqa: PERF203 - one bad entry stops no other
            continue
