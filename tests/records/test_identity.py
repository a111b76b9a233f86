"""Ids, addresses and files: those of PyPI as they always were, with room for other ecosystems."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from fixcards.records.fields import CARD_ID
from fixcards.records.identity import ECOSYSTEMS, RESERVED, card_file, card_id, card_path
from tests.sites import SNAPSHOT


def test_a_card_of_pypi_has_no_prefix() -> None:
    names = ("pypi", "httpx", 271)
    assert (card_id(*names), card_path(*names), card_file(*names)) == ("httpx-271", "httpx/271/", "httpx/271.yaml")


def test_a_card_of_another_ecosystem_would_have_names_that_none_of_pypi_has() -> None:
    names = ("npm", "left-pad", 4)
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
