from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from fixcards.matching.parse.versions import add_releases, in_specifier, version_key

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
    ("line", "expected"),
    [
        ("httpx    0.27.0", {"httpx": "0.27.0"}),
        ("httpx==0.27.0", {"httpx": "0.27.0"}),
        ("I use httpx 0.27.0 here", {"httpx": "0.27.0"}),
        ("/x/Flask_Login-0.6.2.dist-info/METADATA", {"flask-login": "0.6.2"}),
        ("platform linux -- Python 3.12.1, pytest-8.0.0", {"python": "3.12.1", "pytest": "8.0.0"}),
        ("deprecated in NumPy 1.20; see the notes", {}),
        ('File "/usr/lib/python3.12/json/x.py"', {"python": "3.12"}),
        ("needs foo>=1.2", {}),
    ],
)
def test_releases_are_seen_where_a_text_shows_what_is_installed(line: str, expected: dict[str, str]) -> None:
    releases: dict[str, str] = {}
    add_releases(releases, line)
    assert releases == expected
