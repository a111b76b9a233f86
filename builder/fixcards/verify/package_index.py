"""The releases of a package that the configured index offers."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from packaging.utils import InvalidWheelFilename, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from fixcards.errors import FixcardsError
from fixcards.files import atomic_write
from fixcards.project import AssignedIndex
from fixcards.records.identity import INTERPRETER
from fixcards.verify.final_releases import FINAL_RELEASE_DAYS
from fixcards.verify.index_client import IndexClient, IndexUnavailableError
from fixcards.verify.index_configuration import index_urls, uv_index_variables, without_password
from fixcards.verify.project_files import IndexFile

CACHE_SECONDS = 6 * 3600
"""Age up to which a cached list of releases is used without asking the index again."""

MAX_LISTS_IN_MEMORY = 2000


@dataclass(frozen=True, slots=True)
class ReleaseInfo:
    """One release on the index."""

    version: str
    uploaded: date | None
    """Day on which its first file was uploaded, UTC; None where the index doesn't say."""
    yanked: bool
    requires_python: str | None
    wheels: tuple[str, ...]
    """Tags of its wheels, such as `cp311-cp311-manylinux_2_17_x86_64`."""
    source: bool
    """Whether it has a source distribution."""
    size: int
    """Bytes of its largest wheel, 0 where the index doesn't say."""

    @property
    def parsed(self) -> Version:
        """The version, to compare."""
        return Version(self.version)

    @property
    def line(self) -> tuple[int, int]:
        """Major and minor number. A sweep infers the state of a release inside one such line only."""
        return self.parsed.major, self.parsed.minor


@dataclass(frozen=True, slots=True)
class ReleaseList:
    """All releases of a package that the index offers, lowest version first."""

    package: str
    releases: tuple[ReleaseInfo, ...]

    def get(self, version: str) -> ReleaseInfo | None:
        """Return the release of a version, however the version is spelled; None where the index has none."""
        parsed = Version(version)
        return next((release for release in self.releases if release.parsed == parsed), None)

    @property
    def newest(self) -> ReleaseInfo | None:
        """The highest final release that isn't yanked; the highest of all where there is none."""
        finals = [release for release in self.releases if not release.parsed.is_prerelease and not release.yanked]
        return finals[-1] if finals else self.releases[-1] if self.releases else None


class PackageIndex:
    """The configured index. Safe to share between threads; caches lists of releases in `folder`."""

    def __init__(self, folder: Path, assigned: Sequence[AssignedIndex] = (), client: IndexClient | None = None) -> None:
        self.client = client or IndexClient(index_urls(uv_index_variables()), assigned)
        """What reads the index. Those who take files from it use it as well: each page is then asked for once."""
        self._folder = folder
        self._lock = threading.Lock()
        self._lists: dict[str, ReleaseList] = {}

    def releases(self, package: str) -> ReleaseList:
        """Return the releases of `package`, an empty list where no index has it; of `INTERPRETER`, those of Python.

        Raises `FixcardsError` where an index doesn't answer.
        """
        if package == INTERPRETER:
            return _interpreters()
        with self._lock:
            if package not in self._lists:
                if len(self._lists) >= MAX_LISTS_IN_MEMORY:  # the others are read from the disk again
                    self._lists.pop(next(iter(self._lists)))
                self._lists[package] = self._cached(package) or self._fetch(package)
            return self._lists[package]

    def withdrawals(self, package: str) -> dict[str, str]:
        """Return the reasons that the index gives for withdrawn releases, by version; those without one are left out.

        Raises `FixcardsError` where an index doesn't answer.
        """
        project = self.client.first_project(package)
        reasons: dict[str, str] = {}
        for file in project[1].files.values() if project else ():
            reason = file.details.get("yanked")
            if isinstance(reason, str) and reason.strip() and file.release is not None:
                reasons[str(file.release)] = reason
        return reasons

    def _path(self, package: str) -> Path:
        return self._folder / f"{package}.json"

    def _cached(self, package: str) -> ReleaseList | None:
        """Return a cached list of the same indexes that isn't old yet; an unreadable file counts as none."""
        try:
            data = json.loads(self._path(package).read_text(encoding="utf-8"))
            if data["index"] != self.client.names or not 0 <= time.time() - data["fetched"] < CACHE_SECONDS:
                return None
            return ReleaseList(package, tuple(_release_from(each) for each in data["releases"]))
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def _urls_of(self, package: str) -> Sequence[str]:
        try:
            return self.client.urls_of(package)
        except IndexUnavailableError as error:
            raise FixcardsError(f"{package}: {error}") from None

    def _fetch(self, package: str) -> ReleaseList:
        for url in self._urls_of(package):
            try:
                project = self.client.project(url, package)
            except IndexUnavailableError as error:
                raise FixcardsError(
                    f"the package index {without_password(url)} can't be asked for {package}: {error}"
                ) from None
            if project is None:
                continue
            releases = tuple(_releases(project.files.values()))
            data = {
                "index": self.client.names,
                "fetched": time.time(),
                "releases": [asdict(r) for r in releases],
            }
            atomic_write(self._path(package), json.dumps(data, default=str).encode())
            return ReleaseList(package, releases)
        return ReleaseList(package, ())


def _interpreters() -> ReleaseList:
    """Return the feature releases of Python, each of which runs on itself only."""
    return ReleaseList(
        INTERPRETER,
        tuple(
            ReleaseInfo(
                version=f"{major}.{minor}",
                uploaded=day,
                yanked=False,
                requires_python=f"=={major}.{minor}.*",
                wheels=(),
                source=False,
                size=0,
            )
            for (major, minor), day in FINAL_RELEASE_DAYS.items()
        ),
    )


def resolution_day(own: date | None, uploaded: date | None) -> date | None:
    """Return the last day whose uploads count for a run: the card's own, or the one after the release if it is later.

    None where neither is set; the run then takes what the index offers today.
    """
    days = [day for day in (own, uploaded + timedelta(days=1) if uploaded else None) if day]
    return max(days, default=None)


def _releases(files: Iterable[IndexFile]) -> Iterator[ReleaseInfo]:
    """Yield the releases that `files` make up, lowest version first; a file without a PEP 440 version is left out."""
    by_version: dict[Version, list[IndexFile]] = {}
    for file in files:
        if (version := file.release) is not None:
            by_version.setdefault(version, []).append(file)
    for version, group in sorted(by_version.items()):
        times = [file.uploaded for file in group if file.uploaded]
        wheels = [file for file in group if file.filename.endswith(".whl")]
        sizes = [file.details.get("size") for file in wheels]
        pythons = [file.details.get("requires-python") for file in group]
        yield ReleaseInfo(
            version=str(version),
            uploaded=min(times).date() if times else None,
            yanked=all(file.details.get("yanked", False) is not False for file in group),
            requires_python=next((text for text in pythons if text and isinstance(text, str)), None),
            wheels=tuple(sorted({tag for file in wheels for tag in _tags(file.filename)})),
            source=len(wheels) < len(group),
            size=max((size for size in sizes if isinstance(size, int)), default=0),
        )


def _tags(filename: str) -> list[str]:
    try:
        return [str(tag) for tag in parse_wheel_filename(filename)[3]]
    except (InvalidWheelFilename, InvalidVersion):
        return []


def _release_from(data: dict[str, Any]) -> ReleaseInfo:
    uploaded = date.fromisoformat(data["uploaded"]) if data["uploaded"] else None
    return ReleaseInfo(**{**data, "uploaded": uploaded, "wheels": tuple(data["wheels"])})
