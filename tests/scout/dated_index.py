"""A package index on the loopback whose releases have days of upload, and which says when a page hasn't changed."""

from __future__ import annotations

import hashlib
import http.server
import io
import json
import tarfile
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property

from tests.distributions import wheel


@dataclass(frozen=True)
class Release:
    """One release: a wheel for every interpreter."""

    name: str
    version: str
    day: str
    files: Mapping[str, str]
    requires: tuple[str, ...] = ()
    scripts: Mapping[str, str] = field(default_factory=dict)
    """Console scripts, by name: `module:function`."""
    requires_python: str | None = None
    yanked: str | bool = False
    builder: str = ""
    """The package that builds it: then it is a source distribution, and `files` are those of its wheel."""

    @property
    def filename(self) -> str:
        if self.builder:
            return f"{self.name}-{self.version}.tar.gz"
        return f"{self.name.replace('-', '_')}-{self.version}-py3-none-any.whl"

    @cached_property
    def content(self) -> bytes:
        if self.builder:
            return source_of(self)
        files = dict(self.files)
        if self.scripts:
            lines = [f"{name} = {target}" for name, target in self.scripts.items()]
            information = f"{self.name.replace('-', '_')}-{self.version}.dist-info"
            files[f"{information}/entry_points.txt"] = "\n".join(["[console_scripts]", *lines]) + "\n"
        return wheel(self.name.replace("-", "_"), self.version, files, requires=self.requires)

    @cached_property
    def metadata(self) -> bytes:
        head = f"Metadata-Version: 2.1\nName: {self.name.replace('-', '_')}\nVersion: {self.version}\n"
        return (head + "".join(f"Requires-Dist: {each}\n" for each in self.requires)).encode()


def source_of(release: Release) -> bytes:
    """Return a source distribution whose builder finds the wheel in it, ready."""
    finished = wheel(release.name, release.version, release.files, requires=release.requires)
    project = f'[build-system]\nrequires = ["{release.builder}"]\nbuild-backend = "{release.builder}"\n'
    metadata = f"Metadata-Version: 1.0\nName: {release.name}\nVersion: {release.version}\n"
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for path, content in (
            ("pyproject.toml", project.encode()),
            ("PKG-INFO", metadata.encode()),
            (f"{release.name}-{release.version}-py3-none-any.whl", finished),
        ):
            info = tarfile.TarInfo(f"{release.name}-{release.version}/{path}")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


class DatedIndex:
    """The releases by package, and what was asked for."""

    def __init__(self) -> None:
        self.releases: dict[str, list[Release]] = {}
        self.requests: Counter[str] = Counter()
        """How often a path was asked for; 304 counts the answers without a body."""
        self.sent_bytes = 0
        self._files: dict[str, Release] = {}
        self.url = ""

    def offer(self, name: str, version: str, day: str, files: Mapping[str, str], **more: object) -> None:
        """Offer a release; `files` are those of the wheel."""
        release = Release(name, version, day, files, **more)  # type: ignore[arg-type]
        self.releases.setdefault(name, []).append(release)
        self._files[release.filename] = release

    def page(self, name: str) -> bytes | None:
        if name not in self.releases:
            return None
        files = [
            {
                "filename": each.filename,
                "url": f"../../files/{each.filename}",
                "hashes": {"sha256": hashlib.sha256(each.content).hexdigest()},
                "size": len(each.content),
                "upload-time": f"{each.day}T12:00:00Z",
                **({} if each.builder else {"core-metadata": {"sha256": hashlib.sha256(each.metadata).hexdigest()}}),
                **({"requires-python": each.requires_python} if each.requires_python else {}),
                **({"yanked": each.yanked} if each.yanked else {}),
            }
            for each in self.releases[name]
        ]
        return json.dumps({"meta": {"api-version": "1.1"}, "name": name, "files": files}).encode()

    def answer(self, path: str) -> tuple[str, bytes] | None:
        if path.startswith("/files/"):
            filename = path.removeprefix("/files/")
            release = self._files.get(filename.removesuffix(".metadata"))
            if release is None:
                return None
            return "application/octet-stream", release.metadata if filename.endswith(".metadata") else release.content
        body = self.page(path.removeprefix("/simple/").strip("/"))
        return None if body is None else ("application/vnd.pypi.simple.v1+json", body)


@contextmanager
def served(index: DatedIndex) -> Iterator[DatedIndex]:
    """Serve an index on a free port while the block lasts."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            index.requests[self.path] += 1
            answer = index.answer(self.path)
            kind, body = answer or ("text/plain", b"")
            tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            if answer and self.headers.get("If-None-Match") == tag:
                index.requests["304"] += 1
                self._send(304, {}, b"")
                return
            self._send(200 if answer else 404, {"Content-Type": kind, "ETag": tag}, body)

        def do_HEAD(self) -> None:
            self._send(405, {}, b"")

        def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if status != 304:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            index.sent_bytes += len(body)

        def log_message(self, *words: object) -> None:
            pass

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, address: object) -> None:
            """Say nothing: tests kill the programs that ask."""

    server = Server(("127.0.0.1", 0), Handler)
    index.url = f"http://127.0.0.1:{server.server_port}/simple/"
    thread = threading.Thread(target=lambda: server.serve_forever(0.05), daemon=True)
    thread.start()
    try:
        yield index
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
