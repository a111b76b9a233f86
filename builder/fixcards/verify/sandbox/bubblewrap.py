"""Isolation by bubblewrap: namespaces of the Linux kernel, for root and for ordinary users.

An ordinary user starts `bwrap`, and inside it `prlimit` and the program. The kernel's limit on processes doesn't bind
real root, whatever a user namespace maps it to, so root first gives its identity away for good: in a mount namespace of
its own the readable files are put where anybody can reach them, `setpriv` becomes an unused user, and that user starts
the same `bwrap` as everybody else. No process of root's stays in between: one without capabilities could not pass on
the death of the program to a process of another user.
"""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Literal

from fixcards.verify.sandbox.interface import Isolation, Job, JobResult, Limits
from fixcards.verify.sandbox.supervise import supervise

_SYSTEM_LINKS = {"bin": "usr/bin", "sbin": "usr/sbin", "lib": "usr/lib", "lib64": "usr/lib64", "lib32": "usr/lib32"}
_SYSTEM_FILES = ("ld.so.cache", "hosts", "nsswitch.conf", "passwd", "group", "localtime", "alternatives", "mime.types")
_NETWORK_FILES = ("resolv.conf", "gai.conf", "ssl/certs", "ssl/openssl.cnf", "pki/tls/certs", "pki/ca-trust/extracted")
_STAGE = PurePosixPath("/mnt")
_NOBODY = "65534"
_FIRST_UID, _UIDS = 61_000, 2_000
"""Users that distributions give to nobody: above those of people, below those of systemd (61184 and up are only
named at run time, and a number that is in use costs nothing but a shared count of processes)."""

_STAGING = f"""
mount -t tmpfs -o mode=0755,size=64k stage {_STAGE}
while [ "$1" != -- ]; do
    if [ -d "$1" ]; then mkdir "$2"; else : > "$2"; fi
    mount --bind "$1" "$2"
    shift 2
done
shift
exec "$@"
"""
"""Shell program that shows each path of its arguments at the place that follows it, then becomes the rest."""

_DYING_WITH_US = ("setpriv", "--pdeathsig", "KILL", "--")
"""Until bwrap sees to it itself."""
_GRACE_SECONDS = 10
"""A run that lost its watcher in the few milliseconds in which nobody sees to that ends so long after its time."""

_SCRUBBED = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin"}
_turn = itertools.count(os.getpid())

Mode = Literal["plain", "dropping"]


class Bubblewrap:
    """Runs jobs under `bwrap`."""

    name: Isolation = "bubblewrap"

    def probe(self) -> str | None:
        """Try a job; the reason of a failure is the kernel's or bubblewrap's own."""
        for program in ("bwrap", "prlimit", "setpriv", "unshare"):
            if _which(program) is None:
                package = "bubblewrap" if program == "bwrap" else "util-linux"
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
        """Run a job; what it started dies with it, since its process namespace ends."""
        finished = supervise(command(job, _mode() if not job.writable else "plain"), _SCRUBBED, job, cwd=Path("/"))
        if finished.exit is not None and 128 < finished.exit <= 128 + 64:  # bwrap tells of a signal as shells do
            return JobResult(128 - finished.exit, finished.output, finished.seconds, finished.cpu_seconds)
        return finished


def command(job: Job, mode: Mode) -> list[str]:
    """Return the whole command line of a job."""
    places = {**job.readable, **job.writable}
    if mode == "plain":
        return [*_DYING_WITH_US, *_inner(job, {host: str(host) for host in places}), *_limited(job.limits), *job.argv]
    staged = {host: str(_STAGE / str(number)) for number, host in enumerate(places)}
    uid = str(_FIRST_UID + next(_turn) % _UIDS)
    return [
        *_DYING_WITH_US,
        *("unshare", "--mount", "--propagation", "private", "--", "sh", "-euc", _STAGING, "sh"),
        *(word for host, stage in staged.items() for word in (str(host), stage)),
        *("--", "setpriv", "--reuid", uid, "--regid", uid, "--clear-groups", "--"),
        *_inner(job, staged),
        *_limited(job.limits),
        *job.argv,
    ]


def _inner(job: Job, sources: Mapping[Path, str]) -> Iterator[str]:
    """Yield the words of the bwrap that isolates. Mounts go from the outside in: a later one hides an earlier."""
    size = str(job.limits.disk_bytes)
    yield from ("bwrap", "--unshare-all", "--unshare-user", "--disable-userns", "--uid", _NOBODY, "--gid", _NOBODY)
    yield from ("--cap-drop", "ALL", "--die-with-parent", "--new-session", "--hostname", "sandbox")
    # Without an init of bubblewrap's in between, the processor time of the program reaches whoever waits for bwrap.
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


def _limited(limits: Limits) -> Iterable[str]:
    return (
        "prlimit",
        f"--as={limits.address_space_bytes}",
        f"--nproc={limits.processes}",
        f"--fsize={limits.file_bytes}",
        f"--cpu={limits.cpu_seconds}",
        f"--nofile={limits.open_files}",
        "--core=0",
        "--",
        *("timeout", "--foreground", "--signal=KILL", str(limits.wall_seconds + _GRACE_SECONDS)),
    )


@cache
def _mode() -> Mode:
    """Root drops its identity where the machine lets it; in a container that forbids it, the watch alone counts."""
    return "dropping" if os.geteuid() == 0 and _refusal("dropping") is None else "plain"


@cache
def _refusal(mode: Mode) -> str | None:
    """Return why a job can't be run in a mode, None where it can."""
    job = Job(argv=("/usr/bin/true",), cwd="/", environment={})
    try:
        done = subprocess.run(  # noqa: S603
            command(job, mode), env=_SCRUBBED, capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.SubprocessError) as error:
        return str(error)
    if done.returncode == 0:
        return None
    return (done.stderr.strip().splitlines() or [f"bwrap ended with {done.returncode}"])[-1]


@cache
def _version() -> str:
    done = subprocess.run(  # noqa: S603
        [_which("bwrap") or "bwrap", "--version"], env=_SCRUBBED, capture_output=True, text=True, check=False
    )
    return done.stdout.strip().rpartition(" ")[2]


def _which(program: str) -> str | None:
    return shutil.which(program, path=_SCRUBBED["PATH"])
