"""The edges of what a card claims are run: its affected releases, and those of its second packages."""

from __future__ import annotations

import pytest

from fixcards.records.card import Card
from fixcards.records.verdict import judge
from fixcards.verify.card_runner import CardRunner, RunSettings, today
from fixcards.verify.comparison import differences

from .conftest import a_card
from .packages import offer_wheel

ERROR = "RuntimeError: the frobnicator is out of frobs (3 left)"
FAILS = {"demo.py": f"def go():\n    raise RuntimeError({ERROR[14:]!r})\n"}
PASSES = {"demo.py": "def go():\n    pass\n"}
LACKS = {"demo.py": ""}
FAILS_WITH_OLD_PART = {
    "demo.py": f"import part\ndef go():\n    if part.old:\n        raise RuntimeError({ERROR[14:]!r})\n"
}


@pytest.fixture
def settings(local_index, bubblewrap, tmp_path, monkeypatch):
    monkeypatch.setenv("UV_DEFAULT_INDEX", local_index.url)
    return RunSettings(tmp_path / "cache", "bubblewrap")


def edge_card(affected: str, **changes) -> Card:
    changes = {
        "package": "demo",
        "versions": {"affected": affected, "fixed": "2.0"},
        "reproduction": {"exclude_newer": None},
    } | changes
    return Card.model_validate(a_card("import demo\ndemo.go()\n", **changes))


def executed(card: Card, settings: RunSettings):
    evidence = CardRunner(card, settings).evidence()
    runs = {run.name: run for run in evidence.runs if run.role == "edge"}
    return evidence, runs, judge(card, evidence, today()).verdict


def offer_releases(index, **contents: dict) -> None:
    for version, files in contents.items():
        offer_wheel(index, "demo", version.removeprefix("v").replace("_", "."), files)


def test_an_edge_that_fails_as_described_stays_short_and_the_card_is_verified(local_index, settings):
    offer_releases(local_index, v1_0=FAILS, v1_1=FAILS, v1_2=FAILS, v2_0=PASSES)
    evidence, runs, verdict = executed(edge_card(">=1.0,<=1.2"), settings)
    assert [(name, run.release, run.outcome) for name, run in runs.items()] == [
        ("lowest edge", "1.0", "failed-as-described")
    ]
    assert (runs["lowest edge"].output, runs["lowest edge"].matched) == ("", ERROR)
    assert (evidence.notes, verdict) == ((), "verified")


def test_an_affected_release_that_passes_refutes_the_card(local_index, settings):
    offer_releases(local_index, v1_0=PASSES, v1_1=FAILS, v1_2=FAILS, v2_0=PASSES)
    evidence, runs, verdict = executed(edge_card("<=1.2"), settings)
    assert runs["lowest edge"].outcome == "passed"
    assert verdict == "partly verified"
    assert evidence.notes == (
        "Demo 1.0, the lowest affected release that can be installed here, passed, although the card says that it "
        "fails.",
    )


def test_the_release_before_the_affected_ones_may_not_fail_the_same(local_index, settings):
    offer_releases(local_index, v1_0=FAILS, v1_1=FAILS, v1_2=FAILS, v2_0=PASSES)
    evidence, runs, verdict = executed(edge_card(">=1.1,<=1.2"), settings)
    outside = runs["outside edge"]
    assert (outside.release, outside.outcome, verdict) == ("1.0", "failed-as-described", "partly verified")
    assert evidence.notes == (
        "Demo 1.0 failed as described, although it is not among the affected: widen `versions.affected`.",
    )


def test_a_found_card_says_nothing_of_the_releases_before(local_index, settings):
    offer_releases(local_index, v1_0=FAILS, v1_1=FAILS, v1_2=FAILS, v2_0=PASSES)
    discovery = {"key": "found-123456789", "culprit": "demo", "release": "1.1", "day": "2026-11-01"}
    card = edge_card(">=1.1,<=1.2", issue=None, discovery=discovery)
    _, runs, verdict = executed(card, settings)
    assert (card.explained, "outside edge" in runs, verdict) == (False, False, "verified")


@pytest.mark.parametrize(("before", "outcomes"), [(PASSES, ["passed"]), (LACKS, [])])
def test_a_release_before_them_that_fails_otherwise_or_not_at_all_confirms_the_card(
    local_index, settings, before, outcomes
):
    offer_releases(local_index, v1_0=before, v1_1=FAILS, v1_2=FAILS, v2_0=PASSES)
    evidence, runs, verdict = executed(edge_card(">=1.1,<=1.2"), settings)
    assert [run.outcome for run in runs.values() if run.edge == "outside"] == outcomes
    assert (evidence.notes, verdict) == ((), "verified")


