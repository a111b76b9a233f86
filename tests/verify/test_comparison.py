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


def test_evidence_that_is_not_there_is_a_difference() -> None:
    assert differences(None, evidence())


def test_another_newest_release_is_a_difference_only_where_it_ended_otherwise() -> None:
    stored = evidence(role="latest")
    assert differences(stored, evidence("1.1", role="latest", lock_digest="b" * 64)) == ()
    assert differences(stored, evidence("1.1", role="latest", outcome="passed", exit=0))
