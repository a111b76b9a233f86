from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from fixcards.records.card import Card
from fixcards.records.evidence import MAX_FRAMES, MAX_OUTPUT, Evidence, Run, evidence_text, run_digest
from fixcards.records.rules import RULES
from tests.hostile_cards import HIDDEN

from .conftest import GOOD


def changed(data: dict[str, Any], change: Callable[[dict], object]) -> str:
    change(data)
    return run_digest(Card.model_validate(data))


def test_the_digest_of_the_committed_evidence_is_that_of_its_card(card: Card, evidence: Evidence) -> None:
    assert evidence.digest == run_digest(card)


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.update(title="Another title"),
        lambda data: data.update(symptom="It broke."),
        lambda data: data.update(impact="None."),
        lambda data: data.update(category="crash"),
        lambda data: data.update(pr="https://github.com/example/demo/pull/9"),
        lambda data: data.update(prevention=["Sleep."]),
        lambda data: data.update(discussion=[]),
        lambda data: data.update(related=["demo-8"]),
        lambda data: data.update(status={"state": "disputed", "reason": "It may be wrong."}),
        lambda data: data["signature"].update(traceback="Traceback"),
        lambda data: data["signature"].update(frames=["demo/other.py:f"]),
        lambda data: data["fixes"][0].update(title="Up", body="Go.", why="So.", use_when="Now.", avoid_when="Then."),
    ],
)
def test_evidence_outlives_a_change_of_prose(card: Card, data: dict, change: Callable[[dict], object]) -> None:
    assert changed(data, change) == run_digest(card)


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.update(package="demo-two"),
        lambda data: data["versions"].update(affected="<=1.9"),
        lambda data: data["versions"].update(fixed="1.12"),
        lambda data: data["versions"].update({"with": {"transport": ">=2.1"}}),
        lambda data: data["versions"].update(python=">=3.10"),
        lambda data: data["versions"].update(platform="macos"),
        lambda data: data["signature"].update(error="demo.Other"),
        lambda data: data["signature"].update(exception="demo.Other"),
        lambda data: data["signature"].update(aliases=[]),
        lambda data: data["reproduction"].update(python=">=3.10"),
        lambda data: data["reproduction"].update(requires=["demo=={version}", "transport==2.2"]),
        lambda data: data["reproduction"].update(build=["transport"]),
        lambda data: data["reproduction"].update(exclude_newer="2024-05-07"),
        lambda data: data["reproduction"].update(code="import demo\n\ndemo.get()\n"),
        lambda data: data["reproduction"]["files"].update({"server/page.txt": "bye"}),
        lambda data: data["reproduction"]["expect"].update(exit=2),
        lambda data: data["reproduction"]["expect"].update(timeout=6),
        lambda data: data["reproduction"].update(skip="It needs a printer."),
        lambda data: data["fixes"][0].update(requires=["demo==1.12"]),
        lambda data: data["fixes"][1].update(code="import demo\n"),
        lambda data: data["fixes"][1].update(kind="workaround"),
        lambda data: data["fixes"].reverse(),
        lambda data: data["fixes"].pop(),
    ],
)
def test_evidence_is_stale_after_a_change_of_what_is_run(
    card: Card, data: dict, change: Callable[[dict], object]
) -> None:
    assert changed(data, change) != run_digest(card)


def test_the_digest_does_not_depend_on_what_was_asked_before(card: Card, data: dict) -> None:
    fresh = run_digest(Card.model_validate(data))
    assert card.versions.named_broken == "1.10"
    assert "1.5" in card.versions.affected_set
    assert card.id == "demo-7"
    assert run_digest(card) == fresh


def test_the_digest_does_not_depend_on_the_order_of_keys(card: Card, data: dict) -> None:
    turned = {key: data[key] for key in reversed(data)}
    turned["reproduction"] = {key: data["reproduction"][key] for key in reversed(data["reproduction"])}
    turned["reproduction"]["files"] = dict(reversed(data["reproduction"]["files"].items()))
    assert run_digest(Card.model_validate(turned)) == run_digest(card)


def test_writing_evidence_that_was_read_gives_the_same_file(evidence: Evidence) -> None:
    assert evidence_text(evidence) == GOOD.with_name("7.evidence.json").read_text(encoding="utf-8")


def test_packages_are_written_by_name(evidence: Evidence) -> None:
    run = evidence.runs[0]
    turned = run.model_copy(update={"packages": dict(reversed(run.packages.items()))})
    again = evidence.model_copy(update={"runs": (turned, *evidence.runs[1:])})
    assert evidence_text(again) == evidence_text(evidence)


def test_a_line_to_copy_that_is_run_again_does_not_make_the_other_runs_younger(evidence: Evidence) -> None:
    assert evidence.last_verified == evidence.runs[0].date
    line = evidence.runs[1].model_copy(update={"role": "install", "others": "newest", "date": date(2024, 7, 1)})
    again = evidence.model_copy(update={"runs": (*evidence.runs, line)})
    assert again.last_verified == evidence.last_verified
    newer = evidence.runs[1].model_copy(update={"date": date(2024, 7, 1)})
    whole = evidence.model_copy(update={"runs": (evidence.runs[0], newer, *evidence.runs[2:])})
    assert whole.last_verified == date(2024, 7, 1)


