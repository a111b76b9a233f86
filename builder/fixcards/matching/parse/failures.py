"""The failures of a text that has several."""

from __future__ import annotations

from dataclasses import replace

from fixcards.matching.parse.parser import Failure


def split_failures(failure: Failure) -> list[Failure]:
    """Return a text's failures one by one: each exception with those that it was raised from or grouped with.

    Each has the other lines between the exceptions before and after it, since a line before a traceback may belong to
    it as well as one below. Frames without an exception at the end of a text are a failure of their own, unless they
    are all that there is below the only message: a title, and a traceback that was cut off.
    """
    failure = _with_cut_traceback(failure)
    exceptions = failure.exceptions
    starts = [number for number, each in enumerate(exceptions) if number == 0 or each.relation == "first"]
    rest = bool(failure.frames and exceptions)
    if len(starts) < 2 and not rest:
        return [failure]
    failures = []
    ends = [*starts[1:], len(exceptions)]
    for start, end in zip(starts, ends, strict=True):
        first = exceptions[start - 1].line if start else -1
        last = exceptions[end].line if end < len(exceptions) else None
        lines = tuple(each for each in failure.lines if first < each.line and (last is None or each.line < last))
        failures.append(replace(failure, exceptions=exceptions[start:end], lines=lines, frames=(), user_frames=()))
    if rest:
        lines = tuple(each for each in failure.lines if each.line > exceptions[-1].line)
        failures.append(replace(failure, exceptions=(), lines=lines))
    return failures


def _with_cut_traceback(failure: Failure) -> Failure:
    """Return a failure whose only exception has the frames that stand below it, where it has none of its own."""
    if len(failure.exceptions) != 1 or failure.exceptions[0].frames or failure.exceptions[0].user_frames:
        return failure
    whole = replace(failure.exceptions[0], frames=failure.frames, user_frames=failure.user_frames)
    return replace(failure, exceptions=(whole,), frames=(), user_frames=())
