from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from fixcards.records.card import Card
from fixcards.verify.interpreters import Interpreter, choose_interpreters, installed_interpreters
from fixcards.verify.package_index import ReleaseInfo, ReleaseList, resolution_day
from fixcards.verify.plan import MAX_SWEEP_RUNS, control_runs, in_sweep, plan
from fixcards.verify.sweep import sweep

from .conftest import a_card

ANY = ("py3-none-any",)


def release(version: str, uploaded: str = "2020-01-01", **changes) -> ReleaseInfo:
    values = {"yanked": False, "requires_python": None, "wheels": ANY, "source": True, "size": 1000} | changes
    return ReleaseInfo(version, date.fromisoformat(uploaded), **values)


def python(version: str) -> Interpreter:
    return Interpreter(version, Path(f"/pythons/{version}/bin/python"), Path(f"/pythons/{version}"))


PYTHONS = [python(version) for version in ("3.6.15", "3.8.18", "3.10.13", "3.12.1", "3.13.0")]
RELEASES = ReleaseList(
    "iniconfig", (release("1.0"), release("1.1.1"), release("2.0.0", "2023-01-07"), release("3.0.0a1", "2025-01-01"))
)


def test_a_card_runs_on_the_last_affected_release_each_fix_and_the_newest_release():
    card = Card.model_validate(a_card("pass"))
    planned = plan(card, RELEASES, PYTHONS)
    assert [(run.name, run.release, run.requires) for run in planned.runs] == [
        ("broken", "1.1.1", ("iniconfig==1.1.1",)),
        ("fix 1", "2.0.0", ("iniconfig==2.0.0",)),
        ("latest", "2.0.0", ("iniconfig==2.0.0",)),
    ]
    broken, fix, _ = planned.runs
    assert broken.exclude_newer == fix.exclude_newer == date(2024, 1, 1)
    assert broken.interpreters == fix.interpreters


def test_fixes_take_their_own_requirements_and_code_and_others_are_not_run():
    option = {"body": "Do.", "avoid_when": "Never."}
    fixes = [
        option | {"title": "a", "kind": "code-change", "code": "print(2)"},
        option | {"title": "b", "kind": "configuration"},
        option | {"title": "c", "kind": "pin", "requires": ["iniconfig=={version}", "click==8.0"]},
    ]
    planned = plan(Card.model_validate(a_card("pass", fixes=fixes)), RELEASES, PYTHONS)
    assert [(run.fix, run.requires, run.code) for run in planned.fixes] == [
        (1, ("iniconfig==1.1.1",), "print(2)"),
        (3, ("iniconfig==1.1.1", "click==8.0"), "pass"),
    ]


def test_without_a_day_the_last_upload_of_the_pair_is_the_cut_off():
    card = Card.model_validate(a_card("pass", reproduction={"exclude_newer": None}))
    planned = plan(card, RELEASES, PYTHONS)
    assert planned.broken.exclude_newer == planned.fixes[0].exclude_newer == date(2023, 1, 8)


def test_a_later_release_is_resolved_with_its_own_day():
    assert resolution_day(date(2024, 1, 1), date(2025, 5, 5)) == date(2025, 5, 6)
    assert resolution_day(date(2024, 1, 1), date(2020, 5, 5)) == date(2024, 1, 1)
    assert resolution_day(None, None) is None


def test_a_release_that_the_index_lacks_is_reported():
    card = Card.model_validate(a_card("pass", versions={"affected": "==1.9", "fixed": "2.0.0"}))
    planned = plan(card, RELEASES, PYTHONS)
    assert str(planned.broken.missing) == "resolution: the index offers no iniconfig 1.9"


def test_missing_interpreters_are_reported():
    card = Card.model_validate(a_card("pass", reproduction={"python": "<3.6"}))
    planned = plan(card, RELEASES, PYTHONS)
    assert planned.broken.interpreters == ()
    assert str(planned.broken.missing).startswith("interpreter: needs Python <3.6 (installed: 3.6.15, ")


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
    binary = release("1.0", wheels=(machine,), source=False)
    assert [each.version for each in choose_interpreters(PYTHONS, [], None, binary)] == ["3.10.13"]


def _native_tags() -> set[str]:
    from packaging.tags import cpython_tags

    return {str(tag) for tag in cpython_tags((3, 10))}


def test_the_newest_release_may_leave_old_bounds_behind_and_says_so():
    newest = release("4.0", "2025-01-01", requires_python=">=3.10")
    releases = ReleaseList("iniconfig", (release("1.1.1"), release("2.0.0"), newest))
    requires = ["iniconfig=={version}", "click==8.0"]
    card = Card.model_validate(a_card("pass", reproduction={"python": "<3.9", "requires": requires}))
    first, any_python, unbound = plan(card, releases, PYTHONS).latest
    assert str(first.missing).startswith("interpreter: needs Python <3.9 and >=3.10")
    assert any_python.interpreters[0].version == "3.13.0"
    assert any_python.note == "The newest release can only be run on a Python outside of <3.9."
    assert unbound.requires == ("iniconfig==4.0", "click")


def test_a_control_on_another_interpreter_is_the_nearest_one_below():
    versions = {"affected": "<=1.1.1", "python": ">=3.12"}
    card = Card.model_validate(a_card("pass", versions=versions, reproduction={"python": "==3.12.*"}))
    (only,) = releases = (release("1.1.1"),)
    broken = plan(card, ReleaseList("iniconfig", releases), PYTHONS).runs[0]
    runs = list(control_runs(card, ReleaseList("iniconfig", releases), broken, PYTHONS))
    assert [run.release for run in runs] == [only.version] * len(runs)
    assert [run.interpreters[0].version for run in runs] == ["3.10.13", "3.8.18", "3.6.15", "3.13.0"]


