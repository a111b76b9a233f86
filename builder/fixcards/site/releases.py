"""What is known of each release of a card's package, for the table and the picture."""

from __future__ import annotations

from collections.abc import Iterable
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
    "inferred": "it lies between two tested releases of the same line that gave the same result",
    "stated": "the card says so, and no run has shown it yet",
    "not testable": "it could not be run, for the reason given",
    "unknown": "neither tested nor inferred",
}
"""What the words mean; shown below the table."""


_TESTED_STATES = frozenset({"fails", "passes", "not-testable"})
"""States that a sweep itself found out by trying."""


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """One release. `state` is a key of `WORDS`, `line` its major.minor, `note` what else is to be said."""

    version: str
    state: str
    minor_line: str
    note: str = ""

    @property
    def label(self) -> str:
        """The state in words."""
        return STATE_LABELS[self.state]


@dataclass(frozen=True, slots=True)
class ReleaseSpan:
    """Neighbouring releases of which the same is known: a row of the table."""

    rows: tuple[ReleaseRow, ...]

    @property
    def name(self) -> str:
        """What the row is called: its release, both of its releases, or the first and the last."""
        first, last = self.rows[0].version, self.rows[-1].version
        return (first, f"{first}, {last}", f"{first} to {last}")[min(len(self.rows), 3) - 1]

    @property
    def numbers(self) -> str:
        """All releases where the name has not said them: whoever looks for theirs on the page has to find it."""
        return ", ".join(row.version for row in self.rows) if len(self.rows) > 2 else ""


def release_spans(rows: Iterable[ReleaseRow]) -> list[ReleaseSpan]:
    """Return `rows` in the same order, neighbours with the same state and note together, of whatever line they are."""
    return [ReleaseSpan(tuple(span)) for _, span in groupby(rows, key=lambda row: (row.state, row.note))]


def release_rows(card: Card, evidence: Evidence | None) -> list[ReleaseRow]:
    """Return the releases of which something is known, oldest version first.

    A sweep knows all of them. Without one there are the releases that the card names and those that were run. What a
    run showed goes before what a sweep only inferred or left open.
    """
    # By version, for 2.0 and 2.0.0 are one release; how the index writes it is what is shown.
    rows = {
        Version(version): ReleaseRow(version, state, _minor_line(version)) for version, state in _stated(card).items()
    }
    for run in evidence.runs if evidence else ():
        if run.release and run.outcome in {"failed-as-described", "passed"} and _tests_release_alone(run, card):
            state = "passes" if run.outcome == "passed" else "fails"
            rows[Version(run.release)] = ReleaseRow(run.release, state, _minor_line(run.release))
    for release in evidence.releases if evidence else ():
        known = rows.get(Version(release.version))
        if release.state not in _TESTED_STATES and known is not None and known.state in {"fails", "passes"}:
            continue
        note = [release.reason or "", "withdrawn by its authors (yanked)" if release.yanked else ""]
        rows[Version(release.version)] = ReleaseRow(
            release.version, release.state, _minor_line(release.version), "; ".join(part for part in note if part)
        )
    return [rows[version] for version in sorted(rows)]


def _tests_release_alone(run: Run, card: Card) -> bool:
    """Return whether the run tells something of its release: it is no option that changes more than the release."""
    if run.role != "fix":
        return True
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
