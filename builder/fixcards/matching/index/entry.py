"""What the search needs of a card: how its failure looks and what to show. It is independent of the card's format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class FixOption(NamedTuple):
    """One way out."""

    title: str
    kind: str
    """`upgrade`, `pin`, `code-change`, `configuration` or `workaround`."""
    install: tuple[str, ...] = ()
    """What a reader has to have afterwards, as requirements; empty where nothing has to be installed."""
    python: str = ""
    """Specifier of the interpreters for which it can be had, empty for all that fail."""

    def record(self) -> dict[str, Any]:
        """Return the plain data that the index stores."""
        full = {"title": self.title, "kind": self.kind, "install": self.install, "python": self.python}
        return {key: value for key, value in full.items() if value}


@dataclass(frozen=True, slots=True)
class Entry:
    """One known failure.

    `display` is plain data that goes through the index as it is, for the program that shows the match.
    """

    id: str
    package: str = ""
    templates: tuple[str, ...] = ()
    """Messages with `{placeholders}`, the most specific first."""
    exception: str = ""
    frames: tuple[str, ...] = ()
    """`package/module.py:function`, innermost last."""
    title: str = ""
    prose: str = ""
    """More words that people remember it by."""
    keywords: tuple[str, ...] = ()
    """Words that people search for and that stand nowhere else."""
    affected: str = ""
    """A PEP 440 specifier, or several with ` or ` between them."""
    fixed: str = ""
    requirements: Mapping[str, str] = field(default_factory=dict)
    """Other packages, and `python`, that the failure needs, each with the specifier of its releases."""
    requires_python: str = ""
    """Pythons on which the releases of these packages can be at all."""
    cause: str = ""
    """Id of the entry of the change that this one falls over; its own id for an entry that others fall over."""
    fixes: tuple[FixOption, ...] = ()
    """Ways out, best first."""
    note: str = ""
    """What a reader has to know before relying on it. An entry with a note comes behind one without, where both are of
    one package and have the same message, or nothing else tells them apart."""
    display: Mapping[str, Any] = field(default_factory=dict)

    def record(self) -> dict[str, Any]:
        """Return the plain data that the index stores: all but the prose and the keywords, without empty values."""
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
            "requires_python": self.requires_python,
            "cause": self.cause,
            "fixes": [fix.record() for fix in self.fixes],
            "note": self.note,
            "display": self.display,
        }
        return {key: value for key, value in full.items() if value}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Entry:
        """Return the entry of a record, without its prose and keywords."""
        values = dict(record)
        for name in ("templates", "frames"):
            values[name] = tuple(values.get(name, ()))
        values["fixes"] = tuple(
            FixOption(fix["title"], fix["kind"], tuple(fix.get("install", ())), fix.get("python", ""))
            for fix in values.get("fixes", ())
        )
        return cls(**values)
