"""A program that executes hostile cards as the user who started it, and looks at the machine before and after.

JSON lines in, JSON lines out. It adopts every orphan below it, so that no process of a card can get out of its sight.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import socket
import sys
import time
from contextlib import suppress
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import psutil

from fixcards.verify import environment, uv  # noqa: F401 - the modules whose limits are made small
from fixcards.verify.sandbox import Limits
from tests.verify.card_server import run_card

LIMITS = {
    "wall_seconds": 3.0,
    "cpu_seconds": 3,
    "memory_bytes": 192 << 20,
    "address_space_bytes": 600 << 20,
    "processes": 48,
    "file_bytes": 8 << 20,
    "disk_bytes": 24 << 20,
    "output_bytes": 400_000,
}
PREPARING = {"wall_seconds": 8.0, "disk_bytes": 96 << 20, "file_bytes": 64 << 20, "memory_bytes": 400 << 20}
"""Limits on preparing an environment here, so that a build that blocks is stopped while a test waits."""
KEY = b"fixcards-hostile-key"
PLACES = ("/", "/tmp", "/var/tmp", "/dev/shm", "/etc", "/usr", "/usr/lib", "/mnt", "/run", "/var/lib")  # noqa: S108
_ADD_KEY, _KEYCTL = {"x86_64": (248, 250), "aarch64": (217, 219)}[os.uname().machine]
_libc = ctypes.CDLL(None, use_errno=True)


class Listeners:
    """Services of the host that no run may reach."""

    def __init__(self) -> None:
        name = f"\0fixcards-hostile-{os.getpid()}"
        self.sockets = [
            (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
            (socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
            (socket.AF_UNIX, socket.SOCK_STREAM, f"{name}-stream"),
            (socket.AF_UNIX, socket.SOCK_DGRAM, f"{name}-datagram"),
        ]
        self.addresses: list[tuple[int, int, Any]] = []
        self._open: list[socket.socket] = []
        for family, kind, address in self.sockets:
            listener = socket.socket(family, kind)
            listener.bind(address)
            if kind == socket.SOCK_STREAM:
                listener.listen()
            listener.setblocking(False)
            self._open.append(listener)
            heard = listener.getsockname()
            self.addresses.append((int(family), int(kind), heard if isinstance(heard, tuple) else os.fsdecode(heard)))

    def heard(self) -> list[str]:
        """Return what has come in since the last call."""
        received = []
        for listener, (family, kind, _) in zip(self._open, self.addresses, strict=True):
            with suppress(BlockingIOError):
                if kind == socket.SOCK_STREAM:
                    listener.accept()[0].close()
                else:
                    listener.recv(100)
                received.append(f"something reached family {family}, kind {kind}")
        return received


def inventory(mark: str) -> dict[str, set[str]]:
    """Return what of the machine a card could have changed, by kind."""
    home, me = Path(os.environ["HOME"]), psutil.Process()
    files: set[str] = set()
    for top, folders, names in os.walk(home):
        folders[:] = [name for name in folders if Path(top, name) != home / "cache"]
        for name in (*folders, *names):
            path = Path(top, name)
            state = path.lstat()
            content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
            files.add(f"{path} {state.st_mode:o} {content}")
    litter = {
        f"{place}/{name}"
        for place in (*PLACES, str(Path.cwd()), os.environ["HOSTILE_REPOSITORY"])
        for name in _names(place)
        if mark in name
    }
    tables = {name: _lines(f"/proc/sysvipc/{name}")[1:] for name in ("shm", "sem", "msg")}
    return {
        "files": files | litter,
        "processes": {f"{each.pid} {each.name()}" for each in me.children(recursive=True)},
        "keys": {line.split()[0] for line in _lines("/proc/keys") if mark in line},
        "ipc": {f"{name} {line.split()[1]}" for name, lines in tables.items() for line in lines},
        "mounts": set(_lines("/proc/self/mounts")),
        "cgroups": {
            top
            for top, _, names in os.walk("/sys/fs/cgroup")
            if "fixcards" in top and "cgroup.procs" in names and not _lines(f"{top}/cgroup.procs")
        },
        "work": {str(path) for path in (home / "cache").glob("*/work/*")} | set(map(str, home.glob("cache/work/*"))),
    }


def leftovers(before: dict[str, set[str]], mark: str) -> list[str]:
    """Return what is there now and was not before; what is on its way out has two seconds."""
    end = time.monotonic() + 2
    while True:
        _reap()
        now = inventory(mark)
        left = [f"{kind}: {each}" for kind in now for each in sorted(now[kind] - before[kind])]
        left += [f"gone: {each}" for each in sorted(before["files"] - now["files"])]
        if not left or time.monotonic() > end:
            return left
        time.sleep(0.05)


def filled(code: str, listeners: Listeners, mark: str) -> str:
    """Return a program with what it must know of this machine to attack it."""
    home = os.environ["HOME"]
    secret_places = [home, os.environ["HOSTILE_REPOSITORY"], *filter(None, [os.environ.get("HOSTILE_USER_HOME")])]
    values = {"@MARK@": mark, "@ADDRESSES@": repr(listeners.addresses), "@PATHS@": repr(secret_places)}
    for name, value in values.items():
        code = code.replace(name, value)
    return code


def execute(request: dict[str, Any], listeners: Listeners, mark: str) -> dict[str, Any]:
    """Execute a card on its broken release; return the run, what it left, and how long it took."""
    reproduction = request["card"]["reproduction"]
    reproduction["code"] = filled(reproduction["code"], listeners, mark)
    home = os.environ["HOME"]
    names_of_limits = {field.name for field in fields(Limits)}
    limits = {name: value for name, value in {**LIMITS, **request["limits"]}.items() if name in names_of_limits}
    cache_dir = f"{home}/cache/{request.get('cache', 'shared')}"
    Path(cache_dir).mkdir(parents=True, exist_ok=True)
    before = inventory(mark)
    listeners.heard()
    start = time.monotonic()
    runs = [
        json.loads(run_card({"card": request["card"], "cache": cache_dir, "limits": limits}))
        for _ in range(request.get("times", 1))
    ]
    seconds = time.monotonic() - start
    size = sum(path.lstat().st_blocks * 512 for path in Path(cache_dir).rglob("*"))
    return {
        "run": runs[-1],
        "seconds": seconds,
        "left": leftovers(before, mark),
        "heard": listeners.heard(),
        "cache_bytes": size,
    }


def _reap() -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208 - names, some of which are no paths
    except OSError:
        return []


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []


def _shorten_preparing() -> None:
    """Make every limit of minutes in the modules of verify one of seconds."""
    for name, module in list(sys.modules.items()):
        if not name.startswith("fixcards.verify"):
            continue
        for key, value in list(vars(module).items()):
            if isinstance(value, Limits) and value.wall_seconds > 60:
                names_of_limits = {field.name for field in fields(Limits)}
                small = {each: number for each, number in PREPARING.items() if each in names_of_limits}
                setattr(module, key, replace(value, **small))
            elif key.endswith("_SECONDS") and isinstance(value, int) and 300 <= value <= 1200:
                setattr(module, key, int(PREPARING["wall_seconds"]))


def main() -> None:
    """Answer requests until there are no more."""
    responses = sys.stdout
    sys.stdout = sys.stderr
    _libc.prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
    _libc.syscall(_KEYCTL, 1, None)  # a session keyring, as a login has one, with a secret in it
    _libc.syscall(_ADD_KEY, b"user", KEY, b"hush-keyring", 12, -3)
    _shorten_preparing()
    listeners = Listeners()
    mark = os.environ["HOSTILE_MARK"]
    for line in sys.stdin:
        try:
            answer = execute(json.loads(line), listeners, mark)
        except Exception as error:  # noqa: BLE001 - the test shows it
            answer = {"error": repr(error)}
        responses.write(json.dumps(answer) + "\n")
        responses.flush()


if __name__ == "__main__":
    main()
