"""Evidence of found cards, of which there are many: small, and still all that a page shows and a verdict takes."""

from __future__ import annotations

from fixcards.records.evidence import Evidence, Run

MAX_BROKEN_OUTPUT = 2000
"""Characters of the end of the broken run's output that stay."""
MAX_OTHER_OUTPUT = 600
"""The same of a run that did not show what the card says."""


def compacted(evidence: Evidence) -> Evidence:
    """Return evidence without what only a reviewer of a single card reads.

    The digests of files and environments are left out, and the output of each run that showed what it should: of the
    disguised run it is that of the broken one once more. A compacted one stays as it is.
    """
    runs = tuple(_compacted(run, first=at == 0) for at, run in enumerate(evidence.runs))
    sweep_digest = evidence.sweep_digest if evidence.releases else None
    return evidence.model_copy(update={"runs": runs, "distributions": {}, "sweep_digest": sweep_digest})


def _compacted(run: Run, *, first: bool) -> Run:
    output = ""
    if first or not run.as_it_should:
        output = _end(run.output, run.matched, MAX_BROKEN_OUTPUT if first else MAX_OTHER_OUTPUT)
    return run.model_copy(update={"output": output, "lock_digest": "", "cpu_seconds": 0.0})


def _end(text: str, matched: str | None, length: int) -> str:
    """Return the last lines of a text, `length` characters and what `matched` stands in at least."""
    start = max(0, len(text) - length)
    at = text.rfind(matched) if matched else -1
    if at >= 0:
        start = min(start, at)
    return text[text.rfind("\n", 0, start) + 1 :]
