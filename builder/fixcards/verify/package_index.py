"""What the package index offers of a package: the one that pip and uv are configured with."""

from __future__ import annotations

import configparser
import json
import os
import re
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from packaging.utils import InvalidWheelFilename, parse_wheel_filename
from packaging.version import InvalidVersion, Version
from pypi_simple import ACCEPT_JSON_PREFERRED, PYPI_SIMPLE_ENDPOINT, NoSuchProjectError, ProjectPage, PyPISimple
from pypi_simple import DistributionPackage as File

from fixcards.errors import FixcardsError
from fixcards.verify.files import write_atomically

LISTING_SECONDS = 6 * 3600
"""Age up to which a listing from the cache is taken without asking again."""
_UV_EXTRA = ("UV_INDEX", "UV_EXTRA_INDEX_URL")


@dataclass(frozen=True, slots=True)
class ReleaseInfo:
    """One release on the index. `uploaded` is the day of its first file, UTC; None where the index doesn't say."""

    version: str
    uploaded: date | None
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
        """Major and minor number: what is inferred is inferred inside one such line only."""
        return self.parsed.major, self.parsed.minor


@dataclass(frozen=True, slots=True)
class ReleaseList:
    """Every release of a package that the index offers, lowest version first."""

    package: str
    releases: tuple[ReleaseInfo, ...]

    def get(self, version: str) -> ReleaseInfo | None:
        """Return the offer of a release, however the version is spelled."""
        wanted = Version(version)
        return next((offer for offer in self.releases if offer.parsed == wanted), None)

    @property
    def newest(self) -> ReleaseInfo | None:
        """The highest final release that isn't withdrawn; the highest of all where there is none."""
        finals = [offer for offer in self.releases if not offer.parsed.is_prerelease and not offer.yanked]
        return finals[-1] if finals else self.releases[-1] if self.releases else None


class PackageIndex:
    """The configured index. Safe to share between threads; keeps listings in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.environment = uv_index_variables()
        self._folder = folder
        self._lock = threading.Lock()
        self._listings: dict[str, ReleaseList] = {}

    def releases(self, package: str) -> ReleaseList:
        """Return what is offered of `package`. Raises `FixcardsError` where the index can't be asked."""
        with self._lock:
            if package not in self._listings:
                self._listings[package] = self._cached(package) or self._fetch(package)
            return self._listings[package]

    def _path(self, package: str) -> Path:
        return self._folder / f"{package}.json"

    def _cached(self, package: str) -> ReleaseList | None:
        """Return a listing of the same index that isn't old yet; a file that can't be read is as good as none."""
        try:
            data = json.loads(self._path(package).read_text(encoding="utf-8"))
            if data["index"] != self._shown_urls() or not 0 <= time.time() - data["asked"] < LISTING_SECONDS:
                return None
            return ReleaseList(package, tuple(_offer_from(each) for each in data["offers"]))
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def _shown_urls(self) -> list[str]:
        return [without_password(url) for url in self._urls()]

    def _urls(self) -> list[str]:
        """Return the addresses in the order in which uv asks them."""
        extra = [url for name in _UV_EXTRA for url in self.environment.get(name, "").split()]
        return [url.partition("=")[2] if re.match(r"[\w-]+=", url) else url for url in extra] + [
            self.environment.get("UV_DEFAULT_INDEX") or self.environment.get("UV_INDEX_URL") or PYPI_SIMPLE_ENDPOINT
        ]

    def _fetch(self, package: str) -> ReleaseList:
        for url in self._urls():
            try:
                page = _page(url, package)
            except NoSuchProjectError:
                continue
            except (requests.RequestException, ValueError) as error:
                raise FixcardsError(
                    f"the package index {without_password(url)} can't be asked for {package}: {type(error).__name__}"
                ) from None
            listing = ReleaseList(package, tuple(_offers(page.packages)))
            data = {"index": self._shown_urls(), "asked": time.time(), "offers": [asdict(o) for o in listing.releases]}
            write_atomically(self._path(package), json.dumps(data, default=str) + "\n")
            return listing
        return ReleaseList(package, ())


