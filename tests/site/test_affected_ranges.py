from __future__ import annotations

import pytest
from packaging.version import Version

from fixcards.records.release_range import SEPARATOR, ReleaseRange
from fixcards.records.summary import Summary
from fixcards.site.affected_ranges import MAX_LINES, RangeChart, range_chart
from tests.sites import LIBRARY, library

RELEASES = [f"{major}.{minor}{micro}" for major in range(4) for minor in range(5) for micro in ("", ".1", ".7")]


def cards(*ranges: tuple[str, str]) -> list[Summary]:
    one = library(LIBRARY).summaries["lantern-12"]
    return [
        one._replace(id=f"lantern-{at}", affected=affected, fixed=fixed) for at, (affected, fixed) in enumerate(ranges)
    ]


def chart(*ranges: tuple[str, str]) -> RangeChart:
    result = range_chart(cards(*ranges))
    assert result is not None
    return result


def test_a_line_has_a_bar_where_the_card_applies() -> None:
    picture = chart((">=1.0,<=1.3", "1.4"), ("<2.0", "2.0"), ("==1.2", ""))
    assert picture.steps == 6
    assert [[tuple(bar) for bar in line.bars] for line in picture.lines] == [[(1, 3)], [(0, 5)], [(2, 1)]]
    assert (picture.first, picture.last) == ("1.0", "2.0")


@pytest.mark.parametrize(
    ("ranges", "free"),
    [
        ([("<=1.3", "1.4")], "after 1.3"),
        ([("<1.4", "1.4")], "1.4"),
        ([("<1.4", "1.4"), (">=2.0,<2.2", "2.2")], "2.2"),
        ([(">=1.0", "")], ""),
        ([("<1.0", "1.0"), (">=3", "")], ""),
        ([("~=1.4", "")], "2"),
        ([("==1.4.*", "")], "1.5"),
    ],
)
def test_it_says_from_which_release_on_no_card_applies(ranges: list[tuple[str, str]], free: str) -> None:
    assert chart(*ranges).free == free


@pytest.mark.parametrize(
    "text",
    ["<=1.3", ">1.2,!=2.0", "==1.2", "~=1.2.1", "==1.*", ">=0.2,<0.4 or >=2.1,<2.1.7", "!=1.*", ">=3.4.7", "<2.0rc1"],
)
def test_releases_that_are_affected_are_as_many_steps_as_the_bars_have(text: str) -> None:
    # With a card about each single release, every release is a step of its own.
    singles = [(f"=={release}", "") for release in RELEASES[: MAX_LINES - 1]]
    picture = chart((text, ""), *singles)
    own, *others = [
        {at for bar in line.bars for at in range(bar.start, bar.start + bar.width)} for line in picture.lines
    ]
    affected = ReleaseRange(text.split(SEPARATOR))
    for (single, _), steps in zip(singles, others, strict=True):
        assert len(steps) == 1
        assert (steps <= own) is (Version(single[2:]) in affected), single


def test_there_is_none_without_a_range_or_with_too_many_steps() -> None:
    assert range_chart([]) is None
    assert range_chart(cards(("nonsense", ""))) is None
    many = " or ".join(f"=={number}.0" for number in range(100))
    assert range_chart(cards((many, ""))) is None


def test_a_text_in_place_of_a_release_breaks_nothing() -> None:
    assert range_chart(cards(("===foo,<1.0", "1.0"))) is not None
