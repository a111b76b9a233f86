from __future__ import annotations

import pytest

from fixcards.records.card import Card
from fixcards.records.evidence import Evidence, ReleaseResult
from fixcards.site.releases import MEANINGS, STATE_LABELS, ReleaseRow, release_rows, release_spans
from tests.sites import LIBRARY, library

CARDS = library(LIBRARY).cards
EVIDENCE = library(LIBRARY).evidence


def _with(card: Card, **versions: str | None) -> Card:
    return card.model_copy(update={"versions": type(card.versions).model_validate({"affected": "==1", **versions})})


def _states(card: Card, evidence: Evidence | None = None) -> dict[str, str]:
    return {row.version: row.state for row in release_rows(card, evidence)}


def test_a_sweep_gives_the_state_of_every_release() -> None:
    assert _states(CARDS["lantern-12"], EVIDENCE["lantern-12"]) == {
        "0.9": "passes",
        "1.0": "not-testable",
        "1.1": "fails",
        "1.2": "fails",
        "1.2.5": "inferred-fails",
        "1.2.8": "fails",
        "1.2.9": "passes",
        "1.3": "fails",
        "1.4": "passes",
        "1.4.1": "inferred-passes",
        "1.4.2": "passes",
        "2.0rc1": "unknown",
        "2.0": "passes",
    }


def test_notes_say_why_a_release_is_not_testable_and_that_it_was_withdrawn() -> None:
    notes = {row.version: row.note for row in release_rows(CARDS["lantern-12"], EVIDENCE["lantern-12"]) if row.note}
    assert notes == {"1.0": "no wheel for this interpreter", "1.2.9": "withdrawn by its authors (yanked)"}


def test_releases_are_in_the_order_of_their_versions_and_lines() -> None:
    results = tuple(
        ReleaseResult(version=v, state="unknown") for v in ("1.10", "1.9", "2", "1!0.1", "1.9.post1", "1.9rc1")
    )
    rows = release_rows(_with(CARDS["lantern-56"], affected=">=1.9"), EVIDENCE["lantern-12"].model_copy(
        update={"runs": EVIDENCE["lantern-12"].runs[3:4], "releases": results}
    ))  # fmt: skip
    assert [(row.version, row.minor_line) for row in rows] == [
        ("1.9rc1", "1.9"),
        ("1.9", "1.9"),
        ("1.9.post1", "1.9"),
        ("1.10", "1.10"),
        ("2", "2.0"),
        ("1!0.1", "0.1"),
    ]


def test_without_evidence_the_releases_that_the_card_names_are_stated() -> None:
    assert _states(CARDS["lantern-12"]) == {
        "1.0": "stated-fails",
        "1.2.9": "stated-passes",
        "1.3": "stated-fails",
        "1.4": "stated-passes",
    }


@pytest.mark.parametrize(
    ("affected", "states"),
    [
        ("<2", {}),
        (">1,<2", {}),
        ("==1.*", {}),
        ("~=1.4", {"1.4": "stated-fails"}),
        ("==1.0rc1", {"1.0rc1": "stated-fails"}),
        (">=1.0,!=1.0", {"1.0": "stated-passes"}),
    ],
)
def test_only_releases_that_a_range_names_are_stated(affected: str, states: dict[str, str]) -> None:
    assert _states(_with(CARDS["lantern-56"], affected=affected)) == states


def test_runs_go_before_what_the_card_states() -> None:
    card, evidence = CARDS["lantern-34"], EVIDENCE["lantern-34"]
    assert _states(card, evidence) == {"1.1": "stated-fails", "1.2": "fails", "1.3": "passes"}


def test_a_run_goes_before_what_a_sweep_left_open_and_a_sweep_that_tried_goes_before_the_run() -> None:
    card, evidence = CARDS["lantern-12"], EVIDENCE["lantern-12"]
    ran = next(run.release for run in evidence.runs if run.role == "latest" and run.outcome == "passed")

    def state(swept: str) -> str:
        swept_release = ReleaseResult.model_validate({"version": ran, "state": swept})
        rows = release_rows(card, evidence.model_copy(update={"releases": (swept_release,)}))
        return next(row.state for row in rows if row.version == ran)

    assert [state("unknown"), state("inferred-fails"), state("fails")] == ["passes", "passes", "fails"]


def test_an_upgrade_that_was_run_is_a_tested_release_and_changed_code_is_not() -> None:
    evidence = EVIDENCE["lantern-12"].model_copy(update={"releases": ()})
    assert _states(CARDS["lantern-12"], evidence) == {
        "1.0": "stated-fails",
        "1.2.9": "stated-passes",
        "1.3": "fails",
        "1.4": "passes",
        "2.0": "passes",
    }


def test_a_run_of_an_option_that_the_card_no_longer_has_does_not_count() -> None:
    evidence = EVIDENCE["lantern-34"]
    gone = evidence.runs[1].model_copy(update={"fix": 7, "release": "9.9"})
    assert "9.9" not in _states(CARDS["lantern-34"], evidence.model_copy(update={"runs": (gone,)}))


def test_one_release_written_in_two_ways_has_one_row() -> None:
    card = _with(CARDS["lantern-56"], affected=">=1.0.0,<=1.0", fixed="2.0")
    assert sorted(_states(card).values()) == ["stated-fails", "stated-passes"]
    swept = tuple(ReleaseResult(version=v, state=s) for v, s in (("1.0.0.0", "fails"), ("2.0.0", "passes")))
    evidence = EVIDENCE["lantern-34"].model_copy(update={"runs": (), "releases": swept})
    assert _states(card, evidence) == {"1.0.0.0": "fails", "2.0.0": "passes"}


def test_every_state_has_a_label_whose_meaning_is_explained() -> None:
    assert {label.partition(":")[0] for label in STATE_LABELS.values()} == set(MEANINGS)
    assert ReleaseRow("1.0", "inferred-fails", "1.0").label == "inferred: fails"


def test_neighbours_with_the_same_state_share_a_row_that_names_every_one() -> None:
    states = {
        "1.0": "fails",
        "1.1": "fails",
        "1.2": "passes",
        "2.0": "inferred-passes",
        "2.1": "inferred-passes",
        "3.0": "inferred-passes",
    }
    spans = release_spans(ReleaseRow(version, state, version) for version, state in states.items())
    assert [(span.name, span.numbers) for span in spans] == [
        ("1.0, 1.1", ""),
        ("1.2", ""),
        ("2.0 to 3.0", "2.0, 2.1, 3.0"),
    ]


def test_a_release_with_a_note_has_a_row_of_its_own() -> None:
    rows = [ReleaseRow(f"1.{at}", "fails", f"1.{at}", "withdrawn" if at == 1 else "") for at in range(3)]
    assert [span.name for span in release_spans(rows)] == ["1.0", "1.1", "1.2"]
    assert [row for span in release_spans(rows) for row in span.rows] == rows
