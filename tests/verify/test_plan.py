from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from fixcards.records.card import Card
from fixcards.verify.interpreters import Interpreter, choose_interpreters, installed_interpreters
from fixcards.verify.package_index import ReleaseInfo, ReleaseList, resolution_day
from fixcards.verify.plan import HEAVY_BYTES, MAX_SWEEP_RUNS, in_sweep, lines_of, plan
from fixcards.verify.sweep import sweep

from .conftest import a_card

ANY = ("py3-none-any",)


def offer(version: str, uploaded: str = "2020-01-01", **changes) -> ReleaseInfo:
    made = {"yanked": False, "requires_python": None, "wheels": ANY, "source": True, "size": 1000} | changes
    return ReleaseInfo(version, date.fromisoformat(uploaded), **made)


def python(version: str) -> Interpreter:
    return Interpreter(version, Path(f"/pythons/{version}/bin/python"), Path(f"/pythons/{version}"))


PYTHONS = [python(version) for version in ("3.6.15", "3.8.18", "3.10.13", "3.12.1", "3.13.0")]
LISTING = ReleaseList(
    "iniconfig", (offer("1.0"), offer("1.1.1"), offer("2.0.0", "2023-01-07"), offer("3.0.0a1", "2025-01-01"))
)


def test_a_card_runs_on_the_last_affected_release_each_fix_and_the_newest_release():
    card = Card.model_validate(a_card("pass"))
    made = plan(card, LISTING, PYTHONS)
    assert [(t.name, t.release, t.requires) for t in made.runs] == [
        ("broken", "1.1.1", ("iniconfig==1.1.1",)),
        ("fix 1", "2.0.0", ("iniconfig==2.0.0",)),
        ("latest", "2.0.0", ("iniconfig==2.0.0",)),
    ]
    broken, fix, _ = made.runs
    assert broken.exclude_newer == fix.exclude_newer == date(2024, 1, 1)
    assert broken.interpreters == fix.interpreters


def test_fixes_take_their_own_requirements_and_code_and_others_are_not_run():
    option = {"body": "Do.", "avoid_when": "Never."}
    fixes = [
        option | {"title": "a", "kind": "code-change", "code": "print(2)"},
        option | {"title": "b", "kind": "configuration"},
        option | {"title": "c", "kind": "pin", "requires": ["iniconfig=={version}", "click==8.0"]},
    ]
    made = plan(Card.model_validate(a_card("pass", fixes=fixes)), LISTING, PYTHONS)
    assert [(t.fix, t.requires, t.code) for t in made.fixes] == [
        (1, ("iniconfig==1.1.1",), "print(2)"),
        (3, ("iniconfig==1.1.1", "click==8.0"), "pass"),
    ]


def test_without_a_day_the_last_upload_of_the_pair_is_the_cut_off():
    card = Card.model_validate(a_card("pass", reproduction={"exclude_newer": None}))
    made = plan(card, LISTING, PYTHONS)
    assert made.broken.exclude_newer == made.fixes[0].exclude_newer == date(2023, 1, 8)


def test_a_later_release_is_resolved_with_its_own_day():
    assert resolution_day(date(2024, 1, 1), date(2025, 5, 5)) == date(2025, 5, 6)
    assert resolution_day(date(2024, 1, 1), date(2020, 5, 5)) == date(2024, 1, 1)
    assert resolution_day(None, None) is None


def test_a_release_that_the_index_lacks_is_reported():
    card = Card.model_validate(a_card("pass", versions={"affected": "==1.9", "fixed": "2.0.0"}))
    made = plan(card, LISTING, PYTHONS)
    assert str(made.broken.missing) == "resolution: the index offers no iniconfig 1.9"


def test_missing_interpreters_are_reported_and_not_guessed_around():
    card = Card.model_validate(a_card("pass", reproduction={"python": "<3.6"}))
    made = plan(card, LISTING, PYTHONS)
    assert made.broken.interpreters == ()
    assert str(made.broken.missing).startswith("interpreter: needs Python <3.6 (installed: 3.6.15, ")


@pytest.mark.parametrize(
    ("day", "specifiers", "expected"),
    [
        (date(2024, 1, 1), [], ["3.12.1", "3.10.13", "3.8.18", "3.6.15", "3.13.0"]),
        (date(2019, 1, 1), [">=3.8"], ["3.8.18", "3.10.13", "3.12.1", "3.13.0"]),
        (None, ["<3.13", ">=3.8"], ["3.12.1", "3.10.13", "3.8.18"]),
        (date(2024, 1, 1), ["not a specifier", ">=3.12"], ["3.12.1", "3.13.0"]),
    ],
)
def test_the_newest_interpreter_of_the_time_comes_first(day, specifiers, expected):
    assert [each.version for each in choose_interpreters(PYTHONS, specifiers, day)] == expected


def test_an_interpreter_without_a_wheel_of_the_release_is_no_choice():
    machine = next(tag for tag in sorted(_native_tags()) if tag.startswith("cp310-cp310-"))
    binary = offer("1.0", wheels=(machine,), source=False)
    assert [each.version for each in choose_interpreters(PYTHONS, [], None, binary)] == ["3.10.13"]


def _native_tags() -> set[str]:
    from packaging.tags import cpython_tags

    return {str(tag) for tag in cpython_tags((3, 10))}


