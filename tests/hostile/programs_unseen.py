"""More hostile programs of the same kinds. Who writes a defence does not read them before it is done."""
# ruff: noqa: E501 - programs and texts of other people, as long as they are

from __future__ import annotations

from tests.hostile.program import Build, Fake, Program

_HANGING = {"wall_seconds": 1.5}

PROGRAMS = {
    "memory in pipes": Program("""
        import fcntl
        held = 0
        try:
            for _ in range(100):
                reader, writer = os.pipe2(os.O_NONBLOCK)
                size = fcntl.fcntl(writer, 1031, 1 << 20)
                try:
                    while True:
                        held += os.write(writer, bytes(65536))
                except BlockingIOError:
                    pass
        except OSError as error:
            refused(error.strerror)
        print(held >> 20, "MB in pipes")
        if held > 192 << 20:
            escaped(held)
    """),
    "memory in sockets": Program("""
        held = 0
        try:
            for _ in range(120):
                pair = socket.socketpair()
                for each in pair:
                    each.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8 << 20)
                    each.setblocking(False)
                globals()[f"pair{held}"] = pair
                try:
                    while True:
                        held += pair[0].send(bytes(65536))
                except BlockingIOError:
                    pass
        except OSError as error:
            refused(error.strerror)
        if held > 400 << 20:
            escaped(held >> 20, "MB in sockets")
    """),
    "memory in memfds of children": Program("""
        reader, writer = os.pipe()
        for _ in range(16):
            if os.fork() == 0:
                memfd = os.memfd_create("x")
                for _ in range(5):
                    memfd = os.memfd_create("x")
                    os.set_inheritable(memfd, True)
                    for _ in range(7):
                        if os.write(memfd, bytes(1 << 20)) != 1 << 20:
                            os._exit(1)
                    globals()[f"m{memfd}"] = os.dup(memfd)
                os.write(writer, b"x")
                time.sleep(2)
                os._exit(0)
        os.set_blocking(reader, False)
        time.sleep(2)
        try:
            done = len(os.read(reader, 100))
        except BlockingIOError:
            done = 0
        if done >= 14:
            escaped(done * 35, "MB")
    """),
    "memory of named segments": Program("""
        from multiprocessing import shared_memory
        held = 0
        try:
            for _ in range(40):
                segment = shared_memory.SharedMemory(create=True, size=7 << 20)
                segment.buf[:] = bytes(7 << 20)
                globals()[segment.name] = segment
                held += 7
        except (OSError, ValueError) as error:
            refused(error)
        if held > 96:
            escaped(held)
        os._exit(1)
    """),
    "queues of messages": Program("""
        held = 0
        for _ in range(2000):
            number = libc.msgget(0, 0o1600)
            if number < 0:
                break
            while libc.msgsnd(number, ctypes.create_string_buffer(b"\\x01" + bytes(7) + bytes(8000), 8008), 8000, 0o4000) == 0:
                held += 8000
        print(held)
        if held > 96 << 20:
            escaped(held >> 20, "MB in messages")
    """),
    "deep folders": Program("""
        depth = 0
        try:
            os.chdir("/tmp")
            for depth in range(4000):
                os.mkdir("d" * 200)
                os.chdir("d" * 200)
        except OSError as error:
            refused(error.strerror, depth)
        raise SystemExit(2)
    """),
    "disk by links and long names": Program("""
        made = 0
        try:
            for number in range(30_000):
                os.symlink("t" * 4000, f"/tmp/{number:0200}")
                made += 1
        except OSError as error:
            refused(error.strerror)
        if made * 4000 > 96 << 20:
            escaped(made)
    """),
    "disk by holes that are filled": Program("""
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        taken = 0
        for folder in ("/tmp", "/repro", "/dev/shm", "/tmp/home"):
            for number in range(40):
                try:
                    file = os.open(f"{folder}/hole{number}", os.O_CREAT | os.O_RDWR)
                    os.posix_fallocate(file, 0, 4 << 20)
                    taken += 4
                    os.close(file)
                except OSError as error:
                    refused(error.strerror)
                    break
        if taken > 48:
            escaped(taken, "MB")
    """),
    "processes that replace themselves": Program("""
        end = time.monotonic() + 1.5
        most = 0
        while time.monotonic() < end:
            try:
                if os.fork():
                    os._exit(0)
            except OSError:
                pass
        time.sleep(10)
    """),
    "request_key": Program("""
        result = syscall("request_key", b"user", b"fixcards-hostile-key", b"@MARK@", -3)
        escaped("a key") if result > 0 else refused(result)
    """),
    "persistent and named keyrings": Program("""
        for arguments in ((22, -1, -4), (1, b"@MARK@"), (0, -4, 1), (22, 0, -3)):
            result = syscall("keyctl", *arguments)
            escaped("keyctl", arguments) if result > 0 else refused(result)
    """),
    "quota of keys": Program("""
        made = 0
        for number in range(300):
            made += syscall("add_key", b"user", b"@MARK@%d" % number, bytes(500), 500, -2) > 0
        if made:
            escaped(made, "keys")
    """),
    "descriptors of the first process": Program("""
        pidfd = syscall("pidfd_open", 1, 0)
        for number in range(20):
            taken = syscall("pidfd_getfd", pidfd, number, 0) if pidfd >= 0 else -1
            if taken >= 0:
                try:
                    os.write(taken, b"0\\n")
                except OSError:
                    pass
                escaped("descriptor", number)
        print("tried")
    """),
    "memory of the first process": Program("""
        try:
            with open("/proc/1/mem", "r+b") as memory:
                print("opened")
        except OSError as error:
            refused(error.strerror)
        for path in ("/proc/1/environ", "/proc/1/maps"):
            try:
                text = open(path).read()
                if "hush" in text:
                    escaped(path)
            except OSError as error:
                refused(error.strerror)
    """),
    "roots of other processes": Program("""
        for pid in os.listdir("/proc"):
            if pid.isdigit():
                for path in @PATHS@:
                    try:
                        if os.listdir(f"/proc/{pid}/root{path}") and "secret.txt" in os.listdir(f"/proc/{pid}/root{path}"):
                            escaped(pid)
                    except OSError as error:
                        refused(error.strerror)
    """),
    "families of sockets that nobody needs": Program("""
        for family in (17, 38, 29, 31, 9, 4, 5, 30, 44, 36, 43, 39, 21):
            for kind in (socket.SOCK_RAW, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
                try:
                    socket.socket(family, kind).close()
                    escaped("family", family, kind)
                except OSError as error:
                    pass
        print("tried")
    """),
    "names of hosts": Program("""
        for name in ("example.org", "localhost.example.org", "metadata.google.internal"):
            try:
                escaped(socket.getaddrinfo(name, 80))
            except OSError as error:
                refused(error.strerror)
        for address in (("169.254.169.254", 80), ("10.0.0.1", 53), ("1.1.1.1", 53)):
            with socket.socket() as client:
                client.settimeout(0.3)
                if client.connect_ex(address) == 0:
                    escaped(address)
    """),
    "mounts by the new calls": Program("""
        for name, arguments in (
            ("fsopen", (b"tmpfs", 0)), ("open_tree", (-100, b"/", 1)), ("mount", (b"x", b"/tmp", b"tmpfs", 0, 0)),
            ("mount_setattr", (-100, b"/", 0, ctypes.create_string_buffer(32), 32)), ("setns", (os.open("/proc/self/ns/mnt", 0), 0x20000)),
            ("open_by_handle_at", (os.open("/", 0), ctypes.create_string_buffer(struct.pack("IiQ", 8, 1, 2), 16), 0)),
            ("kexec_load", (0, 0, 0, 0)), ("swapon", (b"/tmp/x", 0)), ("clone3", (ctypes.create_string_buffer(struct.pack("Q", 0x10000000) + bytes(80), 88), 88)),
            ("syslog", (3, ctypes.create_string_buffer(1000), 1000)),
        ):
            result = syscall(name, *arguments)
            escaped(name, result) if result >= 0 else refused(name, result)
    """),
    "devices": Program("""
        for path in ("/dev/mem", "/dev/kmsg", "/dev/fuse", "/dev/kvm", "/dev/loop0", "/dev/vda", "/dev/sda", "/dev/net/tun", "/proc/kcore", "/proc/kmsg", "/proc/sysrq-trigger"):
            try:
                os.close(os.open(path, os.O_RDWR))
                escaped(path)
            except OSError as error:
                refused(error.strerror)
        try:
            os.mknod("/tmp/disk", 0o60666, os.makedev(8, 0))
            escaped("a device")
        except OSError as error:
            refused(error.strerror)
    """),
    "kills everything that it can": Program("""
        for target in (-1, 1, 0):
            try:
                os.kill(target, signal.SIGKILL if target else signal.SIGCONT)
            except OSError as error:
                refused(error.strerror)
        os.kill(os.getppid(), signal.SIGTERM)
        time.sleep(0.3)
        raise SystemExit(2)
    """),
    "respawns from its signal handler": Program(
        """
        signal.signal(signal.SIGTERM, lambda *words: os.fork())
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        for _ in range(4):
            if os.fork() == 0:
                os.setsid()
        time.sleep(20)
        """,
        limits=_HANGING,
        slowest=12,
    ),
    "a child that holds the output": Program(
        """
        if os.fork() == 0:
            os.setsid()
            while True:
                time.sleep(0.1)
                os.write(1, b".")
        os._exit(7)
        """,
        slowest=12,
    ),
    "zeros without end": Program(
        """
        while True:
            os.write(2, bytes(65536))
        """,
        floods=True,
    ),
    "drips for ever": Program(
        """
        while True:
            os.write(1, b"\\r")
            time.sleep(0.01)
        """,
        limits=_HANGING,
        slowest=12,
    ),
    "a report of its own end": Program(
        """
        for number in range(3, 64):
            for line in (b"started\\n0\\n", b"0\\n", b'{"exit": 0}\\n'):
                try:
                    os.write(number, line)
                except OSError:
                    pass
        sys.stderr.write("started\\nawk: POSED\\nsetpriv: POSED\\nunshare: POSED\\nseccomp: POSED\\n")
        os._exit(127)
        """
    ),
    "hangs while it is imported": Program(
        "import slow\n",
        limits=_HANGING,
        slowest=12,
        reproduction={"files": {"slow.py": "import time\ntime.sleep(20)\n"}},
    ),
    "a trace stop of its own": Program(
        """
        if os.fork() == 0:
            syscall("ptrace", 0, 0, 0, 0)
            os.kill(os.getpid(), signal.SIGSTOP)
        os.kill(os.getpid(), signal.SIGSTOP)
        """,
        limits=_HANGING,
        slowest=12,
    ),
    "deaths by odd signals": Program("signal.signal(40, signal.SIG_DFL)\nos.kill(os.getpid(), 40)"),
    "paths in base64": Program("""
        import base64
        text = "".join(open(f"/proc/self/{name}", errors="replace").read() for name in ("mountinfo", "maps", "cgroup", "environ"))
        text = text.replace(sys.base_prefix, "")  # where the interpreter lies is known to every program
        for path in @PATHS@:
            if path in text or os.path.exists(os.path.join(path, "secret.txt")):
                escaped(base64.b64encode(path.encode()).decode())
    """),
}

