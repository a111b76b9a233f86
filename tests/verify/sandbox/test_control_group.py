"""Memory, processes and files of a run are bounded together, whatever form they take."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from fixcards.verify.sandbox import Limits, SandboxError
from fixcards.verify.sandbox.control_group import ControlGroup, GroupParents, _version_2, control_group, group_parents

from ..conftest import IDENTITIES, REPOSITORY
from .identities import PYTHON, is_grouped, run_as

LIMIT = 200 << 20

C = "import ctypes, mmap, os, socket, sys, time\nlibc = ctypes.CDLL(None, use_errno=True)\n"
HOARDS = {
    "memfds": """
for number in range(40):
    file = os.memfd_create("x")
    for _ in range(32):
        os.write(file, b"x" * (1 << 20))
print("HELD")
time.sleep(3)
""",
    "memfds that are mapped for a moment": """
for number in range(40):
    file = os.memfd_create("x")
    os.ftruncate(file, 32 << 20)
    with mmap.mmap(file, 32 << 20) as room:
        for offset in range(0, 32 << 20, 4096):
            room[offset] = 1
print("HELD")
time.sleep(3)
""",
    "detached shared memory": """
libc.shmat.restype = ctypes.c_void_p
for number in range(40):
    segment = libc.shmget(0, 32 << 20, 0o1600)
    if segment < 0:
        raise OSError(ctypes.get_errno(), "shmget")
    place = libc.shmat(segment, None, 0)
    ctypes.memset(ctypes.c_void_p(place), 1, 32 << 20)
    libc.shmdt(ctypes.c_void_p(place))
print("HELD")
time.sleep(3)
""",
    "shared memory without a file whose pages are let go": """
rooms = []
for number in range(40):
    room = mmap.mmap(-1, 32 << 20)
    room.write(b"x" * (32 << 20))
    room.madvise(mmap.MADV_DONTNEED)
    rooms.append(room)
print("HELD")
time.sleep(3)
""",
    "shared memory of /dev/zero": """
rooms = []
zero = os.open("/dev/zero", os.O_RDWR)
libc.mmap.restype = ctypes.c_void_p
for number in range(40):
    place = libc.mmap(None, ctypes.c_size_t(32 << 20), 3, 1, zero, ctypes.c_long(0))
    ctypes.memset(ctypes.c_void_p(place), 1, 32 << 20)
    libc.madvise(ctypes.c_void_p(place), ctypes.c_size_t(32 << 20), 4)
print("HELD")
time.sleep(3)
""",
    "message queues": """
message = ctypes.create_string_buffer(b"\\1" + bytes(8007))
for number in range(32000):
    queue = libc.msgget(0, 0o1600)
    if queue < 0:
        raise OSError(ctypes.get_errno(), "msgget")
    while libc.msgsnd(queue, message, 8000, 0o4000) == 0:
        pass
print("HELD")
time.sleep(3)
""",
    "ordinary memory of many processes": """
for number in range(12):
    if os.fork() == 0:
        hoard = bytearray(os.urandom(1 << 20) * 40)
        time.sleep(8)
        os._exit(0)
time.sleep(4)
print("HELD")
""",
}


@pytest.mark.parametrize("identity", IDENTITIES)
@pytest.mark.parametrize("hoard", HOARDS)
def test_no_kind_of_memory_goes_round_the_limit(identity, hoard):
    """Where a group counts, the run is stopped; elsewhere it is stopped, or refused what can't be counted."""
    (result,) = run_as(identity, [C + HOARDS[hoard]], memory_bytes=LIMIT)
    if is_grouped(result):
        assert (result["stopped"], result["exit"]) == ("memory", None), result
    else:
        assert result["stopped"] == "memory" or "Error" in result["text"], result
    assert "HELD" not in result["text"]


def test_a_program_that_survives_the_loss_of_a_process_is_still_stopped():
    code = C + "if os.fork() == 0:\n    hoard = bytearray(os.urandom(1 << 20) * 400)\nelse:\n    os.wait()\n"
    for result in run_as(IDENTITIES[0], [code, code + "time.sleep(5)"], memory_bytes=LIMIT):
        assert result["stopped"] == "memory", result
        assert result["seconds"] < 5


@pytest.mark.parametrize("identity", IDENTITIES)
def test_one_bound_holds_for_all_folders_together(identity):
    code = """
written = 0
for folder in ("/tmp", "/repro", "/dev/shm", "/tmp/home", "/"):
    try:
        for number in range(100):
            with open(f"{folder}/{number}", "wb", buffering=0) as file:
                written += file.write(b"x" * (1 << 20))
    except OSError:
        pass
print(written >> 20)
"""
    (result,) = run_as(identity, [code], disk_bytes=48 << 20)
    assert 40 <= int(result["text"]) <= 48, result


@pytest.mark.parametrize("identity", IDENTITIES)
def test_a_folder_may_have_the_whole_bound(identity):
    code = "for number in range(40):\n    open(f'/{}/{number}', 'wb').write(b'x' * (1 << 20))\nprint('ok')"
    for result in run_as(identity, [code.replace("{}", each) for each in ("tmp", "repro")], disk_bytes=48 << 20):
        assert result["text"] == "ok\n"


