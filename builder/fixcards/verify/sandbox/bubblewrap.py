"""Isolation by bubblewrap: namespaces of the Linux kernel, for root and for ordinary users.

What is to be mounted before `bwrap` starts is mounted in namespaces of its own: one file system for all that a run
writes, so that one bound holds for it, and the readable folders, so that their paths on the machine stay out of sight.
An ordinary user gets these by a user namespace (`staged`). The kernel's limit on processes doesn't bind real root,
whatever a user namespace maps it to, so root also gives up its identity for good: `setpriv` changes to an unused user,
and that user starts the same `bwrap` as an ordinary user would (`dropping`). No process of root stays in between:
without capabilities it could not pass a signal on to a process of another user when its own parent dies. A machine that
allows user namespaces to `bwrap` alone gets `bwrap` alone (`plain`), and so does a job that writes folders of the
machine.
"""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Literal

from fixcards.records.evidence import Isolation
from fixcards.verify.sandbox.control_group import (
    ENTER,
    ControlGroup,
    control_group,
    describe_limits,
    entering,
    entries_of,
    group_parents,
)
from fixcards.verify.sandbox.exit_report import reporting, supervise_reporting
from fixcards.verify.sandbox.interface import Job, JobResult, Limits, SandboxError
from fixcards.verify.sandbox.keyring import join_new_session_keyring
from fixcards.verify.sandbox.seccomp import filter_program, filtered_machine
from fixcards.verify.sandbox.surroundings import (
    SYNTHETIC_FILES,
    SYSTEM_FILES,
    SYSTEM_LINKS,
    masked_files,
)

_PROGRAMS = {
    "bwrap": "bubblewrap",
    "prlimit": "util-linux",
    "setpriv": "util-linux",
    "unshare": "util-linux",
    "awk": "mawk",
}
"""Programs that isolate, each with the package that has it."""
_STAGE = PurePosixPath("/mnt")
_OVERFLOW_ID = "65534"
_FIRST_UID, _UIDS = 61_000, 2_000
"""Users that distributions leave unassigned: above those of people, below those of systemd (61184 and up have names
only at run time, and a number that is in use costs nothing but a shared count of processes)."""
_FILES = 65_536
"""Files, folders and links that a run may have, since empty ones need memory of the kernel too."""
_SHM_BYTES = 64 << 20
"""Of the bound on files, the most that /dev/shm gets where each folder has a bound of its own."""

_STAGING = f"""{ENTER}
mount -t tmpfs -o "mode=0755,nosuid,nodev,nr_inodes={_FILES},size=$1" stage {_STAGE}
mkdir -m 1777 {_STAGE}/empty $2
shift 2
while [ "$1" != -- ]; do
    [ "$1" = file ] && : > "$3"
    [ "$1" = readable ] && cd "$2" &&
        mount -t overlay -o ro,lowerdir=.:{_STAGE}/empty readable "$3" 2>/dev/null || mount --bind "$2" "$3"
    shift 3
done
shift
cd /
exec "$@"
"""
"""Shell program that makes the folders in its third argument with one `mkdir`, since each program that it starts costs
most of a millisecond; then mounts what its arguments name in threes, a kind, a path and where, and becomes the rest.

The list of mounts, which a run can read, has the path from which a bind mount was made, and of an overlay what it was
called: `.` here. Where the kernel has no overlay for this user or file system, the folder is bound; one that a job
writes always is, as is a single file."""

_DYING_WITH_US = ("setpriv", "--pdeathsig", "KILL")
"""Ends what follows when the watcher dies, until bwrap sees to it itself (`--die-with-parent`). Where the watcher dies
before this has started, the first process inside finds no reader for its report and runs nothing."""

_SCRUBBED = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin"}
_turn = itertools.count(os.getpid())

Mode = Literal["dropping", "staged", "plain"]


@dataclass(frozen=True, slots=True)
class Protection:
    """What a run is started with."""

    mode: Mode
    grouped: bool
    """Whether a control group limits memory and processes."""
    machine: str | None
    """Processor for which system calls are filtered, None where they are not."""


class Bubblewrap:
    """Runs jobs under `bwrap`."""

    name: Isolation = "bubblewrap"

    def probe(self) -> str | None:
        """Try a job; where it fails the reason comes from the kernel or from bubblewrap."""
        for program, package in _PROGRAMS.items():
            if _which(program) is None:
                return f"`{program}` is missing, install {package} (Debian, Ubuntu: apt install {package})"
        refusal = _refusal(protection())
        if (refusal and "uid map" in refusal) or (refusal and "RTM_NEWADDR" in refusal):
            return (
                f"{refusal} (the system forbids user namespaces; on Ubuntu: "
                "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0)"
            )
        return refusal

    def version(self) -> str:
        """Return bubblewrap's version."""
        return _version()

    def protections(self) -> dict[str, str]:
        """Return how memory and processes are limited here, and for which processor system calls are filtered."""
        return describe(protection())

    def run(self, job: Job) -> JobResult:
        """Run a job; the processes that it started die with it, since its process namespace ends."""
        return run_with(protection(), job)


