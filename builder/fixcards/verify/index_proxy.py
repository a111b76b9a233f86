"""A server of this process that hands pages and files of the configured indexes to one run of uv.

uv gets no password, proxy or certificate: it asks this server, which asks the index. A build can read here what the
index offers and nothing else: GET and HEAD alone, of project pages and the files that they name, within bounds. Wheels
are looked at before they are handed over.
"""

from __future__ import annotations

import http.server
import os
import re
import secrets
import socket
import socketserver
import tempfile
import threading
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, cast
from urllib.parse import unquote, urlsplit

from fixcards.verify.index_client import (
    FILE_BYTES,
    FILE_SECONDS,
    IndexClient,
    IndexUnavailableError,
    MissingFromIndexError,
    chunks,
)
from fixcards.verify.project_files import IndexFile
from fixcards.verify.wheel_archive import WheelRefusedError, unpacked_size

STABLE_ORIGIN = "http://packages.invalid"
"""Under this the indexes appear to a uv that keeps its cache: uv stores files by address, and ports change."""
_MAX_CONNECTIONS = 128
MAX_TOTAL_BYTES = 64 << 30
"""Bytes that one run of uv may fetch."""
MAX_BUILD_BYTES = 4 << 30
"""The same where a build may run. What it stores has a lower bound of its own."""
_IDLE_SECONDS = 60
_MAX_METADATA_BYTES = 16 << 20
_IN_MEMORY_BYTES = 8 << 20
_PAGE = re.compile(r"/([0-9a-f]{16})/simple/([a-z0-9]+(?:-[a-z0-9]+)*)/?")
_FILE = re.compile(r"/([0-9a-f]{16})/files/([a-z0-9]+(?:-[a-z0-9]+)*)/([^/]+?)(\.metadata)?")
_CACHED_FOR_EVER = "max-age=365000000, immutable"


def page_url(origin: str, client: IndexClient, url: str) -> str:
    """Return where the index at `url` appears on the server at `origin`."""
    return f"{origin}/{client.path_of(url)}/simple/"


class IndexProxy:
    """Serves the indexes of `client` while the `with` block lasts.

    It listens at the path `at`, a Unix socket that every process may use that can reach its folder; without one on a
    free port of the loopback, for those that know its password. What it downloads lies in `folder` for a moment; after
    `total` bytes it hands out no more.
    """

    def __init__(self, client: IndexClient, folder: Path, at: Path | None = None, total: int = MAX_TOTAL_BYTES) -> None:
        self.client = client
        self.folder = folder
        self.unavailable: str | None = None
        """Why an index could not be reached, the last time."""
        self.refused: str | None = None
        """Which wheel was not handed over, and why."""
        self.unpacked_bytes = 0
        """To how much the wheels unpack that were handed over, by their own directories."""
        self.indexes = {client.path_of(url): url for url in client.urls}
        self.slots = threading.BoundedSemaphore(_MAX_CONNECTIONS)
        self._downloads = threading.BoundedSemaphore(8)
        self._lock = threading.Lock()
        self._sent, self._total = 0, total
        self._password = secrets.token_urlsafe(24) if at is None else None
        self._server = _TcpServer(self) if at is None else _unix_server(self, at)
        self._thread = threading.Thread(target=lambda: self._server.serve_forever(0.02), daemon=True)

    def __enter__(self) -> IndexProxy:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._sent = self._total  # what is on its way ends at its next piece

    @property
    def url(self) -> str:
        """Address to give to uv as its HTTP proxy, with the password."""
        return f"http://uv:{self._password}@127.0.0.1:{self._server.server_address[1]}"

    def allows(self, header: str | None) -> bool:
        """Return whether a request with this header Proxy-Authorization may be answered."""
        expected = b64encode(f"uv:{self._password}".encode()).decode()
        return self._password is None or secrets.compare_digest(header or "", f"Basic {expected}")

    def page(self, name: str, package: str) -> tuple[bytes, str | None]:
        """Return a project page in the form of PEP 691, whose files are on this server, and how it may be cached."""
        project = self.client.project(self.indexes[name], package)
        if project is None:
            raise MissingFromIndexError(package)
        # uv asks again each time for a page without days, so that `IndexClient.undated` has seen it.
        return project.page, project.caching if project.dated else "max-age=0"

    def file(self, name: str, package: str, filename: str) -> IndexFile:
        """Return a file that the page of a package names."""
        page = self.client.project(self.indexes[name], package)
        if page is None or filename not in page.files:
            raise MissingFromIndexError(filename)
        return page.files[filename]

    def send_file(self, name: str, file: IndexFile, send: Callable[[int], BinaryIO]) -> None:
        """Download a file, look at it if it is a wheel, and write it to what `send` returns for its size."""
        with self._downloads, tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES, dir=str(self.folder)) as spool:
            copy = cast("BinaryIO", spool)
            self.client.save(self.indexes[name], file, copy, count=self.count)
            if file.filename.endswith(".whl"):
                self._look_at(file, copy)
            copy.seek(0, os.SEEK_END)
            size = copy.tell()
            copy.seek(0)
            target = send(size)
            while block := copy.read(1 << 20):
                target.write(block)

    def count(self, size: int) -> None:
        """Count bytes that were fetched. Raises `IndexUnavailableError` when it is enough."""
        with self._lock:
            self._sent += size
            if self._sent > self._total:
                raise IndexUnavailableError("too much was fetched")

    def _look_at(self, file: IndexFile, copy: BinaryIO) -> None:
        try:
            size = unpacked_size(copy)
        except WheelRefusedError as error:
            self.refused = f"{file.filename}: {error}"
            raise
        with self._lock:
            self.unpacked_bytes += size


