"""What is installed together: the releases of an environment, or of each environment that a lock is for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from fixcards.audit.target import Target


class Release(NamedTuple):
    """A release of a package, with the line of the lock that names it; 0 where no line does."""

    name: str
    version: str
    line: int = 0


@dataclass(frozen=True)
class Environment:
    """Releases that are installed together, on each of some targets.

    Where a lock has several releases of a package and doesn't say which is for whom, all of them stand here. A card
    counts only where it is about each.
    """

    releases: Mapping[str, tuple[Release, ...]]
    targets: tuple[Target, ...]


@dataclass(frozen=True)
class AuditedEnvironment:
    """One lock, list or installation: the environments that it stands for."""

    source: str
    """Its path, or what it is in a few words."""
    kind: str
    """Its format, such as `uv.lock`."""
    environments: tuple[Environment, ...]
    without_release: tuple[str, ...] = ()
    """Packages that it has without an exact release, so that nothing can be said about them."""
    notes: tuple[str, ...] = ()
    """What was assumed."""
    path: str = ""
    """Path of the file, empty where it is none."""
    roots: tuple[str, ...] = field(default=(), compare=False)
    """Requirements that the lock was made from, as far as it says."""

    @property
    def targets(self) -> tuple[Target, ...]:
        """All targets, each once."""
        return tuple(dict.fromkeys(target for each in self.environments for target in each.targets))

    @property
    def size(self) -> int:
        """Number of different packages."""
        return len({name for each in self.environments for name in each.releases})


def grouped(rows: Sequence[tuple[Target, Sequence[Release]]]) -> tuple[Environment, ...]:
    """Return the environments of some targets; those with equal releases are one."""
    targets: dict[tuple[Release, ...], list[Target]] = {}
    for target, releases in rows:
        targets.setdefault(tuple(releases), []).append(target)
    return tuple(Environment(by_name(releases), tuple(of_same)) for releases, of_same in targets.items())


def by_name(releases: Sequence[Release]) -> dict[str, tuple[Release, ...]]:
    """Return releases by the name of their package."""
    names: dict[str, tuple[Release, ...]] = {}
    for release in releases:
        before = names.get(release.name, ())
        if all(each.version != release.version for each in before):
            names[release.name] = (*before, release)
    return names
