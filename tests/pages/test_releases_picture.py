from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from builder.pages.releases import WORDS, ReleaseRow, release_rows
from builder.pages.releases_picture import legend, releases_picture
from tests.sites import LIBRARY, library


def _tree(rows: list[ReleaseRow], title: str = "Releases") -> ET.Element:
    return ET.fromstring(releases_picture(rows, title))  # noqa: S314 - our own output


def _rows(count: int, state: str = "passes", line: str = "1.0") -> list[ReleaseRow]:
    return [ReleaseRow(f"{line}.{at}", state, line) for at in range(count)]


def test_there_is_no_picture_of_nothing() -> None:
    assert releases_picture([], "Releases") == ""
    assert legend([]) == []


def test_each_release_has_a_mark_with_the_words_of_the_table_in_the_same_order() -> None:
    found = library(LIBRARY)
    rows = release_rows(found.cards["lantern-12"], found.evidence["lantern-12"])
    assert [title.text for title in _tree(rows).iter("title")] == [f"{row.version}: {row.words}" for row in rows]


def test_each_line_of_releases_is_a_row_that_names_it() -> None:
    rows = [*_rows(3, "fails", "1.0"), *_rows(2, line="1.1")]
    assert [text.text for text in _tree(rows).iter("text")] == ["1.0", "1.1"]


def test_neighbouring_lines_with_one_result_share_a_row_and_a_change_of_result_has_its_own() -> None:
    rows = [
        *_rows(3, line="1.0"),
        *_rows(2, "inferred-passes", "1.1"),
        *_rows(1, "fails", "1.2"),
        *_rows(1, line="1.3"),
    ]
    assert [text.text for text in _tree(rows).iter("text")] == ["1.0 to 1.1", "1.2", "1.3"]
    assert len(list(_tree(rows).iter("title"))) == 7


def test_a_long_line_of_releases_goes_on_below_and_never_gets_wider_than_a_screen() -> None:
    tree = _tree(_rows(100))
    assert [text.text or "" for text in tree.iter("text")] == ["1.0", "", "", "", ""]
    assert int(tree.get("width")) == int(_tree(_rows(24)).get("width")) < 640
    assert len(list(tree.iter("title"))) == 100


def test_every_mark_lies_inside_the_picture() -> None:
    tree = _tree([*_rows(60), *_rows(30, "fails", "2.0")])
    width, height = int(tree.get("width")), int(tree.get("height"))
    assert tree.get("viewBox") == f"0 0 {width} {height}"
    for circle in tree.iter("circle"):
        assert 6 <= int(circle.get("cx")) <= width - 6
        assert 6 <= int(circle.get("cy")) <= height - 6


def test_names_of_lines_have_room_however_long_they_are() -> None:
    tree = _tree([*_rows(1, line="1.0"), *_rows(1, line="20260101.1200")])
    for text in tree.iter("text"):
        assert float(text.get("x")) - 7.3 * len(text.text or "") >= 0
    assert int(_tree(_rows(1)).get("width")) == 94


def test_it_is_one_image_with_a_name_for_those_who_do_not_see_it() -> None:
    tree = _tree(_rows(1), 'Releases of "a" & <b>')
    assert (tree.get("role"), tree.get("aria-label")) == ("img", 'Releases of "a" & <b>')


def test_every_state_looks_different_without_colour() -> None:
    shapes = {state: _shape_of(state) for state in WORDS}
    assert len(set(shapes.values())) == len(WORDS)


@pytest.mark.parametrize("state", list(WORDS))
def test_the_legend_shows_the_marks_that_the_picture_has(state: str) -> None:
    ((mark, words),) = legend(_rows(3, state))
    assert words == WORDS[state]
    shape = ET.fromstring(mark)[0]  # noqa: S314 - our own output
    drawn = _tree(_rows(1, state)).find("g")[1]
    assert (shape.tag, shape.get("class"), shape.get("r")) == (drawn.tag, drawn.get("class"), drawn.get("r"))


def _shape_of(state: str) -> tuple[str | None, ...]:
    shape = _tree(_rows(1, state)).find("g")[1]
    # The style sheet makes what was tested full or thick; everything else is told by the shape itself.
    return (shape.tag, shape.get("d"), shape.get("r"), str("fc-tested" in shape.get("class")))