class _Handler(http.server.BaseHTTPRequestHandler):
    """Answers one connection."""

    protocol_version = "HTTP/1.1"
    timeout = _IDLE_SECONDS
    server: _TcpServer

    def do_GET(self) -> None:
        self._answer()

    do_HEAD = do_GET  # noqa: N815 - the name is that of the base class

    def _answer(self) -> None:
        proxy = self.server.proxy
        path = unquote(urlsplit(self.path).path)
        try:
            if not proxy.allows(self.headers.get("Proxy-Authorization")):
                self._send(407)
            elif (match := _PAGE.fullmatch(path)) and match[1] in proxy.indexes:
                body, caching = proxy.page(match[1], match[2])
                kind = "application/vnd.pypi.simple.v1+json"
                self._send(200, body, {"Content-Type": kind, **({"Cache-Control": caching} if caching else {})})
            elif (match := _FILE.fullmatch(path)) and match[1] in proxy.indexes:
                self._answer_file(match[1], proxy.file(match[1], match[2], match[3]), match[4] or "")
            else:
                self._send(404)
        except MissingFromIndexError:
            self._send(404)
        except WheelRefusedError:
            self._send(403)
        except IndexUnavailableError as error:
            if self.command == "HEAD":  # not every index answers it; uv then asks otherwise
                self._send(405)
                return
            proxy.unavailable = str(error)
            self._send(502)
        except OSError:
            self.close_connection = True  # uv has gone

    def _answer_file(self, name: str, file: IndexFile, suffix: str) -> None:
        proxy = self.server.proxy
        byte_range = self.headers.get("Range")
        if suffix or byte_range or self.command == "HEAD":
            self._pass_on(proxy.indexes[name], file.url + suffix, None if suffix else byte_range)
            return

        def send(size: int) -> BinaryIO:
            self._start(200, size, {"Cache-Control": _CACHED_FOR_EVER})
            return cast("BinaryIO", self.wfile)

        proxy.send_file(name, file, send)

    def _pass_on(self, index: str, url: str, byte_range: str | None) -> None:
        """Pass the answer of the index on: the metadata of a file, or a part of a wheel that uv reads it from."""
        names = ("Content-Length", "Content-Range", "Accept-Ranges", "ETag", "Last-Modified")
        with self.server.proxy.client.open(index, url, method=self.command, byte_range=byte_range) as response:
            headers = {name: response.headers[name] for name in names if name in response.headers}
            if self.command == "HEAD":
                # uv stores what it reads from parts of a wheel for as long as the answer to this request may be cached.
                self._start(response.status_code, None, {**headers, "Cache-Control": _CACHED_FOR_EVER})
                return
            if byte_range and response.status_code != 206:  # the whole file, which nothing has looked at
                self._send(416)
                return
            body = b"".join(chunks(response, FILE_BYTES if byte_range else _MAX_METADATA_BYTES, FILE_SECONDS))
        self.server.proxy.count(len(body))
        headers.pop("Content-Length", None)
        self._send(response.status_code, body, {**headers, "Cache-Control": _CACHED_FOR_EVER})

    def _send(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self._start(status, len(body), headers or {})
        if self.command != "HEAD":
            self.wfile.write(body)

    def _start(self, status: int, size: int | None, headers: dict[str, str]) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if size is not None:
            self.send_header("Content-Length", str(size))
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is that of the base class
        """Say nothing: the standard error is the user's."""


class _TcpServer(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """One thread a connection, up to a bound."""

    daemon_threads = True
    request_queue_size = _MAX_CONNECTIONS

    def __init__(self, proxy: IndexProxy, address: Any = ("127.0.0.1", 0)) -> None:
        self.proxy = proxy
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        if self.proxy.slots.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.proxy.slots.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a connection that breaks harms itself alone."""


def _unix_server(proxy: IndexProxy, at: Path) -> _TcpServer:
    class UnixServer(_TcpServer):
        address_family = getattr(socket, "AF_UNIX", socket.AF_INET)

    # A socket's path has at most 107 bytes, which the path of a descriptor never needs.
    folder = os.open(at.parent, os.O_RDONLY)
    try:
        short = Path(f"/proc/self/fd/{folder}")
        server = UnixServer(proxy, str((short if short.exists() else at.parent) / at.name))
    finally:
        os.close(folder)
    at.chmod(0o666)  # its folder says who may use it
    return server