def test_installed_interpreters_exist_and_are_sorted():
    interpreters = installed_interpreters()
    assert interpreters
    assert [each.minor for each in interpreters] == sorted({each.minor for each in interpreters})
    assert all(each.executable.exists() for each in interpreters)


# The result of running every release of urllib3 from 1.24 on for its leak of request bodies.
URLLIB3 = [
    *(f"1.24.{n}" for n in range(4)),
    *(f"1.26.{n}" for n in range(21)),
    *(f"2.0.{n}" for n in range(8)),
    "2.1.0",
]


def _fails(version: str) -> bool:
    line, _, patch = version.rpartition(".")
    return line == "1.24" or (line == "1.26" and int(patch) < 18) or (line == "2.0" and int(patch) < 7)


def swept(fails=_fails, versions=URLLIB3, days=lambda version: None):
    tried = []

    def run_release(version):
        tried.append(version)
        return ("fails" if fails(version) else "passes"), None

    releases = [replace(release(version), uploaded=days(version)) for version in versions]
    ordered = tuple(sorted(releases, key=lambda each: each.parsed))
    states = {r.version: r.state for r in sweep(ReleaseList("urllib3", ordered), "1.26.17", run_release)}
    assert len(tried) == len(set(tried))
    return states, tried


def _days(version: str) -> date:
    """Days on which the last releases of 1.26 came between those of 2.0."""
    line, _, patch = version.rpartition(".")
    return date(2020, 1, 1) + timedelta(days={"1.24": 0, "1.26": 100, "2.0": 210, "2.1": 400}[line] + 10 * int(patch))


def test_a_sweep_runs_few_releases_and_infers_the_others_rightly():
    states, tried = swept(days=_days)
    assert len(tried) < 20 < len(states)
    for version, state in states.items():
        assert state.removeprefix("inferred-") == ("fails" if _fails(version) else "passes")
        assert state.startswith("inferred") == (version not in tried)
    for boundary in ("1.26.17", "1.26.18", "2.0.6", "2.0.7"):
        assert boundary in tried


def test_a_line_that_contradicts_itself_is_run_in_full():
    versions = [f"1.0.{n}" for n in range(12)]
    tried = []

    def run_release(version):
        tried.append(version)
        others = {"1.0.2": "passes", "1.0.5": "not-testable", "1.0.11": "passes"}
        return others.get(version, "fails"), None

    releases = tuple(release(version) for version in versions)
    states = [result.state for result in sweep(ReleaseList("x", releases), None, run_release)]
    assert sorted(tried) == sorted(versions)
    assert not any(state.startswith("inferred") for state in states)


def test_nothing_is_inferred_next_to_a_release_that_cannot_be_tested():
    def run_release(version):
        return ("not-testable", "no wheel") if version == "1.0.2" else ("fails", None)

    releases = tuple(release(f"1.0.{n}") for n in range(3))
    results = list(sweep(ReleaseList("x", releases), None, run_release))
    assert [(r.version, r.state, r.reason) for r in results] == [
        ("1.0.0", "fails", None),
        ("1.0.1", "fails", None),
        ("1.0.2", "not-testable", "no wheel"),
    ]


def test_a_sweep_has_a_cap_and_releases_beyond_it_stay_unknown():
    tried = []

    def run_release(version):
        tried.append(version)
        return "not-testable", "no wheel"

    releases = tuple(release(f"1.{minor}") for minor in range(MAX_SWEEP_RUNS + 20))
    states = [result.state for result in sweep(ReleaseList("x", releases), None, run_release)]
    assert len(tried) == MAX_SWEEP_RUNS
    assert (states.count("unknown"), states.count("not-testable")) == (20, MAX_SWEEP_RUNS)


def test_pre_releases_count_only_where_a_line_has_no_final():
    releases = (release("1.0a1"), release("2.0rc1"), release("2.0"))
    assert [each.version for each in in_sweep(ReleaseList("x", releases))] == ["1.0a1", "2.0"]


def test_the_newest_release_is_final_and_not_yanked():
    releases = (release("1.0"), release("2.0", yanked=True), release("3.0b1"))
    assert ReleaseList("x", releases).newest.version == "1.0"
    assert ReleaseList("x", releases[1:]).newest.version == "3.0b1"
    assert ReleaseList("x", ()).newest is None


def test_days_are_days():
    assert resolution_day(None, date(2020, 2, 28)) == date(2020, 2, 28) + timedelta(days=1)


def test_a_sweep_finds_the_lowest_release_that_can_be_run():
    tried = []

    def run_release(version):
        tried.append(version)
        return (
            ("not-testable", "no wheel")
            if int(version[2:]) < 23
            else (
                "passes" if int(version[2:]) < 40 else "fails",
                None,
            )
        )

    days = [str(date(2020, 1, 1) + timedelta(days=minor)) for minor in range(60)]
    releases = tuple(release(f"1.{minor}", day) for minor, day in enumerate(days))
    states = {r.version: r.state for r in sweep(ReleaseList("x", releases), "1.59", run_release)}
    assert states["1.22"] == "not-testable"
    assert {states[f"1.{minor}"].removeprefix("inferred-") for minor in range(23, 40)} == {"passes"}
    assert {states[f"1.{minor}"].removeprefix("inferred-") for minor in range(40, 60)} == {"fails"}
    assert len(tried) < 30
