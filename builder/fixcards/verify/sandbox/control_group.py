"""Control groups of the Linux kernel: what counts and limits everything that the processes of one run hold together.

The resident memory of processes is not all that they use: memfds, shared memory, files in memory and buffers of
sockets belong to none of them. A memory group counts these too, and a pids group counts processes of every user.

Both versions are used. With version 1 each controller has a tree of its own; with version 2 there is one tree, and a
group may have children with limits or processes of its own, not both. See `Documentation/admin-guide/cgroup-v2.rst`
and `cgroup-v1/` of Linux.
"""

from __future__ import annotations

import os
import re
import signal
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fixcards.verify.sandbox.interface import Limits, SandboxError, StopReason

try:
    import fcntl
except ImportError:  # Windows, which has no groups either
    fcntl = None  # type: ignore[assignment]

_PREFIX = "fixcards-"
ENTER = 'for entry in $1; do echo 0 > "$entry"; done; shift; '
"""Shell program that enters the groups in its first argument, so that they hold whatever the shell becomes."""
_PATIENCE = 2.0
"""Seconds to wait until the kernel has taken the last processes out of a group."""


@dataclass(frozen=True, slots=True)
class GroupParents:
    """The groups of this program, below which it may make one for each run."""

    version: int
    memory: Path
    pids: Path | None
    """The same as `memory` with version 2; None where the machine has no such controller."""

    @property
    def folders(self) -> tuple[Path, ...]:
        """Each parent once."""
        return tuple(dict.fromkeys(folder for folder in (self.memory, self.pids) if folder is not None))


@cache
def group_parents() -> GroupParents | None:
    """Return where this program may make groups with a limit on memory, None where it may not.

    It never leaves the group that it was started in, so that a limit on this program holds for its runs too. With
    version 2 that is the nearest group above which may have such children. The first call removes the groups of
    programs that were killed.
    """
    if fcntl is None:
        return None
    with suppress(OSError, ValueError, IndexError):
        own = dict(_own_groups())
        mounts = list(_mounts())
        for parents in (_version_2(own, mounts), _version_1(own, mounts)):
            if parents is not None and _may_limit(parents):
                for folder in parents.folders:
                    _remove_abandoned(folder)
                return parents
    return None


class ControlGroup:
    """The group of one run."""

    def __init__(self, parents: GroupParents, limits: Limits) -> None:
        """Make an empty group with the limits. Raises `SandboxError` where the kernel refuses."""
        self._version = parents.version
        self._folders: list[Path] = []
        self._locks: list[int] = []
        try:
            for parent in parents.folders:
                folder, lock = _make_locked(parent)
                self._folders.append(folder)
                self._locks.append(lock)
            self._memory = self._folders[0]
            self._pids = self._folders[-1] if parents.pids is not None else None
            self._set(limits)
        except OSError as error:
            self.end()
            raise SandboxError(f"no control group for the run: {error}") from None

    def entries(self) -> list[Path]:
        """Return the files into which a process writes 0 to enter, which its children then inherit.

        Version 1 has one for a single thread, without the wait for all processes of the machine that `cgroup.procs`
        may cost.
        """
        return [folder / ("tasks" if self._version == 1 else "cgroup.procs") for folder in self._folders]

    def exceeded(self) -> StopReason | None:
        """Return the limit that the run went over: the kernel has killed a process of it, or refused it one."""
        events = "memory.oom_control" if self._version == 1 else "memory.events"
        if _counter(self._memory / events, "oom_kill"):
            return "memory"
        if self._pids is not None and _counter(self._pids / "pids.events", "max"):
            return "processes"
        return None

    def end(self) -> None:
        """Kill what is left in the group, and remove it."""
        for folder in self._folders:
            _remove(folder)
        for lock in self._locks:
            os.close(lock)
        self._locks.clear()

    def _set(self, limits: Limits) -> None:
        if self._version == 1:
            (self._memory / "memory.limit_in_bytes").write_text(str(limits.memory_bytes))
            swap, swap_bytes = "memory.memsw.limit_in_bytes", limits.memory_bytes
        else:
            (self._memory / "memory.max").write_text(str(limits.memory_bytes))
            (self._memory / "memory.oom.group").write_text("1")
            swap, swap_bytes = "memory.swap.max", 0
        if (self._memory / swap).exists():  # absent where the kernel was told not to count swap
            (self._memory / swap).write_text(str(swap_bytes))
        if self._pids is not None:
            (self._pids / "pids.max").write_text(str(limits.processes))