@pytest.mark.parametrize("identity", IDENTITIES)
def test_the_bound_holds_where_only_bubblewrap_may_mount(identity):
    code = """
written = 0
for folder in ("/tmp", "/repro", "/dev/shm"):
    try:
        for number in range(100):
            with open(f"{folder}/{number}", "wb", buffering=0) as file:
                written += file.write(b"x" * (1 << 20))
    except OSError:
        pass
print(written >> 20)
"""
    plain = {"mode": "plain", "grouped": False, "machine": "x86_64"}
    (result,) = run_as(identity, [code], protection=plain, disk_bytes=48 << 20)
    assert 40 <= int(result["text"]) <= 48, result


@pytest.mark.parametrize("identity", IDENTITIES)
def test_empty_files_are_bounded_too(identity):
    code = """
import os
try:
    for number in range(200_000):
        os.close(os.open(f"/tmp/{number}", os.O_CREAT))
except OSError as error:
    print(error.strerror)
"""
    (result,) = run_as(identity, [code], wall_seconds=30.0)
    assert result["text"] == "No space left on device\n"


@pytest.mark.parametrize("identity", IDENTITIES)
def test_processes_are_bounded_whatever_they_do_at_the_end(identity):
    code = C + "for _ in range(12):\n    try:\n        os.fork()\n    except OSError:\n        pass\ntime.sleep(4)"
    (result,) = run_as(identity, [code], processes=40, wall_seconds=6.0)
    if is_grouped(result):
        assert result["stopped"] == "processes"
    assert result["seconds"] < 8


GROUPED = group_parents() is not None
needs_groups = pytest.mark.skipif(not GROUPED, reason="this user may not make control groups")


def groups_of(pid: int) -> set[Path]:
    """Return the groups of the tests' own kind that a process is in."""
    names = {
        name for name in Path(f"/proc/{pid}/cgroup").read_text().replace("\n", "/").split("/") if "fixcards-" in name
    }
    parents = group_parents()
    assert parents is not None
    return {folder / name for folder in parents.folders for name in names if (folder / name).exists()}


@needs_groups
def test_a_group_is_gone_at_the_end_of_a_run():
    with control_group(group_parents(), Limits()) as group:
        assert group is not None
        left = subprocess.Popen(["/bin/sleep", "30"])
        for entry in group.entries():
            entry.write_text(str(left.pid))
        folders = groups_of(left.pid)
        assert len(folders) == len(group.entries())
    assert not [folder for folder in folders if folder.exists()]
    assert left.wait(timeout=5) == -signal.SIGKILL


@needs_groups
def test_the_next_run_removes_the_groups_of_a_program_that_was_killed():
    program = (
        "from fixcards.verify.sandbox import Job, choose_sandbox\n"
        f"choose_sandbox('none').run(Job(({PYTHON!r}, '-c', 'import time; time.sleep(44.5)'), '/', {{}}))"
    )
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(REPOSITORY / "builder")}
    started = subprocess.Popen([sys.executable, "-c", program], env=environment)
    deadline = time.time() + 10
    while not (left := sleepers("time.sleep(44.5)")) and time.time() < deadline:
        time.sleep(0.05)
    folders = {folder for each in left for folder in groups_of(each.pid)}
    assert folders
    started.send_signal(signal.SIGKILL)
    started.wait()
    assert all(folder.exists() for folder in folders)
    run_as("root", ["print(1)"])
    assert not [folder for folder in folders if folder.exists()]
    psutil.wait_procs(left, timeout=5)
    assert not sleepers("time.sleep(44.5)")


@needs_groups
def test_a_run_without_isolation_is_held_and_leaves_no_process():
    code = "import os, time\nif os.fork() == 0:\n    os.setsid()\n    os.execve('/bin/sleep', ['sleep', '45.5'], {})\n"
    hoard = C + HOARDS["memfds"]
    left, held = run_as("root", [code, hoard], isolation="none", memory_bytes=LIMIT)
    assert left["exit"] == 0
    assert not sleepers("45.5")
    assert held["stopped"] == "memory"


def test_with_version_2_the_nearest_group_above_that_may_have_limited_children_is_taken(tmp_path):
    """On a tree of plain files: which group is chosen depends on their content and permissions alone."""
    own = tmp_path / "user.slice" / "app.slice" / "shell.scope"
    own.mkdir(parents=True)
    controllers = {own: "", own.parent: "memory pids", own.parent.parent: "cpu memory pids", tmp_path: "memory"}
    for folder, text in controllers.items():
        (folder / "cgroup.procs").write_text("")
        (folder / "cgroup.subtree_control").write_text(f"{text}\n")
    group, mounts = {"": "/user.slice/app.slice/shell.scope"}, [("", "/", tmp_path)]
    assert _version_2(group, mounts) == GroupParents(2, own.parent, own.parent)
    (own.parent / "cgroup.subtree_control").write_text("pids\n")
    assert _version_2(group, mounts) == GroupParents(2, own.parent.parent, own.parent.parent)
    (own.parent.parent / "cgroup.subtree_control").write_text("cpu\n")
    assert _version_2(group, mounts) == GroupParents(2, tmp_path, None)
    assert _version_2(group, [("", "/other", tmp_path)]) is None
    assert _version_2({}, mounts) is None


@needs_groups
def test_a_group_that_the_kernel_refuses_is_a_failure_of_the_sandbox(tmp_path):
    with pytest.raises(SandboxError, match="no control group for the run"):
        ControlGroup(GroupParents(1, tmp_path / "missing", None), Limits())


def sleepers(words: str) -> list[psutil.Process]:
    """Return the processes that run `words`, whatever started them left out."""
    return [each for each in psutil.process_iter(["cmdline"]) if words in " ".join(each.info["cmdline"] or ())[:60]]