def run_with(protection: Protection, job: Job) -> JobResult:
    """Run a job with less protection than this machine has, too."""
    join_new_session_keyring()
    with (
        ExitStack() as stack,
        control_group(group_parents() if protection.grouped else None, job.limits) as group,
    ):
        descriptors = Descriptors(stack)
        argv = command(job, protection, descriptors, group)
        return supervise_reporting(argv, _SCRUBBED, job, cwd=Path("/"), descriptors=descriptors.numbers, group=group)


class Descriptors:
    """Open files that `bwrap` reads from, closed at the end of a run."""

    def __init__(self, stack: ExitStack) -> None:
        self.numbers: list[int] = []
        self._stack = stack

    def holding(self, content: bytes) -> str:
        """Return the number of a descriptor from which `content` can be read."""
        descriptor = os.memfd_create("fixcards", os.MFD_CLOEXEC)
        number = self._add(descriptor)
        os.write(descriptor, content)
        os.lseek(descriptor, 0, os.SEEK_SET)
        return number

    def of(self, path: Path) -> str:
        """Return the number of a descriptor of a file. Raises `SandboxError` where it can't be read."""
        try:
            return self._add(os.open(path, os.O_RDONLY | os.O_CLOEXEC))
        except OSError as error:
            raise SandboxError(str(error)) from None

    def _add(self, descriptor: int) -> str:
        self._stack.callback(os.close, descriptor)
        self.numbers.append(descriptor)
        return str(descriptor)


def command(job: Job, protection: Protection, descriptors: Descriptors, group: ControlGroup | None) -> list[str]:
    """Return the whole command line of a job."""
    mode = protection.mode
    written = ["/tmp", "/dev/shm", *job.scratch]  # noqa: S108 - inside
    scratch = {place: str(_STAGE / f"scratch{number}") for number, place in enumerate(written)}
    hosts = [host for host in (*job.readable, *job.writable) if job.writable or host.is_dir()]
    staged = {host: str(_STAGE / f"host{number}") for number, host in enumerate(hosts)}
    folders = [stage for host, stage in staged.items() if host.is_dir()]
    if mode == "plain":
        return [*_DYING_WITH_US, "--", *entering(group), *_inner(job, protection, descriptors, {}, {})]
    inner = _inner(job, protection, descriptors, scratch, staged)
    uid = str(_FIRST_UID + next(_turn) % _UIDS)
    namespaces = () if mode == "dropping" else ("--user", "--map-root-user")
    drop = (*_DYING_WITH_US, "--reuid", uid, "--regid", uid, "--clear-groups", "--") if mode == "dropping" else ()
    return [
        *("unshare", *namespaces, "--mount", "--propagation", "private", "--", "sh", "-euc", _STAGING, "sh"),
        *(entries_of(group), str(job.limits.disk_bytes), " ".join([*scratch.values(), *folders])),
        *(word for host, stage in staged.items() for word in (_kind(job, host), str(host), stage)),
        *("--", *drop, *inner),
    ]


def _kind(job: Job, host: Path) -> str:
    """Return by which rule of `_STAGING` a file or folder is mounted."""
    if not host.is_dir():
        return "file"
    return "writable" if host in job.writable else "readable"


def _inner(
    job: Job,
    protection: Protection,
    descriptors: Descriptors,
    scratch: Mapping[str, str],
    sources: Mapping[Path, str],
) -> Iterator[str]:
    """Yield the bwrap command that isolates a job. Mounts go from the outside in: a later one hides an earlier.

    `scratch` has the source of each folder to write, empty where each is a file system of its own; `sources` that of
    each path of the machine that stands elsewhere.
    """
    yield from ("bwrap", "--unshare-all", "--unshare-user", "--disable-userns")
    yield from ("--uid", _OVERFLOW_ID, "--gid", _OVERFLOW_ID)
    yield from ("--cap-drop", "ALL", "--die-with-parent", "--new-session", "--hostname", "sandbox")
    # With an init of bubblewrap in between, the processor time of the program would not count for bwrap.
    yield "--as-pid-1"
    yield from _system(descriptors)
    yield from _written(job, scratch)
    yield from ("--dir", "/tmp/home")  # noqa: S108
    for host, place in job.readable.items():
        if job.writable or host.is_dir():
            yield from ("--ro-bind", sources.get(host, str(host)), place)
        else:  # a copy, whose path on the machine is not in the list of mounts
            yield from ("--perms", "0644", "--ro-bind-data", descriptors.of(host), place)
    for host, place in job.writable.items():
        yield from ("--bind", sources.get(host, str(host)), place)
    yield from ("--remount-ro", "/", "--chdir", job.cwd, "--clearenv")
    for name, value in job.environment.items():
        yield from ("--setenv", name, value)
    if protection.machine is not None:
        program = filter_program(protection.machine, grouped=protection.grouped, writes=bool(job.writable))
        yield from ("--seccomp", descriptors.holding(program))
    yield "--"
    yield from _limited(job.limits)
    yield from reporting(job.argv)


