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
from fixcards.verify.sandbox.control_group import control_group, describe_limits, entering, group_parents
from fixcards.verify.sandbox.interface import Job, JobResult, Limits, SandboxError
from fixcards.verify.sandbox.keyring import join_new_session_keyring
from fixcards.verify.sandbox.supervise import supervise

_MARK = "FIXCARDS_RUN"


class Unisolated:
    """Runs jobs as ordinary processes with limits, a scrubbed environment and a home of their own.

    They can read and change everything that the user can, and reach the network. Processes that leave their group are
    found by a control group where this program may make one, else by a mark in their environment; then one that wipes
    it stays.
    """

    name: Isolation = "none"

    def probe(self) -> str | None:
        """Return None: nothing is needed."""
        return None

    def version(self) -> str:
        """Return `none`: no program isolates."""
        return "none"

    def protections(self) -> dict[str, str]:
        """Return how memory and processes are limited here."""
        return {"limits": describe_limits(group_parents()), "system calls": "not filtered"}

    def run(self, job: Job) -> JobResult:
        """Run a job in a folder that is removed afterwards."""
        join_new_session_keyring()
        mark = uuid.uuid4().hex
        with (
            tempfile.TemporaryDirectory(prefix="fixcards-", ignore_cleanup_errors=True) as text,
            control_group(group_parents(), job.limits) as group,
        ):
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
            words = [_outside(word, places) for word in job.argv]
            # Here, since a message of the program that sets the limits can't be told from one of the job.
            if shutil.which(words[0], path=environment.get("PATH", os.defpath)) is None:
                raise SandboxError(f"{words[0]} is no program that can be run")
            return supervise(
                [*entering(group), *_limited(job.limits), *words],
                {**environment, _MARK: mark},
                job,
                cwd=Path(_outside(job.cwd, places)),
                after=lambda: _end_marked(mark),
                group=group,
            )


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
    """Return the command that sets the limits, empty where the system has no `prlimit`.

    A limit above what this program has itself would be refused, and is left as it is.
    """
    if shutil.which("prlimit") is None:
        return []
    import resource

    bounds = {
        "as": (resource.RLIMIT_AS, limits.address_space_bytes),
        "fsize": (resource.RLIMIT_FSIZE, limits.file_bytes),
        "cpu": (resource.RLIMIT_CPU, limits.cpu_seconds),
        "nofile": (resource.RLIMIT_NOFILE, limits.open_files),
        "core": (resource.RLIMIT_CORE, 0),
    }
    words = ["prlimit"]
    for name, (number, bound) in bounds.items():
        highest = resource.getrlimit(number)[1]
        words.append(f"--{name}={bound if highest == resource.RLIM_INFINITY else min(bound, highest)}")
    return [*words, "--"]


def _end_marked(mark: str) -> None:
    """End what the job left behind."""
    for process in psutil.process_iter():
        try:
            if process.environ().get(_MARK) == mark:
                process.kill()
        except (psutil.Error, OSError):  # noqa: PERF203 - one bad entry stops no other
            continue
