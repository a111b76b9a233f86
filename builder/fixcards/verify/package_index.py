"""The releases of a package that the configured index offers."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import requests
from packaging.utils import InvalidWheelFilename, parse_wheel_filename
from packaging.version import InvalidVersion, Version
from pypi_simple import (
    ACCEPT_JSON_PREFERRED,
    PYPI_SIMPLE_ENDPOINT,
    DistributionPackage,
    NoSuchProjectError,
    ProjectPage,
    PyPISimple,
    RepositoryPage,
)

from fixcards.errors import FixcardsError
from fixcards.files import atomic_write
from fixcards.verify.index_configuration import EXTRA_INDEX_VARIABLES, uv_index_variables, without_password

CACHE_SECONDS = 6 * 3600
"""Age up to which a cached list of releases is used without asking the index again."""
_TIMEOUT_SECONDS = 60


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

    def __init__(self, folder: Path) -> None:
        self.environment = uv_index_variables()
        self._folder = folder
        self._lock = threading.Lock()
        self._lists: dict[str, ReleaseList] = {}

    def releases(self, package: str) -> ReleaseList:
        """Return the releases of `package`, an empty list where no index has it.

        Raises `FixcardsError` where an index doesn't answer.
        """
        with self._lock:
            if package not in self._lists:
                self._lists[package] = self._cached(package) or self._fetch(package)
            return self._lists[package]

    def _path(self, package: str) -> Path:
        return self._folder / f"{package}.json"

    def _cached(self, package: str) -> ReleaseList | None:
        """Return a cached list of the same indexes that isn't old yet; an unreadable file counts as none."""
        try:
            data = json.loads(self._path(package).read_text(encoding="utf-8"))
            if (
                data["index"] != self._urls_without_passwords()
                or not 0 <= time.time() - data["fetched"] < CACHE_SECONDS
            ):
                return None
            return ReleaseList(package, tuple(_release_from(each) for each in data["releases"]))
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def _urls_without_passwords(self) -> list[str]:
        return [without_password(url) for url in self._urls()]

    def _urls(self) -> list[str]:
        """Return the URLs of the indexes in the order in which uv asks them."""
        extra = [url for name in EXTRA_INDEX_VARIABLES for url in self.environment.get(name, "").split()]
        return [url.partition("=")[2] if re.match(r"[\w-]+=", url) else url for url in extra] + [
            self.environment.get("UV_DEFAULT_INDEX") or self.environment.get("UV_INDEX_URL") or PYPI_SIMPLE_ENDPOINT
        ]

    def _fetch(self, package: str) -> ReleaseList:
        for url in self._urls():
            try:
                files = _files(url, package)
            except NoSuchProjectError:
                continue
            except (requests.RequestException, ValueError) as error:
                raise FixcardsError(
                    f"the package index {without_password(url)} can't be asked for {package}: {type(error).__name__}"
                ) from None
            releases = tuple(_releases(files))
            data = {
                "index": self._urls_without_passwords(),
                "fetched": time.time(),
                "releases": [asdict(r) for r in releases],
            }
            atomic_write(self._path(package), json.dumps(data, default=str).encode())
            return ReleaseList(package, releases)
        return ReleaseList(package, ())


def resolution_day(own: date | None, uploaded: date | None) -> date | None:
    """Return the last day whose uploads count for a run: the card's own, or the one after the release if it is later.

    None where neither is set; the run then takes what the index offers today.
    """
    days = [day for day in (own, uploaded + timedelta(days=1) if uploaded else None) if day]
    return max(days, default=None)


def _files(url: str, package: str) -> list[DistributionPackage]:
    """Return the files of a package on the index at `url`. Raises `NoSuchProjectError` where it has no such package.

    The Accept header prefers JSON, which has the upload times (PEP 700). Some indexes answer in HTML all the same and
    then name the times in attributes `data-upload-time`, which no standard has and only such a request gets.
    """
    with PyPISimple(url) as client:
        page_url = client.get_project_url(package)
        response = client.s.get(page_url, headers={"Accept": ACCEPT_JSON_PREFERRED}, timeout=_TIMEOUT_SECONDS)
    if response.status_code == 404:
        raise NoSuchProjectError(package, page_url)
    response.raise_for_status()
    files = ProjectPage.from_response(response, package).packages
    if "html" in response.headers.get("Content-Type", ""):
        links = RepositoryPage.from_html(response.text).links
        times = {link.text: link.get_str_attrib("data-upload-time") for link in links}
        for file in files:
            if uploaded := times.get(file.filename):
                file.upload_time = datetime.fromisoformat(uploaded.replace("Z", "+00:00"))
    return files


def _releases(files: list[DistributionPackage]) -> Iterator[ReleaseInfo]:
    """Yield the releases that `files` make up, lowest version first; a file without a PEP 440 version is left out."""
    by_version: dict[Version, list[DistributionPackage]] = {}
    for file in files:
        try:
            by_version.setdefault(Version(file.version or ""), []).append(file)
        except InvalidVersion:  # noqa: PERF203 - one bad entry stops no other
            continue
    for version, group in sorted(by_version.items()):
        times = [file.upload_time for file in group if file.upload_time]
        wheels = [file for file in group if file.package_type == "wheel"]
        yield ReleaseInfo(
            version=str(version),
            uploaded=min(times).date() if times else None,
            yanked=all(file.is_yanked for file in group),
            requires_python=next((file.requires_python for file in group if file.requires_python), None),
            wheels=tuple(sorted({tag for file in wheels for tag in _tags(file.filename)})),
            source=any(file.package_type == "sdist" for file in group),
            size=max((file.size or 0 for file in wheels), default=0),
        )


def _tags(filename: str) -> list[str]:
    try:
        return [str(tag) for tag in parse_wheel_filename(filename)[3]]
    except (InvalidWheelFilename, InvalidVersion):
        return []


def _release_from(data: dict[str, Any]) -> ReleaseInfo:
    uploaded = date.fromisoformat(data["uploaded"]) if data["uploaded"] else None
    return ReleaseInfo(**{**data, "uploaded": uploaded, "wheels": tuple(data["wheels"])})
