from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from fixcards.records.evidence import Evidence
from fixcards.verify.comparison import differences


def evidence(release: str = "1.0", **values: object) -> Evidence:
    run: dict[str, Any] = {
        "role": "broken",
        "release": release,
        "packages": {"demo": release},
        "lock_digest": "a" * 64,
        "exclude_newer": date(2024, 5, 1),
        "python": "3.12.1",
        "exit": 1,
        "outcome": "failed-as-described",
        "matched": "demo.Stalled: no answer",
        "frames": ["demo/client.py:get"],
        "seconds": 1.0,
        "output": "demo.Stalled: no answer",
        "repetitions": ["failed-as-described"] * 3,
        "date": date(2024, 6, 1),
    }
    return Evidence.model_validate(
        {
            "card": "demo-7",
            "digest": "d" * 64,
            "provenance": {"runner": "person"},
            "platform": "linux-x86_64",
            "isolation": "bubblewrap",
            "runs": [run | values],
        }
    )


@pytest.mark.parametrize(
    "values",
    [{"seconds": 9.0}, {"cpu_seconds": 9.0}, {"date": date(2025, 1, 1)}, {"output": "another path: no answer"}],
)
def test_times_days_and_the_wording_of_an_output_are_no_difference(values: dict[str, object]) -> None:
    assert differences(evidence(), evidence(**values)) == ()


def test_what_stands_at_a_placeholder_is_no_difference() -> None:
    stored, new = (evidence(matched=f"demo.Stalled: no answer from {host}") for host in ("gw0", "gw1"))
    assert differences(stored, new)
    assert differences(stored, new, ["demo.Stalled: no answer from {host}"]) == ()
    other = evidence(matched="demo.Stalled: no line")
    assert differences(stored, other, ["demo.Stalled: no answer from {host}", "demo.Stalled: no line"])


@pytest.mark.parametrize(
    "values",
    [
        {"outcome": "passed", "exit": 0, "matched": None},
        {"exit": 2},
        {"matched": "demo.Other: boom"},
        {"lock_digest": "b" * 64},
        {"release": "1.1"},
        {"frames": ["demo/client.py:post"]},
        {"role": "control"},
    ],
)
def test_what_a_run_showed_is_a_difference(values: dict[str, object]) -> None:
    assert differences(evidence(), evidence(**values))


def test_where_a_program_was_stopped_is_no_difference() -> None:
    stopped = [evidence(exit=None, frames=[f"demo/client.py:{name}"]) for name in ("get", "post")]
    assert differences(*stopped) == ()


def test_evidence_that_is_not_there_is_a_difference() -> None:
    assert differences(None, evidence())


def test_another_newest_release_is_a_difference_only_where_it_ended_otherwise() -> None:
    stored = evidence(role="latest")
    assert differences(stored, evidence("1.1", role="latest", lock_digest="b" * 64)) == ()
    assert differences(stored, evidence("1.1", role="latest", outcome="passed", exit=0))


def test_a_run_that_only_one_of_them_has_is_a_difference() -> None:
    stored = evidence()
    more = stored.model_copy(update={"runs": (*stored.runs, stored.runs[0].model_copy(update={"role": "stub"}))})
    assert differences(more, stored) == ("stub: is in the evidence, and was not run now",)
    assert differences(stored, more) == ("stub: failed-as-described now, and is not in the evidence",)


def test_evidence_of_an_earlier_card_cannot_be_compared() -> None:
    earlier = evidence().model_copy(update={"digest": "0" * 64})
    assert differences(earlier, evidence()) == ("the card was changed after its evidence was made",)


def test_a_number_in_the_signature_is_no_difference() -> None:
    assert differences(evidence(matched="demo.Stalled: in 5 s"), evidence(matched="demo.Stalled: in 7 s")) == ()


def test_a_release_that_a_new_sweep_shows_otherwise_is_a_difference() -> None:
    def swept(*states: str) -> Evidence:
        releases = [{"version": f"1.{minor}", "state": state} for minor, state in enumerate(states)]
        return Evidence.model_validate({**evidence().model_dump(), "releases": releases})

    stored = swept("fails", "inferred-fails", "passes")
    assert differences(stored, swept("inferred-fails", "fails", "passes")) == ()
    assert differences(stored, evidence()) == ()  # no sweep was made
    assert differences(stored, swept("fails", "passes", "passes", "passes")) == (
        "release 1.1: passes now, inferred-fails in the evidence",
    )
