"""What a run showed: from how it ended and what it printed to one of four outcomes."""

from __future__ import annotations

import signal
from dataclasses import dataclass

from fixcards.matching.parse.template import TemplateMatch, find_template
from fixcards.records.card import Card
from fixcards.records.evidence import Outcome
from fixcards.verify.sandbox import JobResult

_STOP_TEXTS = {
    "time": "still running after {wall:g} s",
    "output": "stopped after printing {output} kB",
    "memory": "stopped when it used more than {memory} MB",
    "processes": "stopped when it had more than {processes} processes",
    "cancelled": "stopped from outside",
}


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """The outcome of one execution. `matched` is the printed line that carries the signature."""

    outcome: Outcome
    matched: str | None = None
    reason: str | None = None


def classify_run(card: Card, finished: JobResult, text: str, limits: dict[str, int | float]) -> RunOutcome:
    """Return what an execution of the card's code showed.

    *failed-as-described* takes the exit status **and** the signature: not 0 and `signature.error` or an alias in the
    output, unless `expect` says otherwise (another exit status, another text, or a timeout that is the symptom).
    *passed* takes exit status 0, and no signature where 0 is also how the failure ends. All else is
    *failed-otherwise*: no printed word makes a run pass, and none makes it fail as described by itself.
    """
    expect = card.reproduction.expect
    ended = finished.exit
    if finished.stopped == "time" and expect is not None and expect.timeout is not None:
        found = _signature(card, text)
        if expect.output is not None and found is None:
            return RunOutcome(
                "failed-otherwise", reason=f"still running after {expect.timeout:g} s without the expected text"
            )
        return RunOutcome("failed-as-described", found.line if found else f"still running after {expect.timeout:g} s")
    if finished.stopped or ended is None:
        return RunOutcome("failed-otherwise", reason=_describe_stop(finished, limits))
    if ended < 0:
        text = f"{text}\n{signal.strsignal(-ended) or ''}"  # as a shell says it
    found = _signature(card, text)
    broken_exit = expect.exit if expect is not None else None
    as_broken = ended == broken_exit if broken_exit is not None else ended != 0
    if as_broken and found is not None:
        return RunOutcome("failed-as-described", found.line)
    if ended == 0:
        return RunOutcome("passed")
    said = "without the signature" if found is None else f"not with {broken_exit} as expected"
    return RunOutcome("failed-otherwise", found.line if found else None, f"{_describe_exit(ended)}, {said}")


def _signature(card: Card, text: str) -> TemplateMatch | None:
    expect = card.reproduction.expect
    if expect is not None and expect.output is not None:
        return find_template([expect.output], text)
    return find_template([card.signature.error, *card.signature.aliases], text)


def _describe_exit(status: int) -> str:
    if status < 0:
        return f"ended by signal {-status} ({signal.strsignal(-status)})"
    return f"ended with {status}"


def _describe_stop(finished: JobResult, limits: dict[str, int | float]) -> str:
    return _STOP_TEXTS[finished.stopped or "cancelled"].format(
        wall=limits["wall_seconds"],
        output=int(limits["output_bytes"]) // 1000,
        memory=int(limits["memory_bytes"]) // 1_000_000,
        processes=limits["processes"],
    )
