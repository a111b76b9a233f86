"""The outcome of a run, from how it ended and what it printed."""

from __future__ import annotations

import re
import signal
from dataclasses import dataclass

from fixcards.matching.parse.template import TemplateMatch, find_template
from fixcards.records.card import Card
from fixcards.records.evidence import Outcome
from fixcards.verify.own_failure import own_failure, own_hang
from fixcards.verify.sandbox import JobResult
from fixcards.verify.unavailable import EnvironmentUnavailable

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


def classify_run(card: Card, code: str, result: JobResult, limits: dict[str, int | float]) -> RunOutcome:
    """Return the outcome of an execution of `code`, the card's or that of a fix.

    *failed-as-described* takes the exit status **and** the signature: not 0 and `signature.error` or an alias in the
    output, unless `expect` says otherwise (another exit status, another text, or a timeout that is the symptom).
    The program must not raise or print the signature itself. *passed* takes exit status 0, and no signature in the
    output. All else is *failed-otherwise*: no printed word makes a run pass, and none makes it fail as described.
    """
    expect = card.reproduction.expect
    if expect is not None and expect.during is not None:
        return _after_preparing(card, result, limits)
    return _of_program(card, code, result, limits)


def _of_program(card: Card, code: str, result: JobResult, limits: dict[str, int | float]) -> RunOutcome:
    """Return the outcome of a program that has to fail by itself."""
    expect = card.reproduction.expect
    text = result.text
    if result.stopped == "time" and expect is not None and expect.timeout is not None:
        match = _signature(card, text)
        running = f"still running after {expect.timeout:g} s"
        if expect.output is not None and match is None:
            return RunOutcome("failed-otherwise", reason=f"{running} without the expected text")
        if own := own_hang(code, text):
            return RunOutcome("failed-otherwise", reason=f"{running}, but the program {own}")
        return RunOutcome("failed-as-described", match.line if match else running)
    if result.stopped or result.exit is None:
        return RunOutcome("failed-otherwise", reason=_describe_stop(result, limits))
    if result.exit < 0:
        text = f"{text}\n{signal.strsignal(-result.exit) or ''}"  # as a shell prints it
    match = _signature(card, text)
    broken_exit = expect.exit if expect is not None else None
    as_broken = result.exit == broken_exit if broken_exit is not None else result.exit != 0
    if as_broken and match is not None:
        if own := own_failure(code, text):
            return RunOutcome("failed-otherwise", match.line, f"the program {own}; the library has to fail")
        return RunOutcome("failed-as-described", match.line)
    if result.exit == 0 and match is None:
        return RunOutcome("passed")
    if result.exit == 0 and match is not None:
        return RunOutcome("failed-otherwise", match.line, "ended with 0, but printed the signature")
    difference = "without the signature" if match is None else f"not with {broken_exit} as expected"
    return RunOutcome("failed-otherwise", match.line if match else None, f"{_describe_exit(result.exit)}, {difference}")


def classify_refusal(card: Card, refusal: EnvironmentUnavailable) -> RunOutcome:
    """Return the outcome of a run whose environment can't be made.

    It is *could-not-run*, unless the card expects the failure in the very phase in which uv or the build failed. Then
    what they printed decides: *failed-as-described* takes the signature **and** the name of the card's package, so that
    no failure of another distribution counts. A wheel that is missing here alone is no failure of the card: these runs
    build nothing but what a card names.
    """
    expect = card.reproduction.expect
    phase = expect.during if expect is not None else None
    unavailable = RunOutcome("could-not-run", reason=str(refusal))
    if expect is None or phase is None or refusal.phase != phase:
        return unavailable
    match = _signature(card, refusal.output)
    if match is None:
        if refusal.reason == "no wheel":
            return unavailable
        return RunOutcome("failed-otherwise", reason=f"failed during {phase}, without the signature")
    if expect.exit is not None and expect.exit != refusal.exit_status:
        reason = f"failed during {phase} with {refusal.exit_status}, not with {expect.exit} as expected"
        return RunOutcome("failed-otherwise", match.line, reason)
    if not _names_package(refusal.output, card.package):
        reason = f"failed during {phase}, but nothing that was printed names {card.package}"
        return RunOutcome("failed-otherwise", match.line, reason)
    return RunOutcome("failed-as-described", match.line)


def _after_preparing(card: Card, result: JobResult, limits: dict[str, int | float]) -> RunOutcome:
    """Return the outcome of a program that should not have been reached: it passes, or it fails otherwise."""
    if result.stopped or result.exit is None:
        return RunOutcome("failed-otherwise", reason=_describe_stop(result, limits))
    match = _signature(card, result.text)
    if result.exit == 0 and match is None:
        return RunOutcome("passed")
    reason = f"the environment could be made, and the program {_describe_exit(result.exit)}"
    return RunOutcome("failed-otherwise", match.line if match else None, reason)


def _names_package(output: str, package: str) -> bool:
    """Return whether an output names a distribution, however it is spelled (PEP 503)."""
    plain = re.sub(r"[-_.]+", "-", output.lower())
    return re.search(rf"(?<![a-z0-9]){re.escape(package)}(?![a-z0-9])", plain) is not None


def signature_templates(card: Card) -> list[str]:
    """Return the messages of which a failing run of a card has to print one."""
    expect = card.reproduction.expect
    if expect is not None and expect.output is not None:
        return [expect.output]
    return [card.signature.error, *card.signature.aliases]


def _signature(card: Card, text: str) -> TemplateMatch | None:
    return find_template(signature_templates(card), text)


def _describe_exit(status: int) -> str:
    if status < 0:
        return f"ended by signal {-status} ({signal.strsignal(-status)})"
    return f"ended with {status}"


def _describe_stop(result: JobResult, limits: dict[str, int | float]) -> str:
    return _STOP_TEXTS[result.stopped or "cancelled"].format(
        wall=limits["wall_seconds"],
        output=int(limits["output_bytes"]) // 1000,
        memory=int(limits["memory_bytes"]) // 1_000_000,
        processes=limits["processes"],
    )