def test_the_newest_release_may_leave_old_bounds_behind_and_says_so():
    newest = offer("4.0", "2025-01-01", requires_python=">=3.10")
    listing = ReleaseList("iniconfig", (offer("1.1.1"), offer("2.0.0"), newest))
    requires = ["iniconfig=={version}", "click==8.0"]
    card = Card.model_validate(a_card("pass", reproduction={"python": "<3.9", "requires": requires}))
    first, any_python, unbound = plan(card, listing, PYTHONS).latest
    assert str(first.missing).startswith("interpreter: needs Python <3.9 and >=3.10")
    assert any_python.interpreters[0].version == "3.13.0"
    assert any_python.note == "The newest release can only be run on a Python outside of <3.9."
    assert unbound.requires == ("iniconfig==4.0", "click")


def test_installed_interpreters_are_found_and_work():
    found = installed_interpreters()
    assert found
    assert [each.minor for each in found] == sorted({each.minor for each in found})
    assert all(each.executable.exists() for each in found)


# What running every release of urllib3 from 1.24 on for its leak of request bodies has shown.
URLLIB3 = [
    *(f"1.24.{n}" for n in range(4)),
    *(f"1.26.{n}" for n in range(21)),
    *(f"2.0.{n}" for n in range(8)),
    "2.1.0",
]


def _fails(version: str) -> bool:
    line, _, patch = version.rpartition(".")
    return line == "1.24" or (line == "1.26" and int(patch) < 18) or (line == "2.0" and int(patch) < 7)


def swept(size: int, fails=_fails, versions=URLLIB3):
    tried = []

    def attempt(version):
        tried.append(version)
        return ("fails" if fails(version) else "passes"), None

    offers = tuple(sorted((offer(v, size=size) for v in versions), key=lambda each: each.parsed))
    states = {r.version: r.state for r in sweep(ReleaseList("urllib3", offers), "1.26.17", attempt)}
    assert len(tried) == len(set(tried))
    return states, tried


def test_a_light_package_is_run_release_by_release():
    states, tried = swept(1000)
    assert sorted(tried) == sorted(URLLIB3)
    assert states == {version: "fails" if _fails(version) else "passes" for version in states}


def test_a_heavy_package_is_bisected_inside_each_line_and_never_across_lines():
    states, tried = swept(HEAVY_BYTES + 1)
    assert len(tried) < 20
    for version, state in states.items():
        assert state.removeprefix("inferred-") == ("fails" if _fails(version) else "passes")
    for boundary in ("1.26.17", "1.26.18", "2.0.6", "2.0.7"):
        assert not states[boundary].startswith("inferred")


def test_a_line_that_contradicts_itself_is_run_in_full():
    versions = [f"1.0.{n}" for n in range(12)]
    tried = []

    def attempt(version):
        tried.append(version)
        known = {"1.0.2": "passes", "1.0.5": "not-testable", "1.0.11": "passes"}
        return known.get(version, "fails"), None

    offers = tuple(offer(version, size=HEAVY_BYTES + 1) for version in versions)
    states = [result.state for result in sweep(ReleaseList("x", offers), None, attempt)]
    assert sorted(tried) == sorted(versions)
    assert not any(state.startswith("inferred") for state in states)


def test_nothing_is_inferred_beside_what_cannot_be_tested():
    def attempt(version):
        return ("not-testable", "no wheel") if version == "1.0.2" else ("fails", None)

    offers = tuple(offer(f"1.0.{n}", size=HEAVY_BYTES + 1) for n in range(3))
    results = list(sweep(ReleaseList("x", offers), None, attempt))
    assert [(r.version, r.state, r.reason) for r in results] == [
        ("1.0.0", "fails", None),
        ("1.0.1", "fails", None),
        ("1.0.2", "not-testable", "no wheel"),
    ]


def test_a_sweep_has_a_cap_and_what_lies_beyond_it_is_unknown():
    versions = [f"{line}.0.0" for line in range(1, MAX_SWEEP_RUNS + 21)]
    states, tried = swept(1000, lambda version: True, versions)
    assert len(tried) == MAX_SWEEP_RUNS
    assert list(states.values()).count("unknown") == 20
    assert states["1.0.0"] == "fails"
    assert states[versions[-1]] == "unknown"


def test_pre_releases_count_only_where_a_line_has_no_final():
    offers = (offer("1.0a1"), offer("2.0rc1"), offer("2.0"))
    assert [each.version for each in in_sweep(ReleaseList("x", offers))] == ["1.0a1", "2.0"]


def test_lines_are_taken_by_their_distance_from_the_broken_release():
    offers = [offer(f"{line}.0") for line in range(1, 6)]
    assert [line[0].version for line in lines_of(offers, "3.0")] == ["3.0", "2.0", "4.0", "1.0", "5.0"]


def test_the_newest_release_is_final_and_not_withdrawn():
    offers = (offer("1.0"), offer("2.0", yanked=True), offer("3.0b1"))
    assert ReleaseList("x", offers).newest.version == "1.0"
    assert ReleaseList("x", offers[1:]).newest.version == "3.0b1"
    assert ReleaseList("x", ()).newest is None


def test_days_are_days():
    assert resolution_day(None, date(2020, 2, 28)) == date(2020, 2, 28) + timedelta(days=1)
