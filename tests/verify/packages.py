"""Wheels and source distributions that tests make, and how a `LocalIndex` offers them."""

from __future__ import annotations

import base64
import hashlib
import io
import tarfile
import zipfile

from .conftest import LocalIndex

BACKEND_HEAD = """
import base64, hashlib, os, pathlib, zipfile

def build_wheel(folder, settings=None, metadata=None):
    files = dict(FILES)
    information = f"{NAME}-{VERSION}.dist-info"
    files.setdefault(f"{information}/METADATA", f"Metadata-Version: 2.1\\nName: {NAME}\\nVersion: {VERSION}\\n")
    files.setdefault(f"{information}/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    files.setdefault(f"{information}/RECORD", "")
    name = f"{NAME}-{VERSION}-py3-none-any.whl"
    with zipfile.ZipFile(pathlib.Path(folder, name), "w", zipfile.ZIP_DEFLATED) as wheel:
        for path, content in files.items():
            member = zipfile.ZipInfo(path)
            member.external_attr = MODES.get(path, 0o100644) << 16
            wheel.writestr(member, content)
    after(folder, name)
    return name

def after(folder, name):
    pass

MODES = {}
"""


def offer(index: LocalIndex, filename: str, content: bytes) -> None:
    """Offer a file beside those that its project has already."""
    parts = filename.removesuffix(".tar.gz").split("-")
    name = parts[0].replace("_", "-").lower()
    index.files[filename] = content
    page = index.pages.setdefault(name, {"meta": {"api-version": "1.1"}, "name": name, "versions": [], "files": []})
    page["files"].append(
        {
            "filename": filename,
            "url": f"../../files/{filename}",
            "hashes": {"sha256": hashlib.sha256(content).hexdigest()},
            "upload-time": "2023-05-06T07:08:09Z",
        }
    )


def offer_wheel(index: LocalIndex, name: str, version: str, files: dict[str, str | bytes], **more: object) -> None:
    offer(index, f"{name}-{version}-py3-none-any.whl", wheel(name, version, files, **more))


def offer_source(index: LocalIndex, name: str, version: str, attack: str = "", files: dict | None = None) -> None:
    """Offer a source distribution whose build runs `attack` and makes a wheel of `files`.

    `attack` is Python at the start of the build's process; it may change FILES, MODES and `after`.
    """
    head = f"NAME, VERSION, FILES = {name!r}, {version!r}, {files or {}!r}\n{BACKEND_HEAD}"
    offer(index, f"{name}-{version}.tar.gz", source(name, version, f"{head}\n{attack}\n"))


def wheel(
    name: str, version: str, files: dict[str, str | bytes], *, requires: tuple[str, ...] = (), record: str | None = None
) -> bytes:
    """Return a wheel. `record` replaces the lines of its RECORD, which otherwise says the truth."""
    information = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    contents = {
        **files,
        f"{information}/METADATA": metadata + "".join(f"Requires-Dist: {each}\n" for each in requires),
        f"{information}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    raw = {path: text.encode() if isinstance(text, str) else text for path, text in contents.items()}
    lines = [
        f"{path},sha256={base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b'=').decode()},{len(content)}"
        for path, content in raw.items()
    ]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in raw.items():
            archive.writestr(path, content)
        archive.writestr(
            f"{information}/RECORD", "\n".join([*lines, f"{information}/RECORD,,\n"]) if record is None else record
        )
    return buffer.getvalue()


def source(name: str, version: str, backend: str) -> bytes:
    """Return a source distribution that builds itself with the module `backend`."""
    project = f'[project]\nname = "{name}"\ndynamic = ["version", "dependencies"]\n'
    project += '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for path, text in (
            ("pyproject.toml", project),
            ("backend.py", backend),
            ("PKG-INFO", f"Metadata-Version: 1.0\nName: {name}\nVersion: {version}\n"),
        ):
            info = tarfile.TarInfo(f"{name}-{version}/{path}")
            info.size = len(text.encode())
            archive.addfile(info, io.BytesIO(text.encode()))
    return buffer.getvalue()
