"""Wheels and source distributions that tests make."""

from __future__ import annotations

import base64
import hashlib
import io
import tarfile
import zipfile
from collections.abc import Mapping


def wheel(
    name: str,
    version: str,
    files: Mapping[str, str | bytes],
    *,
    requires: tuple[str, ...] = (),
    extras: tuple[str, ...] = (),
    record: str | None = None,
) -> bytes:
    """Return a wheel. `record` replaces the lines of its RECORD, which otherwise says the truth."""
    information = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    metadata += "".join(f"Provides-Extra: {each}\n" for each in extras)
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
