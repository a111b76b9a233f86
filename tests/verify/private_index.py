"""An index of a company as simple ones are: pages in plain HTML without days of upload, behind a password."""

from __future__ import annotations

import base64
import hashlib
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.distributions import wheel

PASSWORD = "hush-hush"  # noqa: S105


class PrivateIndex:
    """Its `files` by name; the paths of requests with the password are in `requests`, those of others in `refused`."""

    def __init__(self, port: int, hashes: str = "sha256") -> None:
        self.files: dict[str, bytes] = {}
        self.requests: list[str] = []
        self.refused: list[str] = []
        self.address = f"http://127.0.0.1:{port}/simple/"
        self.url = self.address.replace("//", f"//team:{PASSWORD}@")
        self._hashes = hashes

    def offer(self, name: str, version: str, code: str, requires: tuple[str, ...] = ()) -> None:
        module = name.replace("-", "_")
        content = wheel(module, version, {f"{module}/__init__.py": code}, requires=requires)
        self.files[f"{module}-{version}-py3-none-any.whl"] = content

    def answer(self, path: str) -> tuple[str, bytes] | None:
        if path.startswith("/files/"):
            content = self.files.get(path[7:])
            return content and ("application/octet-stream", content)
        name = path.removeprefix("/simple/").strip("/").replace("-", "_")
        files = {file: content for file, content in self.files.items() if file.split("-")[0] == name}
        links = [f'<a href="/files/{file}{self._fragment(content)}">{file}</a>' for file, content in files.items()]
        return ("text/html", f"<!DOCTYPE html><body>{''.join(links)}</body>".encode()) if files else None

    def _fragment(self, content: bytes) -> str:
        return f"#{self._hashes}={hashlib.new(self._hashes, content).hexdigest()}" if self._hashes else ""


@contextmanager
def private_index(hashes: str = "sha256") -> Iterator[PrivateIndex]:
    """Serve an empty private index on a free port; the fragments of its links have digests of that kind, or none."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            expected = "Basic " + base64.b64encode(f"team:{PASSWORD}".encode()).decode()
            if self.headers.get("Authorization") != expected:
                index.refused.append(self.path)
                self.send(401, "text/plain", b"")
                return
            index.requests.append(self.path)
            answer = index.answer(self.path)
            self.send(*((200, *answer) if answer else (404, "text/plain", b"")))

        def send(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    index = PrivateIndex(server.server_port, hashes)
    thread = threading.Thread(target=lambda: server.serve_forever(0.05), daemon=True)
    thread.start()
    try:
        yield index
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
