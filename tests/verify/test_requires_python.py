"""The lowest Python on which the releases of a card can be, from what they ask for."""

from __future__ import annotations

import pytest

from fixcards.records.card import Card
from fixcards.verify.package_index import ReleaseInfo, ReleaseList
from fixcards.verify.requires_python import requires_python

from .conftest import a_card


def releases(package: str, **demands: str | None) -> ReleaseList:
    return ReleaseList(
        package,
        tuple(
            ReleaseInfo(version[1:].replace("_", "."), None, False, demand, ("py3-none-any",), False, 0)
            for version, demand in demands.items()
        ),
    )


def of(demo: ReleaseList, part: ReleaseList | None = None, **versions) -> str | None:
    lists = {"demo": demo, "part": part}
    card = Card.model_validate(a_card("import demo\n", package="demo", versions={"affected": ">=2", **versions}))
    return requires_python(card, lists.__getitem__)


def test_the_least_demanding_affected_release_counts() -> None:
    assert of(releases("demo", v1_0=None, v2_0=">=3.8", v2_1=">=3.9")) == ">=3.8"
    assert of(releases("demo", v1_0=">=3.8", v2_0=">=3.9", v2_1=None)) is None


def test_the_releases_of_a_second_package_ask_for_a_python_too() -> None:
    part = releases("part", v1_0=">=2.7", v3_0=">=3.10")
    assert of(releases("demo", v2_0=">=3.7"), part, **{"with": {"part": ">=3"}}) == ">=3.10"
    assert of(releases("demo", v2_0=">=3.12"), part, **{"with": {"part": ">=3"}}) == ">=3.12"


@pytest.mark.parametrize(
    ("demand", "expected"),
    [(">=3.7.1", ">=3.7"), ("!=3.0.*,!=3.1.*,!=3.2.*,>=2.7", None), (">3.5,<4", ">=3.5"), ("at least 3", None)],
)
def test_a_demand_allows_a_python_of_which_one_release_meets_it(demand: str, expected: str | None) -> None:
    assert of(releases("demo", v2_0=demand)) == expected


def test_an_unknown_release_asks_for_nothing() -> None:
    assert of(releases("demo", v1_0=">=3.8")) is None
