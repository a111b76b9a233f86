"""How a `LocalIndex` offers the distributions that tests make."""

from __future__ import annotations

import hashlib

from tests.distributions import source, wheel

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
