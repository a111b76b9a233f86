from __future__ import annotations

import hashlib
import http.server
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from dataclasses import asdict
from pathlib import Path

import pytest

from fixcards.errors import FixcardsError
from fixcards.records.evidence import Run
from fixcards.verify.interpreters import installed_interpreters
from fixcards.verify.sandbox import Limits, choose_sandbox
from tests.distributions import source

REPOSITORY = Path(__file__).parents[2]
IDENTITIES = ["root", "ordinary"] if os.geteuid() == 0 else ["ordinary"]
"""Root can be both; an ordinary user can only be one. CI runs the tests as root."""

ERROR = "RuntimeError: the frobnicator is out of frobs ({count} left)"


def a_card(code: str, **changes: object) -> dict:
    """A record about a small real package, whose reproduction is `code`."""
    reproduction = {"exclude_newer": "2024-01-01", "code": code} | changes.pop("reproduction", {})
    return {
        "package": "iniconfig",
        "issue": "https://example.org/iniconfig/issues/1",
        "pr": "https://example.org/iniconfig/pull/2",
        "title": "A card of the tests",
        "category": "crash",
        "symptom": "It fails.",
        "trigger": "Running it.",
        "mechanism": "It is made to.",
        "versions": {"affected": "<=1.1.1", "fixed": "2.0.0"},
        "signature": {"error": ERROR, "exception": "RuntimeError"},
        "reproduction": reproduction,
        "fixes": [{"title": "Upgrade", "kind": "upgrade", "body": "Upgrade.", "avoid_when": "Never."}],
        "prevention": ["Test it."],
    } | changes


@pytest.fixture(scope="session")
def bubblewrap():
    """The sandbox of most of these tests; without it they fail, and say what to install."""
    try:
        return choose_sandbox("bubblewrap")
    except FixcardsError as error:
        pytest.fail(f"these tests need bubblewrap: {error}")


