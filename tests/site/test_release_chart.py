from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from fixcards.site.release_chart import legend, release_chart
from fixcards.site.releases import STATE_LABELS, ReleaseRow, release_rows
from tests.sites import LIBRARY, REPOSITORY, library

STYLES = REPOSITORY / "templates" / "theme" / "assets" / "fixcards.css"


def _tree(rows: list[ReleaseRow], title: str = "Releases") -> ET.Element:
    return ET.fromstring(release_chart(rows, title))  # noqa: S314 - our own output


def _marks(tree: ET.Element) -> list[str]:
    """Return the tips of the marks, each for its release, as the page's script takes them apart."""
    tips = []
    for span in tree.iter("span"):
        numbers, _, label = span.get("title", "").partition(": ")
        assert len(span) == len(numbers.split(", "))
        tips += [f"{number}: {label}" for number in numbers.split(", ")]
    return tips


def _lines(tree: ET.Element) -> list[str | None]:
    return [name.text for name in tree.iter("b")]


def _rows(count: int, state: str = "passes", line: str = "1.0") -> list[ReleaseRow]:
    return [ReleaseRow(f"{line}.{at}", state, line) for at in range(count)]


def test_there_is_no_chart_without_releases() -> None:
    assert release_chart([], "Releases") == ""
    assert legend([]) == []


def test_each_release_has_a_mark_with_the_label_of_the_table_in_the_same_order() -> None:
    lanterns = library(LIBRARY)
    rows = release_rows(lanterns.cards["lantern-12"], lanterns.evidence["lantern-12"])
    assert _marks(_tree(rows)) == [f"{row.version}: {row.label}" for row in rows]


def test_each_line_of_releases_is_named() -> None:
    assert _lines(_tree([*_rows(3, "fails", "1.0"), *_rows(2, line="1.1")])) == ["1.0", "1.1"]


def test_neighbouring_lines_with_one_result_stand_together_and_a_change_of_result_has_its_own() -> None:
    rows = [
        *_rows(3, line="1.0"),
        *_rows(2, "inferred-passes", "1.1"),
        *_rows(1, "fails", "1.2"),
        *_rows(1, line="1.3"),
    ]
    tree = _tree(rows)
    assert _lines(tree) == ["1.0 to 1.1", "1.2", "1.3"]
    assert len(_marks(tree)) == 7


def test_it_is_one_image_with_a_name_for_readers_who_do_not_see_it() -> None:
    tree = _tree(_rows(1), 'Releases of "a" & <b>')
    assert (tree.get("role"), tree.get("aria-label")) == ("img", 'Releases of "a" & <b>')


def test_every_state_looks_different_without_colour() -> None:
    colour = re.compile(r"--fc-(?:bad|good|plain|ink)\b|#[0-9a-f]{3,8}\b")
    shapes: dict[str, str] = dict.fromkeys(STATE_LABELS, "")
    for selector, declarations in re.findall(r"^span(\S*fc-.*?) \{ (.*) \}$", STYLES.read_text(), re.MULTILINE):
        for state in set(re.findall(r"\.fc-([\w-]+)", selector)) & STATE_LABELS.keys():
            shapes[state] += colour.sub("", declarations)
    assert all(shapes.values())
    assert len(set(shapes.values())) == len(STATE_LABELS)


@pytest.mark.parametrize("state", list(STATE_LABELS))
def test_the_legend_shows_the_marks_of_the_chart(state: str) -> None:
    ((mark, label),) = legend(_rows(3, state))
    assert label == STATE_LABELS[state]
    shape = ET.fromstring(mark)  # noqa: S314 - our own output
    drawn = next(_tree(_rows(1, state)).iter("span"))
    assert (shape.tag, shape.get("class"), len(shape)) == (drawn.tag, drawn.get("class"), len(drawn))