@contextmanager
def control_group(parents: GroupParents | None, limits: Limits) -> Iterator[ControlGroup | None]:
    """Yield a group for a run and remove it at the end; None where there are no groups."""
    if parents is None:
        yield None
        return
    group = ControlGroup(parents, limits)
    try:
        yield group
    finally:
        group.end()


def entering(group: ControlGroup | None) -> list[str]:
    """Return the command that enters a group before it becomes what follows, empty for None."""
    return [] if group is None else ["/bin/sh", "-euc", f'{ENTER}exec "$@"', "sh", entries_of(group)]


def entries_of(group: ControlGroup | None) -> str:
    """Return the argument of `ENTER` for a group."""
    return "" if group is None else " ".join(map(str, group.entries()))


def describe_limits(parents: GroupParents | None) -> str:
    """Return in words how the limits on memory and processes hold, for the evidence."""
    return "measured ten times a second" if parents is None else f"control groups, version {parents.version}"


def _own_groups() -> Iterator[tuple[str, str]]:
    """Yield each controller with the group of this program; that of version 2 has the empty name."""
    for line in Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines():
        _, controllers, path = line.split(":", 2)
        for controller in controllers.split(","):
            yield controller, path


def _mounts() -> Iterator[tuple[str, str, Path]]:
    """Yield the controller, the group at the root and the folder of each mounted tree, as `_own_groups` names them."""
    for line in Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines():
        place, _, source = line.partition(" - ")
        _, _, _, root, folder = place.split()[:5]
        kind, _, options = source.split(" ", 2)
        names = {"cgroup2": [""], "cgroup": options.split(",")}.get(kind, [])
        for name in names:
            yield name, root, Path(re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), folder))


def _own_folder(controller: str, own: dict[str, str], mounts: Sequence[tuple[str, str, Path]]) -> Path | None:
    """Return the folder of this program's own group, None where it is not mounted."""
    path = own.get(controller)
    for name, root, folder in mounts:
        if name == controller and path is not None and Path(path).is_relative_to(root):
            return folder / Path(path).relative_to(root)
    return None


def _version_1(own: dict[str, str], mounts: Sequence[tuple[str, str, Path]]) -> GroupParents | None:
    memory = _own_folder("memory", own, mounts)
    return None if memory is None else GroupParents(1, memory, _own_folder("pids", own, mounts))


def _version_2(own: dict[str, str], mounts: Sequence[tuple[str, str, Path]]) -> GroupParents | None:
    folder = _own_folder("", own, mounts)
    while folder is not None and (folder / "cgroup.procs").exists():
        controllers = (folder / "cgroup.subtree_control").read_text(encoding="ascii").split()
        if "memory" in controllers and os.access(folder, os.W_OK) and os.access(folder / "cgroup.procs", os.W_OK):
            return GroupParents(2, folder, folder if "pids" in controllers else None)
        folder = folder.parent
    return None


def _may_limit(parents: GroupParents) -> bool:
    try:
        ControlGroup(parents, Limits()).end()
    except SandboxError:
        return False
    return True


def _counter(file: Path, name: str) -> int:
    for line in file.read_text(encoding="ascii").splitlines():
        key, _, value = line.partition(" ")
        if key == name:
            return int(value)
    return 0


def _removed(folder: Path) -> bool:
    """Kill what is in a group and remove it; return whether it is gone."""
    try:
        for pid in (folder / "cgroup.procs").read_text(encoding="ascii").split():
            if int(pid):  # 0 is a process that this process namespace does not see, and for `kill` its own group
                with suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGKILL)
        folder.rmdir()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def _make_locked(parent: Path) -> tuple[Path, int]:
    """Make a group; return it with a lock on it, by which others see that its program lives."""
    while True:
        folder = parent / f"{_PREFIX}{uuid.uuid4().hex[:12]}"
        folder.mkdir()
        lock = _lock(folder, wait=True)
        if folder.exists():
            return folder, lock
        os.close(lock)  # another program has removed it as abandoned before it was locked


def _remove_abandoned(parent: Path) -> None:
    """Remove the groups whose programs are dead, also those of programs that ran in groups beside that of this one."""
    for group in {*parent.glob(f"{_PREFIX}*"), *parent.parent.glob(f"*/{_PREFIX}*")}:
        with suppress(OSError):
            lock = _lock(group, wait=False)
            _remove(group)
            os.close(lock)


def _remove(folder: Path) -> None:
    """Kill what is in a group and remove it, as far as the kernel does that in time."""
    deadline = time.monotonic() + _PATIENCE
    while not _removed(folder) and time.monotonic() < deadline:
        time.sleep(0.001)


def _lock(folder: Path, *, wait: bool) -> int:
    """Lock a folder until the process ends; return the descriptor. Raises `BlockingIOError` where another has it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor
