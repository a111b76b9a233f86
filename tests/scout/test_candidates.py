"""From a package to what is compared: releases of past days, interpreters, and the releases before the newest one."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from fixcards.scout.candidate import Candidate
from fixcards.scout.candidates import CandidateSource, is_supported
from fixcards.verify.interpreters import Interpreter
from fixcards.verify.package_index import ReleaseInfo, ReleaseList

TODAY = date(2025, 12, 1)


def python(version: str) -> Interpreter:
    return Interpreter(version, Path("/python") / version, Path("/python"))


PYTHONS = [python("3.9.1"), python("3.11.1"), python("3.12.1"), python("3.13.1")]


def release(version: str, day: str, **more: object) -> ReleaseInfo:
    values = {"yanked": False, "requires_python": None, "wheels": ("py3-none-any",), "source": True, "size": 0} | more
    return ReleaseInfo(version, date.fromisoformat(day), **values)  # type: ignore[arg-type]


def source(*releases: ReleaseInfo, build: bool = False, pythons: list[Interpreter] = PYTHONS) -> CandidateSource:
    return CandidateSource(ReleaseList("walls", releases), pythons, TODAY, build=build)


def of_days(candidates: CandidateSource, *days: str) -> list[tuple[str, str, list[date | None]]]:
    groups = candidates.of_days([date.fromisoformat(day) for day in days])
    return [
        (each.release, each.suspect.interpreter.version, [control.spec.exclude_newer for control in each.controls])
        for each, *_ in groups
    ]


def test_the_release_of_each_day_is_compared_with_itself_on_its_days_the_last_one_first():
    three = source(release("1.0", "2024-01-01"), release("1.1", "2025-01-01"), release("2.0", "2025-11-01"))
    assert of_days(three, "2024-02-01", "2024-03-01", "2025-02-01") == [
        ("1.1", "3.13.1", [date(2025, 2, 1)]),
        ("1.0", "3.12.1", [date(2024, 3, 1), date(2024, 2, 1)]),
    ]


def test_withdrawn_releases_and_previews_are_the_newest_of_no_day():
    some = source(
        release("1.0", "2024-01-01"), release("1.1", "2024-02-01", yanked=True), release("2.0rc1", "2024-03-01")
    )
    assert [version for version, *_ in of_days(some, "2024-06-01")] == ["1.0"]


def test_a_release_without_a_wheel_counts_only_where_it_may_be_built():
    releases = (release("1.0", "2024-01-01"), release("1.1", "2024-02-01", wheels=()))
    assert [version for version, *_ in of_days(source(*releases), "2024-06-01")] == ["1.0"]
    assert [version for version, *_ in of_days(source(*releases, build=True), "2024-06-01")] == ["1.1"]


def pythons_of(candidate: Candidate) -> tuple[str, list[str]]:
    older = [each.spec.interpreter.version for each in candidate.controls if each.kind == "interpreter"]
    return candidate.suspect.interpreter.version, older


def test_the_newest_release_is_tried_on_each_supported_interpreter_and_compared_with_all_older_ones():
    first, *others = source(release("1.0", "2024-01-01"), release("1.1", "2025-01-01")).of_newest()
    assert [pythons_of(each) for each in (first, *others)] == [
        ("3.13.1", ["3.12.1", "3.11.1", "3.9.1"]),
        ("3.12.1", ["3.11.1", "3.9.1"]),
        ("3.11.1", ["3.9.1"]),
    ]
    assert [(each.kind, *each.spec.requires) for each in first.controls] == [
        ("interpreter", "walls==1.1"),
        ("interpreter", "walls==1.1"),
        ("release", "walls==1.0"),
        ("interpreter", "walls==1.1"),
    ]
    assert all(each.spec.interpreter == first.suspect.interpreter for each in first.controls if each.kind == "release")


def test_a_release_of_a_past_day_is_tried_on_the_newest_interpreter_with_the_dependencies_of_today():
    some = source(
        release("1.0", "2023-01-01"),
        release("1.1", "2024-01-01", requires_python="<3.12"),
        release("2.0", "2025-01-01"),
    )
    days = [date(2025, 6, 1), date(2024, 6, 1), date(2023, 6, 1), date(2023, 7, 1), date(2022, 1, 1)]
    candidates = list(some.on_new_interpreter(days))
    assert [(each.release, *pythons_of(each)) for each in candidates] == [
        ("1.0", "3.13.1", ["3.12.1", "3.11.1", "3.9.1"]),
        ("1.1", "3.11.1", ["3.9.1"]),
    ]
    assert {spec.exclude_newer for each in candidates for spec in (each.suspect, each.controls[0].spec)} == {TODAY}


def test_an_interpreter_that_a_release_refuses_is_left_out():
    candidates = list(source(release("1.0", "2024-01-01", requires_python=">=3.12,<3.13")).of_newest())
    assert candidates == []


def test_the_release_before_and_the_line_before_are_controls():
    releases = [release("1.0", "2024-01-01"), release("1.1", "2024-02-01"), release("2.0", "2024-03-01"),
                release("2.0.1", "2024-04-01")]  # fmt: skip
    (candidate,) = source(*releases, pythons=[python("3.13.1")]).of_newest()
    assert [control.spec.requires for control in candidate.controls] == [("walls==2.0",), ("walls==1.1",)]


def test_an_interpreter_is_supported_for_five_years():
    assert is_supported(python("3.11.1"), TODAY)
    assert not is_supported(python("3.9.1"), TODAY)
    assert is_supported(python("3.99.0"), TODAY)
