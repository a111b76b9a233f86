"""Reproductions that attack the machine, each with the result that it must have.

All are bounded, so that they would end by themselves even without isolation.
"""
# ruff: noqa: E501 - programs of other people, as long as they are

from __future__ import annotations

from dataclasses import dataclass, field

from .conftest import REPOSITORY

SIGNATURE = "RuntimeError: the frobnicator is out of frobs (3 left)"


@dataclass
class Attack:
    """Code, and its expected result: the outcome, and words in the output or in the reason."""

    code: str
    outcome: str
    says: str = ""
    not_says: str = "ESCAPED"
    limits: dict = field(default_factory=dict)
    reproduction: dict = field(default_factory=dict)
    slowest: float = 15.0


HOSTILE_PROGRAMS = {
    "fork bomb": Attack(
        """
        import os, time
        forked = 0
        try:
            while forked < 600:
                if os.fork() == 0:
                    time.sleep(5)
                    os._exit(0)
                forked += 1
        except OSError:
            pass
        print("ESCAPED" if forked >= 200 else "bounded", forked)
        raise SystemExit(1)
        """,
        "failed-otherwise",
        says="bounded",
    ),
    "fork bomb that multiplies": Attack(
        """
        import os, time
        end = time.monotonic() + 3
        for _ in range(12):
            try:
                os.fork()
            except OSError:
                pass
        time.sleep(max(0, end - time.monotonic()))
        """,
        "failed-otherwise",
        says="stopped when it",
    ),
    "memory in one process": Attack(
        """
        hoard = bytearray()
        try:
            for _ in range(100):
                hoard += b"x" * 50_000_000
        except MemoryError:
            print("bounded at", len(hoard) // 1_000_000, "MB")
            raise SystemExit(1)
        print("ESCAPED")
        """,
        "failed-otherwise",
    ),
    "memory in many processes": Attack(
        """
        import os, time
        for _ in range(8):
            if os.fork() == 0:
                hoard = [b"x" * 1_000_000 * n for n in range(1, 14)]
                time.sleep(6)
                os._exit(0)
        time.sleep(6)
        print("ESCAPED")
        """,
        "failed-otherwise",
        says="stopped when it used more than",
    ),
    "disk by one file": Attack(
        """
        import signal
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        written = 0
        with open("/tmp/big", "wb", buffering=0) as file:
            try:
                while written < 100_000_000:
                    written += file.write(b"x" * 1_000_000)
            except OSError as error:
                print("bounded at", written // 1_000_000, "MB:", error.strerror)
                raise SystemExit(1)
        print("ESCAPED")
        """,
        "failed-otherwise",
        says="bounded at",
    ),
    "disk by many files": Attack(
        """
        written = 0
        try:
            for folder in ("/tmp", "/repro", "/dev/shm"):
                try:
                    for number in range(200):
                        with open(f"{folder}/{number}", "wb", buffering=0) as file:
                            written += file.write(b"x" * 1_000_000)
                except OSError as error:
                    print("bounded at", written // 1_000_000, "MB:", error.strerror)
        finally:
            print("ESCAPED" if written > 120_000_000 else "bounded")
        raise SystemExit(1)
        """,
        "failed-otherwise",
        says="No space left on device",
    ),
    "endless output": Attack(
        """
        import sys
        for _ in range(2_000_000):
            sys.stdout.write("y" * 100 + "\\n")
        print("ESCAPED")
        """,
        "failed-otherwise",
        says="stopped after printing",
    ),
    "ignored signals": Attack(
        """
        import signal, time
        for number in range(1, 65):
            try:
                signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError):
                pass
        print("waiting", flush=True)
        time.sleep(30)
        print("ESCAPED")
        """,
        "failed-otherwise",
        says="still running after 2 s",
        limits={"wall_seconds": 2.0},
    ),
    "processor hog": Attack(
        """
        import time
        end = time.monotonic() + 30
        while time.monotonic() < end:
            pass
        print("ESCAPED")
        """,
        "failed-otherwise",
        says="signal 9",
        limits={"cpu_seconds": 1},
    ),
    "closed output": Attack(
        """
        import os, time
        os.close(1)
        os.close(2)
        time.sleep(30)
        """,
        "failed-otherwise",
        says="still running after 2 s",
        limits={"wall_seconds": 2.0},
    ),
    "daemon left behind": Attack(
        """
        import os, time
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.closerange(0, 3)
                time.sleep(25)
            os._exit(0)
        print("left")
        """,
        "passed",
        slowest=8.0,
    ),
    "daemon that holds the output": Attack(
        """
        import os, time
        if os.fork() == 0:
            os.setsid()
            time.sleep(25)
            print("ESCAPED")
            os._exit(0)
        print("left", flush=True)
        """,
        "passed",
        slowest=8.0,
    ),
    "killing everything": Attack(
        """
        import os, signal
        os.kill(-1, signal.SIGKILL)
        """,
        "failed-otherwise",
    ),
    "writing to the environment": Attack(
        """
        import iniconfig, os, pathlib, sys
        module = pathlib.Path(iniconfig.__file__)
        for path in (module, module.with_name("new.py"), pathlib.Path(sys.prefix, "bin/python"), pathlib.Path("/venv/x")):
            try:
                path.open("a").write("print('ESCAPED')")
                print("ESCAPED", path)
            except OSError as error:
                print(error.strerror)
        for call in (os.chmod, lambda path, mode: os.utime(path)):
            try:
                call(module, 0o777)
                print("ESCAPED")
            except OSError as error:
                print(error.strerror)
        raise SystemExit(1)
        """,
        "failed-otherwise",
        says="Read-only file system",
    ),
    "writing through a hard link into the cache": Attack(
        """
        import iniconfig, os
        print("links:", os.stat(iniconfig.__file__).st_nlink)
        for target in ("/tmp/link", "/repro/link"):
            try:
                os.link(iniconfig.__file__, target)
                print("ESCAPED")
            except OSError as error:
                print(error.strerror)
        os.symlink(iniconfig.__file__, "/tmp/soft")
        try:
            open("/tmp/soft", "a")
            print("ESCAPED")
        except OSError as error:
            print(error.strerror)
        raise SystemExit(1)
        """,
        "failed-otherwise",
        says="Invalid cross-device link",
    ),
    "writing to cards and work tree": Attack(
        f"""
        import os, pathlib
        for folder in ({str(REPOSITORY)!r}, {str(REPOSITORY / "tests")!r}, "/home", "/root", "/var/tmp", "/etc", "/usr", "/"):
            for name in ("escaped", "1.evidence.json"):
                try:
                    pathlib.Path(folder, name).write_text("ESCAPED")
                    print("ESCAPED", folder)
                except OSError as error:
                    print(error.strerror)
        raise SystemExit(1)
        """,
        "failed-otherwise",
        says="No such file or directory",
    ),
    "changing its own card and source": Attack(
        """
        import os
        for call in (lambda: open(__file__, "a"), lambda: os.unlink(__file__), lambda: os.rename(__file__, "/repro/x")):
            try:
                call()
                print("ESCAPED")
            except OSError as error:
                print(error.strerror)
        raise SystemExit(1)
        """,
        "failed-otherwise",
        says="Device or resource busy",
    ),
    "environment secrets": Attack(
        """
        import glob, os
        environments = [open(path, "rb").read() for path in glob.glob("/proc/[0-9]*/environ") if os.access(path, os.R_OK)]
        print(sorted(os.environ))
        if "hush" in str(os.environ) or any(b"hush" in each for each in environments):
            print("ESCAPED")
        for path in glob.glob("/proc/[0-9]*/cmdline"):
            if b"card_server" in open(path, "rb").read():
                print("ESCAPED", path)
        print(len(environments), "environments seen")
        raise SystemExit(1)
        """,
        "failed-otherwise",
        says="environments seen",
    ),
    "inherited descriptors": Attack(
        """
        import os
        print("descriptors:", sorted(int(name) for name in os.listdir("/proc/self/fd"))[:-1])
        raise SystemExit(1)
        """,
        "failed-otherwise",
        says="descriptors: [0, 1, 2]",
    ),
    "new namespaces and privileges": Attack(
        """
        import ctypes, os
        libc = ctypes.CDLL(None, use_errno=True)
        for flag in (0x10000000, 0x00020000, 0x40000000):
            print("ESCAPED" if libc.unshare(flag) == 0 else os.strerror(ctypes.get_errno()))
        for call in (lambda: os.setuid(0), lambda: os.setgid(0), lambda: os.chroot("/tmp"), lambda: os.mknod("/tmp/d", 0o60600, 0)):
            try:
                call()
                print("ESCAPED")
            except OSError as error:
                print(error.strerror)
        status = open("/proc/self/status").read()
        assert "CapEff:\\t0000000000000000" in status and "NoNewPrivs:\\t1" in status, "ESCAPED"
        print("uid", os.getuid())
        raise SystemExit(1)
        """,
        "failed-otherwise",
        says="uid 65534",
    ),
    "kernel settings": Attack(
        """
        for path in ("/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/sys/kernel/mm/ksm/run", "/dev/mem", "/dev/vda"):
            try:
                open(path, "w").write("0")
                print("ESCAPED", path)
            except OSError as error:
                print(error.strerror)
        raise SystemExit(1)
        """,
        "failed-otherwise",
        says="Permission denied",
    ),
    "any network": Attack(
        """
        import os, socket
        names = [line.split(":")[0].strip() for line in open("/proc/net/dev").read().splitlines()[2:]]
        routes = open("/proc/net/route").read().splitlines()[1:]
        six = [line for line in open("/proc/net/ipv6_route").read().splitlines() if not line.endswith(" lo")]
        print("interfaces", names, "routes", routes, six)
        raise SystemExit(1)
        """,
        "failed-otherwise",
        says="interfaces ['lo'] routes [] []",
    ),
    "own loopback still works": Attack(
        """
        import socket
        server = socket.create_server(("127.0.0.1", 0))
        client = socket.create_connection(server.getsockname())
        client.sendall(b"hello")
        assert server.accept()[0].recv(5) == b"hello"
        """,
        "passed",
    ),
    "signature and exit 0": Attack(f"print({SIGNATURE!r})", "failed-otherwise"),
    "PASSED and exit 1": Attack("print('PASSED: ok, all tests passed')\nraise SystemExit(1)", "failed-otherwise"),
    "signature quoted by a traceback": Attack(
        f"""
        if 1 / 0:
            raise SystemExit({SIGNATURE!r})
        """,
        "failed-otherwise",
    ),
    "signature only as quoted source": Attack(
        f"print({SIGNATURE!r} if undefined else 0)  # the traceback shows this line",
        "failed-otherwise",
        says="NameError",
    ),
    "faked evidence": Attack(
        """
        import json, os
        fake = json.dumps({"format": 1, "card": "iniconfig-1", "runs": [{"outcome": "passed"}]})
        for folder in ("/repro", "/tmp", "."):
            open(f"{folder}/1.evidence.json", "w").write(fake)
        print(fake)
        raise SystemExit(1)
        """,
        "failed-otherwise",
    ),
    "symbolic links": Attack(
        """
        import os
        for number, target in enumerate(("/etc/shadow", "/proc/1/root/etc/shadow", "/proc/1/cwd", "/root", "/venv/pyvenv.cfg")):
            link = f"/tmp/{number}"
            os.symlink(target, link)
            try:
                open(link, "a").close()
                print("ESCAPED", target)
            except OSError as error:
                print(target, error.strerror)
        try:
            print("ESCAPED", len(open("/etc/shadow").read()))
        except OSError as error:
            print(error.strerror)
        raise SystemExit(1)
        """,
        "failed-otherwise",
        says="No such file or directory",
    ),
    "a traceback of 10,000 lines": Attack(
        f"""
        import sys
        sys.setrecursionlimit(20_000)
        print("Traceback (most recent call last):")
        for number in range(5_000):
            print(f'  File "/repro/repro.py", line {{number}}, in f{{number}}\\n    f{{number + 1}}()')
        print({SIGNATURE!r})
        raise SystemExit(1)
        """,
        "failed-as-described",
        says=SIGNATURE,
        limits={"output_bytes": 1 << 20},
    ),
    "binary output": Attack(
        f"""
        import os, sys
        os.write(1, bytes(range(256)) * 40 + b"\\x1b[2J\\x1b]0;title\\x07\\n")
        os.write(1, {SIGNATURE!r}.encode() + b"\\n\\xff\\xfe\\x00")
        raise SystemExit(1)
        """,
        "failed-as-described",
        says=SIGNATURE,
    ),
}

# Builds itself; the module that it installs holds what it could see.
BACKEND = """
import os, pathlib, socket, base64, hashlib, zipfile
seen = []
for path in SECRETS:
    seen.append("ESCAPED" if os.path.exists(path) else "absent")
seen.append("ESCAPED" if "hush" in str(os.environ) else "scrubbed")
for path in PLACES:
    try:
        pathlib.Path(path, "escaped").write_text("x")
        seen.append("ESCAPED")
    except OSError as error:
        seen.append(error.strerror)

def build_wheel(folder, settings=None, metadata=None):
    name = "hostile-1.0-py3-none-any.whl"
    with zipfile.ZipFile(pathlib.Path(folder, name), "w") as wheel:
        wheel.writestr("hostile.py", f"seen = {seen!r}")
        wheel.writestr("hostile-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: hostile\\nVersion: 1.0\\n")
        wheel.writestr("hostile-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr("hostile-1.0.dist-info/RECORD", "")
    return name
"""
