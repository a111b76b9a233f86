"""A web server that sends too much, too slowly or something else: the search ends in time, in memory, in one line."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from fixcards.errors import FixcardsError
from fixcards.search import http_fetch, site_files
from fixcards.search.finder import Finder
from tests.foreign_index import TEXTS, files, parts
from tests.sites import SNAPSHOT

COMMAND = Path(sys.executable).with_name("fixcards")
Reply = Callable[[socket.socket, str], None]
OK = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"


@contextmanager
def server(reply: Reply) -> Iterator[str]:
    """Answer each request to a free port by `reply`, which gets the connection and the path."""
    listener = socket.create_server(("127.0.0.1", 0))
    connections: list[socket.socket] = []

    def answer(connection: socket.socket) -> None:
        with suppress(OSError, IndexError), connection:
            reply(connection, connection.recv(65536).split()[1].decode())

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                connections.append(connection)
                threading.Thread(target=answer, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/site"
    finally:
        listener.close()
        for connection in connections:
            connection.close()


def drip(connection: socket.socket, content: bytes) -> None:
    """Send a byte at a time, for ever."""
    while True:
        for number in range(len(content)):
            connection.sendall(content[number : number + 1])
            time.sleep(0.05)


def slow_body(connection: socket.socket, path: str) -> None:
    connection.sendall(OK + b"Content-Length: 100000\r\n\r\n")
    drip(connection, b" ")


def slow_headers(connection: socket.socket, path: str) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    drip(connection, b"a")


def silence(connection: socket.socket, path: str) -> None:
    time.sleep(60)


def endless_interim_answers(connection: socket.socket, path: str) -> None:
    while True:
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)


def flood(connection: socket.socket) -> None:
    while True:
        connection.sendall(b" " * (1 << 20))


def endless_body(connection: socket.socket, path: str) -> None:
    connection.sendall(OK + b"\r\n")
    flood(connection)


def large_body(connection: socket.socket, path: str) -> None:
    connection.sendall(OK + b"Content-Length: 1500000000\r\n\r\n")
    flood(connection)


def endless_headers(connection: socket.socket, path: str) -> None:
    connection.sendall(OK)
    flood(connection)


def endless_redirect(connection: socket.socket, path: str) -> None:
    connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://elsewhere.invalid/\r\n\r\n")
    flood(connection)


def redirect_to(where: str) -> Reply:
    def reply(connection: socket.socket, path: str) -> None:
        connection.sendall(f"HTTP/1.1 302 Found\r\nLocation: {where}\r\nContent-Length: 0\r\n\r\n".encode("latin-1"))

    return reply


def compressed(connection: socket.socket, path: str) -> None:
    connection.sendall(OK + b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x1f\x8b\x08")


def cut_off(connection: socket.socket, path: str) -> None:
    connection.sendall(OK + b"Content-Length: 100\r\n\r\n{")


def no_http(connection: socket.socket, path: str) -> None:
    connection.sendall(b"\x1b[2J SSH-2.0\r\n\r\n")


REASON = b"\x1b[2J\x1b]0;owned\x07 \x9b2J \xe2\x80\xae"


def hostile_reason(connection: socket.socket, path: str) -> None:
    connection.sendall(b"HTTP/1.1 404 " + REASON + b"x" * 2000 + b"\r\nContent-Length: 0\r\n\r\n")


HOSTILE: dict[Reply, str] = {
    slow_body: "took more than",
    slow_headers: "took more than",
    silence: "took more than|timed out",
    endless_interim_answers: "took more than",
    endless_body: "has more than 8,388,608 bytes",
    large_body: "has more than 8,388,608 bytes",
    endless_headers: "header line",
    endless_redirect: "redirects to http://elsewhere.invalid/",
    redirect_to("//evil.invalid/"): "redirects to http://evil.invalid/",
    redirect_to("file:///etc/passwd"): "redirects to file:///etc/passwd",
    redirect_to("http://[broken"): "redirects|netloc|IPv6",
    redirect_to("/site/search/index.json"): "redirects more than 5 times",
    compressed: "is compressed",
    cut_off: "no JSON",
    no_http: "SSH",
    hostile_reason: "404",
}


@pytest.mark.parametrize(("reply", "message"), HOSTILE.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_a_hostile_server_is_one_line_in_time(reply: Reply, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site_files, "FILE_SECONDS", 1)
    start = time.monotonic()
    with server(reply) as address, pytest.raises(FixcardsError, match=message) as error:
        Finder.of_site(address).match(TEXTS[0])
    assert time.monotonic() - start < 5
    assert len(str(error.value)) < 600


def good(connection: socket.socket, path: str) -> None:
    content = files(parts()).get(path.removeprefix("/moved").removeprefix("/site/search/"), b"")
    connection.sendall(OK + f"Content-Length: {len(content)}\r\n\r\n".encode() + content)


def moved(connection: socket.socket, path: str) -> None:
    redirect_to(f"/moved{path}")(connection, path) if path.startswith("/site") else good(connection, path)


@pytest.mark.parametrize("reply", [good, moved])
def test_an_honest_server_is_searched_also_where_it_moved_within_its_host(reply: Reply) -> None:
    with server(reply) as address:
        assert Finder.of_site(address).match(TEXTS[0])


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("http://a.example/x", "http://a.example/y", True),
        ("http://a.example/x", "https://a.example/x", True),
        ("https://a.example/x", "http://a.example/x", False),
        ("https://a.example/x", "https://b.example/x", False),
        ("https://a.example/x", "https://a.example:8443/x", False),
        ("https://a.example/x", "https://u:p@a.example/x", False),
        ("http://a.example/x", "ftp://a.example/x", False),
    ],
)
def test_only_the_host_itself_is_followed(one: str, other: str, same: bool) -> None:
    assert http_fetch.same_host(one, other) is same


@pytest.mark.parametrize("limit", ["MAX_FILES", "MAX_TOTAL_BYTES", "TOTAL_SECONDS"])
def test_all_files_together_have_limits(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site_files, limit, 0 if limit == "TOTAL_SECONDS" else 2)
    with server(good) as address, pytest.raises(FixcardsError, match="was stopped"):
        Finder.of_site(address).match(TEXTS[0])


@pytest.mark.parametrize(
    "address",
    ["https://user:secret@cards.example/", "http://[", "http://", "http://a b/", "http://a:port/", "http://a\nb/"],
)
def test_an_address_of_no_site_is_refused(address: str) -> None:
    with pytest.raises(FixcardsError, match="is no address of a site"):
        Finder.of_site(address)


def test_a_server_that_cannot_be_reached_is_named_with_what_to_look_at() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}/"
        with pytest.raises(FixcardsError) as raised:
            Finder.of_site(address).match(TEXTS[0])
    assert str(raised.value).startswith(address)
    assert str(raised.value).endswith("; check the address and your connection")
    assert "Errno" not in str(raised.value)


@pytest.mark.skipif(sys.platform != "linux", reason="measures the memory of a process as Linux does")
@pytest.mark.parametrize("reply", [large_body, endless_redirect])
def test_the_memory_of_a_search_is_bounded_whatever_a_server_sends(reply: Reply) -> None:
    # Not `ru_maxrss`: a new process begins with the peak of the one that started it, here with that of pytest.
    program = (
        "from pathlib import Path\nfrom fixcards.cli import main\ntry:\n    main()\nfinally:\n"
        "    lines = Path('/proc/self/status').read_text().splitlines()\n"
        "    print('peak', next(line.split()[1] for line in lines if line.startswith('VmHWM:')))"
    )
    with server(reply) as address:
        ended = subprocess.run(
            [sys.executable, "-c", program, "match", "--site", address],
            input=TEXTS[0],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert int(ended.stdout.split()[-1]) < 150_000


def test_the_command_ends_with_2_and_an_escaped_line() -> None:
    with server(hostile_reason) as address:
        ended = subprocess.run(
            [COMMAND, "match", "--site", address],
            input=TEXTS[0].encode(),
            capture_output=True,
            check=False,
            timeout=60,
            cwd=SNAPSHOT.parent,
        )
    assert ended.returncode == 2
    assert ended.stdout == b""
    assert ended.stderr.decode().removesuffix("\n").isprintable()
    assert "404 \\x1b[2J" in ended.stderr.decode()
