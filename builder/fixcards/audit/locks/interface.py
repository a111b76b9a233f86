"""The seam of a lock format: the text of a file in, the environments that it is for out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from fixcards.audit.environment import Environment, Release, grouped
from fixcards.audit.markers import allows, holds
from fixcards.audit.target import Target, TargetChoice
from fixcards.errors import FixcardsError
from fixcards.matching.parse.packages import canonical_name


class LockContent(NamedTuple):
    """What a lock says."""

    environments: tuple[Environment, ...]
    without_release: tuple[str, ...] = ()
    """Packages without an exact release, such as those from a repository or an address."""
    notes: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    """Requirements that it was made from, as far as it says."""


class LockFormat(Protocol):
    """One format. It is a module's only public class, and is listed in `fixcards.audit.locks`."""

    @property
    def name(self) -> str:
        """What a report calls it."""

    def is_name(self, name: str) -> bool:
        """Return whether files of the format are called so."""

    def is_text(self, text: str) -> bool:
        """Return whether a text without a name, such as standard input, has the format."""

    def read(self, text: str, choice: TargetChoice) -> LockContent:
        """Return the content of a text. Raises `LockError` for one that isn't of the format."""


class LockError(FixcardsError):
    """A lock can't be read. The message completes `<path>: ...`."""


class Locked(NamedTuple):
    """A package of a lock in which every package says where it belongs."""

    release: Release
    markers: tuple[str, ...] = ()
    """It is there where one of them holds; everywhere where there is none."""
    python: str = ""
    """Range of the interpreters that it is for."""
    extras: tuple[str, ...] = ()
    """Extras of the project by which markers may ask for it."""

    def is_on(self, target: Target) -> bool:
        """Return whether a target has it, with whatever extras."""
        chosen = [(marker, extra) for marker in self.markers for extra in ("", *self.extras)]
        applies = not self.markers or any(holds(marker, target, extra) for marker, extra in chosen)
        return applies and allows([self.python] if self.python else [], target)


def content_of(packages: Sequence[Locked], targets: Sequence[Target], left_out: Sequence[str] = ()) -> LockContent:
    """Return the content of a lock in which every package says where it belongs."""
    rows = [(target, [each.release for each in packages if each.is_on(target)]) for target in targets]
    return LockContent(grouped(rows), tuple(dict.fromkeys(left_out)))


def release_of(package: Any, line: int) -> Release | None:
    """Return the release of a table with `name` and `version`, None where one of them is missing.

    Raises `LockError` where they are no texts.
    """
    if not isinstance(package, dict):
        raise LockError("has a package that is no table")
    name, version = package.get("name"), package.get("version")
    if not isinstance(name, str) or not name:
        raise LockError(f"line {line}: has a package without a name")
    if version is None:
        return None
    if not isinstance(version, str):
        raise LockError(f"line {line}: the version of {name} is no text")
    return Release(canonical_name(name), version, line)


def texts(value: Any) -> tuple[str, ...]:
    """Return the texts of a value that is a text, a list of texts, or a mapping to texts; none for anything else."""
    if isinstance(value, str):
        return (value,)
    values = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return tuple(each for each in values if isinstance(each, str))
