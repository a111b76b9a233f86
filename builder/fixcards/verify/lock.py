"""Locks: what an environment is made from, as a requirements file with hashes. One from a build is not trusted."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from fixcards.verify.index_client import IndexClient
from fixcards.verify.unavailable import EnvironmentUnavailable

MAX_LOCK_BYTES = 1 << 20
_NAME_AND_VERSION = re.compile(r"([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)==([A-Za-z0-9.!+_-]{1,100}) \\")
_UNDATED = "# no day of upload: "
_HASH = re.compile(r"    --hash=sha256:([0-9a-f]{64})( \\)?")


@dataclass(frozen=True, slots=True)
class LockedRelease:
    """One distribution of a lock."""

    name: str
    """Normalised."""
    version: str
    hashes: tuple[str, ...]
    """SHA-256 of the files that may be installed or built."""

    @property
    def text(self) -> str:
        """Its lines in a requirements file."""
        return " \\\n".join([f"{self.name}=={self.version}", *(f"    --hash=sha256:{each}" for each in self.hashes)])


def parse_lock(text: str) -> list[LockedRelease]:
    """Return the distributions of a lock. Raises `ValueError` for a line that no lock of ours has."""
    releases: list[LockedRelease] = []
    lines = iter(_without_head(text).splitlines())
    for line in lines:
        head = _NAME_AND_VERSION.fullmatch(line)
        if head is None:
            raise ValueError(f"unexpected line {line[:80]!a}")
        hashes: list[str] = []
        for following in lines:
            match = _HASH.fullmatch(following)
            if match is None:
                raise ValueError(f"unexpected line {following[:80]!a}")
            hashes.append(match[1])
            if not match[2]:
                break
        Version(head[2])
        releases.append(LockedRelease(canonicalize_name(head[1]), head[2], tuple(hashes)))
    names = [release.name for release in releases]
    if len(set(names)) < len(names) or not all(release.hashes for release in releases):
        raise ValueError("a distribution is listed twice or without a hash")
    return releases


def lock_text(releases: Iterable[LockedRelease]) -> str:
    """Return the lock of some distributions."""
    return "".join(f"{release.text}\n" for release in releases)


def with_undated(text: str, names: Iterable[str]) -> str:
    """Return a lock that says which of its distributions have no day of upload on the index."""
    line = " ".join(names)
    return f"{_UNDATED}{line}\n{text}" if line else text


def undated_in(text: str) -> list[str]:
    """Return the distributions of a lock that have no day of upload, so that `exclude_newer` didn't hold for them."""
    return text.partition("\n")[0].removeprefix(_UNDATED).split() if text.startswith(_UNDATED) else []


def _without_head(text: str) -> str:
    return text.partition("\n")[2] if text.startswith(_UNDATED) else text


def check_lock(text: str, requires: Iterable[str], day: date | None, client: IndexClient) -> str:
    """Return a lock that comes out of an isolation in which a build could change it, written anew from what it says.

    It has nothing but names, versions and hashes, fulfils the requirements, and the index offers each release with
    these hashes, early enough. Raises `EnvironmentUnavailable` where that isn't so.
    """
    try:
        releases = parse_lock(text)
    except (ValueError, InvalidVersion) as error:
        raise _refusal(str(error)) from None
    by_name = {release.name: release for release in releases}
    for requirement in map(Requirement, requires):
        release = by_name.get(canonicalize_name(requirement.name))
        if release is None:
            if requirement.marker is None:
                raise _refusal(f"{requirement.name} is missing")
        elif not requirement.specifier.contains(release.version, prereleases=True):
            raise _refusal(f"{requirement} does not allow {release.version}")
    for release in releases:
        _check_release(release, day, client)
    return lock_text(releases)


def _check_release(release: LockedRelease, day: date | None, client: IndexClient) -> None:
    project = client.first_project(release.name)
    version = Version(release.version)
    files = [file for file in project[1].files.values() if file.release == version] if project else []
    if not files:
        raise _refusal(f"the index offers no {release.name} {release.version}")
    hashes = {file.sha256: file for file in files}
    end = datetime.combine(day + timedelta(days=1), time(), timezone.utc) if day else None
    for each in release.hashes:
        file = hashes.get(each)
        if file is None and None not in hashes:  # without hashes on the index, that of the download decides
            raise _refusal(f"the index offers no file of {release.name} {release.version} with the hash {each[:12]}")
        if file is not None and end and file.uploaded and file.uploaded > end:
            raise _refusal(f"{file.filename} is newer than {day}")


def _refusal(message: str) -> EnvironmentUnavailable:
    return EnvironmentUnavailable("build", f"it left a lock that can't be right: {message}")
