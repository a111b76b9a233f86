from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from fixcards.matching.parse.versions import in_range, in_specifier, may_satisfy, version_key

VERSIONS = st.from_regex(r"\A[0-9]{1,2}(\.[0-9]{1,2}){0,3}((a|b|rc)[0-9])?(\.post[0-9])?(\.dev[0-9])?\Z")
OPERATORS = st.sampled_from(["==", "!=", "<=", ">=", "<", ">", "~="])


@given(VERSIONS, VERSIONS)
def test_versions_are_ordered_as_pep_440_orders_them(one: str, other: str) -> None:
    assert (version_key(one) < version_key(other)) == (Version(one) < Version(other))  # type: ignore[operator]


@settings(max_examples=300)
@given(VERSIONS, OPERATORS, VERSIONS)
def test_ranges_hold_what_pep_440_says(version: str, operator: str, bound: str) -> None:
    try:
        expected = SpecifierSet(operator + bound).contains(version, prereleases=True)
    except InvalidSpecifier:
        return
    assert in_specifier(version, operator + bound) == expected


@pytest.mark.parametrize(
    ("version", "specifier", "expected"),
    [
        ("1.10", ">=1.9,<2", True),
        ("1.2.3", "==1.2.*", True),
        ("1.3", "!=1.2.*", True),
        ("2.0", "", True),
        ("one", ">=1", None),
        ("1.0", ">=x", None),
        ("1.0", "about 1", None),
    ],
)
def test_what_cannot_be_read_is_neither_in_nor_out(version: str, specifier: str, expected: bool | None) -> None:
    assert in_specifier(version, specifier) is expected


@pytest.mark.parametrize(
    ("version", "expected"), [("1.5", True), ("2.5", False), ("3.1", True), ("3.2", False), ("one", None)]
)
def test_a_range_may_have_alternatives(version: str, expected: bool | None) -> None:
    assert in_range(version, "<2 or >=3,<3.2") is expected


@pytest.mark.parametrize(
    ("releases", "expected"),
    [
        ((), None),
        (("3.12",), None),  # may be 3.12.7
        (("3.11",), False),
        (("3.12.3",), False),
        (("3.12.4rc1",), None),  # has nearly all that 3.12.4 has
        (("3.13b3",), True),
        (("3.11", "3.13.0"), True),
        (("3.11", "3.12"), None),
    ],
)
def test_a_release_is_out_only_where_nothing_that_it_may_stand_for_is_in(
    releases: tuple[str, ...], expected: bool | None
) -> None:
    assert may_satisfy(releases, ">=3.12.4") is expected


def test_a_preview_of_a_release_may_be_what_that_is() -> None:
    assert may_satisfy(("3.11b3",), ">=3.11") is None
    assert may_satisfy(("3.10b3",), ">=3.11") is False
