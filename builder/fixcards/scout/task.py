"""The tasks of a run: each is a package or a pair whose candidates are probed, or a break that is investigated."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import lru_cache

from fixcards.errors import FixcardsError
from fixcards.scout.candidate import Candidate
from fixcards.scout.candidates import CandidateSource
from fixcards.scout.finding import Finding, Kind
from fixcards.scout.investigation import Unexplained, investigate
from fixcards.scout.pair import Pair, pair_candidates
from fixcards.scout.probe import Break, Outcome, Probe, probe
from fixcards.scout.probe_runner import ProbeRunner
from fixcards.scout.settings import ScoutSettings
from fixcards.verify.index_client import BudgetSpentError
from fixcards.verify.interpreters import installed_interpreters


@dataclass(frozen=True, slots=True)
class PackageTask:
    """A package: its releases of past days, and its newest one."""

    package: str
    days: tuple[date, ...] = ()
    newest: bool = True
    """Whether the newest release is compared with older interpreters and with the releases before it."""
    since: date | None = None
    """Leave out a newest release that is older, and the releases of past days on new interpreters."""

    @property
    def title(self) -> str:
        """What progress shows."""
        return self.package


@dataclass(frozen=True, slots=True)
class PairTask:
    """A suspected pair."""

    pair: Pair

    @property
    def title(self) -> str:
        """What progress shows."""
        return f"{self.pair.package} with {self.pair.partner}"


@dataclass(frozen=True, slots=True)
class BreakTask:
    """A break whose culprit is looked for."""

    broken: Break

    @property
    def title(self) -> str:
        """What progress shows."""
        return f"{self.broken.package} {self.broken.release}: {self.broken.signature.error}"


_OUTCOMES: tuple[Outcome, ...] = ("broken", "flaky", "passes", "unchanged", "fails", "untestable")
"""Those that tell most first."""
_AXES: tuple[Kind, ...] = ("partner", "interpreter", "release", "build", "resolve")
"""Those first that explain a failure of another axis, too."""
Task = PackageTask | PairTask | BreakTask


@dataclass(frozen=True, slots=True)
class TaskResult:
    """What a task showed, and what it took from the index."""

    probes: tuple[Probe, ...] = ()
    finding: Finding | None = None
    unexplained: Unexplained | None = None
    others: tuple[Break, ...] = ()
    """Further breaks that an investigation met."""
    seconds: float = field(default=0.0, compare=False)
    index: dict[str, int] = field(default_factory=dict, compare=False)


def task_key(task: Task) -> str:
    """Return the name of a task in the journal: a digest of everything that it is about."""
    data = json.dumps([type(task).__name__, asdict(task)], default=str, sort_keys=True)
    return hashlib.sha256(data.encode()).hexdigest()[:24]


def run_task(task: Task, settings: ScoutSettings, stop: threading.Event | None = None) -> TaskResult:
    """Run a task. A worker of a cluster calls this, too.

    Raises `BudgetSpentError` where the index may be asked no more, another `FixcardsError` where it can't be reached.
    """
    start = time.monotonic()
    runner = _runner(settings, stop)
    finding: Finding | Unexplained | None = None
    probes: tuple[Probe, ...] = ()
    others: list[Break] = []
    try:
        if isinstance(task, BreakTask):
            finding, others = investigate(task.broken, runner)
        else:
            probes = tuple(_probes(task, runner))
    except FixcardsError as error:
        if spent := runner.budget.spent:
            raise BudgetSpentError(f"the budget of {spent} is used up") from error
        raise
    seconds = round(time.monotonic() - start, 3)
    taken = runner.budget.taken()
    if isinstance(finding, Unexplained):
        return TaskResult(probes, unexplained=finding, others=tuple(others), seconds=seconds, index=taken)
    return TaskResult(probes, finding, others=tuple(others), seconds=seconds, index=taken)


def breaks_to_investigate(probes: tuple[Probe, ...]) -> list[BreakTask]:
    """Return the breaks of one package that are followed: each failure once.

    Several releases of a package have the same one; the highest of them stands for all, and an investigation finds the
    others. Of several interpreters the lowest does.
    """
    chosen: list[Break] = []
    for broken in (each for one in probes for each in one.breaks):
        same = next((n for n, other in enumerate(chosen) if _is_same(broken, other)), None)
        if same is None:
            chosen.append(broken)
        elif broken.axis == "interpreter" or len(broken.signature.error) > len(chosen[same].signature.error):
            chosen[same] = broken  # a message in a frame of a terminal is cut off
    # The newest release fails like that of a past day: the partner explains both. One that fails since it was uploaded,
    # and only on new interpreters, is explained by these: the same failure is one finding.
    ranks = [_AXES.index(each.axis) for each in chosen]
    explained = [
        any(rank < own and _is_same(each, other, any_axis=True) for rank, other in zip(ranks, chosen, strict=True))
        for own, each in zip(ranks, chosen, strict=True)
    ]
    return [BreakTask(each) for each, by_another in zip(chosen, explained, strict=True) if not by_another]


def _is_same(broken: Break, other: Break, *, any_axis: bool = False) -> bool:
    """Return whether two breaks of a package are one failure, if in other words."""
    likeness = other.signature.likeness(broken.suspect.output, broken.signature)
    return likeness != "differs" and (any_axis or broken.axis == other.axis)


def _probes(task: PackageTask | PairTask, runner: ProbeRunner) -> Iterator[Probe]:
    settings = runner.settings
    if isinstance(task, PairTask):
        yield from _pair_probes(pair_candidates(task.pair, runner.index, settings.today, build=settings.build), runner)
        return
    releases = runner.index.releases(task.package)
    source = CandidateSource(releases, installed_interpreters(), settings.today, build=settings.build)
    for alternatives in source.of_days(task.days):
        yield _best(alternatives, runner)
    if task.newest and task.since is None:
        yield from (probe(candidate, runner) for candidate in source.on_new_interpreter(task.days))
    if task.newest and (task.since is None or source.uploaded_since(task.since)):
        yield from (probe(candidate, runner) for candidate in source.of_newest())


def _pair_probes(groups: Iterator[list[Candidate]], runner: ProbeRunner) -> Iterator[Probe]:
    """Yield the probes of a pair: of the newest partner and the first suspected one, of others where these don't tell.

    Nothing follows a break, whose investigation finds what lies below it.
    """
    newest: Probe | None = None
    for number, alternatives in enumerate(groups):
        if number > 1 and newest is not None and _is_conclusive(newest, strict=True):
            return
        result = _best(alternatives, runner, strict=True)
        newest = newest or result
        yield result
        if result.outcome == "broken":
            return


def _best(alternatives: Sequence[Candidate], runner: ProbeRunner, *, strict: bool = False) -> Probe:
    """Return the probe on the first interpreter that tells something, else the one that tells most."""
    results: list[Probe] = []
    for candidate in alternatives:
        results.append(probe(candidate, runner))
        if _is_conclusive(results[-1], strict=strict):
            return results[-1]
    return min(results, key=lambda each: _OUTCOMES.index(each.outcome))


def _is_conclusive(result: Probe, *, strict: bool) -> bool:
    """Return whether no other interpreter need be tried: an old release may fail on a new one for reasons of its own.

    A `strict` look also wants everything that passes in a control to be tried, and some of it may fail here in both.
    """
    return result.outcome not in {"untestable", "fails"} and not (
        strict and result.outcome == "passes" and result.reason
    )


@lru_cache(maxsize=1)
def _runner(settings: ScoutSettings, stop: threading.Event | None) -> ProbeRunner:
    """Return the runner of this process, which all its tasks share."""
    return ProbeRunner(settings, stop)
