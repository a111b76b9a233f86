"""A chart of the releases of a card's package: a line for each minor line, a mark for each release.

The marks are empty elements that flow and wrap like words, and their shapes are in the style sheet, which a reader has
after the first page. Neighbours of the same state share one element whose `title` names them all, as the table does, so
that the numbers compress away; the page's script gives each mark its own when a pointer comes. The `title` of a mark
that stands for many releases names the first and the last.

Colour never carries the state alone: a cross fails, a dot passes; a full shape was run, a hollow one is inferred, a
small one is what the card states.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from markupsafe import Markup, escape

from fixcards.site.releases import STATE_LABELS, ReleaseRow

_FOLDED_STATES = frozenset({"unknown", "not-testable"})
_MAX_UNTESTED_MARKS = 5
"""So many releases without a result have a mark each; more neighbours share one, with their number."""


def release_chart(rows: list[ReleaseRow], title: str) -> Markup:
    """Return the chart; empty where there are no releases.

    The table below it has the same content, so assistive technology gets one sentence.
    """
    lines = "\n".join(f"<b>{escape(name)}</b><div>{_marks(line)}</div>" for name, line in _lines(rows))
    if not lines:
        return Markup("")
    # Every text in it is escaped above.
    return Markup(f'<div class="fc-releases" role="img" aria-label="{escape(title)}">\n{lines}\n</div>')  # noqa: S704


def legend(rows: list[ReleaseRow]) -> list[tuple[Markup, str]]:
    """Return each kind of mark that the chart of `rows` has, with its label."""
    states = {row.state for row in rows}
    marks = {state: Markup(f'<span class="fc-{state}"><i></i></span>') for state in STATE_LABELS}  # noqa: S704 - our own text
    return [(marks[state], label) for state, label in STATE_LABELS.items() if state in states]


def _lines(rows: list[ReleaseRow]) -> Iterator[tuple[str, list[ReleaseRow]]]:
    """Yield the lines of releases, each with its name.

    Neighbouring lines in which every release has the same result become one: a package with hundreds of lines is then
    read at a glance, and every change of result has a line of its own.
    """
    groups: list[list[ReleaseRow]] = []
    before: set[str] = set()
    for _, line in groupby(rows, key=lambda row: row.minor_line):
        members = list(line)
        results = {_result(row.state) for row in members}
        if results == before and len(results) == 1:
            groups[-1] += members
        else:
            groups.append(members)
        before = results
    for members in groups:
        first, last = members[0].minor_line, members[-1].minor_line
        yield first if first == last else f"{first} to {last}", members


def _result(state: str) -> str:
    """Return `fails` or `passes`, tested or not, and `unknown` for every other state."""
    result = state.rpartition("-")[2]
    return result if result in {"fails", "passes"} else "unknown"


def _marks(line: list[ReleaseRow]) -> str:
    marks = []
    for state, members in groupby(line, key=lambda row: row.state):
        numbers = [row.version for row in members]
        if state in _FOLDED_STATES and len(numbers) > _MAX_UNTESTED_MARKS:
            tip = escape(f"{numbers[0]} to {numbers[-1]}: {STATE_LABELS[state]}")
            marks.append(f'<span class="fc-{state} fc-folded" title="{tip}"><i></i><span>{len(numbers)}</span></span>')
        else:
            tip = escape(f"{', '.join(numbers)}: {STATE_LABELS[state]}")
            marks.append(f'<span class="fc-{state}" title="{tip}">{"<i></i>" * len(numbers)}</span>')
    return "".join(marks)
