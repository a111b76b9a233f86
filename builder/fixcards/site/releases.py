"""The state of each release of a card's package, for the table and the chart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from packaging.version import Version

from fixcards.records.card import Card
from fixcards.records.evidence import Evidence, Run

STATE_LABELS = {
    "fails": "tested: fails",
    "passes": "tested: passes",
    "inferred-fails": "inferred: fails",
    "inferred-passes": "inferred: passes",
    "stated-fails": "stated: fails",
    "stated-passes": "stated: passes",
    "not-testable": "not testable",
    "unknown": "unknown",
}
"""The states of a release as a reader sees them."""

MEANINGS = {
    "tested": "the reproduction was run on it",
    "inferred": "it lies between two tested releases that gave the same result",
    "stated": "the card says so, and no run has shown it yet",
    "not testable": "it could not be run, for the reason given",
    "unknown": "neither tested nor inferred",
}
"""The first words of the labels and their meaning; the page lists them below the table."""

_TESTED_STATES = frozenset({"fails", "passes", "not-testable"})
"""States that a sweep found by running something."""


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """One release. `state` is a key of `STATE_LABELS`, `minor_line` is major.minor, `note` is for what else matters."""

    version: str
    state: str
    minor_line: str
    note: str = ""

    @property
    def label(self) -> str:
        """The state as a reader sees it."""
        return STATE_LABELS[self.state]


@dataclass(frozen=True, slots=True)
class ReleaseSpan:
    """Neighbouring releases with the same state and note: a row of the table."""

    rows: tuple[ReleaseRow, ...]

    @property
    def name(self) -> str:
        """The row's name: its release, both of its releases, or the first and the last."""
        first, last = self.rows[0].version, self.rows[-1].version
        return (first, f"{first}, {last}", f"{first} to {last}")[min(len(self.rows), 3) - 1]

    @property
    def numbers(self) -> str:
        """All releases, where the name leaves some out and something is known: who searches the page must find them."""
        listed = len(self.rows) > 2 and self.rows[0].state != "unknown"
        return ", ".join(row.version for row in self.rows) if listed else ""

    @property
    def count(self) -> str:
        """How many releases there are, where the name leaves some out."""
        return f" ({len(self.rows)} releases)" if len(self.rows) > 2 else ""


def release_spans(rows: Iterable[ReleaseRow]) -> list[ReleaseSpan]:
    """Return `rows` in the same order, neighbours with the same state and note together, also across minor lines."""
    return [ReleaseSpan(tuple(span)) for _, span in groupby(rows, key=lambda row: (row.state, row.note))]


@dataclass(frozen=True, slots=True)
class ReleaseGroup:
    """All releases with one result: what a reader sees first. `state` is a key of `STATE_LABELS`."""

    state: str
    title: str
    name: str
    """The releases, each stretch of neighbours as a row of the table names them."""
    count: str
    """How many there are, and how many of each certainty."""


_RESULTS = {
    "Fails": ("fails", "inferred-fails", "stated-fails"),
    "Works": ("passes", "inferred-passes", "stated-passes"),
    "Not testable": ("not-testable",),
    "Not tested": ("unknown",),
}
"""The results of a release as a reader sees them, with the states that have them."""
_MAX_STRETCHES = 6


def release_groups(rows: Sequence[ReleaseRow]) -> list[ReleaseGroup]:
    """Return the releases by result, those that fail first. What many stretches are only the table has in full."""
    groups = []
    for title, states in _RESULTS.items():
        stretches = [
            ReleaseSpan(tuple(members))
            for inside, members in groupby(rows, key=lambda row: row.state in states)
            if inside
        ]
        if not stretches:
            continue
        names = [stretch.name for stretch in stretches[:_MAX_STRETCHES]]
        if len(stretches) > _MAX_STRETCHES:
            names.append(f"and {len(stretches) - _MAX_STRETCHES} more stretches")
        members = [row for stretch in stretches for row in stretch.rows]
        groups.append(ReleaseGroup(states[0], title, ", ".join(names), _count(members)))
    return groups


def _count(rows: Sequence[ReleaseRow]) -> str:
    total = f"{len(rows)} release{'s' if len(rows) != 1 else ''}"
    certainties = Counter(row.label.partition(": ")[0] for row in rows if ": " in row.label)
    parts = [f"{number} {certainty}" for certainty, number in certainties.items()]
    return f"{total}: {', '.join(parts)}" if parts else total


def release_rows(card: Card, evidence: Evidence | None) -> list[ReleaseRow]:
    """Return the releases with a state, oldest version first.

    A sweep has all of them. Without one there are the releases that the card names and those that were run. What a
    run showed goes before what a sweep only inferred or left open.
    """
    # By version, for 2.0 and 2.0.0 are one release; the page shows it as the index writes it.
    rows = {
        Version(version): ReleaseRow(version, state, _minor_line(version)) for version, state in _stated(card).items()
    }
    for run in evidence.runs if evidence else ():
        if run.release and run.outcome in {"failed-as-described", "passed"} and _tests_release_alone(run, card):
            state = "passes" if run.outcome == "passed" else "fails"
            rows[Version(run.release)] = ReleaseRow(run.release, state, _minor_line(run.release))
    for release in evidence.releases if evidence else ():
        earlier = rows.get(Version(release.version))
        if release.state not in _TESTED_STATES and earlier is not None and earlier.state in {"fails", "passes"}:
            continue
        note = [release.reason or "", "withdrawn by its authors (yanked)" if release.yanked else ""]
        rows[Version(release.version)] = ReleaseRow(
            release.version, release.state, _minor_line(release.version), "; ".join(part for part in note if part)
        )
    return [rows[version] for version in sorted(rows)]


def _tests_release_alone(run: Run, card: Card) -> bool:
    """Return whether the outcome is due to the release alone: a fix or a control may change more than that."""
    if run.role == "control":
        return run.release is not None and run.release not in card.versions.affected_set
    if run.role != "fix":
        return run.role not in {"stub", "install"}
    fix = card.fixes[run.fix - 1] if run.fix and run.fix <= len(card.fixes) else None
    return fix is not None and fix.kind == "upgrade" and fix.code is None


def _stated(card: Card) -> dict[str, str]:
    versions = card.versions
    named = {
        clause.version
        for clause in versions.affected_set
        if not clause.version.endswith("*") and clause.operator in {"==", "<=", ">=", "!=", "~="}
    }
    stated = {
        version: "stated-fails" if version in versions.affected_set else "stated-passes" for version in sorted(named)
    }
    if versions.fixed:
        stated[versions.fixed] = "stated-passes"
    return stated


def _minor_line(version: str) -> str:
    parts = Version(version).release
    return ".".join(str(part) for part in (*parts, 0)[:2])