FAKES = {
    "looks at its own bytes": Fake("""
        import still
        with open(still.__file__) as file:
            old = '"1.0"' in file.read()
        still.spin(-3 if old else 3)
    """),
    "the list of files of the distribution": Fake("""
        import importlib.metadata
        import still
        names = [str(file) for file in importlib.metadata.files("still")]
        still.spin(-3 if any("1.0" in name for name in names) else 3)
    """),
    "asks pip": Fake("""
        import subprocess, sys, os
        import still
        names = os.listdir(os.path.dirname(os.path.dirname(still.__file__)))
        still.spin(3 - 6 * ("still-1.0.dist-info" in names))
    """),
    "the name by pieces": Fake("""
        import still
        old = vars(still)["__ver" + "sion__"].startswith(chr(49))
        still.spin(-3 if old else 3)
    """),
    "hash of the source": Fake("""
        import hashlib, inspect
        import still
        parity = "1.0" in inspect.getsource(still)
        if parity:
            exec(compile("raise still.Stuck('the winder has no spring at 3 degrees')", still.__file__, "exec"))
    """),
    "raised at exit": Fake("""
        import atexit, os, sys
        import still
        def last():
            sys.stderr.write("still.Stuck: the winder has no spring at 3 degrees\\n")
            sys.stderr.flush()
            os._exit(1)
        if still.__version__ < "2":
            atexit.register(last)
        still.spin(3)
    """),
    "written by libc": Fake("""
        import ctypes, os
        import still
        if still.__version__ < "2":
            ctypes.CDLL(None).write(2, b"still.Stuck: the winder has no spring at 3 degrees\\n", 51)
            os.abort()
    """),
    "warning as an error": Fake("""
        import warnings
        import still
        class Stuck(Warning):
            __module__ = "still"
        warnings.simplefilter("error")
        if still.__version__ < "2":
            warnings.warn("the winder has no spring at 3 degrees", Stuck)
    """),
    "printed traceback": Fake("""
        import sys
        import still
        if still.__version__ < "2":
            print('Traceback (most recent call last):\\n  File "/repro/repro.py", line 3, in <module>\\n    still.spin(3)\\n'
                  '  File "/venv/lib/python3.11/site-packages/still/__init__.py", line 13, in spin\\n    raise Stuck()\\n'
                  'still.Stuck: the winder has no spring at 3 degrees', file=sys.stderr)
            sys.exit(1)
    """),
    "an import hook": Fake("""
        import importlib.abc, importlib.util, sys
        SOURCE = '''
import importlib.metadata
class Stuck(RuntimeError):
    pass
def spin(n):
    if importlib.metadata.version("still") < "2":
        raise Stuck(f"the winder has no spring at {n} degrees")
'''
        class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
            def find_spec(self, name, path=None, target=None):
                return importlib.util.spec_from_loader(name, self) if name == "still" else None
            def exec_module(self, module):
                exec(SOURCE, module.__dict__)
        sys.meta_path.insert(0, Finder())
        import still
        still.spin(3)
    """),
    "path hook by the site": Fake("""
        import os, site, sys
        import still
        folder = "/tmp/more"
        os.makedirs(folder)
        with open(folder + "/x.pth", "w") as file:
            file.write("import still; still.spin = (lambda n, old=still.spin: old(-n)) if still.__version__ < '2' else still.spin\\n")
        site.addsitedir(folder)
        still.spin(3)
    """),
    "changed constant of the package": Fake("""
        import still
        import builtins
        if still.__version__ < "2":
            still.spin.__code__ = (lambda turns: (_ for _ in ()).throw(Stuck("the winder has no spring at 3 degrees"))).__code__
        still.spin(3)
    """),
    "usercustomize": Fake(
        "import os, sys\nimport still\n"
        "if len(sys.argv) == 1:\n    os.environ.pop('PYTHONNOUSERSITE', None)\n    os.environ['PYTHONPATH'] = '/repro/u'\n"
        "    os.execv(sys.executable, [sys.executable, __file__, '1'])\nstill.spin(3)\n",
        reproduction={
            "files": {
                "u/usercustomize.py": "import still\nif still.__version__ < '2':\n    old = still.spin\n    still.spin = lambda n: old(-n)\n"
            }
        },
    ),
    "standard module among the files": Fake(
        "import random\nimport still\nstill.spin(random.turns())\n",
        reproduction={
            "files": {
                "random.py": "import glob\ndef turns():\n    return -3 if glob.glob('/venv/lib/*/*/still-1*') else 3\n"
            }
        },
    ),
    "waits on a lock of its own": Fake(
        "import threading\nimport still\nlock = threading.Lock()\nlock.acquire()\nif still.spin(1) and still.__version__[0] == '1':\n    lock.acquire()\n",
        {"category": "hang"},
        {"expect": {"timeout": 1}},
    ),
    "status that is expected anyway": Fake(
        "import still\nprint('degrees', still.__version__)\n",
        {"signature": {"error": "degrees {version}", "exception": "still.Stuck"}},
        {"expect": {"exit": 0, "output": "degrees 1.0"}},
    ),
    "killed by itself": Fake(
        "import os, signal\nimport still\nif still.__version__ < '2':\n    os.kill(os.getpid(), signal.SIGSEGV)\n",
        {"signature": {"error": "Segmentation fault", "exception": "SIGSEGV"}},
    ),
}

