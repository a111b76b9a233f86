"""What the scout compares: one environment that may be broken, and others in which the same package may work."""

from __future__ import annotations

from dataclasses import dataclass

from fixcards.scout.finding import Kind
from fixcards.verify.environment import EnvironmentSpec


@dataclass(frozen=True, slots=True)
class Control:
    """An environment that a suspect is compared with, and what makes the difference if it passes there."""

    kind: Kind
    spec: EnvironmentSpec


@dataclass(frozen=True, slots=True)
class Candidate:
    """A release of a package in an environment that may be broken."""

    package: str
    """Normalised name."""
    release: str
    suspect: EnvironmentSpec
    controls: tuple[Control, ...]
    """Those that differ least first."""
    listed: str | None = None
    """The entry of a public list that suspects it."""
    partner: str | None = None
    """The package that is suspected to make the difference; None where any may."""
