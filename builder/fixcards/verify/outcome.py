"""What a run showed: from how it ended and what it printed to one of four outcomes."""

from __future__ import annotations

import signal
from dataclasses import dataclass

from fixcards.matching.parse.template import Found, find
from fixcards.records.card import Card
from fixcards.records.evidence import Outcome
from fixcards.verify.sandbox import Finished

_STOPPED = {
    "time": "still running after {wall:g} s",
    "output": "stopped after printing {output} kB",
    "memory": "stopped when it used more than {memory} MB",
    "processes": "stopped when it had more than {processes} processes",
    "asked": "stopped from outside",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """The outcome of one execution. `matched` is the printed line that carries the signature."""

    outcome: Outcome
    matched: str | None = None
    reason: str | None = None


def judge(card: Card, finished: Finished, text: str, limits: dict[str, int | float]) -> Shown:
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
            return Shown(
                "failed-otherwise", reason=f"still running after {expect.timeout:g} s without the expected text"
            )
        return Shown("failed-as-described", found.line if found else f"still running after {expect.timeout:g} s")
    if finished.stopped or ended is None:
        return Shown("failed-otherwise", reason=_stopped(finished, limits))
    if ended < 0:
        text = f"{text}\n{signal.strsignal(-ended) or ''}"  # as a shell says it
    found = _signature(card, text)
    broken_exit = expect.exit if expect is not None else None
    as_broken = ended == broken_exit if broken_exit is not None else ended != 0
    if as_broken and found is not None:
        return Shown("failed-as-described", found.line)
    if ended == 0:
        return Shown("passed")
    said = "without the signature" if found is None else f"not with {broken_exit} as expected"
    return Shown("failed-otherwise", found.line if found else None, f"{_ended(ended)}, {said}")


def _signature(card: Card, text: str) -> Found | None:
    expect = card.reproduction.expect
    if expect is not None and expect.output is not None:
        return find([expect.output], text)
    return find([card.signature.error, *card.signature.aliases], text)


def _ended(status: int) -> str:
    if status < 0:
        return f"ended by signal {-status} ({signal.strsignal(-status)})"
    return f"ended with {status}"


def _stopped(finished: Finished, limits: dict[str, int | float]) -> str:
    return _STOPPED[finished.stopped or "asked"].format(
        wall=limits["wall_seconds"],
        output=int(limits["output_bytes"]) // 1000,
        memory=int(limits["memory_bytes"]) // 1_000_000,
        processes=limits["processes"],
    )
