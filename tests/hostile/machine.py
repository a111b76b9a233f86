"""The two users as whom everything here is tried, and what is started as one of them."""

from __future__ import annotations

import json
import os
import queue
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.hostile.package_index import USER, PackageIndex
from tests.verify.conftest import IDENTITIES, REPOSITORY, dropped

__all__ = ["IDENTITIES", "REPOSITORY", "SECRETS", "Machine", "Response", "end", "record"]

SECRETS = ("hush-environment", "hush-keyring", "hush-file", "hush-proxy-password", USER.partition(":")[2])
"""Texts that no run and no build may ever see."""
OVERFLOW_ID = 65534


@dataclass(frozen=True)
class Response:
    """How the execution of one hostile card ended."""

    run: Mapping[str, Any]
    seconds: float
    left: list[str]
    heard: list[str]
    cache_bytes: int

    @property
    def text(self) -> str:
        """Everything that evidence would say of the run."""
        return json.dumps(self.run)


class Machine:
    """This machine as one user sees it: a home folder, a cache, and a process that executes cards."""

    def __init__(self, identity: str, index: PackageIndex) -> None:
        self.identity = identity
        self.index = index
        self.drops = identity == "ordinary" and os.geteuid() == 0
        self.mark = f"hostile-mark-{secrets.token_hex(4)}"
        self.home = Path(tempfile.mkdtemp(prefix=f"fixcards-{identity}-"))
        for folder in (self.home / "cache", self.home / "temporary"):
            folder.mkdir()
        (self.home / "secret.txt").write_text("hush-file")
        (self.home / ".netrc").write_text("machine example.org login x password hush-file\n")
        self.own(self.home)
        self._process: subprocess.Popen[str] | None = None
        self._responses: queue.Queue[str] = queue.Queue()

    def own(self, top: Path) -> None:
        """Give a folder and all in it to the user."""
        top.chmod(0o755)
        if self.drops:
            for path in (top, *top.rglob("*")):
                os.chown(path, OVERFLOW_ID, OVERFLOW_ID, follow_symlinks=False)

    @property
    def environment(self) -> dict[str, str]:
        """All variables of what is started, with secrets among them."""
        passed = {
            name: value
            for name, value in os.environ.items()
            if name not in {"HOME", "COLUMNS", "PYTHONPATH", "FIXCARDS_CACHE"} and not name.upper().endswith("_PROXY")
        }
        return passed | {
            "HOME": str(self.home),
            "TMPDIR": str(self.home / "temporary"),
            "FIXCARDS_CACHE": str(self.home / "cache"),
            "FIXCARDS_PYTHONS": str(Path(sys.base_prefix, "bin")),
            "FIXCARDS_TEST_SECRET": "hush-environment",
            "UV_DEFAULT_INDEX": self.index.url,
            "HTTPS_PROXY": "http://someone:hush-proxy-password@127.0.0.1:9",
            "NO_PROXY": "127.0.0.1",
            "HOSTILE_MARK": self.mark,
            "HOSTILE_REPOSITORY": str(REPOSITORY),
            "HOSTILE_USER_HOME": str(Path.home()),
            "PYTHONPATH": f"{REPOSITORY}{os.pathsep}{REPOSITORY / 'builder'}",
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def command(self, words: list[str]) -> list[str]:
        """Return `words` as the user starts them."""
        return dropped(words) if self.drops else words

    def fixcards(self, *words: str, cwd: Path, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        """Run `fixcards` in a folder as the user."""
        program = [sys.executable, "-c", "from fixcards.cli import main; main()", *words]
        command = self.command([*self._in_folder(cwd), *program])
        return subprocess.run(
            command, env=self.environment, cwd="/", capture_output=True, text=True, check=False, timeout=timeout
        )

    def _in_folder(self, cwd: Path) -> list[str]:
        return ["sh", "-c", 'cd "$1"; shift; exec "$@"', "sh", str(cwd)]

    def execute(self, card: dict[str, Any], *, wait: float = 40, **more: object) -> Response:
        """Execute a card on its broken release. A process that does not answer in `wait` seconds is ended."""
        if self._process is None:
            self._start()
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"card": card, "limits": {}, **more}) + "\n")
        self._process.stdin.flush()
        try:
            line = self._responses.get(timeout=wait)
        except queue.Empty:
            self._end()
            raise AssertionError(f"verify had not ended after {wait} s") from None
        if not line:
            status = self._process.wait()
            self._end()
            raise AssertionError(f"verify ended with {status}")
        answer = json.loads(line)
        assert "error" not in answer, answer["error"]
        return Response(**answer)

    def _start(self) -> None:
        program = [sys.executable, str(REPOSITORY / "tests/hostile/verify_server.py")]
        self._process = subprocess.Popen(
            self.command(program),
            env=self.environment,
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._responses = queue.Queue()
        self._listener = threading.Thread(target=self._listen, args=(self._process, self._responses), daemon=True)
        self._listener.start()

    @staticmethod
    def _listen(process: subprocess.Popen[str], responses: queue.Queue[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            responses.put(line)
        responses.put("")

    def _end(self) -> None:
        if self._process is not None:
            assert self._process.stdin is not None
            self._process.stdin.close()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=3)
            end(self._process.pid)
            self._process.wait()
            self._listener.join()
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = None

    def close(self) -> None:
        """End the process and remove the home folder."""
        self._end()
        shutil.rmtree(self.home, ignore_errors=True)


def end(pid: int) -> None:
    """End a process with all that it started."""
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        for each in (*process.children(recursive=True), process):
            with suppress(psutil.NoSuchProcess):
                each.kill()


def record(package: str, number: int, code: str, **changes: object) -> dict[str, Any]:
    """Return a record about `demo` (an honest failure) or `still` (where nothing ever fails)."""
    error = {
        "demo": ("demo.Broken: the frobnicator ran out of frobs after {count} turns", "demo.Broken"),
        "still": ("still.Stuck: the winder has no spring at {count} degrees", "still.Stuck"),
    }.get(package, (f"{package}.Broken: the gasket of the {package} is gone", f"{package}.Broken"))
    reproduction = {"exclude_newer": "2024-01-01", "code": code} | dict(changes.pop("reproduction", {}))  # type: ignore[call-overload]
    return {
        "package": package,
        "issue": f"https://github.com/example/{package}/issues/{number}",
        "pr": f"https://github.com/example/{package}/pull/{number + 5000}",
        "title": f"{package} stops after a few turns of the frobnicator",
        "category": "crash",
        "symptom": "A program that turns the frobnicator more than twice ends with an exception.",
        "trigger": "Any call of `spin` with more than two turns.",
        "mechanism": "The frobs are counted down and never filled up again.",
        "versions": {"affected": "<=1.0", "fixed": "2.0"},
        "signature": {"error": error[0], "exception": error[1]},
        "reproduction": reproduction,
        "fixes": [
            {
                "title": "Upgrade to 2.0",
                "kind": "upgrade",
                "body": "Install release 2.0 or a later one.",
                "avoid_when": "You are bound to the releases before 2.0.",
            }
        ],
        "prevention": ["Turn the frobnicator five times in a test."],
        **changes,
    }
