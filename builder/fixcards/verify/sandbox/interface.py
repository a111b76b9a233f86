"""The interface of an isolation: it runs a job and says how it ended."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from fixcards.records.evidence import Isolation

StopReason = Literal["time", "output", "memory", "processes", "disk", "cancelled"]


class SandboxError(Exception):
    """An isolation failed: the program was not started, or its end is unknown. The message is the isolation's own."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps on one run; a run that goes over one is stopped, or its system call fails."""

    wall_seconds: float = 30.0
    """Seconds from start to end, without those in which it waited for a processor, where the system counts them."""
    cpu_seconds: int = 30
    """For each process."""
    memory_bytes: int = 1 << 30
    """Memory of all processes together, with files in memory and shared memory where a control group counts it.

    Elsewhere their resident memory is measured, so a burst may go over it for a tenth of a second.
    """
    address_space_bytes: int = 4 << 30
    """For each process."""
    processes: int = 128
    """Processes and threads, with the two or three of the isolation."""
    file_bytes: int = 64 << 20
    """Size of one file."""
    disk_bytes: int = 256 << 20
    """All files together, in every folder that the job writes."""
    open_files: int = 256
    output_bytes: int = 1 << 20
    """What is printed, standard output and error together."""

    def as_dict(self) -> dict[str, int | float]:
        """Return the limits by name, for the evidence."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Job:
    """One command. Paths in `argv`, `cwd` and `environment` are those inside the isolation."""

    argv: tuple[str, ...]
    cwd: str
    environment: Mapping[str, str]
    readable: Mapping[Path, str] = field(default_factory=dict)
    """Files and folders of the machine, and where they stand inside, read-only."""
    writable: Mapping[Path, str] = field(default_factory=dict)
    """Files of the machine that the job may write. Only for what a build hands out, never for a card's code."""
    scratch: tuple[str, ...] = ()
    """Folders that are empty and writable inside, and gone afterwards."""
    limits: Limits = Limits()
    stop: threading.Event | None = None
    """Ends the job when it is set."""
    dump_stack: bool = False
    """Whether a Python program that goes on too long is aborted first, so that it prints where it is."""


@dataclass(frozen=True, slots=True)
class JobResult:
    """How a job ended."""

    exit: int | None
    """Exit status 0 to 255, -n where signal n killed it; None where the job was stopped."""
    output: bytes
    """Standard output and error in the order in which they came, up to the limit."""
    seconds: float
    cpu_seconds: float
    stopped: StopReason | None = None
    """The limit that it went over, or that it was cancelled."""

    @property
    def text(self) -> str:
        """The output as text, with a replacement character for bytes that are no UTF-8."""
        return self.output.decode("utf-8", "replace")


class Sandbox(Protocol):
    """One way of keeping a job apart from the machine."""

    name: Isolation

    def probe(self) -> str | None:
        """Try the isolation; return None where it works here, else why it doesn't and what to do."""

    def version(self) -> str:
        """Return the version of the program that isolates, for the evidence."""

    def protections(self) -> dict[str, str]:
        """Return how limits hold here and whether system calls are filtered, in words, for the evidence."""

    def run(self, job: Job) -> JobResult:
        """Run a job to its end and leave nothing of it behind. Call it in the thread that waits for it.

        That thread has a new session keyring afterwards, for what one thread starts shares one.

        Raises `SandboxError` where the isolation itself failed.
        """
