"""The releases of a card's package as an inline SVG: a row for each line of releases, a mark for each release.

Colour never carries the state alone: a cross fails, a dot passes, a hollow shape was not run.
"""

from __future__ import annotations

from itertools import groupby

from markupsafe import Markup, escape

from builder.pages.releases import ReleaseRow

_CELL = 22
_ROW = 30
_PER_ROW = 24
_LEFT = 64
_TOP = 6


def releases_picture(rows: list[ReleaseRow], title: str) -> Markup:
    """Return the picture, as wide as its longest line; empty where nothing is known.

    The table beside it has the same content, so that assistive technology gets one sentence.
    """
    strips = list(_strips(rows))
    if not strips:
        return Markup("")
    width = _LEFT + _CELL * max(len(strip) for _, strip in strips) + 8
    height = _TOP * 2 + _ROW * len(strips)
    parts = [
        f'<svg class="fc-releases" role="img" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'aria-label="{escape(title)}">'
    ]
    for number, (line, strip) in enumerate(strips):
        y = _TOP + _ROW * number + _ROW // 2
        parts.append(f'<text class="fc-line" x="{_LEFT - 14}" y="{y + 4}" text-anchor="end">{escape(line)}</text>')
        parts.append(f'<path class="fc-axis" d="M{_LEFT - 6} {y}H{_LEFT + _CELL * len(strip)}"/>')
        for at, row in enumerate(strip):
            parts.append(_mark(row, _LEFT + _CELL * at + _CELL // 2 - 4, y))
    parts.append("</svg>")
    return Markup("".join(parts))  # noqa: S704 - every text in it is escaped above


def _strips(rows: list[ReleaseRow]) -> list[tuple[str, list[ReleaseRow]]]:
    """Split the releases into lines, and lines that are too long for a screen into several strips."""
    strips: list[tuple[str, list[ReleaseRow]]] = []
    for line, group in groupby(rows, key=lambda row: row.line):
        members = list(group)
        starts = range(0, len(members), _PER_ROW)
        strips += [(line if start == 0 else "", members[start : start + _PER_ROW]) for start in starts]
    return strips


def _mark(row: ReleaseRow, x: int, y: int) -> str:
    kind, _, result = row.state.rpartition("-")
    label = escape(f"{row.version}: {row.words}")
    if result == "fails":
        shape = f'<path d="M{x - 5} {y - 5}L{x + 5} {y + 5}M{x - 5} {y + 5}L{x + 5} {y - 5}"/>'
    elif result == "passes":
        shape = f'<circle cx="{x}" cy="{y}" r="6"/>'
    else:
        shape = f'<path d="M{x - 4} {y}H{x + 4}"/>'
    known = "run" if result in {"fails", "passes"} and not kind else "not-run"
    return f'<g class="fc-release fc-{escape(result)} fc-{known}"><title>{label}</title>{shape}</g>'