@pytest.fixture(scope="package", autouse=True)
def few_pythons():
    """Have these tests and their commands see no Python of pyenv, uv or a CI runner but that of the tests.

    Each command starts every Python that the machine has, which takes longer than most cards of the tests.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FIXCARDS_PYTHONS", str(Path(sys.base_prefix, "bin")))
        for name in ("PYENV_ROOT", "UV_PYTHON_INSTALL_DIR", "RUNNER_TOOL_CACHE"):
            patch.setenv(name, "/nowhere")
        installed_interpreters.cache_clear()  # tests of another folder may have run in this process before
        yield
    installed_interpreters.cache_clear()


@pytest.fixture(scope="session")
def cache():
    """A cache folder that starts empty and is shared by the tests of one run."""
    folder = Path(tempfile.mkdtemp(prefix="fixcards-tests-"))
    yield folder
    shutil.rmtree(folder)


class CardServer:
    """Runs cards as one user, in a process of its own."""

    def __init__(self, identity: str) -> None:
        self.identity = identity
        self.home = Path(tempfile.mkdtemp(prefix=f"fixcards-{identity}-"))
        drops = identity == "ordinary" and os.geteuid() == 0
        if drops:
            os.chown(self.home, 65534, 65534)
        self.home.chmod(0o755)
        self.cache = self.home / "cache"
        environment = {
            name: value for name, value in os.environ.items() if name not in {"HOME", "COLUMNS", "PYTHONPATH"}
        } | {
            "HOME": str(self.home),
            "FIXCARDS_PYTHONS": str(Path(sys.base_prefix, "bin")),
            "FIXCARDS_TEST_SECRET": "hush-in-environment",
            "PYTHONPATH": str(REPOSITORY),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        command = [sys.executable, str(REPOSITORY / "tests/verify/card_server.py")]
        self.process = subprocess.Popen(
            (dropped(command) if drops else command),
            env=environment,
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, card: dict, **limits: float) -> Run:
        """Execute the card on its broken release, once."""
        small = Limits(
            wall_seconds=8.0,
            cpu_seconds=6,
            memory_bytes=200 << 20,
            address_space_bytes=600 << 20,
            processes=48,
            file_bytes=8 << 20,
            disk_bytes=24 << 20,
            output_bytes=400_000,
        )
        request = {"card": card, "cache": str(self.cache), "limits": asdict(small) | limits}
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        response = self.process.stdout.readline()
        assert response, f"the card server ended with {self.process.wait()}"
        return Run.model_validate_json(response)

    def close(self) -> None:
        self.process.stdin.close()
        assert self.process.wait(timeout=30) == 0
        self.process.stdout.close()
        shutil.rmtree(self.home)


def dropped(command: list[str]) -> list[str]:
    """Return `command` as an ordinary user who can reach the interpreter even below a closed home directory."""
    words = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--pdeathsig", "KILL", *command]
    prefix = Path(sys.base_prefix)
    closed = [folder for folder in prefix.parents if not folder.stat().st_mode & 0o001]
    if not closed:
        return words
    opened = ["bwrap", "--dev-bind", "/", "/", "--perms", "0755", "--tmpfs", str(closed[-1])]
    for folder in reversed(prefix.parents):
        if folder.is_relative_to(closed[-1]) and folder != closed[-1]:
            opened += ["--perms", "0755", "--dir", str(folder)]
    opened += ["--ro-bind", str(prefix), str(prefix), "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    return [*opened, "--die-with-parent", "--", *words]


@pytest.fixture(scope="session")
def card_servers(bubblewrap):
    servers: dict[str, CardServer] = {}

    def get(identity: str) -> CardServer:
        if identity not in servers:
            servers[identity] = CardServer(identity)
            servers[identity].run(a_card("print(1)"))  # caches the environment, so that tests time the attack alone
        return servers[identity]

    yield get
    for server in servers.values():
        server.close()


class LocalIndex:
    """A package index on the loopback of this machine (PEP 503, PEP 691)."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.requests: list[tuple[str, str]] = []
        self.pages: dict[str, object] = {}
        self.answers_ranges = False
        """Whether it answers HEAD, and sends a part of a file to those that ask for one, as large indexes do."""
        index = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                accept = self.headers.get("Accept", "")
                index.requests.append((self.path, accept))
                kind, body = index.answer(self.path, accept)
                if body is not None and index.answers_ranges and (part := self.headers.get("Range")):
                    first, _, last = part.removeprefix("bytes=").partition("-")
                    self.send_response(206)
                    self.send_header("Content-Range", f"bytes {first}-{last}/{len(body)}")
                    body = body[int(first) : int(last) + 1]
                else:
                    self.send_response(200 if body is not None else 404)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body or b"")))
                self.end_headers()
                self.wfile.write(body or b"")

            def do_HEAD(self) -> None:
                index.requests.append((self.path, "HEAD"))
                _, body = index.answer(self.path, "")
                self.send_response(200 if body is not None and index.answers_ranges else 501)
                self.send_header("Accept-Ranges", "bytes")
                self.send_header("Content-Length", str(len(body or b"")))
                self.end_headers()

            def log_message(self, *words: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/simple/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, path: str, accept: str) -> tuple[str, bytes | None]:
        if path.startswith("/files/"):
            return "application/octet-stream", self.files.get(path[7:])
        name = path.removeprefix("/simple/").strip("/")
        page = self.pages.get(name)
        if callable(page):
            return "text/html", page(accept).encode()
        if page is None:
            return "text/plain", None
        return "application/vnd.pypi.simple.v1+json", json.dumps(page).encode()

    def with_source(self, name: str, version: str, backend: str) -> str:
        """Offer a source distribution that builds itself with `backend`; return the index."""
        content = source(name, version, backend)
        filename = f"{name}-{version}.tar.gz"
        self.files[filename] = content
        digest = hashlib.sha256(content).hexdigest()
        self.pages[name] = {
            "meta": {"api-version": "1.1"},
            "name": name,
            "versions": [version],
            "files": [
                {
                    "filename": filename,
                    "url": f"../../files/{filename}",
                    "hashes": {"sha256": digest},
                    "size": len(content),
                    "upload-time": "2023-05-06T07:08:09Z",
                }
            ],
        }
        return self.url


@pytest.fixture
def local_index():
    index = LocalIndex()
    yield index
    index.server.shutdown()
    index.server.server_close()
