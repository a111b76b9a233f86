"""A package index on the loopback of this machine, with two small packages of its own (PEP 503, PEP 691)."""

from __future__ import annotations

import base64
import hashlib
import http.server
import json
import threading

from tests.distributions import wheel

UPLOADED = "2023-05-06T07:08:09Z"
USER = "reader:hush-index-password"
"""Name and password with which the index is asked. No run and no build may see them."""

DEMO = '''
"""A package that was broken until 2.0."""

__version__ = "{version}"


class Broken(RuntimeError):
    pass


def spin(turns):
    if __version__ < "2" and turns > 2:
        raise Broken(f"the frobnicator ran out of frobs after {{turns}} turns")
    return turns
'''
"""The honest package: what fails with 1.0 passes with 2.0."""

STILL = '''
"""A package in which nothing was ever wrong."""

__version__ = "{version}"


class Stuck(RuntimeError):
    pass


def spin(turns):
    if turns < 0:
        raise Stuck(f"the winder has no spring at {{turns}} degrees")
    return turns


def call(function, *arguments):
    return function(*arguments)
'''
"""The package of all fakes: its two releases differ in their number alone, so no card about it can be right."""


class PackageIndex:
    """Serves distributions to whoever gives the right name and password."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        index = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:  # uv asks for the size of a file first
                kind, body = index.answer(self.path)
                asked = self.headers.get("Authorization", "").removeprefix("Basic ")
                if asked != base64.b64encode(USER.encode()).decode():
                    self.send_response(401)
                    self.send_header("WWW-Authenticate", "Basic")
                    body = b""
                else:
                    self.send_response(200 if body is not None else 404)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body or b"")))
                self.end_headers()
                if self.command == "GET":
                    self.wfile.write(body or b"")

            def do_HEAD(self) -> None:
                self.do_GET()

            def log_message(self, *words: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://{USER}@127.0.0.1:{self.server.server_port}/simple/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        for version in ("1.0", "2.0"):
            for name, text in (("demo", DEMO), ("still", STILL)):
                files = {f"{name}/__init__.py": text.format(version=version)}
                self.files[f"{name}-{version}-py3-none-any.whl"] = wheel(name, version, files)

    def answer(self, path: str) -> tuple[str, bytes | None]:
        """Return content type and body of a path, None for what the index doesn't have."""
        if path.startswith("/files/"):
            return "application/octet-stream", self.files.get(path.removeprefix("/files/"))
        name = path.removeprefix("/simple/").strip("/")
        files = {each: body for each, body in self.files.items() if each.startswith(f"{name}-")}
        if not files:
            return "text/plain", None
        page = {
            "meta": {"api-version": "1.1"},
            "name": name,
            "versions": sorted({each.split("-")[1].removesuffix(".tar.gz") for each in files}),
            "files": [
                {
                    "filename": each,
                    "url": f"../../files/{each}",
                    "hashes": {"sha256": hashlib.sha256(body).hexdigest()},
                    "size": len(body),
                    "upload-time": UPLOADED,
                }
                for each, body in files.items()
            ],
        }
        return "application/vnd.pypi.simple.v1+json", json.dumps(page).encode()

    def close(self) -> None:
        """Stop serving."""
        self.server.shutdown()
        self.server.server_close()
