"""What the search knows of one card: how its failure looks and what to show. Whoever has cards makes them entries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Entry:
    """One known failure.

    `shown` goes through the index as it is, for whoever shows the match; it has to be plain data.
    """

    id: str
    package: str = ""
    templates: tuple[str, ...] = ()
    """Messages with `{placeholders}`, the most telling first."""
    exception: str = ""
    frames: tuple[str, ...] = ()
    """`package/module.py:function`, innermost last."""
    title: str = ""
    prose: str = ""
    """More words by which people remember it."""
    affected: str = ""
    fixed: str = ""
    requirements: Mapping[str, str] = field(default_factory=dict)
    """Other packages, and `python`, that it takes, each with the releases that set it off."""
    display: Mapping[str, Any] = field(default_factory=dict)

    def record(self) -> dict[str, Any]:
        """Return what the index keeps to check a match and to show it; `from_record` takes it back."""
        full = {
            "id": self.id,
            "package": self.package,
            "templates": self.templates,
            "exception": self.exception,
            "frames": self.frames,
            "title": self.title,
            "affected": self.affected,
            "fixed": self.fixed,
            "requirements": self.requirements,
            "display": self.display,
        }
        return {key: value for key, value in full.items() if value}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Entry:
        """Return the entry of a record, without its prose."""
        known = dict(record)
        for name in ("templates", "frames"):
            known[name] = tuple(known.get(name, ()))
        return cls(**known)
