"""Found cards as records: where they lie, what they are called, what takes their place."""

from __future__ import annotations

import pytest

from fixcards.records.compact_evidence import MAX_BROKEN_OUTPUT, compacted
from fixcards.records.evidence import Evidence, evidence_text
from fixcards.records.identity import (
    card_file,
    card_id,
    card_path,
    discovery_key,
    is_discovery_id,
    is_discovery_key,
    issue_order,
)
from fixcards.records.loader import load
from fixcards.verify.selection import Selection
from tests.discoveries import CARD_ID, DISCOVERED, EXPLAINED, FILE, evidence_of, write

from .conftest import GOOD, Folder

KEY = CARD_ID.removeprefix("demo-")


def test_a_found_card_lies_apart_and_has_an_address_like_all_others() -> None:
    assert card_id("pypi", "demo", KEY) == CARD_ID
    assert card_path("pypi", "demo", KEY) == f"demo/{KEY}/"
    assert card_file("pypi", "demo", KEY) == FILE


def test_a_key_is_made_of_package_culprit_and_failure() -> None:
    key = discovery_key("demo", "part", "ImportError: helper")
    assert is_discovery_key(key)
    assert is_discovery_id(f"demo-{key}")
    assert key == discovery_key("demo", "part", "ImportError: helper")
    others = {discovery_key(*names) for names in (("dem", "opart", "ImportError: helper"), ("demo", "part", "other"))}
    assert key not in others
    assert len(others) == 2
    assert issue_order(key)[0] == "found"


@pytest.mark.parametrize("key", ["found-1", "found-0123456789", "found-1234567890", "271", "abc-123456789"])
def test_other_keys_are_those_of_issues(key: str) -> None:
    assert not is_discovery_key(key)


def test_a_found_card_is_read_beside_the_others(folder: Folder) -> None:
    library = load(write(folder, {"demo/7.yaml": GOOD.read_text(encoding="utf-8")}))
    assert library.problems == ()
    assert [(card.id, card.explained) for card in library.summaries.values()] == [("demo-7", True), (CARD_ID, False)]
    card = library.cards[CARD_ID]
    assert (card.key, card.issue_label, card.issue) == (KEY, KEY, None)
    summary = library.summaries[CARD_ID]
    assert (summary.culprit, summary.culprit_release) == ("part", "2.0")
    assert summary.days == ("2024-05-01", "2024-05-06", "")
    assert summary.victims == ("wick==1.2",)


def test_an_explained_card_takes_the_place_of_a_found_one(folder: Folder) -> None:
    library = load(folder({"demo/7.yaml": EXPLAINED}))
    assert library.problems == ()
    assert library.successors == {CARD_ID: "demo-7"}
    assert library.cards["demo-7"].explained


def test_commands_take_the_id_of_a_superseded_card(folder: Folder) -> None:
    library = load(folder({"demo/7.yaml": EXPLAINED}))
    [task] = Selection((CARD_ID,)).tasks(library, library.cards["demo-7"].discovery.day)
    assert task.card.id == "demo-7"


def test_evidence_of_a_found_card_is_small_and_comes_back_whole(evidence: Evidence) -> None:
    long = "x\n" * 1500 + evidence.runs[0].output
    runs = (evidence.runs[0].model_copy(update={"output": long}), *evidence.runs[1:])
    whole = evidence.model_copy(update={"card": CARD_ID, "runs": runs, "releases": ()})
    small = compacted(whole)
    text = evidence_text(small)
    assert len(text) < len(evidence_text(whole)) - 1000
    again = Evidence.model_validate_json(text)
    assert again == small
    assert [run.packages for run in again.runs] == [run.packages for run in whole.runs]
    assert [run.outcome for run in again.runs] == [run.outcome for run in whole.runs]
    assert again.runs[0].matched in again.runs[0].output
    assert len(again.runs[0].output) < MAX_BROKEN_OUTPUT + 200
    assert compacted(again) == again


def test_a_run_with_the_packages_of_the_broken_one_has_them_when_it_is_read(evidence: Evidence) -> None:
    same = evidence.model_copy(update={"card": CARD_ID, "runs": (evidence.runs[0], evidence.runs[0])})
    text = evidence_text(compacted(same))
    assert text.count('"packages"') == 1
    assert Evidence.model_validate_json(text).runs[1].packages == evidence.runs[0].packages


def test_the_end_of_an_output_has_the_message_though_much_follows(evidence: Evidence) -> None:
    matched = evidence.runs[0].matched or ""
    output = f"before\n{matched}\n" + "after\n" * 1000
    run = evidence.runs[0].model_copy(update={"output": output})
    small = compacted(evidence.model_copy(update={"runs": (run,)}))
    assert small.runs[0].output.startswith(matched)


def test_compact_evidence_keeps_to_the_rules(folder: Folder) -> None:
    library = load(write(folder, {FILE.replace(".yaml", ".evidence.json"): evidence_text(evidence_of(DISCOVERED))}))
    assert library.problems == ()
    assert CARD_ID in library.evidence


def test_only_the_program_leaves_the_issue_out(folder: Folder) -> None:
    text = GOOD.read_text(encoding="utf-8").replace("issue: https://github.com/example/demo/issues/7\n", "")
    [problem] = load(folder({"demo/7.yaml": text})).problems
    assert (problem.code, problem.message) == ("FC102", "the key 'issue' is missing")


def test_a_card_with_a_wrong_discovery_says_only_that(folder: Folder) -> None:
    [problem] = load(folder({FILE: DISCOVERED.replace("culprit: part", "culprit: Part")})).problems
    assert problem.code == "FC111"
    assert problem.message == "discovery.culprit: 'Part' is not a normalised distribution name"
