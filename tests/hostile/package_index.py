"""A package index on the loopback of this machine, with two small packages of its own (PEP 503, PEP 691)."""

from __future__ import annotations

import base64
import hashlib
import http.server
import io
import json
import tarfile
import threading
import zipfile
from collections.abc import Mapping

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


def wheel(name: str, version: str, files: Mapping[str, str | bytes]) -> bytes:
    """Return a wheel with `files`."""
    info = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    metadata += f"Project-URL: Source, https://github.com/example/{name}\n"
    metadata += f"Project-URL: Issues, https://github.com/example/{name}/issues\n"
    tags = "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    members = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
    members |= {f"{info}/METADATA": metadata.encode(), f"{info}/WHEEL": tags.encode()}
    rows = [
        f"{path},sha256={base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b'=').decode()},{len(content)}"
        for path, content in members.items()
    ]
    members[f"{info}/RECORD"] = "\n".join([*rows, f"{info}/RECORD,,", ""]).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in members.items():
            archive.writestr(path, content)
    return buffer.getvalue()


def source(name: str, version: str, backend: str) -> bytes:
    """Return a source distribution that builds itself with the program `backend`."""
    project = f'[project]\nname = "{name}"\ndynamic = ["version", "dependencies"]\n'
    project += '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for path, text in (
            ("pyproject.toml", project),
            ("backend.py", backend),
            ("PKG-INFO", f"Metadata-Version: 1.0\nName: {name}\nVersion: {version}\n"),
        ):
            member = tarfile.TarInfo(f"{name}-{version}/{path}")
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return buffer.getvalue()


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