def test_evidence_without_the_run_outside_is_no_difference(local_index, settings):
    offer_releases(local_index, v1_0=PASSES, v1_1=FAILS, v1_2=FAILS, v2_0=PASSES)
    evidence, _, _ = executed(edge_card(">=1.1,<=1.2"), settings)
    earlier = evidence.model_copy(update={"runs": tuple(run for run in evidence.runs if run.edge != "outside")})
    assert len(earlier.runs) == len(evidence.runs) - 1
    assert differences(earlier, evidence) == ()


def test_a_release_that_fails_otherwise_is_a_note(local_index, settings):
    offer_releases(local_index, v1_0=LACKS, v1_1=FAILS, v1_2=FAILS, v2_0=PASSES)
    evidence, runs, verdict = executed(edge_card("<=1.2"), settings)
    assert "AttributeError" in runs["lowest edge"].output
    assert "failed otherwise: ended with 1, without the signature." in evidence.notes[0]
    assert verdict == "verified"


def test_releases_that_cannot_be_installed_are_passed_over(local_index, settings):
    offer_wheel(local_index, "demo", "0.9", FAILS, requires=["nowhere"])
    offer_releases(local_index, v1_0=FAILS, v1_2=FAILS, v2_0=PASSES)
    _, runs, verdict = executed(edge_card("<=1.2"), settings)
    assert (runs["lowest edge"].release, verdict) == ("1.0", "verified")


def test_an_edge_that_cannot_be_run_is_not_held_against_the_card(local_index, settings):
    offer_wheel(local_index, "demo", "0.9", FAILS, requires=["nowhere"])
    offer_releases(local_index, v1_2=FAILS, v2_0=PASSES)
    evidence, runs, verdict = executed(edge_card("<=1.2"), settings)
    assert (runs["lowest edge"].outcome, verdict) == ("could-not-run", "verified")
    assert "could not be run" in evidence.notes[0]


def test_partners_are_run_at_both_ends_and_a_pin_of_one_at_the_lowest_release(local_index, settings):
    offer_releases(local_index, v1_0=FAILS_WITH_OLD_PART, v1_2=FAILS_WITH_OLD_PART, v2_0=PASSES)
    for version, old in (("1.0", True), ("1.1", True), ("1.5", False), ("2.0", True), ("3.0", False)):
        offer_wheel(local_index, "part", version, {"part.py": f"old = {old}\n"})
    option = {"title": "Pin", "kind": "pin", "body": "Pin.", "avoid_when": "Never."}
    card = edge_card(
        ">=1.0,<=1.2",
        versions={"affected": ">=1.0,<=1.2", "fixed": "2.0", "with": {"part": "<=2.0"}},
        reproduction={"exclude_newer": None, "requires": ["demo=={version}", "part==1.1"]},
        fixes=[option | {"requires": ["demo=={version}", "part==3.0"]}],
    )
    evidence, runs, verdict = executed(card, settings)
    assert {name: (run.release, run.packages["part"], run.outcome) for name, run in runs.items()} == {
        "lowest edge": ("1.0", "1.1", "failed-as-described"),
        "lowest edge with fix 1": ("1.0", "3.0", "passed"),
        "lowest part edge": ("1.2", "1.0", "failed-as-described"),
        "highest part edge": ("1.2", "2.0", "failed-as-described"),
    }
    assert verdict == "verified", evidence.notes


def test_a_fix_that_leaves_the_failure_at_an_edge_refutes_the_card(local_index, settings):
    offer_releases(local_index, v1_0=FAILS, v1_2=FAILS_WITH_OLD_PART, v2_0=PASSES)
    for version, old in (("1.0", True), ("3.0", False)):
        offer_wheel(local_index, "part", version, {"part.py": f"old = {old}\n"})
    option = {"title": "Pin", "kind": "pin", "body": "Pin.", "avoid_when": "Never."}
    card = edge_card(
        ">=1.0,<=1.2",
        reproduction={"exclude_newer": None, "requires": ["demo=={version}", "part==1.0"]},
        fixes=[option | {"requires": ["demo=={version}", "part==3.0"]}],
    )
    evidence, runs, verdict = executed(card, settings)
    assert runs["lowest edge with fix 1"].outcome == "failed-as-described"
    assert evidence.notes[0].startswith("Fix 1 on demo 1.0, the lowest affected release")
    assert verdict == "partly verified"


def test_a_withdrawn_release_that_a_line_gives_is_a_note(local_index, settings):
    offer_releases(local_index, v1_2=FAILS, v2_0=PASSES)
    local_index.pages["demo"]["files"][-1]["yanked"] = "broken on Mondays"
    fix = {"title": "Pin", "kind": "pin", "body": "P.", "avoid_when": "Never.", "install": ["demo==2.0"]}
    evidence, _, _ = executed(edge_card("==1.2", fixes=[fix]), settings)
    assert evidence.notes == ("Fix 1 gives demo 2.0, which is withdrawn from the index.",)
