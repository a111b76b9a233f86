"""Findings come back from JSON as they were; one cause is one finding; shares have their interval."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from pydantic import ValidationError

from fixcards.scout.finding import (
    CardAnswer,
    Culprit,
    Finding,
    Side,
    VanishedName,
    findings_from,
    findings_json,
)
from fixcards.scout.report import Report, grouped, wilson
from fixcards.verify.failure_signature import FailureSignature

DAY = date(2025, 6, 1)


def finding(
    package: str = "walls", error: str = "ImportError: no area", first_bad: str = "2.0", **more: object
) -> Finding:
    return Finding(
        kind="partner",
        step="import",
        package=package,
        release="1.0",
        uploaded=DAY,
        program=f"import {package}\n",
        suspect=Side((f"{package}==1.0", f"shapes=={first_bad}"), DAY, "3.11.7", {"shapes": first_bad}, 1, None, error),
        control=Side((f"{package}==1.0", "shapes==1.0"), DAY, "3.11.7", {"shapes": "1.0"}, 0),
        culprit=Culprit("shapes", "1.0", first_bad, DAY, DAY),
        signature=FailureSignature(error, "ImportError", ("walls/__init__.py:<module>",)),
        lowest_failing="1.0",
        highest_failing="1.0",
        seconds=1.5,
        runs=7,
        **more,  # type: ignore[arg-type]
    )


def test_findings_come_back_from_json_as_they_were() -> None:
    name = VanishedName("attribute", "shapes", "area", moved_to="shapes.plane")
    written = [finding("doors"), finding(vanished=name, answer=CardAnswer("walls-7", "exact"), build=("walls",))]
    read = findings_from(findings_json(written))
    assert read == written
    assert [(each.seconds, each.runs) for each in read] == [(1.5, 7)] * 2


def test_equal_findings_give_equal_bytes_whatever_they_took_and_in_any_order() -> None:
    one, other = finding("doors"), finding()
    slower = replace(other, seconds=9.0, runs=8)
    assert findings_json([one, other], cost=False) == findings_json([slower, one], cost=False)


def test_what_is_no_finding_is_refused() -> None:
    with pytest.raises(ValidationError):
        findings_from(b'[{"kind": "partner"}]')


def test_the_same_change_and_the_same_failure_are_one_cause() -> None:
    one = [finding("walls"), finding("doors"), finding("roofs", fixed="1.1")]
    groups = grouped([*one, finding("doors", "Error: other")])
    assert sorted((each.package, [victim.package for victim in each.victims]) for each in groups) == [
        ("doors", []),
        ("doors", ["roofs", "walls"]),
    ]


def test_two_releases_of_a_culprit_are_two_causes() -> None:
    assert len(grouped([finding("walls"), finding("doors", first_bad="3.0")])) == 2


def test_the_interval_of_a_share_is_that_of_wilson() -> None:
    low, high = wilson(9, 99)
    assert (round(low, 3), round(high, 3)) == (0.049, 0.164)
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(0, 10)[0] == 0.0


def test_a_report_has_no_cell_that_breaks_its_table() -> None:
    text = Report((), (finding(error="a|b\n`c`"),), ()).as_markdown()
    (row,) = [line for line in text.splitlines() if line.startswith("| shapes")]
    assert row.replace("\\|", "").count("|") == 7
