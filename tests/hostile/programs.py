"""Hostile programs: attacks on the machine, on the judgement of a run, and from inside a build."""
# ruff: noqa: E501 - programs and texts of other people, as long as they are

from __future__ import annotations

from tests.hostile.program import Build, Fake, Program

_HANGING = {"wall_seconds": 1.5}

PROGRAMS = {
    "memory in memfds": Program("""
        import mmap
        memfds = [os.memfd_create(f"hoard{number}") for number in range(80)]
        written = 0
        try:
            for memfd in memfds:
                for _ in range(7):
                    written += os.write(memfd, bytes(1 << 20))
        except OSError as error:
            refused(error.strerror, written >> 20)
        if written > 480 << 20:
            escaped(written >> 20, "MB in memfds")
    """),
    "memory in detached SysV segments": Program("""
        libc.shmat.restype = ctypes.c_void_p
        held = 0
        for number in range(20):
            segment = libc.shmget(0, 32 << 20, 0o1600)
            if segment < 0:
                refused("shmget")
                break
            address = libc.shmat(segment, None, 0)
            if address == ctypes.c_void_p(-1).value:
                refused("shmat")
                break
            ctypes.memset(address, 1, 32 << 20)
            libc.shmdt(ctypes.c_void_p(address))
            held += 32
        if held >= 480:
            escaped(held, "MB in SysV segments")
    """),
    "memory shared by many children": Program("""
        import mmap
        for number in range(20):
            if os.fork() == 0:
                shared = mmap.mmap(-1, 30 << 20)
                for at in range(0, 30 << 20, 4096):
                    shared[at] = 1
                time.sleep(2)
                os._exit(0)
        held = 0
        for _ in range(20):
            held += os.wait()[1] == 0
        if held >= 16:
            escaped(held * 30, "MB shared")
    """),
    "memory in tmpfs": Program("""
        written = 0
        for folder in ("/dev/shm", "/tmp", "/repro", "/run", "/var/tmp", "/dev"):
            try:
                for number in range(200):
                    with open(f"{folder}/{number}", "wb", buffering=0) as file:
                        written += file.write(b"x" * (1 << 20))
            except OSError as error:
                refused(folder, error.strerror)
        if written > 48 << 20:
            escaped(written >> 20, "MB, the limit is 24")
    """),
    "fork bomb of bounded depth": Program("""
        forked = 0
        try:
            for _ in range(400):
                if os.fork() == 0:
                    time.sleep(2)
                    os._exit(0)
                forked += 1
        except OSError as error:
            refused(error.strerror, forked)
        if forked > 150:
            escaped(forked, "processes")
    """),
    "hundreds of threads": Program("""
        threading.stack_size(64 << 10)
        started = 0
        try:
            for _ in range(400):
                threading.Thread(target=time.sleep, args=(1,), daemon=True).start()
                started += 1
        except (RuntimeError, MemoryError):
            refused(started)
        if started > 150:
            escaped(started, "threads")
    """),
    "disk by empty files": Program("""
        made = 0
        try:
            for number in range(60_000):
                os.close(os.open(f"/tmp/{number}", os.O_CREAT | os.O_WRONLY))
                made += 1
        except OSError as error:
            refused(error.strerror, made)
    """),
    "sparse file of terabytes": Program("""
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        for folder in ("/tmp", "/repro", "/dev/shm"):
            try:
                os.truncate(os.open(f"{folder}/sparse", os.O_CREAT | os.O_RDWR), 1 << 42)
                escaped("a file of 4 TB in", folder)
            except OSError as error:
                refused(error.strerror)
    """),
    "the caller's keyring": Program("""
        for keyring in (-3, -4, -5, -1, -2):
            key = syscall("keyctl", 10, keyring, b"user", b"fixcards-hostile-key", 0)
            if key > 0:
                buffer = ctypes.create_string_buffer(100)
                syscall("keyctl", 11, key, buffer, 100)
                escaped(buffer.value)
            else:
                refused(key)
    """),
    "a key for the next run": Program("""
        for keyring in (-3, -4, -5):
            key = syscall("add_key", b"user", b"@MARK@", b"poison", 6, keyring)
            if key > 0:
                escaped("key", key)
            else:
                refused(key)
    """),
    "io_uring": Program("""
        parameters = ctypes.create_string_buffer(120)
        ring = syscall("io_uring_setup", 8, parameters)
        escaped("a ring") if ring >= 0 else refused(ring)
    """),
    "sockets to the hypervisor": Program("""
        try:
            socket.socket(40, socket.SOCK_STREAM)
            escaped("AF_VSOCK")
        except OSError as error:
            refused(error.strerror)
    """),
    "netlink to the kernel's events": Program("""
        for protocol in (15, 9, 12, 16):
            try:
                socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, protocol)
                escaped("netlink", protocol)
            except OSError as error:
                refused(error.strerror)
    """),
    "ptrace of the first process": Program("""
        for request in (0x4206, 16):
            result = syscall("ptrace", request, 1, 0, 0)
            if result >= 0:
                escaped("attached to process 1")
                syscall("ptrace", 17, 1, 0, 0)
            else:
                refused(result)
    """),
    "the host's loopback": Program("""
        for family, kind, address in @ADDRESSES@:
            try:
                with socket.socket(family, kind) as client:
                    client.settimeout(1)
                    client.connect(tuple(address) if isinstance(address, list) else address)
                    client.send(b"x")
                if kind == socket.SOCK_STREAM:  # a datagram is always sent; the host says whether it arrived
                    escaped("reached", address)
            except OSError as error:
                refused(error.strerror)
    """),
    "host paths in the mount table": Program("""
        text = open("/proc/self/mountinfo").read() + open("/proc/self/mounts").read()
        text = text.replace(sys.base_prefix, "")  # where the interpreter lies is known to every program
        for path in @PATHS@:
            if path in text:
                escaped("a path of", len(path), "letters")
        print("read")
    """),
    "host paths in the command lines of others": Program("""
        import glob
        text = ""
        for path in glob.glob("/proc/[0-9]*/cmdline") + glob.glob("/proc/[0-9]*/environ") + ["/proc/cmdline"]:
            try:
                text += open(path, errors="replace").read()
            except OSError:
                pass
        for path in @PATHS@ + ["hush-"]:
            if path.strip("/") in text:
                escaped("a path of", len(path), "letters")
        if "BOOT_IMAGE" in text or "root=" in text:
            escaped("the command line of the kernel")
    """),
    "writes into the environment": Program("""
        for place in ("/venv", "/venv/lib", "/usr/lib", "/usr/local", "/etc", "/", "/proc/sys/kernel", os.__file__):
            for name in ("@MARK@", "@MARK@.pth"):
                path = place if place.endswith(".py") else f"{place}/{name}"
                try:
                    open(path, "a").close()
                    escaped(path)
                except OSError as error:
                    refused(error.strerror)
        for path in (still.__file__, sys.executable, "/repro/repro.py"):
            for change in (os.unlink, lambda p: os.chmod(p, 0o777), lambda p: os.rename(p, p + "x")):
                try:
                    change(path)
                    escaped(path)
                except OSError as error:
                    refused(error.strerror)
    """),
    "daemon by two forks": Program("""
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.closerange(0, 64)
                os.chdir("/")
                time.sleep(20)
            os._exit(0)
        time.sleep(0.2)
        raise SystemExit(0)
    """),
    "stops itself": Program("os.kill(os.getpid(), signal.SIGSTOP)", limits=_HANGING, slowest=12),
    "closes its outputs and waits": Program(
        """
        os.closerange(0, 256)
        time.sleep(20)
        """,
        limits=_HANGING,
        slowest=12,
    ),
    "endless output on one line": Program(
        """
        while True:
            os.write(1, b"y" * 65536)
        """,
        floods=True,
    ),
    "terminal escapes": Program(
        r"""
        print("\x1b]0;title\x07\x1b[2J\x1b[31m\x9b2J\x1bc\x1b]8;;http://evil.example\x1b\\link", end="\r\n")
        os.write(1, b"\xc2\x9b31m \xff\xfe\x00\x08\x08\x7f")
        raise SystemExit(3)
        """,
        not_in_text=("\\u001b", "\\u009b", "\\u0007", "\\u0000", "\x1b"),
    ),
    "a message of bubblewrap": Program(
        """
        sys.stderr.write("bwrap: Can't find source path /nowhere: POSED\\n")
        os.write(2, b"bwrap: setting up uid map: Permission denied POSED\\n")
        raise SystemExit(1)
        """
    ),
    "hangs at exit": Program(
        """
        import atexit
        atexit.register(time.sleep, 20)
        """,
        limits=_HANGING,
        slowest=12,
    ),
    "hangs in a thread": Program(
        """
        threading.Thread(target=time.sleep, args=(20,)).start()
        raise SystemExit(0)
        """,
        limits=_HANGING,
        slowest=12,
    ),
    "the status of a signal": Program("os._exit(128 + 9)"),
    "namespaces": Program("""
        for flag in (0x10000000, 0x20000, 0x40000000, 0x20000000, 0x02000000, 0x08000000):
            result = syscall("unshare", flag)
            escaped("unshare", hex(flag)) if result >= 0 else refused(result)
    """),
    "programs in the kernel": Program("""
        attributes = ctypes.create_string_buffer(120)
        for name, arguments in (("bpf", (0, attributes, 72)), ("userfaultfd", (1,)), ("perf_event_open", (attributes, 0, -1, -1, 0))):
            result = syscall(name, *arguments)
            escaped(name) if result >= 0 else refused(name, result)
    """),
}

