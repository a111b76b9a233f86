"""Sites of others that attack `fixcards match --site`: exit status 2, one line, in bounded time and memory."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.hostile.indexes import ANSWERS, BAD, DECEIVING, Answer
from tests.hostile.library import build, good_library
from tests.hostile.machine import Machine
from tests.hostile.package_index import PackageIndex

PASTED = """Traceback (most recent call last):
  File "/app/main.py", line 3, in <module>
    demo.spin(5)
  File "/app/venv/lib/python3.11/site-packages/demo/__init__.py", line 13, in spin
    raise Broken(f"the frobnicator ran out of frobs after {turns} turns")
demo.Broken: the frobnicator ran out of frobs after 5 turns
"""
MOST_BYTES = 400 << 20
MOST_SECONDS = 40
_DECEIVING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f]")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, package_index: PackageIndex) -> Iterator[Path]:
    """A good site."""
    machine = Machine("root", package_index)
    project = good_library(tmp_path_factory.mktemp("good") / "project", machine)
    done = build(project, "--strict")
    assert done.returncode == 0, done.stderr
    yield project / "site"
    machine.close()


def matched(where: str) -> tuple[int, str, str]:
    """Search a site for the pasted failure; return exit status, standard output and error."""
    # The shell's limit keeps this machine usable where the program has none of its own.
    program = ["sh", "-c", 'ulimit -v 2000000; exec "$@"', "sh"]
    program += [sys.executable, "-c", "from fixcards.cli import main; main()", "match", "--site", where]
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=output, stderr=errors)
        assert process.stdin is not None
        process.stdin.write(PASTED.encode())
        process.stdin.close()
        deadline = time.monotonic() + MOST_SECONDS
        pid = 0
        while not pid and time.monotonic() < deadline:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            time.sleep(0.01)
        if not pid:
            process.send_signal(signal.SIGKILL)
            process.wait()
            pytest.fail(f"match had not ended after {MOST_SECONDS} s")
        process.returncode = os.waitstatus_to_exitcode(status)
        assert usage.ru_maxrss << 10 < MOST_BYTES, f"{usage.ru_maxrss >> 10} MB of memory"
        texts = []
        for file in (output, errors):
            file.seek(0)
            texts.append(file.read().decode("utf-8", "replace"))
    return process.returncode, texts[0], texts[1]


def _assert_refused(where: str) -> None:
    status, output, errors = matched(where)
    assert "Traceback" not in errors, errors[-2000:]
    assert not _DECEIVING.search(output + errors), ascii(output + errors)[:2000]
    assert (status, output, len(errors.splitlines())) == (2, "", 1), errors[:2000]
    assert len(errors) < 2000


def test_the_good_site_answers(site: Path) -> None:
    status, output, errors = matched(str(site))
    assert (status, errors) == (0, "")
    assert "frobnicator" in output


@pytest.mark.parametrize("name", BAD)
def test_a_bad_index_is_refused(name: str, site: Path, tmp_path: Path) -> None:
    shutil.copytree(site / "search", tmp_path / "search")
    BAD[name](tmp_path / "search")
    _assert_refused(str(tmp_path))


@pytest.mark.parametrize("name", DECEIVING)
def test_no_text_of_an_index_commands_the_terminal(name: str, site: Path, tmp_path: Path) -> None:
    shutil.copytree(site / "search", tmp_path / "search")
    DECEIVING[name](tmp_path / "search")
    status, output, errors = matched(str(tmp_path))
    assert "Traceback" not in errors, errors
    assert status in {0, 2}
    assert not _DECEIVING.search(output + errors), ascii(output + errors)[:2000]


@pytest.mark.parametrize("name", ANSWERS)
def test_a_bad_server_is_refused(name: str, site: Path) -> None:
    with _serving(ANSWERS[name], site / "search") as address:
        _assert_refused(address)


@contextmanager
def _serving(answer: Answer, search: Path) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=_answer, args=(answer, connection, search), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)


def _answer(answer: Answer, connection: socket.socket, search: Path) -> None:
    with contextlib.suppress(OSError), connection:
        answer(connection, search)
