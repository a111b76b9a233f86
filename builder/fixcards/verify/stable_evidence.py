"""Evidence that a new run with the same outcome changes in its days only."""

from __future__ import annotations

from typing import Any

from fixcards.matching.parse.normalize import normalize
from fixcards.records.evidence import Evidence, Run

_MEASURED = frozenset({"seconds", "cpu_seconds", "output", "matched", "date"})


def keep_unchanged_values(new: Evidence, old: Evidence | None) -> Evidence:
    """Return `new` with the values that differ by chance taken from `old`.

    Those are measured times, and output with the same normal form. The sweep of `old` stays where `new` has none and
    what it ran is the same.
    """
    if old is None:
        return new
    before = {run.name: run for run in old.runs}
    runs = tuple(_keep_values(run, before.get(run.name)) for run in new.runs)
    update: dict[str, Any] = {"runs": runs}
    if not new.releases and old.releases and keeps_sweep(new, old):
        update |= {"releases": old.releases, "sweep_digest": new.sweep_digest or old.sweep_digest}
    return new.model_copy(update=update)


def keeps_sweep(new: Evidence, old: Evidence) -> bool:
    """Return whether the sweep of `old` still holds; where it has no digest of its own, that of the card decides."""
    if old.sweep_digest is not None:
        return old.sweep_digest == new.sweep_digest
    return old.digest == new.digest


def _keep_values(new: Run, old: Run | None) -> Run:
    if old is None or any(
        getattr(new, name) != getattr(old, name) for name in Run.model_fields if name not in _MEASURED
    ):
        return new
    if _form(new.output) != _form(old.output) or _form(new.matched or "") != _form(old.matched or ""):
        return new
    return old.model_copy(update={"date": new.date})


def _form(text: str) -> list[str]:
    return [normalize(line) for line in text.splitlines()]
