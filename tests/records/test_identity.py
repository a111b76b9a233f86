"""Ids, addresses and files: those of PyPI as they always were, with room for other ecosystems."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from fixcards.records.fields import CARD_ID
from fixcards.records.identity import ECOSYSTEMS, RESERVED, card_file, card_id, card_path, issue_key, issue_order
from tests.sites import SNAPSHOT


def test_a_card_of_pypi_has_no_prefix() -> None:
    names = ("pypi", "httpx", "271")
    assert (card_id(*names), card_path(*names), card_file(*names)) == ("httpx-271", "httpx/271/", "httpx/271.yaml")


def test_a_card_of_another_ecosystem_would_have_names_that_none_of_pypi_has() -> None:
    names = ("npm", "left-pad", "4")
    assert (card_id(*names), card_path(*names)) == ("npm.left-pad-4", "npm/left-pad/4/")
    assert card_file(*names) == "npm/left-pad/4.yaml"
    assert re.fullmatch(CARD_ID, card_id(*names)) is None
    assert "npm" in RESERVED


@pytest.mark.parametrize("name", sorted(ECOSYSTEMS))
def test_no_package_may_be_called_like_an_ecosystem(
    name: str, data: dict, check_card: Callable[[dict], list[list[object]]]
) -> None:
    assert "is reserved" in str(check_card(data | {"package": name}))
    assert "is reserved" not in str(check_card(data))


def test_no_package_that_has_cards_is_called_like_an_ecosystem() -> None:
    packages = {path.name for path in SNAPSHOT.iterdir() if path.is_dir()}
    assert len(packages) > 20
    assert packages & RESERVED == set()


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://github.com/encode/httpx/issues/271", "271"),
        ("https://github.com/encode/httpx/issues/271/", "271"),
        ("https://github.com/encode/httpx/issues/271#issuecomment-5", "271"),
        ("https://github.com/encode/httpx/pull/273?tab=files", "273"),
        ("https://github.com/encode/httpx/discussions/9", "9"),
        ("https://gitlab.com/a/b/-/issues/12", "12"),
        ("https://bugs.example.org/show_bug.cgi?id=34567", "34567"),
        ("https://bugs.example.org/7", "7"),
        ("https://github.com/encode/httpx/issues/999999999999", "999999999999"),
        ("https://jira.example.org/browse/ABC-12", "abc-12"),
        ("https://jira.example.org/browse/ABC-12?focusedId=5", "abc-12"),
        ("https://linear.example.org/team/issue/ENG-7/the-title-of-it", "eng-7"),
        ("https://track.example.org/issue/P2P-1/", "p2p-1"),
        ("https://github.com/encode/httpx/issues/9999999999999", None),
        ("https://github.com/encode/httpx/issues/0271", None),
        ("https://github.com/encode/httpx/issues", None),
        ("https://github.com/encode/httpx/issues/v271", None),
        ("https://github.com/encode/httpx/releases/release-12", None),
        ("https://github.com/encode/httpx/issues/٢٧١", None),
        ("https://jira.example.org/browse/ABC-012", None),
        ("https://271", None),
    ],
)
def test_the_key_of_an_issue_is_its_number_or_what_its_tracker_calls_it(url: str, key: str | None) -> None:
    assert issue_key(url) == key


def test_keys_are_in_the_order_of_their_numbers() -> None:
    assert sorted(["10", "9", "abc-10", "abc-9", "aa-11"], key=issue_order) == ["9", "10", "aa-11", "abc-9", "abc-10"]
