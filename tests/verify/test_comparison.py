from __future__ import annotations

from datetime import date

import pytest

from fixcards.records.evidence import Evidence
from fixcards.verify.comparison import differences
from tests.conftest import GOOD

BROKEN, FIRST_FIX, SECOND_FIX, LATEST, STUB = range(5)


@pytest.fixture
def stored() -> Evidence:
    return Evidence.model_validate_json(GOOD.with_name("7.evidence.json").read_bytes())


def changed(evidence: Evidence, at: int, **changes: object) -> Evidence:
    runs = list(evidence.runs)
    runs[at] = runs[at].model_copy(update=changes)
    return evidence.model_copy(update={"runs": tuple(runs)})


def test_the_same_runs_on_another_day_and_machine_do_not_differ(stored: Evidence) -> None:
    new = changed(stored, BROKEN, date=date(2025, 1, 1), seconds=9.0, cpu_seconds=8.0, output="in other words")
    assert differences(stored, new.model_copy(update={"platform": "linux-aarch64", "tools": {}})) == ()


@pytest.mark.parametrize(
    ("at", "changes", "expected"),
    [
        (BROKEN, {"outcome": "passed"}, "broken: outcome passed now, failed-as-described in the evidence"),
        (BROKEN, {"release": "1.9"}, "broken: release 1.9 now, 1.10 in the evidence"),
        (BROKEN, {"exit": None}, "broken: exit status None now, 1 in the evidence"),
        (BROKEN, {"frames": ()}, "broken: frames none now, demo/client.py:get in the evidence"),
        (SECOND_FIX, {"outcome": "failed-otherwise"}, "fix 2: outcome failed-otherwise now, passed in the evidence"),
        (STUB, {"outcome": "failed-as-described"},
         "stub: outcome failed-as-described now, failed-otherwise in the evidence"),
        (LATEST, {"outcome": "failed-otherwise"}, "latest: outcome failed-otherwise now, passed in the evidence"),
    ],
)  # fmt: skip
def test_another_result_is_a_difference(at: int, changes: dict, expected: str, stored: Evidence) -> None:
    assert differences(stored, changed(stored, at, **changes)) == (expected,)


def test_another_signature_is_a_difference_and_another_number_in_it_is_none(stored: Evidence) -> None:
    before = changed(stored, BROKEN, matched="demo.Stalled: no answer in 5 s from /srv/a/b.py")
    assert (
        differences(before, changed(stored, BROKEN, matched="demo.Stalled: no answer in 7 s from /home/c/b.py")) == ()
    )
    assert len(differences(before, changed(stored, BROKEN, matched="demo.Stalled: connection lost"))) == 1


def test_a_newer_newest_release_counts_only_by_its_outcome(stored: Evidence) -> None:
    assert differences(stored, changed(stored, LATEST, release="2.0", exit=7, lock_digest="0" * 64)) == ()


def test_other_packages_are_a_difference_where_the_day_is_fixed(stored: Evidence) -> None:
    other = {"lock_digest": "0" * 64}
    assert differences(stored, changed(stored, BROKEN, **other)) == ()
    day = {"exclude_newer": date(2024, 5, 6)}
    assert differences(changed(stored, BROKEN, **day), changed(stored, BROKEN, **day, **other)) == (
        f"broken: environment {'0' * 12} now, {stored.runs[BROKEN].lock_digest[:12]} in the evidence",
    )


def test_runs_that_only_one_of_them_has_are_differences(stored: Evidence) -> None:
    fewer = stored.model_copy(update={"runs": stored.runs[:STUB]})
    assert differences(stored, fewer) == ("stub: is in the evidence, and was not run now",)
    assert differences(fewer, stored) == ("stub: failed-otherwise now, and is not in the evidence",)


def test_without_evidence_of_this_card_as_it_is_there_is_nothing_to_compare(stored: Evidence) -> None:
    assert differences(None, stored) == ("there is no evidence that could be compared",)
    earlier = stored.model_copy(update={"digest": "0" * 64})
    assert differences(earlier, stored) == ("the card was changed after its evidence was made",)
