"""No door opens a connection or looks up a name: each runs with a guard that notes both, and lets none through."""

from __future__ import annotations

import http.server
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import card_data
from tests.commands import tool

TEXT = "lamp.burner.NoWick: no wick in the hall"
CARD = "https://cards.example.org/lamp/7/"
GUARD = """\
import os, sys

def _note(event, arguments):
    if event in {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr",
                 "socket.sendto", "socket.sendmsg"}:
        with open(os.environ["NETWORK_LOG"], "a") as log:
            log.write(f"{event} {arguments[-1] if event != 'socket.getaddrinfo' else arguments[0]}\\n")
        raise OSError("no network")

sys.addaudithook(_note)
"""
"""A `sitecustomize.py`: every Python that a test starts, and that this one starts, begins with it."""
PYTEST_FILE = "import lamp.burner\n\ndef test_it():\n    lamp.burner.light()\n"
SCRIPT = "import lamp.burner\nlamp.burner.light()\n"
PROGRAM = (
    "from fixcards import default_finder\n"
    f"for match in default_finder().match({TEXT!r}):\n    print('{CARD}' if match.entry.id == 'lamp-7' else '')"
)
DOORS = {
    "the library": [sys.executable, "-c", PROGRAM],
    "match": [tool("fixcards"), "match", "log.txt"],
    "audit": [tool("fixcards"), "audit", "requirements.txt"],
    "pytest": [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "test_a.py"],
    "run": [tool("fixcards"), "run", "--", sys.executable, "script.py"],
    "hook": [sys.executable, "-m", "fixcards.hook", "script.py"],
    "IPython": [sys.executable, "-m", "IPython", "--colors=nocolor", "--HistoryManager.enabled=False", "book.ipy"],
}
"""A command for each door, which has to name the card."""


class Recorder:
    """A proxy that notes what it is asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.address = ""


@pytest.fixture
def proxy() -> Iterator[Recorder]:
    ours = Recorder()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            ours.asked.append(self.requestline)
            self.send_error(403)

        def do_CONNECT(self) -> None:
            self.do_GET()

        def log_message(self, *arguments: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    ours.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield ours
    server.shutdown()
    server.server_close()


@pytest.fixture
def env(tmp_path: Path, proxy: Recorder) -> dict[str, str]:
    packages = card_data.packages_in(tmp_path)
    (packages / "sitecustomize.py").write_text(GUARD, encoding="utf-8")
    for name, content in {
        "log.txt": TEXT,
        "requirements.txt": "lamp==2.0\nclick==8.3.0\n",
        "test_a.py": PYTEST_FILE,
        "script.py": SCRIPT,
        "book.ipy": f"%load_ext fixcards\n%fixcard {TEXT}\n",
    }.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    proxies = {f"{name}_PROXY": proxy.address for name in ("HTTP", "HTTPS", "ALL")}
    proxies |= {name.lower(): address for name, address in proxies.items()}
    settings = {"NETWORK_LOG": str(tmp_path / "network.log"), "IPYTHONDIR": str(tmp_path / "ipython"), "COLUMNS": "120"}
    cache = {"FIXCARDS_CACHE": str(tmp_path / "cache")}
    return card_data.environment(packages, **settings, **cache, **proxies, NO_PROXY="", no_proxy="")


def output_of(command: list[str], folder: Path, env: dict[str, str]) -> str:
    done = card_data.python(
        "-c",
        "import subprocess, sys; sys.exit(subprocess.run(sys.argv[1:], stderr=subprocess.STDOUT).returncode)",
        *command,
        cwd=folder,
        env=env,
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize("door", DOORS)
def test_a_door_names_the_card_and_asks_no_network(
    door: str, tmp_path: Path, env: dict[str, str], proxy: Recorder
) -> None:
    if door == "IPython":
        pytest.importorskip("IPython", reason="pip install ipython")
    output = output_of(DOORS[door], tmp_path, env)
    assert CARD in output, output
    log = tmp_path / "network.log"
    assert not log.exists(), log.read_text(encoding="utf-8")
    assert proxy.asked == []


def test_the_guard_notes_what_a_door_would_send(tmp_path: Path, env: dict[str, str], proxy: Recorder) -> None:
    command = [tool("fixcards"), "match", "--site", "http://cards.example.org/", "log.txt"]
    assert "no network" in output_of(command, tmp_path, env)
    assert (tmp_path / "network.log").read_text(encoding="utf-8").startswith("socket.")


def test_the_proxy_notes_what_a_door_would_send(tmp_path: Path, env: dict[str, str], proxy: Recorder) -> None:
    (Path(env["PYTHONPATH"]) / "sitecustomize.py").unlink()
    command = [tool("fixcards"), "match", "--site", "http://cards.example.org/", "log.txt"]
    assert "403" in output_of(command, tmp_path, env)
    assert proxy.asked == ["GET http://cards.example.org/search/index.json HTTP/1.1"]