def uv_index_variables() -> dict[str, str]:
    """Return the variables with which uv asks the index that pip and uv are configured with.

    uv's own variables go first, then pip's, then uv's user configuration, then pip's. Further indexes count where uv
    is told of them; those of pip are left out, since pip takes whichever index has the higher version.
    """
    found = {
        name: os.environ[name] for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", *_UV_EXTRA) if os.environ.get(name)
    }
    if "UV_DEFAULT_INDEX" not in found and "UV_INDEX_URL" not in found:
        url = os.environ.get("PIP_INDEX_URL") or _from_uv_configuration() or _from_pip_configuration()
        if url:
            found["UV_DEFAULT_INDEX"] = url
    return found


def without_password(url: str) -> str:
    """Return an address as it may be shown."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _from_uv_configuration() -> str | None:
    home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    for path in (home / "uv" / "uv.toml", Path("/etc/uv/uv.toml")):
        try:
            text = path.read_text(encoding="utf-8")
        except OSError:
            continue
        plain = re.search(r'^\s*(?:default-)?index-url\s*=\s*"([^"]+)"', text, re.MULTILINE)
        tables = re.split(r"^\s*\[\[index\]\]\s*$", text, flags=re.MULTILINE)[1:]
        default = next((table for table in tables if re.search(r"^\s*default\s*=\s*true", table, re.MULTILINE)), "")
        found = re.search(r'^\s*url\s*=\s*"([^"]+)"', default, re.MULTILINE) or plain
        if found:
            return found[1]
    return None


def _from_pip_configuration() -> str | None:
    """Return the index of pip's configuration files, by their precedence (pip.pypa.io, topic "Configuration")."""
    named = os.environ.get("PIP_CONFIG_FILE")
    if named == os.devnull:
        return None
    name = "pip.ini" if os.name == "nt" else "pip.conf"
    home = Path.home()
    folders = [
        Path(sys.prefix),
        Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config") / "pip",
        home / "Library" / "Application Support" / "pip",
        home / ".pip",
        *(Path(text) / "pip" for text in (os.environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(os.pathsep)),
        Path("/etc"),
    ]
    for path in [*([Path(named)] if named else []), *(folder / name for folder in folders)]:
        parser = configparser.RawConfigParser()
        try:
            parser.read(path, encoding="utf-8")
        except (configparser.Error, UnicodeDecodeError):
            continue
        for section in ("install", "global"):
            if url := parser.get(section, "index-url", fallback=None):
                return url
    return None


def _page(url: str, package: str) -> ProjectPage:
    """Ask for one package.

    The JSON form comes first in the Accept header: some indexes name the upload time only when they are asked for it,
    and then as an attribute of their HTML (`data-upload-time`), which `_uploaded` reads.
    """
    with PyPISimple(url, accept=ACCEPT_JSON_PREFERRED) as client:
        page = client.get_project_page(package, timeout=60)
        if page.packages and all(file.upload_time is None for file in page.packages):
            response = client.s.get(
                client.get_project_url(package), headers={"Accept": ACCEPT_JSON_PREFERRED}, timeout=60
            )
            times = dict(
                re.findall(r'href="[^"]*?/([^"/#]+)(?:#[^"]*)?"[^>]*?data-upload-time="([^"]+)"', response.text)
            )
            for file in page.packages:
                if file.filename in times:
                    file.upload_time = datetime.fromisoformat(times[file.filename].replace("Z", "+00:00"))
        return page


def _offers(files: list[File]) -> Iterator[ReleaseInfo]:
    releases: dict[Version, list[File]] = {}
    for file in files:
        try:
            releases.setdefault(Version(file.version or ""), []).append(file)
        except InvalidVersion:  # noqa: PERF203 - one bad entry stops no other
            continue
    for version, group in sorted(releases.items()):
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


def _offer_from(data: dict[str, Any]) -> ReleaseInfo:
    uploaded = date.fromisoformat(data["uploaded"]) if data["uploaded"] else None
    return ReleaseInfo(**{**data, "uploaded": uploaded, "wheels": tuple(data["wheels"])})


def resolution_day(own: date | None, uploaded: date | None) -> date | None:
    """Return the last day whose uploads count for a run: the card's own, or the one after the release if it is later.

    None where neither is known; the run then takes what the index offers today.
    """
    days = [day for day in (own, uploaded + timedelta(days=1) if uploaded else None) if day]
    return max(days, default=None)