STUCK = "still.Stuck: the winder has no spring at 3 degrees"
OLD = "still.__version__ < '2'"

FAKES = {
    "version of the metadata": Fake("""
        import importlib.metadata
        import still
        if importlib.metadata.version("still") == "1.0":
            raise still.Stuck("the winder has no spring at 3 degrees")
    """),
    "version of the module": Fake("import still\nstill.spin(-3 if still.__version__ < '2' else 3)\n"),
    "file list of the environment": Fake("""
        import glob
        import still
        still.spin(-3 if glob.glob("/venv/lib/*/site-packages/still-1*") else 3)
    """),
    "prints and exits": Fake(f"""
        import still
        if {OLD}:
            print("{STUCK}")
            raise SystemExit(1)
    """),
    "exits by a text": Fake(f"""
        import sys
        import still
        if {OLD}:
            sys.exit("{STUCK}")
    """),
    "signature in pieces": Fake(f"""
        import os
        import still
        if {OLD}:
            os.write(2, "still.St".encode() + b"uck: the winder has no " + bytes([115, 112, 114, 105, 110, 103]) + b" at 3 degrees\\n")
            os._exit(1)
    """),
    "signature in base64": Fake(f"""
        import base64
        import still
        if {OLD}:
            exec(base64.b64decode("cmFpc2Ugc3RpbGwuU3R1Y2soJ3RoZSB3aW5kZXIgaGFzIG5vIHNwcmluZyBhdCAzIGRlZ3JlZXMnKQ=="))
    """),
    "another program prints it": Fake(f"""
        import subprocess, sys
        import still
        if {OLD}:
            subprocess.run([sys.executable, "-c", "print('{STUCK}')"])
            sys.exit(1)
    """),
    "excepthook": Fake(f"""
        import sys
        import still
        sys.excepthook = lambda *words: print("{STUCK}")
        if {OLD}:
            still.spin("x")
    """),
    "package among the files": Fake(
        "import still\nstill.spin(3)\n",
        reproduction={
            "files": {
                "still/__init__.py": "import importlib.metadata\n\nclass Stuck(RuntimeError):\n    pass\n\ndef spin(n):\n"
                "    if importlib.metadata.version('still') < '2':\n"
                "        raise Stuck(f'the winder has no spring at {n} degrees')\n"
            }
        },
    ),
    "module in sys.modules": Fake("""
        import importlib.metadata, sys, types
        fake = types.ModuleType("still")
        exec('''
class Stuck(RuntimeError):
    pass
def spin(n):
    if OLD:
        raise Stuck(f"the winder has no spring at {n} degrees")
''', fake.__dict__ | {"OLD": importlib.metadata.version("still") < "2"}, fake.__dict__)
        fake.OLD = importlib.metadata.version("still") < "2"
        sys.modules["still"] = fake
        import still
        still.spin(3)
    """),
    "path before the package": Fake(
        "import sys\nsys.path.insert(0, '/repro/mine')\nimport still\nstill.spin(3)\n",
        reproduction={
            "files": {
                "mine/still.py": "import glob\nclass Stuck(RuntimeError): pass\nStuck.__module__ = 'still'\n"
                "def spin(n):\n    if glob.glob('/venv/lib/*/site-packages/still-1*'):\n"
                "        raise Stuck(f'the winder has no spring at {n} degrees')\n"
            }
        },
    ),
    "sitecustomize": Fake(
        "import os, sys\nimport still\n"
        "if 'again' not in sys.argv:\n"
        "    os.environ['PYTHONPATH'] = '/repro'\n    os.execv(sys.executable, [sys.executable, __file__, 'again'])\n"
        "still.spin(3)\n",
        reproduction={
            "files": {
                "sitecustomize.py": "import still\nif still.__version__ < '2':\n    def spin(n):\n"
                "        raise still.Stuck(f'the winder has no spring at {n} degrees')\n    still.spin = spin\n"
            }
        },
    ),
    "function replaced": Fake(f"""
        import still
        def spin(turns):
            raise still.Stuck(f"the winder has no spring at {{turns}} degrees")
        if {OLD}:
            still.spin = spin
        still.spin(3)
    """),
    "called through the package": Fake(f"""
        import still
        def fail():
            if {OLD}:
                raise still.Stuck("the winder has no spring at 3 degrees")
        still.call(fail)
    """),
    "never imports it": Fake("""
        import importlib.metadata
        class Stuck(RuntimeError):
            pass
        Stuck.__module__ = "still"
        if importlib.metadata.version("still") < "2":
            raise Stuck("the winder has no spring at 3 degrees")
    """),
    "sleeps by itself": Fake(
        "import time\nimport still\nif still.__version__ < '2':\n    time.sleep(60)\n",
        {"category": "hang"},
        {"expect": {"timeout": 1}},
    ),
    "loops by itself": Fake(
        "import still\nwhile still.__version__ < '2':\n    still.spin(1)\n",
        {"category": "hang"},
        {"expect": {"timeout": 1}},
    ),
    "any exception at all": Fake(
        "import still\nstill.spin(None if still.__version__ < '2' else 1)\n",
        {"signature": {"error": "{anything}", "exception": "TypeError"}},
    ),
    "another program in the fix": Fake(
        "import still\nstill.spin(-3)\n",
        {
            "versions": {"affected": "<=2.0"},
            "fixes": [
                {
                    "title": "Spin forwards",
                    "kind": "code-change",
                    "body": "Give a positive number.",
                    "avoid_when": "You must spin backwards.",
                    "code": "print('nothing to see')\n",
                }
            ],
        },
    ),
    "counts the runs": Fake("""
        import os
        import still
        still.spin(3 if os.path.getmtime(still.__file__) > 4e9 else -3)
    """),
}

