"""The search for the releases at which a failure begins and ends, on states that are made up."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest

from fixcards.verify.bisect import ReleaseSearch, search, usual_runs
from fixcards.verify.package_index import ReleaseInfo

STATES = {"F": "fails", "P": "passes", "X": "differs", "W": "reworded", "-": "not-testable"}
FIRST_DAY = date(2015, 1, 1)


def release(version: str, uploaded: date | None = None, *, yanked: bool = False) -> ReleaseInfo:
    return ReleaseInfo(version, uploaded, yanked, None, ("py3-none-any",), source=True, size=0)


def history(count: int, seed: int) -> list[ReleaseInfo]:
    """Releases of one line of development: what has a higher version is younger."""
    chance = random.Random(seed)  # noqa: S311
    releases, numbers = [], [0, 1, 0]
    while len(releases) < count:
        releases.append(release(".".join(map(str, numbers)), FIRST_DAY + timedelta(days=20 * len(releases))))
        rise = chance.choices([0, 1, 2], [1, 4, 12])[0]
        numbers = [*numbers[:rise], numbers[rise] + 1, *[0] * (2 - rise)]
    return releases


class Simulation:
    """Releases with a state each, as letters of `STATES`, and the search among them."""

    def __init__(
        self, releases: list[ReleaseInfo], letters: str, start: str | None = None, max_runs: int = 100
    ) -> None:
        self.truth = {each.version: STATES[letter] for each, letter in zip(releases, letters, strict=True)}
        self.order: list[str] = []
        self.search = ReleaseSearch(releases, start)
        self.states = search(self.search, self.run, max_runs)

    def run(self, each: ReleaseInfo) -> str:
        self.order.append(each.version)
        return self.truth[each.version]

    @property
    def changes(self) -> list[tuple[str, str]]:
        return [(point.below.version, point.above.version) for point in self.search.turning_points(self.states)]


def numbered(letters: str) -> list[ReleaseInfo]:
    return history(len(letters), seed=1)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("ends", ["FP", "PF", "XF"])
def test_twelve_runs_settle_one_turning_point_among_200_releases_wherever_it_is(ends: str, seed: int) -> None:
    releases = history(200, seed)
    cut = random.Random(seed + 1000).randrange(1, 200)  # noqa: S311
    simulation = Simulation(releases, ends[0] * cut + ends[1] * (200 - cut), max_runs=None)
    assert len(simulation.order) <= usual_runs(200) == 12
    assert simulation.changes == [(releases[cut - 1].version, releases[cut].version)]
    assert simulation.search.is_settled(simulation.states)
    assert not simulation.search.turning_points(simulation.states)[0].untested


@pytest.mark.parametrize("count", [1, 2, 3, 7, 30])
def test_every_single_turning_point_of_a_short_history_is_settled(count: int) -> None:
    for cut in range(count + 1):
        for ends in ("FP", "PF"):
            letters = ends[0] * cut + ends[1] * (count - cut)
            simulation = Simulation(history(count, seed=2), letters, max_runs=None if "F" in letters else 100)
            assert len(simulation.changes) == len(set(letters)) - 1
            assert simulation.search.is_settled(simulation.states) == ("F" in letters)
            assert len(set(simulation.order)) == len(simulation.order)
            assert "F" not in letters or len(simulation.order) <= usual_runs(count)


def test_a_major_version_of_which_nothing_was_run_is_tried_once() -> None:
    versions = ["1.0", "1.1", "1.2", "1.3", "2.0", "3.0", "4.0", "4.1", "4.2", "5.0", "5.1", "5.2"]
    simulation = Simulation([release(version) for version in versions], "PPPPFPPPPFFF")
    assert simulation.changes == [("1.3", "2.0"), ("2.0", "3.0"), ("4.2", "5.0")]


def test_the_newest_release_is_run_first_and_one_to_begin_at_before_it() -> None:
    releases = numbered("FFFFFPPPPP")
    assert Simulation(releases, "FFFFFPPPPP").order[0] == releases[-1].version
    order = Simulation(releases, "FFFFFPPPPP", start=releases[2].version).order
    assert order[:2] == [releases[2].version, releases[-1].version]


def test_the_failure_nearest_to_today_is_settled_first() -> None:
    letters = "F" * 20 + "P" * 60 + "F" * 60 + "P" * 60
    simulation = Simulation(numbered(letters), letters, max_runs=12)
    assert simulation.search.is_settled(simulation.states)
    releases = simulation.search.releases
    assert (releases[139].version, releases[140].version) in simulation.changes


def test_a_failure_that_came_and_went_is_settled_at_both_ends() -> None:
    letters = "P" * 80 + "F" * 60 + "P" * 60
    simulation = Simulation(numbered(letters), letters, max_runs=20)
    releases = simulation.search.releases
    assert simulation.changes == [(releases[cut - 1].version, releases[cut].version) for cut in (80, 140)]


def test_a_failure_of_another_kind_neither_fails_as_described_nor_passes() -> None:
    letters = "XXXXXXXXPPPPPPPPFFFFFFFFXXXXXXPPPPPPPPPP"
    simulation = Simulation(numbered(letters), letters)
    releases = simulation.search.releases
    for cut in (16, 24, 30):  # where the failure begins, where it becomes another one, where that ends
        assert (releases[cut - 1].version, releases[cut].version) in simulation.changes


def test_where_the_words_change_is_settled_last() -> None:
    letters = "P" * 10 + "F" * 10 + "W" * 10 + "P" * 10
    simulation = Simulation(numbered(letters), letters)
    releases = simulation.search.releases
    assert simulation.changes == [(releases[cut - 1].version, releases[cut].version) for cut in (10, 20, 30)]


def test_releases_that_cannot_be_run_are_passed_over_and_named() -> None:
    letters = "F" * 12 + "-" * 4 + "P" * 14
    simulation = Simulation(numbered(letters), letters)
    (point,) = simulation.search.turning_points(simulation.states)
    releases = simulation.search.releases
    assert (point.below.version, point.above.version) == (releases[11].version, releases[16].version)
    assert set(point.not_testable) == {each.version for each in releases[12:16]}


def test_nothing_that_can_be_run_is_no_endless_search() -> None:
    simulation = Simulation(numbered("-" * 50), "-" * 50, max_runs=10)
    assert len(simulation.order) == 10
    assert not simulation.search.is_settled(simulation.states)


def test_a_yanked_release_or_a_prerelease_is_not_where_the_search_starts() -> None:
    releases = [release("1.0"), release("1.1"), release("1.2", yanked=True), release("1.3a1")]
    assert Simulation(releases, "FPPP").order[0] == "1.1"


def two_lines() -> list[ReleaseInfo]:
    """1.0.0 to 1.0.15 and, beside its last ten, 2.0.0 to 2.0.9; then 3.0.0 to 3.0.9."""
    old = [release(f"1.0.{number}", FIRST_DAY + timedelta(days=30 * number)) for number in range(16)]
    new = [release(f"2.0.{number}", FIRST_DAY + timedelta(days=30 * (number + 6))) for number in range(10)]
    last = [release(f"3.0.{number}", FIRST_DAY + timedelta(days=30 * (number + 16))) for number in range(10)]
    return [*old, *new, *last]


@pytest.mark.parametrize("fixed", range(1, 10))
def test_a_fix_that_was_made_in_two_lines_is_seen_in_both(fixed: int) -> None:
    letters = "F" * (fixed + 6) + "P" * (10 - fixed) + "F" * fixed + "P" * (10 - fixed) + "P" * 10
    simulation = Simulation(two_lines(), letters, max_runs=16)
    assert (f"2.0.{fixed - 1}", f"2.0.{fixed}") in simulation.changes
    assert (f"1.0.{fixed + 5}", f"1.0.{fixed + 6}") in simulation.changes


def test_without_days_the_neighbouring_lines_of_a_fix_are_looked_at() -> None:
    releases = [replace(each, uploaded=None) for each in two_lines()]
    letters = "F" * 10 + "P" * 6 + "F" * 4 + "P" * 6 + "P" * 10
    simulation = Simulation(releases, letters, max_runs=16)
    assert ("2.0.3", "2.0.4") in simulation.changes
    assert ("1.0.9", "1.0.10") in simulation.changes


def test_lines_that_do_not_overlap_cost_no_run() -> None:
    releases = [
        release(f"{major}.0.{patch}", FIRST_DAY + timedelta(days=9 * major + patch))
        for major in range(4)
        for patch in range(8)
    ]
    letters = "F" * 12 + "P" * 20
    assert len(Simulation(releases, letters).order) <= 9


def test_states_between_equal_neighbours_are_inferred_and_counted() -> None:
    letters = "F" * 20 + "P" * 20
    simulation = Simulation(numbered(letters), letters)
    below, above = simulation.search.stretches(simulation.states)
    assert (below.state, below.first.version, below.releases) == ("fails", "0.1.0", 20)
    assert (above.state, above.last.version, above.releases) == ("passes", simulation.search.releases[-1].version, 20)
    assert below.runs + above.runs == len(simulation.order)


def test_what_is_left_open_when_the_runs_are_used_up_is_named() -> None:
    letters = "F" * 100 + "P" * 100
    simulation = Simulation(numbered(letters), letters, max_runs=6)
    (point,) = simulation.search.turning_points(simulation.states)
    assert point.untested
    assert not simulation.search.is_settled(simulation.states)
    assert len(simulation.order) == 6


def test_a_search_that_was_interrupted_goes_on_where_it_stopped() -> None:
    letters = "F" * 30 + "P" * 30
    whole = Simulation(numbered(letters), letters)
    for done in range(len(whole.order)):
        states = {version: whole.truth[version] for version in whole.order[:done]}
        following = whole.search.next_release(states)
        assert following is not None
        assert following.version == whole.order[done]
