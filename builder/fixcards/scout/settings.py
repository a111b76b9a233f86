"""How a scout probes: everything that a worker on another machine needs, besides its task."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from fixcards.project import AssignedIndex
from fixcards.verify.sandbox import Limits

DEFAULT_RATE = 5.0
"""Requests a second. What the public index itself asks for is no number but restraint; pip sends more at a time."""
DEFAULT_PACKAGES = 20_000
DEFAULT_BYTES = 50 << 30
DEFAULT_CACHE_BYTES = 40 << 30


@dataclass(frozen=True, slots=True)
class ScoutSettings:
    """The same for all probes of a run."""

    cache: Path
    """Folder of `fixcards verify`."""
    today: date
    """The last day whose uploads count: a run that goes on tomorrow still asks about this day."""
    isolation: str = "auto"
    indexes: tuple[AssignedIndex, ...] = ()
    build: bool = False
    """Whether a package without a wheel is built from its source."""
    rate: float = DEFAULT_RATE
    """Requests to the index, a second, of this process."""
    packages: int = DEFAULT_PACKAGES
    """Project pages that may be fetched from the index."""
    size: int = DEFAULT_BYTES
    """Bytes that may be fetched from the index."""
    limits: Limits = field(default_factory=Limits)
