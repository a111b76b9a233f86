"""Two executions of one card, compared: whether evidence says what a new run shows."""

from __future__ import annotations

from collections.abc import Iterator

from fixcards.matching.parse.normalize import normalize
from fixcards.records.evidence import Evidence, Run

_RESULTS = {"inferred-fails": "fails", "inferred-passes": "passes"}
"""What a release that was not run stands for: which ones are run may differ from sweep to sweep."""


def differences(stored: Evidence | None, new: Evidence) -> tuple[str, ...]:
    """Return each way in which a new execution differs from the stored evidence, as a sentence for the reader.

    Times, days and the wording of outputs do not count. The newest release may be another one by now: then only its
    outcome is compared.
    """
    if stored is None:
        return ("there is no evidence that could be compared",)
    if stored.digest != new.digest:
        return ("the card was changed after its evidence was made",)
    return tuple(_differences(stored, new))


def _differences(stored: Evidence, new: Evidence) -> Iterator[str]:
    before = {_name(run): run for run in stored.runs}
    after = {_name(run): run for run in new.runs}
    for name in [*before, *(name for name in after if name not in before)]:
        if name not in after:
            yield f"{name}: is in the evidence, and was not run now"
        elif name not in before:
            yield f"{name}: {after[name].outcome} now, and is not in the evidence"
        else:
            yield from _run_differences(name, before[name], after[name])
    yield from _sweep_differences(stored, new)


def _sweep_differences(stored: Evidence, new: Evidence) -> Iterator[str]:
    """Yield the releases that a new sweep shows differently; nothing where none was made."""
    before = {release.version: release.state for release in stored.releases}
    for release in new.releases:
        state = before.get(release.version, release.state)
        if _RESULTS.get(state, state) != _RESULTS.get(release.state, release.state):
            yield f"release {release.version}: {release.state} now, {state} in the evidence"


def _run_differences(name: str, stored: Run, new: Run) -> Iterator[str]:
    values: list[tuple[str, str, str]] = [("outcome", stored.outcome, new.outcome)]
    if stored.role != "latest" or stored.release == new.release:
        values += [
            ("release", str(stored.release), str(new.release)),
            ("exit status", str(stored.exit), str(new.exit)),
            ("signature", normalize(stored.matched or ""), normalize(new.matched or "")),
            ("frames", ", ".join(stored.frames), ", ".join(new.frames)),
        ]
        if stored.exclude_newer is not None and stored.python == new.python:
            values.append(("environment", stored.lock_digest[:12], new.lock_digest[:12]))
    for what, before, after in values:
        if before != after:
            yield f"{name}: {what} {after or 'none'} now, {before or 'none'} in the evidence"


def _name(run: Run) -> str:
    return f"fix {run.fix}" if run.fix else run.role
