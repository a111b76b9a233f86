"""Notes on fixes whose run differs from the broken one in more than the fix."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fixcards.ecosystems import PYPI
from fixcards.records.card import Card
from fixcards.records.evidence import Run
from fixcards.verify.plan import Plan


def fix_differences(card: Card, plan: Plan, runs: Sequence[Run]) -> Iterator[str]:
    """Yield a note for each package that a fix changes without naming it. `runs` are those of `plan`, in its order."""
    broken = next(run for run in runs if run.role == "broken")
    before = _by_name(plan.broken.requires)
    for planned, run in zip(plan.runs, runs, strict=True):
        if run.role != "fix" or not run.packages or not broken.packages:
            continue
        after = _by_name(planned.requires)
        named = {card.package} | {name for name in before | after if before.get(name) != after.get(name)}
        for name in sorted((set(broken.packages) & set(run.packages)) - named):
            if broken.packages[name] != run.packages[name]:
                yield (
                    f"Fix {planned.fix} also changes {name} from {broken.packages[name]} to {run.packages[name]}, "
                    "so the runs differ in more than the fix."
                )


def _by_name(requires: Sequence[str]) -> dict[str, str]:
    return {PYPI.requirement_name(text): text for text in requires}
