"""Building distributions from source: each in an isolation of its own, to a wheel that is checked and stored."""

from __future__ import annotations

import hashlib
import json
import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from packaging.version import Version

from fixcards.ecosystems.pypi import end_of_day
from fixcards.files import atomic_write
from fixcards.verify.built_wheel import rewritten
from fixcards.verify.index_client import IndexUnavailableError, interruptible
from fixcards.verify.interpreters import Interpreter
from fixcards.verify.lock import LockedRelease
from fixcards.verify.project_files import IndexFile
from fixcards.verify.unavailable import EnvironmentUnavailable
from fixcards.verify.uv import BUILD, INPUTS, Uv, uv_version
from fixcards.verify.wheel_archive import WheelRefusedError

_FORMAT = 1
"""Raise it when other wheels are refused than before, so that stored ones are built and looked at again."""
_MAX_SOURCE_BYTES = 512 << 20


@dataclass(frozen=True, slots=True)
class BuiltWheel:
    """A wheel that was built, in a folder of its own."""

    release: LockedRelease
    path: Path
    sha256: str

    @property
    def locked(self) -> LockedRelease:
        """The release with the wheel in place of its source."""
        return LockedRelease(self.release.name, self.release.version, (self.sha256,))


class SourceBuilder:
    """Builds for one card; stores wheels below `folder`, where no build can reach them."""

    def __init__(self, folder: Path, uv: Uv, card_id: str, stop: threading.Event | None = None) -> None:
        self._folder = folder
        self._uv = uv
        self._card_id = card_id
        self._stop = stop

    def wheel(self, release: LockedRelease, interpreter: Interpreter, day: date | None, work: Path) -> BuiltWheel:
        """Return the wheel of a release, built from the source whose hash its lock names, unless it is stored.

        What the build requires is of `day` at the latest, and comes as wheels. Raises `EnvironmentUnavailable`, or
        `FixcardsError` where the index can't be reached.
        """
        key = [_FORMAT, self._card_id, release.text, interpreter.version, str(day), uv_version(), self._uv.client.names]
        place = self._folder / hashlib.sha256(json.dumps(key).encode()).hexdigest()[:32]
        with suppress(OSError, StopIteration):
            path = next(place.glob("*.whl"))
            return BuiltWheel(release, path, hashlib.sha256(path.read_bytes()).hexdigest())
        raw = self._build(release, interpreter, day, work)
        try:
            name, content = rewritten(raw, release)
        except WheelRefusedError as error:
            raise EnvironmentUnavailable("build", f"the wheel of {release.name} {release.version}: {error}") from None
        atomic_write(place / name, content)
        return BuiltWheel(release, place / name, hashlib.sha256(content).hexdigest())

    def _build(self, release: LockedRelease, interpreter: Interpreter, day: date | None, work: Path) -> bytes:
        index, file = self._source(release)
        source = work / file.filename
        with source.open("wb") as target:
            sha256 = interruptible(lambda: self._uv.client.save(index, file, target, _MAX_SOURCE_BYTES), self._stop)
        if sha256 not in release.hashes:
            raise EnvironmentUnavailable("build", f"{file.filename} has another hash than the lock says")
        arguments = ["build", "--wheel", f"{INPUTS}/{file.filename}", "--out-dir", f"{BUILD}/out"]
        # `--no-build` is about what the build requires: that must come as wheels.
        arguments += ["--no-build", "--no-sources", "--no-create-gitignore", "--python", str(interpreter.executable)]
        if day is not None:
            arguments += ["--exclude-newer", end_of_day(day)]
        return self._uv.run_inside(arguments, work, interpreter, {file.filename: source}, f"{BUILD}/out/*.whl")

    def _source(self, release: LockedRelease) -> tuple[str, IndexFile]:
        """Return the index and the source distribution of a release that its lock allows."""
        try:
            project = interruptible(lambda: self._uv.client.first_project(release.name), self._stop)
        except IndexUnavailableError as error:
            raise IndexUnavailableError(f"the package index can't be reached: {error}") from None
        if project is not None:
            index, page = project
            for file in page.files.values():
                source = file.filename.endswith((".tar.gz", ".zip")) and file.release == Version(release.version)
                if source and file.sha256 in {None, *release.hashes}:
                    return index, file
        raise EnvironmentUnavailable("build", f"the index has no source of {release.name} {release.version}")