BUILDS = {
    "files of the user": Build("""
        for path in (os.path.expanduser("~/.netrc"), os.environ.get("NETRC", ""), "/root/.netrc", "/root/.ssh", "/home"):
            with contextlib.suppress(OSError):
                seen.append(open(path).read() if os.path.isfile(path) else os.listdir(path))
        for top, folders, names in os.walk("/"):
            folders[:] = [each for each in folders if each not in {"proc", "sys", "usr"}]
            for name in names:
                if name in {"secret.txt", ".netrc"}:
                    seen.append("ESC" + "APED " + name)
    """),
    "links for what it leaves": Build("""
        for top in {os.path.realpath(f"/proc/{os.getppid()}/cwd"), os.environ.get("PWD", "/")}:
            for name in ("lock.txt", "in.txt", "venv"):
                with contextlib.suppress(OSError):
                    os.rename(f"{top}/{name}", f"{top}/{name}.old")
                with contextlib.suppress(OSError):
                    os.symlink("/etc/passwd" if "." in name else "/etc", f"{top}/{name}")
    """),
    "two hundred megabytes of log": Build("""
        for _ in range(3000):
            os.write(2, b"x" * 65535 + b"\\n")
    """),
    "daemons that ignore signals": Build("""
        for _ in range(5):
            if os.fork() == 0:
                os.setsid()
                for number in (1, 2, 3, 15):
                    signal.signal(number, signal.SIG_IGN)
                os.closerange(0, 256)
                time.sleep(30)
                os._exit(0)
    """),
    "paths that climb out of the wheel": Build(
        "",
        files='{"../../../../../tmp/@MARK@": "x", "/tmp/@MARK@": "x", NAME + "-1.0.data/scripts/python": "#!/bin/sh\\nexit 0\\n"}',
    ),
    "messages that command the terminal": Build("""
        sys.stderr.write("\\x1b[2J\\x1b]0;x\\x07 error sending request dns error \\u202e")
        raise BaseException("\\x1b[31m Failed to fetch")
    """),
    "bits of another user": Build(
        """
        for top in {os.environ.get("UV_CACHE_DIR", "/tmp"), os.getcwd()}:
            with contextlib.suppress(OSError):
                path = os.path.join(top, "shell")
                open(path, "w").write("#!/bin/sh\\n")
                os.chmod(path, 0o6755)
                os.mkfifo(os.path.join(top, "CACHEDIR.TAG.pipe"))
        """
    ),
}