@pytest.mark.parametrize(
    ("outcome", "repetitions", "conclusive", "flaky"),
    [
        ("passed", ["passed"] * 3, True, False),
        ("passed", ["passed"] * 5, True, False),
        ("passed", ["passed"] * 2, False, False),
        ("passed", ["passed", "passed", "failed-otherwise"], False, True),
        ("passed", ["failed-as-described"] * 3, False, False),
        ("failed-as-described", ["failed-as-described"] * 3, True, False),
    ],
)
def test_an_outcome_counts_when_three_repetitions_agree(
    evidence: Evidence, outcome: str, repetitions: list[str], conclusive: bool, flaky: bool
) -> None:
    run = evidence.runs[0].model_copy(update={"outcome": outcome, "repetitions": tuple(repetitions)})
    assert (run.conclusive, run.flaky) == (conclusive, flaky)


@pytest.mark.parametrize(
    "change",
    [
        lambda run: run.update(role="middle"),
        lambda run: run.update(fix=0),
        lambda run: run.update(seconds=-1),
        lambda run: run.update(seconds=float("inf")),
        lambda run: run.update(exit=10**5000),
        lambda run: run.update(repetitions=[]),
        lambda run: run.update(packages={"Demo": "1.0"}),
        lambda run: run.update(packages={"demo": "latest"}),
        lambda run: run.update(date="2024-13-45"),
        lambda run: run.update(surprise=1),
        lambda run: run.pop("outcome"),
        lambda run: run.update(platform="linux-x86_64"),
        lambda run: run.update(isolation="bubblewrap"),
        lambda run: run.update(lock_digest="00"),
        lambda run: run.update(frames=["demo/client.py:get"] * (MAX_FRAMES + 1)),
        lambda run: run.update(output="x" * (MAX_OUTPUT + 1)),
    ],
)
def test_a_run_that_cannot_be_is_refused(evidence: Evidence, change: Callable[[dict], object]) -> None:
    run = json.loads(evidence.runs[0].model_dump_json(exclude_none=True))
    assert Run.model_validate(run) == evidence.runs[0]
    change(run)
    with pytest.raises(ValidationError):
        Run.model_validate(run)


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.update(format=1),
        lambda data: data.update(isolation="hope"),
        lambda data: data.update(provenance={"runner": "machine"}),
        lambda data: data.update(provenance={"runner": "ci", "url": "ftp://ci.example/1"}),
        lambda data: data.pop("provenance"),
        lambda data: data.pop("platform"),
        lambda data: data.update(digest="00"),
        lambda data: data.update(runs=[]),
        lambda data: data.update(distributions={"demo==1.10": "00"}),
        lambda data: data.update(limits={"memory_bytes": -1}),
    ],
)
def test_evidence_that_cannot_be_is_refused(evidence: Evidence, change: Callable[[dict], object]) -> None:
    data = json.loads(evidence_text(evidence))
    assert Evidence.model_validate(data) == evidence
    change(data)
    with pytest.raises(ValidationError):
        Evidence.model_validate(data)


def test_releases_and_distributions_have_a_line_each(evidence: Evidence) -> None:
    lines = [line.strip().rstrip(",") for line in evidence_text(evidence).splitlines()]
    assert [json.loads(line)["version"] for line in lines if line.startswith('{"version"')] == [
        release.version for release in evidence.releases
    ]
    assert {line.split(": ")[0] for line in lines if "==" in line} == {f'"{name}"' for name in evidence.distributions}


def test_a_further_release_is_one_more_line_and_little_more_text(evidence: Evidence) -> None:
    text = evidence_text(evidence)
    release = evidence.releases[0].model_copy(update={"version": "0.9"})
    longer = evidence_text(evidence.model_copy(update={"releases": (release, *evidence.releases)}))
    (line,) = set(longer.splitlines()) - set(text.splitlines())
    assert len(longer.splitlines()) == len(text.splitlines()) + 1
    assert len(longer) - len(text) == len(line) + 1 < 80


def test_empty_evidence_is_written_and_read(evidence: Evidence) -> None:
    run = evidence.runs[0].model_copy(update={"packages": {}, "lock_digest": ""})
    bare = evidence.model_copy(update={"runs": (run,), "releases": (), "distributions": {}, "tools": {}, "limits": {}})
    assert Evidence.model_validate_json(evidence_text(bare)) == bare


def test_whatever_a_run_printed_its_evidence_has_no_character_that_cannot_be_seen(evidence: Evidence) -> None:
    run = evidence.runs[0].model_copy(update={"output": f"{HIDDEN}\n\tend", "reason": HIDDEN, "matched": HIDDEN})
    text = evidence_text(
        evidence.model_copy(update={"runs": (run,), "notes": (HIDDEN,), "tools": {HIDDEN[:8]: HIDDEN}})
    )
    assert list(RULES["FC033"].check(text)) == []
    assert Evidence.model_validate_json(text).runs[0].output.endswith("a\\ufe0f\n\tend")
