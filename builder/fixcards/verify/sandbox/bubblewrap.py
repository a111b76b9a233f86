"""Isolation by bubblewrap: namespaces of the Linux kernel, for root and for ordinary users.

An ordinary user starts `bwrap`, and inside it `prlimit` and the program. The kernel's limit on processes doesn't bind
real root, whatever a user namespace maps it to. So root first gives up its identity for good: in a mount namespace of
its own it binds the readable files to a place that every user can reach, `setpriv` changes to an unused user, and that
user starts the same `bwrap` as an ordinary user would. No process of root stays in between: without capabilities it
could not pass a signal on to a process of another user when its own parent dies.
"""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Literal

from fixcards.records.evidence import Isolation
from fixcards.verify.sandbox.exit_report import reporting, supervise_reporting
from fixcards.verify.sandbox.interface import Job, JobResult, Limits, SandboxError

_SYSTEM_LINKS = {"bin": "usr/bin", "sbin": "usr/sbin", "lib": "usr/lib", "lib64": "usr/lib64", "lib32": "usr/lib32"}
_SYSTEM_FILES = ("ld.so.cache", "hosts", "nsswitch.conf", "passwd", "group", "localtime", "alternatives", "mime.types")
_NETWORK_FILES = ("resolv.conf", "gai.conf", "ssl/certs", "ssl/openssl.cnf", "pki/tls/certs", "pki/ca-trust/extracted")
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

_STAGING = f"""
mount -t tmpfs -o mode=0755,size=64k stage {_STAGE}
[ -z "$1" ] || mkdir $1
shift
while [ "$1" != -- ]; do
    [ -d "$2" ] || : > "$2"
    mount --bind "$1" "$2"
    shift 2
done
shift
exec "$@"
"""
"""Shell program that makes the folders in its first argument with one `mkdir`, since each program that it starts costs
most of a millisecond; then binds each path of its arguments to the path that follows it, and becomes the rest."""

_DYING_WITH_US = ("setpriv", "--pdeathsig", "KILL", "--")
"""Ends what follows when the watcher dies, until bwrap sees to it itself (`--die-with-parent`). The signal is lost
where the watcher dies before this has started, or while the user is changed, which clears it; then the first process
inside finds no reader for its report and runs nothing."""

_SCRUBBED = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin"}
_turn = itertools.count(os.getpid())

Mode = Literal["plain", "dropping"]


class Bubblewrap:
    """Runs jobs under `bwrap`."""

    name: Isolation = "bubblewrap"

    def probe(self) -> str | None:
        """Try a job; where it fails the reason comes from the kernel or from bubblewrap."""
        for program, package in _PROGRAMS.items():
            if _which(program) is None:
                return f"`{program}` is missing, install {package} (Debian, Ubuntu: apt install {package})"
        refusal = _refusal(_mode())
        if (refusal and "uid map" in refusal) or (refusal and "RTM_NEWADDR" in refusal):
            return (
                f"{refusal} (the system forbids user namespaces; on Ubuntu: "
                "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0)"
            )
        return refusal

    def version(self) -> str:
        """Return bubblewrap's version."""
        return _version()

    def run(self, job: Job) -> JobResult:
        """Run a job; the processes that it started die with it, since its process namespace ends."""
        return _run(job, _mode() if not job.writable else "plain")


def _run(job: Job, mode: Mode) -> JobResult:
    return supervise_reporting(command(job, mode), _SCRUBBED, job, cwd=Path("/"))


def command(job: Job, mode: Mode) -> list[str]:
    """Return the whole command line of a job."""
    places = {**job.readable, **job.writable}
    if mode == "plain":
        return [*_DYING_WITH_US, *_inner(job, {host: str(host) for host in places})]
    staged = {host: str(_STAGE / str(number)) for number, host in enumerate(places)}
    uid = str(_FIRST_UID + next(_turn) % _UIDS)
    return [
        *_DYING_WITH_US,
        *("unshare", "--mount", "--propagation", "private", "--", "sh", "-euc", _STAGING, "sh"),
        " ".join(stage for host, stage in staged.items() if host.is_dir()),
        *(word for host, stage in staged.items() for word in (str(host), stage)),
        *("--", "setpriv", "--reuid", uid, "--regid", uid, "--clear-groups", "--"),
        *_inner(job, staged),
    ]


def _inner(job: Job, sources: Mapping[Path, str]) -> Iterator[str]:
    """Yield the bwrap command that isolates a job. Mounts go from the outside in: a later one hides an earlier."""
    size = str(job.limits.disk_bytes)
    yield from ("bwrap", "--unshare-all", "--unshare-user", "--disable-userns")
    yield from ("--uid", _OVERFLOW_ID, "--gid", _OVERFLOW_ID)
    yield from ("--cap-drop", "ALL", "--die-with-parent", "--new-session", "--hostname", "sandbox")
    # With an init of bubblewrap in between, the processor time of the program would not count for bwrap.
    yield "--as-pid-1"
    if job.network:
        yield "--share-net"
    yield from ("--size", size, "--perms", "1777", "--tmpfs", "/tmp")  # noqa: S108 - a file system of its own
    yield from ("--dir", "/tmp/home", "--ro-bind", "/usr", "/usr")  # noqa: S108
    for name, target in _SYSTEM_LINKS.items():
        path = Path("/", name)
        if path.is_symlink():
            yield from ("--symlink", target, str(path))
        elif path.is_dir():
            yield from ("--ro-bind", str(path), str(path))
    for name in _SYSTEM_FILES + (_NETWORK_FILES if job.network else ()):
        yield from ("--ro-bind-try", f"/etc/{name}", f"/etc/{name}")
    yield from ("--proc", "/proc", "--dev", "/dev", "--size", str(64 << 20), "--tmpfs", "/dev/shm")  # noqa: S108
    yield from ("--remount-ro", "/dev")
    for folder in job.scratch:
        yield from ("--size", size, "--tmpfs", folder)
    for host, place in job.readable.items():
        yield from ("--ro-bind", sources[host], place)
    for host, place in job.writable.items():
        yield from ("--bind", sources[host], place)
    yield from ("--remount-ro", "/", "--chdir", job.cwd, "--clearenv")
    for name, value in job.environment.items():
        yield from ("--setenv", name, value)
    yield "--"
    yield from _limited(job.limits)
    yield from reporting(job.argv)


def _limited(limits: Limits) -> Iterable[str]:
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
def _mode() -> Mode:
    """Drop root's identity where the machine allows it; in a container that forbids it, the watch alone counts."""
    return "dropping" if os.geteuid() == 0 and _refusal("dropping") is None else "plain"


@cache
def _refusal(mode: Mode) -> str | None:
    """Return why a job can't be run in a mode, None where it can and a death by a signal is reported as such."""
    job = Job(argv=("/bin/sh", "-c", "kill -INT $$"), cwd="/", environment={}, limits=Limits(wall_seconds=20))
    try:
        result = _run(job, mode)
    except (OSError, SandboxError) as error:
        return str(error)
    if result.exit == -signal.SIGINT:
        return None
    return f"the death of a program by SIGINT was reported as {result.stopped or result.exit}"


@cache
def _version() -> str:
    done = subprocess.run(  # noqa: S603
        [_which("bwrap") or "bwrap", "--version"], env=_SCRUBBED, capture_output=True, text=True, check=False
    )
    return done.stdout.strip().rpartition(" ")[2]


def _which(program: str) -> str | None:
    return shutil.which(program, path=_SCRUBBED["PATH"])
