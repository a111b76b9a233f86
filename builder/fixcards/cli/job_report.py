"""The answer of `fixcards match` for the jobs of a code host: annotations, and the summary of a job.

A job shows what surely fits: no reader is there to choose among resemblances.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from fixcards.characters import visible
from fixcards.cli.markdown_text import bounded, escaped, linked
from fixcards.cli.workflow_command import workflow_command
from fixcards.matching.score.matcher import Match
from fixcards.search.answer import Answer

MAX_NOTICES = 10
"""Annotations of one kind that GitHub shows of a step: https://github.com/actions/toolkit/blob/main/docs/problem-matchers.md."""
SURE_TIERS = ("exact", "likely")


def github(answer: Answer, limit: int) -> str:
    """Return a notice for each match, at most `MAX_NOTICES`, with the address of its card."""
    matches = _sure(answer)[: min(limit, MAX_NOTICES)]
    return "".join(
        workflow_command(
            "notice",
            visible(f"{match.entry.title}. Fix: {_fix(match)}. {answer.url(match)}"),
            {"title": f"{match.tier}: {match.entry.id}"},
        )
        + "\n"
        for match in matches
    )


def markdown(answer: Answer, limit: int) -> str:
    """Return the summary of a job: a table of all matches, within what a summary may have; empty without one."""
    matches = _sure(answer)
    return bounded(_summary(answer, matches)) if matches else ""


def _summary(answer: Answer, matches: list[Match]) -> Iterator[str]:
    yield f"### {len(matches)} known failure{'' if len(matches) == 1 else 's'}"
    yield ""
    yield "| | card | failure | seen | fix |"
    yield "|---|---|---|---|---|"
    for match in matches:
        times = answer.times(match.entry.id)
        seen = f"line {match.line}" if match.line else ""
        seen += f", {times:,} times" if times > 1 else ""
        card = linked(match.entry.id, answer.url(match))
        yield f"| {match.tier} | {card} | {escaped(match.entry.title)} | {escaped(seen)} | {escaped(_fix(match))} |"
    yield ""


def _sure(answer: Answer) -> list[Match]:
    return [match for match in answer.matches if match.tier in SURE_TIERS]


def _fix(match: Match) -> str:
    first = next(iter(match.fixes), None)
    if first is None:
        return "see the card"
    return first.title + (f": {', '.join(first.install)}" if first.install else "")


JOB_FORMATS: dict[str, Callable[[Answer, int], str]] = {"github": github, "markdown": markdown}
"""The formats by their names."""