def _system(descriptors: Descriptors) -> Iterator[str]:
    """Yield the options for what a run sees of the system."""
    yield from ("--ro-bind", "/usr", "/usr")
    for name, target in SYSTEM_LINKS.items():
        path = Path("/", name)
        if path.is_symlink():
            yield from ("--symlink", target, str(path))
        elif path.is_dir():
            yield from ("--ro-bind", str(path), str(path))
    for name in SYSTEM_FILES:
        yield from ("--ro-bind-try", name, name)
    for name, text in SYNTHETIC_FILES.items():
        yield from ("--perms", "0644", "--ro-bind-data", descriptors.holding(text.encode()), name)
    yield from ("--proc", "/proc", "--dev", "/dev")
    for name in masked_files():
        yield from ("--ro-bind", "/dev/null", name)


def _written(job: Job, scratch: Mapping[str, str]) -> Iterator[str]:
    """Yield the options for the folders that a run writes, which together hold no more than the limit."""
    if scratch:
        for place, source in scratch.items():
            yield from ("--bind", source, place)
    else:
        shm = min(_SHM_BYTES, job.limits.disk_bytes // 4)
        each = (job.limits.disk_bytes - shm) // (1 + len(job.scratch))
        for place in ("/tmp", *job.scratch):  # noqa: S108
            yield from ("--size", str(each), "--perms", "1777", "--tmpfs", place)
        yield from ("--size", str(shm), "--perms", "1777", "--tmpfs", "/dev/shm")  # noqa: S108
    yield from ("--remount-ro", "/dev")


def _limited(limits: Limits) -> Sequence[str]:
    return (
        "/usr/bin/prlimit",
        f"--as={limits.address_space_bytes}",
        f"--nproc={limits.processes}",
        f"--fsize={limits.file_bytes}",
        f"--cpu={limits.cpu_seconds}",
        f"--nofile={limits.open_files}",
        "--core=0",
        "--",
    )


@cache
def protection() -> Protection:
    """Return the best protection that works here, tried from the best to the least.

    A container may forbid to drop root's identity, or to enter a control group. The filter is never left out where the
    processor has one: a `bwrap` that can't set it is refused.
    """
    modes: tuple[Mode, ...] = ("dropping", "plain") if os.geteuid() == 0 else ("staged", "plain")
    grouped = (True, False) if group_parents() is not None else (False,)
    choices = [Protection(mode, group, filtered_machine()) for mode in modes for group in grouped]
    return next((choice for choice in choices if _refusal(choice) is None), choices[-1])


@cache
def _refusal(protection: Protection) -> str | None:
    """Return why a job can't be run so, None where it can and a death by a signal is reported as such."""
    job = Job(argv=("/bin/sh", "-c", "kill -INT $$"), cwd="/", environment={}, limits=Limits(wall_seconds=20))
    try:
        result = run_with(protection, job)
    except (OSError, SandboxError) as error:
        return str(error)
    if result.exit == -signal.SIGINT:
        return None
    return f"the death of a program by SIGINT was reported as {result.stopped or result.exit}"


def describe(protection: Protection) -> dict[str, str]:
    """Return a protection in words, for the evidence."""
    return {
        "limits": describe_limits(group_parents() if protection.grouped else None),
        "system calls": f"filtered ({protection.machine})" if protection.machine else "not filtered on this processor",
    }


@cache
def _version() -> str:
    done = subprocess.run(  # noqa: S603
        [_which("bwrap") or "bwrap", "--version"], env=_SCRUBBED, capture_output=True, text=True, check=False
    )
    return done.stdout.strip().rpartition(" ")[2]


def _which(program: str) -> str | None:
    return shutil.which(program, path=_SCRUBBED["PATH"])
