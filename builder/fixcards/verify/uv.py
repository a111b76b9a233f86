"""The uv that was installed with the program: where it is, and how it is run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import psutil

from fixcards.errors import FixcardsError
from fixcards.verify import index_relay
from fixcards.verify.index_client import IndexClient
from fixcards.verify.index_configuration import without_password
from fixcards.verify.index_proxy import MAX_BUILD_BYTES, STABLE_ORIGIN, IndexProxy, page_url
from fixcards.verify.interpreters import Interpreter
from fixcards.verify.sandbox import Job, JobResult, Limits, Sandbox, SandboxError
from fixcards.verify.sandbox.interface import StopReason
from fixcards.verify.sandbox.supervise import supervise
from fixcards.verify.unavailable import EnvironmentUnavailable, Reason
from fixcards.verify.wheel_archive import MAX_FILE, MAX_FILES

PREPARE_SECONDS = 600
BUILD = "/build"
"""Folder inside the isolation in which a build works. It is gone afterwards."""
INPUTS = "/index"
"""Folder inside the isolation for what a build gets."""
_PASSED_ON = ("UV_HTTP_RETRIES",)
_NO_WHEEL = re.compile(r"no wheels|no usable wheels|(?i:building source distributions is disabled)")
_BUILD_FAILED = re.compile("Failed to build|build backend|the build left")
_LIMITS = Limits(
    wall_seconds=PREPARE_SECONDS,
    cpu_seconds=PREPARE_SECONDS,
    memory_bytes=4 << 30,
    address_space_bytes=16 << 30,
    processes=512,
    file_bytes=256 << 20,
    disk_bytes=2 << 30,
    open_files=1024,
)
_UNDECLARED_BYTES = 512 << 20
"""Bytes that uv may write beside the wheels that it unpacks: pages, metadata, what it makes of them."""


class Uv:
    """Runs uv with caches below `folder`, against the indexes of `client`.

    Outside of the isolation it only unpacks wheels. Wherever a build may run, it runs inside, with a cache that is
    gone afterwards and without a network: it reaches the indexes through this process alone.
    """

    def __init__(
        self,
        folder: Path,
        client: IndexClient,
        sandbox: Sandbox,
        stop: threading.Event | None = None,
    ) -> None:
        self.folder = folder
        self.client = client
        self._sandbox = sandbox
        self._stop = stop

    def run(self, arguments: Sequence[str], work: Path) -> None:
        """Run uv outside of the isolation, on the cache into which no build has ever written, without a network.

        Raises `EnvironmentUnavailable` for what uv refuses.
        """
        self._check(self._run(["--offline", *arguments], work, {}, lambda pid: None))

    def run_online(self, arguments: Sequence[str], work: Path) -> None:
        """Run uv outside of the isolation, with the indexes.

        Raises `EnvironmentUnavailable` for what uv refuses and for wheels that go over a bound, `FixcardsError` where
        the index can't be reached.
        """
        with IndexProxy(self.client, work) as proxy:
            watch = _DiskWatch(self.folder, proxy)
            result = self._run(arguments, work, {"HTTP_PROXY": proxy.url, "UV_HTTP_TIMEOUT": "600"}, watch.over)
        self._check(result, proxy)

    def run_inside(
        self, arguments: Sequence[str], work: Path, interpreter: Interpreter, inputs: Mapping[str, Path], result: str
    ) -> bytes:
        """Run uv where a build may run; return the content of the one file that matches `result` inside.

        `inputs` are files by the names that they have in the folder `INPUTS`. Nothing else goes in, and nothing else
        comes out: a build can leave no link, pipe or device. Raises what `run_online` raises.
        """
        private = work / "index"
        private.mkdir(mode=0o700)
        output = os.open(private / "result", os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        try:
            os.fchmod(output, 0o666)  # the user inside is another one
            with IndexProxy(self.client, private, private / "index.sock", MAX_BUILD_BYTES) as proxy:
                job = self._job_inside(arguments, private, interpreter, inputs, result)
                try:
                    done = self._sandbox.run(job)
                except SandboxError as error:
                    raise EnvironmentUnavailable("sandbox", str(error)) from None
            self._check(done, proxy)
            with os.fdopen(os.dup(output), "rb") as file:
                return file.read(_LIMITS.file_bytes)
        finally:
            os.close(output)
            shutil.rmtree(private, ignore_errors=True)

    def environment(self, cache_dir: str, origin: str) -> dict[str, str]:
        """Return all variables that uv gets. The indexes are at `origin`; no variable holds a secret."""
        urls = [page_url(origin, self.client, url) for url in self.client.urls]
        return {
            **{name: os.environ[name] for name in _PASSED_ON if os.environ.get(name)},
            "UV_DEFAULT_INDEX": urls[-1],
            **({"UV_INDEX": " ".join(urls[:-1])} if urls[:-1] else {}),
            "PATH": "/usr/bin:/bin",
            "HOME": str(self.folder / "home"),
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "NO_COLOR": "1",
            "UV_CACHE_DIR": cache_dir,
            "UV_NO_CONFIG": "1",
            "UV_NO_PROGRESS": "1",
            "UV_NO_WRAP": "1",
            "UV_PYTHON_DOWNLOADS": "never",
        }

    def without_paths(self, text: str) -> str:
        """Return `text` without the paths of this machine and of a build, with the indexes under their own names."""
        for url in self.client.urls:
            path = page_url("", self.client, url)
            text = re.sub(rf"http://[\w.:]+{re.escape(path)}", f"{without_password(url).rstrip('/')}/", text)
        # What follows `site-packages` stays: frames of build tools are told by it.
        own = rf"(?:{re.escape(str(self.folder))}|{BUILD}/cache)[^\s`'\"]*?"
        return re.sub(rf"{own}(?=/site-packages/|[\s`'\"]|$)", "<cache>", text)

    def _run(
        self, arguments: Sequence[str], work: Path, more: Mapping[str, str], over: Callable[[int], StopReason | None]
    ) -> JobResult:
        argv = (*_file_limit(), str(uv_program()), *arguments)
        job = Job(argv=argv, cwd=str(work), environment={}, limits=_LIMITS, stop=self._stop)
        environment = {**self.environment(str(self.folder / "uv"), STABLE_ORIGIN), **more}
        return supervise(job.argv, environment, job, cwd=work, over=over)

    def _job_inside(
        self,
        arguments: Sequence[str],
        private: Path,
        interpreter: Interpreter,
        inputs: Mapping[str, Path],
        result: str,
    ) -> Job:
        files = {"index.sock": private / "index.sock", "relay.py": Path(index_relay.__file__), **inputs}
        outside = [path for path in (uv_program(), interpreter.prefix) if not path.is_relative_to("/usr")]
        python = [str(interpreter.executable), "-I", "-S", f"{INPUTS}/relay.py"]
        return Job(
            argv=(*python, f"{INPUTS}/index.sock", f"{INPUTS}/result", result, str(uv_program()), *arguments),
            cwd=BUILD,
            environment={
                **self.environment(f"{BUILD}/cache", "http://127.0.0.1:{port}"),
                "HOME": "/tmp/home",  # noqa: S108 - inside the isolation
                "UV_HTTP_TIMEOUT": "600",
            },
            readable={
                **{path: str(path) for path in outside},
                **{path: f"{INPUTS}/{name}" for name, path in files.items()},
            },
            writable={private / "result": f"{INPUTS}/result"},
            scratch=(BUILD,),
            limits=replace(_LIMITS, wall_seconds=PREPARE_SECONDS),
            stop=self._stop,
        )

    def _check(self, result: JobResult, proxy: IndexProxy | None = None) -> None:
        """Raise the exception that the end of a uv run calls for."""
        if result.stopped == "cancelled":
            raise KeyboardInterrupt
        if result.stopped == "time":
            raise EnvironmentUnavailable("timeout in preparing", f"not ready after {PREPARE_SECONDS} s")
        if result.stopped == "disk":
            raise EnvironmentUnavailable("wheel refused", "one unpacks to far more than its directory says")
        if result.stopped:
            raise EnvironmentUnavailable("build", f"stopped, it went over the limit of {result.stopped}")
        if result.exit and proxy is not None and proxy.refused:
            raise EnvironmentUnavailable("wheel refused", proxy.refused)
        # Not what the output says of the network: a build can print that, too.
        if result.exit and proxy is not None and proxy.unavailable:
            raise FixcardsError(f"the package index can't be reached: {proxy.unavailable}")
        if result.exit:
            raise self._error_for(result.text, result.exit)

    def _error_for(self, output: str, status: int) -> EnvironmentUnavailable:
        output = self.without_paths(output)
        reason: Reason = "resolution"
        if _NO_WHEEL.search(output):
            reason = "no wheel"
        elif _BUILD_FAILED.search(output):
            reason = "build"
        return EnvironmentUnavailable(reason, _shorten(output), output, status)


class _DiskWatch:
    """Watches what one uv writes, beside what the wheels that it was given say of themselves.

    A wheel whose directory lies is stopped here: bytes are counted as the process writes them, files as the file system
    of `folder` counts them. Some file systems count no files; there the bytes alone are bounded.
    """

    def __init__(self, folder: Path, proxy: IndexProxy) -> None:
        self._folder, self._proxy = folder, proxy
        self._files = self._count_files()

    def over(self, pid: int) -> StopReason | None:
        """Return `disk` where the process has written too much."""
        try:
            written = psutil.Process(pid).io_counters().write_chars
        except (psutil.Error, AttributeError):  # it has ended, or the system counts nothing
            return None
        if written > _UNDECLARED_BYTES + 2 * self._proxy.unpacked_bytes:
            return "disk"
        return "disk" if self._count_files() - self._files > 2 * MAX_FILES else None

    def _count_files(self) -> int:
        try:
            state = os.statvfs(self._folder)
        except (AttributeError, OSError):
            return 0
        return state.f_files - state.f_ffree


def _file_limit() -> tuple[str, ...]:
    """Return the command that bounds each file, empty where the system has no `prlimit`."""
    program = shutil.which("prlimit")
    return (program, f"--fsize={MAX_FILE}", "--core=0", "--") if program else ()


def _shorten(output: str) -> str:
    """Return the output of uv in one line of at most 400 characters, without its symbols."""
    text = " ".join(re.sub(r"[^\x20-\x7e]+|^error:", " ", output).split())
    return text[:400] or "uv gave no reason"


@cache
def uv_program() -> Path:
    """Return the path of uv."""
    from uv import find_uv_bin

    return Path(find_uv_bin())


@cache
def uv_version() -> str:
    """Return the version of uv, `unknown` where it doesn't run."""
    done = subprocess.run([str(uv_program()), "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    return done.stdout.split()[1] if done.returncode == 0 else "unknown"
