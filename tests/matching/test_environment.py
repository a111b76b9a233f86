"""Lists of installed releases, and the known failures that they are in for; the vectors hold them for the browser."""

from __future__ import annotations

import pytest

from fixcards.matching.parse.parser import parse
from fixcards.matching.score.environment import EnvironmentMatch, match_environment
from fixcards.matching.score.matcher import match
from tests.matching.samples import TEXTS, index


def environment(text: str) -> list[EnvironmentMatch]:
    return match_environment(parse(text), index())


def ids(text: str) -> list[str]:
    return [each.entry.id for each in environment(text)]


def test_a_list_is_in_for_the_failures_whose_packages_are_all_there() -> None:
    by_id = {each.entry.id: each for each in environment(TEXTS["list-freeze"])}
    assert set(by_id) == {"flask-2789", "taper-7"}
    assert by_id["taper-7"].versions == {"taper": "1.9.2", "wax": "3.0.1"}
    assert by_id["taper-7"].fixes[0].install == ("taper>=2.0",)


def test_the_interpreter_counts_only_where_the_list_names_it() -> None:
    assert ids(TEXTS["list-conda"]) == ["flake8-1701", "taper-7"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("taper==1.9.2\nwax==3.0.1\n", ["taper-7"]),
        ("taper==1.9.2\nwax==2.9.0\n", []),
        ("taper==2.0\nwax==3.0.1\n", []),
        ("taper==1.9.2\noil==1.0\n", []),
        ("taper==1.9.2\nwax>=3\nsoap==1.0\n", []),
        ("taper==1.9.2\n", []),
        ("we have taper 1.9.2 and wax 3.0.1 here", []),
        ("", []),
    ],
)
def test_nothing_is_guessed(text: str, expected: list[str]) -> None:
    assert ids(text) == expected


def test_a_change_is_not_a_failure_of_everyone_who_has_it() -> None:
    assert "wax-1" not in ids(TEXTS["list-freeze"])


@pytest.mark.parametrize("name", ["list-freeze", "list-conda", "list-lock"])
def test_a_list_is_not_searched_for_words(name: str) -> None:
    assert match(parse(TEXTS[name]), index()) == []


def test_beside_a_traceback_a_list_only_says_which_releases_it_is_about() -> None:
    text = TEXTS["list-with-traceback"]
    assert ids(text) == []
    best = match(parse(text), index())[0]
    assert (best.entry.id, best.tier, best.versions) == ("taper-7", "exact", {"taper": "1.9.2", "wax": "3.0.1"})
