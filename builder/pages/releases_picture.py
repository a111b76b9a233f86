"""The releases of a card's package as an inline SVG: rows of lines of releases, a mark for each release.

Colour never carries the state alone: a cross fails, a dot passes; a full shape was run, a hollow one is inferred, a
small one is what the card states.
"""

from __future__ import annotations

from itertools import groupby

from markupsafe import Markup, escape

from builder.pages.releases import WORDS, ReleaseRow

_CELL = 22
_ROW = 30
_PER_ROW = 24
_LEFT = 64
"""Room for the name of a line, at least."""
_LETTER = 7.5
_TOP = 6


def releases_picture(rows: list[ReleaseRow], title: str) -> Markup:
    """Return the picture, as wide as its longest line; empty where nothing is known.

    The table beside it has the same content, so that assistive technology gets one sentence.
    """
    strips = list(_strips(rows))
    if not strips:
        return Markup("")
    left = max(_LEFT, int(_LETTER * max(len(line) for line, _ in strips)) + 20)
    width = left + _CELL * max(len(strip) for _, strip in strips) + 8
    height = _TOP * 2 + _ROW * len(strips)
    parts = [
        f'<svg class="fc-releases" role="img" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'aria-label="{escape(title)}">'
    ]
    for number, (line, strip) in enumerate(strips):
        y = _TOP + _ROW * number + _ROW // 2
        parts.append(f'<text class="fc-line" x="{left - 14}" y="{y + 4}" text-anchor="end">{escape(line)}</text>')
        parts.append(f'<path class="fc-axis" d="M{left - 6} {y}H{left + _CELL * len(strip)}"/>')
        for at, row in enumerate(strip):
            parts.append(_mark(row, left + _CELL * at + _CELL // 2 - 4, y))
    parts.append("</svg>")
    return Markup("".join(parts))  # noqa: S704 - every text in it is escaped above


def legend(rows: list[ReleaseRow]) -> list[tuple[Markup, str]]:
    """Return each sort of mark that the picture of `rows` has, with its meaning."""
    states = {row.state for row in rows}
    return [
        (
            Markup(f'<svg class="fc-key" width="20" height="20" viewBox="0 0 20 20">{_shape(state, 10, 10)}</svg>'),  # noqa: S704 - has no text of a record
            words,
        )
        for state, words in WORDS.items()
        if state in states
    ]


def _strips(rows: list[ReleaseRow]) -> list[tuple[str, list[ReleaseRow]]]:
    """Split the releases into lines, and lines that are too long for a screen into several strips.

    Neighbouring lines in which every release has the same result share a strip: a package with hundreds of lines is
    then seen at a glance, and every change of result keeps a line of its own.
    """
    groups: list[list[ReleaseRow]] = []
    for _, line in groupby(rows, key=lambda row: row.line):
        members = list(line)
        if groups and len({_result(row.state) for row in [*groups[-1], *members]}) == 1:
            groups[-1] += members
        else:
            groups.append(members)
    strips: list[tuple[str, list[ReleaseRow]]] = []
    for members in groups:
        first, last = members[0].line, members[-1].line
        name = first if first == last else f"{first} to {last}"
        starts = range(0, len(members), _PER_ROW)
        strips += [(name if start == 0 else "", members[start : start + _PER_ROW]) for start in starts]
    return strips


def _result(state: str) -> str:
    """Return `fails` or `passes`, however it is known, and one word for all that isn't known."""
    result = state.rpartition("-")[2]
    return result if result in {"fails", "passes"} else "unknown"


def _mark(row: ReleaseRow, x: int, y: int) -> str:
    return f"<g><title>{escape(f'{row.version}: {row.words}')}</title>{_shape(row.state, x, y)}</g>"


def _shape(state: str, x: int, y: int) -> str:
    known, _, result = state.rpartition("-")
    names = f"fc-release fc-{result} fc-{known or 'tested'}"
    size = 3 if known == "stated" else 5
    if result == "fails":
        left, right, top, bottom = x - size, x + size, y - size, y + size
        return f'<path class="{names}" d="M{left} {top}L{right} {bottom}M{left} {bottom}L{right} {top}"/>'
    if result == "passes":
        return f'<circle class="{names}" cx="{x}" cy="{y}" r="{size + 1}"/>'
    if state == "unknown":
        return f'<path class="fc-release" d="M{x - 5} {y}L{x} {y - 5}L{x + 5} {y}L{x} {y + 5}Z"/>'
    return f'<path class="fc-release" d="M{x - 5} {y}H{x + 5}"/>'
