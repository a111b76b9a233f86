"""Two executions of one card, compared: whether evidence says what a new run shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fixcards.matching.parse.normalize import normalize
from fixcards.matching.parse.template import find_template
from fixcards.records.evidence import OUTSIDE, Evidence, Run
from fixcards.verify.stable_evidence import keeps_sweep

_RESULTS = {"inferred-fails": "fails", "inferred-passes": "passes"}
"""What a release that was not run stands for: which ones are run may differ from sweep to sweep."""


def differences(stored: Evidence | None, new: Evidence, templates: Sequence[str] = ()) -> tuple[str, ...]:
    """Return each way in which a new execution differs from the stored evidence, as a sentence for the reader.

    Times, days and the wording of outputs do not count, nor what stands at the placeholders of `templates`, the
    messages of the card, nor where a program was that had to be stopped. The newest release, and what a line installs,
    may be others by now: then only the outcome is compared.
    """
    if stored is None:
        return ("there is no evidence that could be compared",)
    if stored.digest != new.digest:
        return ("the card was changed after its evidence was made",)
    return tuple(_differences(stored, new, templates))


def losses(stored: Evidence | None, new: Evidence) -> Iterator[str]:
    """Yield what evidence would lose to a new execution: runs that were as their role has it, and a sweep."""
    if stored is None:
        return
    after = {run.name: run for run in new.runs}
    for run in stored.runs:
        other = after.get(run.name)
        if run.as_it_should and other is not None and not other.as_it_should:
            now = f"{other.outcome}{' (flaky)' if other.flaky else ''}"
            yield f"{run.name}: {now} now, {run.outcome} in the evidence that this replaces"
    if stored.releases and not new.releases and not keeps_sweep(new, stored):
        yield (
            f"the sweep over {len(stored.releases)} releases is gone: it belongs to an earlier form of the card; "
            "--sweep makes a new one"
        )


def _differences(stored: Evidence, new: Evidence, templates: Sequence[str]) -> Iterator[str]:
    before = {run.name: run for run in stored.runs}
    after = {run.name: run for run in new.runs}
    for name in [*before, *(name for name in after if name not in before)]:
        if name not in after:
            yield f"{name}: is in the evidence, and was not run now"
        elif name not in before and after[name].edge == OUTSIDE and after[name].as_it_should:
            continue  # evidence that was made before this run was has none, and it only confirms the card
        elif name not in before:
            yield f"{name}: {after[name].outcome} now, and is not in the evidence"
        else:
            yield from _run_differences(name, before[name], after[name], templates)
    yield from _sweep_differences(stored, new)


def _sweep_differences(stored: Evidence, new: Evidence) -> Iterator[str]:
    """Yield the releases that a new sweep shows differently; nothing where none was made."""
    before = {release.version: release.state for release in stored.releases}
    for release in new.releases:
        state = before.get(release.version, release.state)
        if _RESULTS.get(state, state) != _RESULTS.get(release.state, release.state):
            yield f"release {release.version}: {release.state} now, {state} in the evidence"


def _run_differences(name: str, stored: Run, new: Run, templates: Sequence[str]) -> Iterator[str]:
    values: list[tuple[str, str, str]] = [("outcome", stored.outcome, new.outcome)]
    moved = {"latest": stored.release != new.release, "install": stored.packages != new.packages}
    if not moved.get(stored.role):
        values += [
            ("release", str(stored.release), str(new.release)),
            ("exit status", str(stored.exit), str(new.exit)),
            ("signature", _message(stored, templates), _message(new, templates)),
        ]
        if stored.exit is not None or new.exit is not None:
            values.append(("frames", ", ".join(stored.frames), ", ".join(new.frames)))
        if stored.exclude_newer is not None and stored.python == new.python and stored.lock_digest:
            values.append(("environment", stored.lock_digest[:12], new.lock_digest[:12]))
    for what, before, after in values:
        if before != after:
            yield f"{name}: {what} {after or 'none'} now, {before or 'none'} in the evidence"


def _message(run: Run, templates: Sequence[str]) -> str:
    """Return the template that the signature of a run matches; its normal form where none does."""
    text = run.matched or ""
    match = find_template(templates, text)
    return match.template if match is not None else normalize(text)
