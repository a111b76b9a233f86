"""One card executed as a session asks for it: every run, or only the lines to copy."""

from __future__ import annotations

import threading

from fixcards.errors import FixcardsError
from fixcards.records.card import Card
from fixcards.records.compact_evidence import compacted
from fixcards.records.evidence import Evidence
from fixcards.verify.card_runner import CardRunner, RunSettings
from fixcards.verify.install_runs import install_runs
from fixcards.verify.interpreters import installed_interpreters
from fixcards.verify.plan import plan
from fixcards.verify.unavailable import EnvironmentUnavailable


def execute(
    card: Card, settings: RunSettings, stop: threading.Event | None = None, stored: Evidence | None = None
) -> Evidence:
    """Execute a card and return its evidence, which is not written; with `stored` evidence only the lines to copy.

    That of a found card is compact.
    """
    runner = CardRunner(card, settings, stop)
    evidence = runner.evidence() if stored is None else _with_lines_run_again(runner, stored)
    return evidence if card.explained else compacted(evidence)


def _with_lines_run_again(runner: CardRunner, stored: Evidence) -> Evidence:
    """Return `stored` with its lines to copy run again, with the releases of today.

    Everything else stays, who made the runs too. Raises `FixcardsError` where the lines can't be run beside the
    other runs: with another isolation, or without the environment of the broken run.
    """
    card = runner.card
    if stored.isolation != runner.sandbox.name:
        raise FixcardsError(f"its evidence is of runs in {stored.isolation}, not in {runner.sandbox.name}")
    installed = installed_interpreters()
    broken = plan(card, runner.index.releases(card.package), installed).broken
    try:
        with runner.ready(broken) as ready:
            broken, lock = broken.on(ready.interpreter), ready.lock
    except EnvironmentUnavailable as refusal:
        raise FixcardsError(f"the broken release can't be installed: {refusal}") from None
    lines = [runner.run(planned) for planned in install_runs(card, broken, lock, installed)]
    place = next((at for at, run in enumerate(stored.runs) if run.role == "install"), len(stored.runs))
    after = [run for run in stored.runs[place:] if run.role != "install"]
    runs = [*stored.runs[:place], *lines, *after]
    if not card.explained:  # there are no digests of files to go on from
        return stored.model_copy(update={"runs": tuple(runs)})
    return stored.model_copy(update=runner.with_locks(runs, stored.distributions))