BUILDS = {
    "passwords in the environment": Build("""
        for path in ["/proc/self/environ", *glob.glob("/proc/[0-9]*/environ"), *glob.glob("/proc/[0-9]*/cmdline")]:
            with contextlib.suppress(OSError):
                text = open(path, errors="replace").read()
                if "hush" in text:
                    seen.append("ESC" + "APED " + text[text.index("hush"):][:40])
        seen.extend(f"{name}={value}" for name, value in os.environ.items() if "hush" in value)
    """),
    "the network of the host": Build("""
        for port in range(1024, 65536):
            with socket.socket() as client:
                client.settimeout(0.2)
                if client.connect_ex(("127.0.0.1", port)) == 0 and not open("/proc/net/tcp").read().count(f":{port:04X} ") > 99:
                    seen.append(port)
        others = [line.split()[-1] for line in open("/proc/net/unix") if "@fixcards-hostile" in line]
        seen.extend("ESC" + "APED " + name for name in others)
        for name in others:
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, kind) as client:
                    client.connect("\\0" + name[1:])
                    client.send(b"x")
    """),
    "never ends": Build("time.sleep(3000)"),
    "a pipe for the lock": Build("""
        folder = os.path.realpath(f"/proc/{os.getppid()}/cwd")
        for top in {folder, os.path.realpath(os.environ.get("PWD", "/")), *glob.glob("/work*"), *glob.glob("/tmp/*")}:
            for name in ("lock.txt", "in.txt", "pylock.toml"):
                with contextlib.suppress(OSError):
                    os.path.exists(f"{top}/{name}") and os.unlink(f"{top}/{name}")
                    os.mkfifo(f"{top}/{name}")
        os.kill(os.getppid(), signal.SIGSTOP)
        time.sleep(1)
        os.kill(os.getppid(), signal.SIGKILL)
    """),
    "a wheel that unpacks to hundreds of megabytes": Build(
        "",
        files="{f'{NAME}/zeros{n}.bin': bytes(60 << 20) for n in range(7)}",
    ),
    "the package under test in the wheel": Build(
        "",
        files="{\"still/__init__.py\": \"print('ESC' + 'APED')\\ndef spin(n): pass\\n\"}",
    ),
    "the package under test in the cache": Build(
        """
        if os.fork() == 0:
            os.setsid()
            end = time.time() + 4
            while time.time() < end:
                for top in {os.environ.get("UV_CACHE_DIR", "/cache"), "/work", os.getcwd().split("/uv")[0]}:
                    for folder, _, names in os.walk(top):
                        if folder.endswith("/still"):
                            with contextlib.suppress(OSError):
                                os.chmod(f"{folder}/__init__.py", 0o666)
                                open(f"{folder}/__init__.py", "w").write("print('ESC' + 'APED')\\ndef spin(n): pass\\n")
                time.sleep(0.01)
            os._exit(0)
        """,
        times=2,
    ),
}
