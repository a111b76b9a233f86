"""The files of a project, as the page of an index lists them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import quote

from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import InvalidVersion, Version

BEFORE_ALL_DAYS = "1970-01-01T00:00:00Z"
"""The time at which files were uploaded, as uv gets it, where the index doesn't say."""


@dataclass(frozen=True, slots=True)
class IndexFile:
    """One file of a project, as the page of the index describes it."""

    filename: str
    url: str
    """Where it is, absolute."""
    sha256: str | None
    uploaded: datetime | None
    details: dict[str, Any]
    """The entry of the page in the form of PEP 691, without its URL."""

    @property
    def release(self) -> Version | None:
        """Version that the name of the file says; None where it is neither a wheel nor a source distribution."""
        distribution = self._distribution()
        return distribution[1] if distribution else None

    def is_of(self, package: str) -> bool:
        """Return whether its name says no other package, as `name-2.0-dev-9340.tar.gz` does, which lies in `name`."""
        distribution = self._distribution()
        return distribution is None or distribution[0] == canonicalize_name(package)

    def _distribution(self) -> tuple[str, Version] | None:
        try:
            if self.filename.endswith(".whl"):
                return parse_wheel_filename(self.filename)[:2]
            return parse_sdist_filename(self.filename)
        except (InvalidWheelFilename, InvalidSdistFilename, InvalidVersion):
            return None


@dataclass(frozen=True)
class ProjectFiles:
    """The files of one project on one index, by name."""

    package: str
    files: dict[str, IndexFile]
    caching: str | None
    """How long the index lets its page be cached: the value of its header Cache-Control."""

    @property
    def dated(self) -> bool:
        """Whether the index says of any file when it was uploaded; pages in plain HTML don't."""
        return any(file.uploaded for file in self.files.values())

    @cached_property
    def page(self) -> bytes:
        """The page in the form of PEP 691, with addresses relative to it. It is the same for each uv that asks."""
        # uv takes no file without a day where it is given one. Where no file has any, all are taken instead.
        undated = {} if self.dated else {"upload-time": BEFORE_ALL_DAYS}
        files = [
            {**file.details, **undated, "url": f"../../files/{self.package}/{quote(file.filename)}"}
            for file in self.files.values()
        ]
        return json.dumps({"meta": {"api-version": "1.1"}, "name": self.package, "files": files}).encode()
