"""Evidence that a person typed or changed, one test for each way in which it contradicts itself or its card."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
from pydantic import ValidationError

from fixcards.records.card import Card
from fixcards.records.evidence import Evidence, evidence_text, lock_digest, run_digest
from fixcards.records.rules import evidence as rules
from fixcards.records.rules.rule import rules_with_prefix
from fixcards.records.verdict import has_control, judge

SIGNATURE = "demo.Stalled: no answer from server.test"
Change = Callable[[dict[str, Any]], object]
BROKEN, FIRST_FIX, SECOND_FIX, LATEST, STUB, _, AS_BEFORE, NEWEST = range(8)


def run_of(role: str, release: str, outcome: str, **values: object) -> dict[str, Any]:
    failed = outcome == "failed-as-described"
    common = {
        "role": role,
        "release": release,
        "packages": {"demo": release, "transport": "2.1"},
        "python": "3.12.1",
        "exit": 0 if outcome == "passed" else 1,
        "outcome": outcome,
        "seconds": 0.4,
        "date": "2024-06-01",
        "repetitions": [outcome] * (1 if role in {"control", "stub", "disguised"} else 3),
    }
    if failed:
        common |= {"matched": SIGNATURE, "output": f"{SIGNATURE}\n"}
    return common | values


@pytest.fixture
def card(data: dict[str, Any]) -> Card:
    return Card.model_validate(data)


@pytest.fixture
def plain(card: Card) -> dict[str, Any]:
    """Evidence of the card as plain data: all is well."""
    missing = "StubbedPackage: demo/__init__.py"
    runs = [
        run_of("broken", "1.10", "failed-as-described", frames=["demo/client.py:get"]),
        run_of("fix", "1.11", "passed", fix=1),
        run_of("fix", "1.10", "passed", fix=2),
        run_of("latest", "1.12", "passed"),
        run_of("stub", "1.10", "failed-otherwise", reason="ended with 1, without the signature", output=missing),
        run_of("disguised", "1.10", "failed-as-described"),
        run_of("install", "1.11", "passed", fix=1, others="kept"),
        run_of("install", "1.12", "passed", fix=1, others="newest"),
    ]
    names = {f"{name}=={version}" for run in runs for name, version in run["packages"].items()}
    distributions = {name: hashlib.sha256(name.encode()).hexdigest() for name in sorted(names)}
    for run in runs:
        run["lock_digest"] = lock_digest(run["packages"], distributions)
    return {
        "format": 2,
        "card": card.id,
        "digest": run_digest(card),
        "provenance": {"runner": "person"},
        "platform": "linux-x86_64",
        "isolation": "bubblewrap",
        "limits": {"memory_bytes": 1073741824, "wall_seconds": 60.0},
        "runs": runs,
        "distributions": distributions,
    }


def codes(plain: dict[str, Any], card: Card) -> set[str]:
    """Return the codes of the problems of evidence, found by all rules that take evidence and card."""
    evidence = Evidence.model_validate(plain)
    each_rule = [*rules_with_prefix("FC31"), *rules_with_prefix("FC32")]
    checks = [each for each in each_rule if each.check is not rules.duplicate_key]
    return {each.code for each in checks if list(each.check(evidence, card))}


def at(number: int, **values: object) -> Change:
    return lambda plain: plain["runs"][number].update(values)


def without(*numbers: int) -> Change:
    return lambda plain: plain.update(runs=[run for n, run in enumerate(plain["runs"]) if n not in numbers])


def again(number: int) -> Change:
    return lambda plain: plain["runs"].append(plain["runs"][number])


def install(number: int, **packages: str) -> Change:
    """Change what a run installed, with a digest that fits."""

    def change(plain: dict[str, Any]) -> None:
        run = plain["runs"][number]
        run["packages"] |= packages
        for name, version in packages.items():
            plain["distributions"][f"{name}=={version}"] = "a" * 64
        run["release"] = run["packages"]["demo"]
        run["lock_digest"] = lock_digest(run["packages"], plain["distributions"])

    return change


def on_day(number: int, day: date) -> Change:
    return at(number, date=day.isoformat())


TODAY = datetime.now(timezone.utc).date()
CONTRADICTIONS: dict[str, tuple[str, Change]] = {
    "the broken run is missing": ("FC311", without(BROKEN)),
    "the broken run stands twice": ("FC311", again(BROKEN)),
    "a fix is missing": ("FC311", without(SECOND_FIX)),
    "a fix stands twice": ("FC311", again(FIRST_FIX)),
    "a fix has no number": ("FC311", at(FIRST_FIX, fix=None)),
    "the newest release has the number of a fix": ("FC311", at(LATEST, fix=1)),
    "it failed with exit status 0": ("FC312", at(BROKEN, exit=0)),
    "it failed without a signature": ("FC312", at(BROKEN, matched=None)),
    "it passed with exit status 1": ("FC312", at(FIRST_FIX, exit=1)),
    "it passed and did not end": ("FC312", at(FIRST_FIX, exit=None)),
    "it passed and printed the signature": ("FC312", at(FIRST_FIX, matched=SIGNATURE)),
    "no repetition had the outcome": ("FC312", at(FIRST_FIX, repetitions=["failed-otherwise"] * 3)),
    "it passed and installed nothing": ("FC312", at(FIRST_FIX, packages={}, lock_digest="")),
    "it could not run and installed packages": (
        "FC312",
        at(FIRST_FIX, outcome="could-not-run", reason="no wheel", repetitions=["could-not-run"] * 3),
    ),
    "it failed otherwise for no reason": ("FC312", at(STUB, reason=None)),
    "another signature": ("FC313", at(BROKEN, matched="demo.Other: boom", output="demo.Other: boom\n")),
    "an output without the signature": ("FC313", at(BROKEN, output="all is well\n")),
    "an empty output": ("FC313", at(BROKEN, output="")),
    "the fixed release failed": ("FC314", install(BROKEN, demo="1.11")),
    "stubs of the fixed release": ("FC314", install(STUB, demo="1.11")),
    "a fix that installed another release": ("FC314", install(FIRST_FIX, demo="1.12")),
    "a fix that installed another partner": ("FC314", install(FIRST_FIX, transport="2.2")),
    "a line that installed an older release": ("FC314", install(AS_BEFORE, demo="1.9")),
    "a line that did not install what it names": (
        "FC314",
        lambda plain: plain["runs"][AS_BEFORE]["packages"].pop("demo"),
    ),
    "a line that was run twice": ("FC311", again(AS_BEFORE)),
    "a line of no fix": ("FC311", at(NEWEST, fix=None)),
    "a line without a word of the others": ("FC311", at(NEWEST, others=None)),
    "another run with a word of the others": ("FC311", at(LATEST, others="kept")),
    "another release than was installed": ("FC314", at(BROKEN, release="1.9")),
    "a newest release that is not the newest": (
        "FC314",
        lambda plain: plain.update(releases=[{"version": "1.13", "state": "passes"}]),
    ),
    "a lock digest of nothing": ("FC315", at(BROKEN, lock_digest="")),
    "another lock digest": ("FC315", at(BROKEN, lock_digest="b" * 64)),
    "packages without files": ("FC315", lambda plain: plain["distributions"].pop("demo==1.10")),
    "other files": ("FC315", lambda plain: plain["distributions"].update({"demo==1.10": "c" * 64})),
    "files of what no run installed": ("FC315", lambda plain: plain["distributions"].update({"evil==6.6": "d" * 64})),
    "a day in the future": ("FC316", on_day(BROKEN, TODAY + timedelta(days=3))),
    "a far day": ("FC316", on_day(LATEST, date(2099, 1, 1))),
    "a day before the releases": ("FC316", at(BROKEN, exclude_newer="2024-07-01")),
    "releases of a later day": (
        "FC316",
        lambda plain: plain.update(releases=[{"version": "1.12", "state": "passes", "uploaded": "2024-09-01"}]),
    ),
    "it fails without the package": (
        "FC320",
        at(STUB, outcome="failed-as-described", matched=SIGNATURE, repetitions=["failed-as-described"]),
    ),
    "no frames": ("FC321", at(BROKEN, frames=[])),
    "other frames": ("FC321", at(BROKEN, frames=["demo/client.py:post"])),
}


def test_evidence_without_a_contradiction_has_no_problem_and_verifies_its_card(
    plain: dict[str, Any], card: Card
) -> None:
    assert codes(plain, card) == set()
    assert judge(card, Evidence.model_validate(plain), date(2024, 6, 2)).verdict == "verified"


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_evidence_that_contradicts_itself_or_its_card_is_a_problem(
    name: str, plain: dict[str, Any], card: Card
) -> None:
    code, change = CONTRADICTIONS[name]
    change(plain)
    assert code in codes(plain, card)


def test_a_day_of_another_time_zone_is_not_in_the_future(plain: dict[str, Any], card: Card) -> None:
    on_day(BROKEN, TODAY + timedelta(days=1))(plain)
    assert codes(plain, card) == set()


def test_a_key_that_stands_twice_is_a_problem(plain: dict[str, Any]) -> None:
    text = evidence_text(Evidence.model_validate(plain))
    assert not list(rules.duplicate_key(text))
    assert list(rules.duplicate_key(text.replace('"exit": 1', '"exit": 0, "exit": 1', 1)))


MALFORMED: dict[str, Change] = {
    "an older format": lambda plain: plain.update(format=1),
    "no provenance": lambda plain: plain.pop("provenance"),
    "an address with a password": lambda plain: plain.update(
        provenance={"runner": "ci", "url": "https://user:word@ci.test/1"}
    ),
    "an address that runs a script": lambda plain: plain.update(
        provenance={"runner": "ci", "url": "javascript:alert(1)"}
    ),
    "a negative limit": lambda plain: plain["limits"].update(memory_bytes=-1),
    "an endless limit": lambda plain: plain["limits"].update(wall_seconds=float("inf")),
    "negative seconds": at(BROKEN, seconds=-1),
    "endless seconds": at(BROKEN, seconds=float("inf")),
    "a long output": at(BROKEN, output="x" * 100_000),
    "a hundred runs": lambda plain: plain.update(runs=plain["runs"] * 20),
    "100,000 releases": lambda plain: plain.update(
        releases=[{"version": f"1.{number}", "state": "fails"} for number in range(100_000)]
    ),
    "2,000 packages": at(BROKEN, packages={f"package-{number}": "1" for number in range(2000)}),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_evidence_that_the_program_could_not_have_written_is_refused(name: str, plain: dict[str, Any]) -> None:
    MALFORMED[name](plain)
    with pytest.raises(ValidationError):
        Evidence.model_validate_json(json.dumps(plain))


@pytest.mark.parametrize("change", [{"issue": "https://github.com/example/demo/issues/8"}, {"package": "demos"}])
def test_evidence_of_another_card_stays_stale_when_its_id_is_changed(
    change: dict[str, str], plain: dict[str, Any], data: dict[str, Any]
) -> None:
    other = Card.model_validate(data | change)
    evidence = Evidence.model_validate(plain | {"card": other.id})
    assert judge(other, evidence, date(2024, 6, 2)).verdict == "stale"


def test_a_card_whose_program_fails_without_the_package_is_not_verified(plain: dict[str, Any], card: Card) -> None:
    CONTRADICTIONS["it fails without the package"][1](plain)
    judgement = judge(card, Evidence.model_validate(plain), date(2024, 6, 2))
    assert (judgement.verdict, judgement.reproduced) == ("partly verified", False)


def test_a_card_without_a_stub_run_is_not_verified(plain: dict[str, Any], card: Card) -> None:
    without(STUB)(plain)
    assert judge(card, Evidence.model_validate(plain), date(2024, 6, 2)).verdict == "partly verified"


def test_a_stub_run_that_passes_is_no_control(plain: dict[str, Any], card: Card) -> None:
    """The only unchanged programs that pass are then those without any code of the package."""
    at(FIRST_FIX, outcome="failed-otherwise", exit=2, reason="ended with 2")(plain)
    for line in (LATEST, AS_BEFORE, NEWEST):
        at(line, outcome="failed-otherwise", exit=2, reason="ended with 2")(plain)
    at(STUB, outcome="passed", exit=0, reason=None, repetitions=["passed"])(plain)
    assert not has_control(card, Evidence.model_validate(plain))


FAILED = {"outcome": "failed-otherwise", "repetitions": ["failed-otherwise"] * 3, "exit": 1, "reason": "ended with 1"}
REFUSED = {
    "outcome": "could-not-run",
    "repetitions": ["could-not-run"] * 3,
    "exit": None,
    "reason": "no",
    "packages": {},
}


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ([at(AS_BEFORE, **FAILED)], "partly verified"),
        ([at(NEWEST, **FAILED)], "partly verified"),
        ([without(AS_BEFORE)], "partly verified"),
        ([without(AS_BEFORE, NEWEST)], "partly verified"),
        ([at(AS_BEFORE, **REFUSED, lock_digest="")], "verified"),
        ([at(NEWEST, **REFUSED, lock_digest="")], "verified"),
        ([at(AS_BEFORE, **REFUSED, lock_digest=""), at(NEWEST, **REFUSED, lock_digest="")], "partly verified"),
        ([at(NEWEST, repetitions=["passed"])], "partly verified"),
    ],
)
def test_a_card_is_verified_only_if_its_line_works_wherever_it_can_be_installed(
    changes: list[Change], verdict: str, plain: dict[str, Any], card: Card
) -> None:
    for change in changes:
        change(plain)
    assert judge(card, Evidence.model_validate(plain), date(2024, 6, 2)).verdict == verdict
