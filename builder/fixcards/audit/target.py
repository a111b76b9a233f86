"""The interpreters and platforms that a lock is for, and the values that its markers have there (PEP 508)."""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from fixcards.matching.index.conditions import PLATFORMS
from fixcards.matching.parse.versions import in_range

PYTHON_VERSION = r"3\.[0-9]{1,2}(?:\.[0-9]{1,2})?"
"""A version of the interpreter as users write it."""
FIRST_MINOR, LAST_MINOR = 7, 15
"""Minor versions of Python 3 that a lock without an upper bound is looked at for."""
_ANY_MICRO = ".999"
"""What stands for the last number of an interpreter whose first two are all that is decided."""
_MARKER_VALUES: Mapping[str, Mapping[str, str]] = {
    "linux": {"os_name": "posix", "sys_platform": "linux", "platform_system": "Linux", "platform_machine": "x86_64"},
    "macos": {"os_name": "posix", "sys_platform": "darwin", "platform_system": "Darwin", "platform_machine": "arm64"},
    "windows": {"os_name": "nt", "sys_platform": "win32", "platform_system": "Windows", "platform_machine": "AMD64"},
}


class Target(NamedTuple):
    """One interpreter on one platform."""

    python: str
    """Its version: in full where an environment is installed, else the first two numbers."""
    platform: str

    @property
    def pythons(self) -> tuple[str, ...]:
        """The versions that a range has to allow, so that it surely allows the interpreter."""
        return (self.python, self.python + _ANY_MICRO) if self.python.count(".") == 1 else (self.python,)

    @property
    def minor(self) -> str:
        """The first two numbers of the version."""
        return ".".join(self.python.split(".")[:2])

    def marker_values(self) -> dict[str, str]:
        """Return the values of the variables of markers. The machine is the usual one of the platform."""
        full = self.python if self.python.count(".") > 1 else f"{self.python}.0"
        return {
            **_MARKER_VALUES[self.platform],
            "implementation_name": "cpython",
            "implementation_version": full,
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_version": "",
            "python_full_version": full,
            "python_version": self.minor,
            "extra": "",
        }

    def __str__(self) -> str:
        return f"Python {self.python} on {self.platform}"


class TargetChoice(NamedTuple):
    """What the user says about interpreter and platform; what is empty is taken from the lock, or from this machine."""

    python: str = ""
    platform: str = ""

    def targets(self, requires_python: Iterable[str] | None, *, stated: str = "") -> tuple[Target, ...]:
        """Return the targets of a lock.

        `requires_python` are the ranges of which the lock is for every interpreter, None where it doesn't say; such a
        lock is for the interpreter that it names otherwise (`stated`), or for this one, and for this platform. An empty
        range allows all.
        """
        ranges = None if requires_python is None else list(requires_python)
        if self.python:
            pythons: Sequence[str] = (self.python,)
        elif ranges is not None:
            minors = [f"3.{minor}" for minor in range(FIRST_MINOR, LAST_MINOR + 1)]
            pythons = [minor for minor in minors if any(_allows(each, minor) for each in ranges or [""])]
        else:
            pythons = (stated or this_python(),)
        universal = ranges is not None and not self.platform
        platforms = PLATFORMS if universal else (self.platform or this_platform(),)
        return tuple(Target(python, each) for python in pythons for each in platforms)


def _allows(specifier: str, minor: str) -> bool:
    """Return whether some release of a minor version is in a range."""
    return any(in_range(each, specifier) is not False for each in (minor, f"{minor}.5", minor + _ANY_MICRO))


def this_python() -> str:
    """Return the version of the interpreter that runs the program."""
    return platform.python_version()


def this_platform() -> str:
    """Return the platform of this machine; one that no card names counts as Linux."""
    return platform_of(sys.platform)


def platform_of(sys_platform: str) -> str:
    """Return the platform with a value of `sys.platform`."""
    return {"darwin": "macos", "win32": "windows", "cygwin": "windows"}.get(sys_platform, "linux")


def described(targets: Sequence[Target], every: Sequence[Target]) -> str:
    """Return the targets among `every` in words, empty where they are all of them."""
    if set(targets) == set(every):
        return ""
    pythons = list(dict.fromkeys(target.python for target in targets))
    platforms = list(dict.fromkeys(target.platform for target in targets))
    words = []
    if len(pythons) < len({target.python for target in every}):
        words.append(f"with Python {_joined(pythons)}")
    if len(platforms) < len({target.platform for target in every}):
        words.append(f"on {_joined(platforms)}")
    return " ".join(words) or _joined([str(target) for target in targets])


def _joined(texts: Sequence[str]) -> str:
    *others, last = texts
    return f"{', '.join(others)} and {last}" if others else last


def stated_python(text: str) -> str:
    """Return the interpreter that the heading of a compiled requirements file names, empty where none does."""
    for line in text.splitlines()[:20]:
        if not line.startswith("#"):
            continue
        match = re.search(
            r"(?:--python-version[ =]|-p[ =]|with Python )(3\.[0-9]{1,2}(?:\.[0-9]{1,2})?)(?![0-9.])", line
        )
        if match:
            return match[1]
    return ""
