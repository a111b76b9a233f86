"""Lines to copy, run as a reader would: on what the broken run had, and with the newest of everything else."""

from __future__ import annotations

import pytest

from fixcards.records.card import Card
from fixcards.records.verdict import install_states, judge
from fixcards.verify.card_runner import CardRunner, RunSettings, today

from .conftest import a_card
from .packages import offer_wheel

FAILS = {"demo.py": "def go():\n    raise RuntimeError('the frobnicator is out of frobs (3 left)')\n"}
PASSES = {"demo.py": "def go():\n    pass\n"}
NEEDS_NEW_PART = {"demo.py": "import part\ndef go():\n    part.new\n"}


@pytest.fixture
def settings(local_index, bubblewrap, tmp_path, monkeypatch):
    monkeypatch.setenv("UV_DEFAULT_INDEX", local_index.url)
    return RunSettings(tmp_path / "cache", "bubblewrap")


def line_card(*line: str, **changes) -> Card:
    fix = {"title": "Upgrade", "kind": "upgrade", "body": "U.", "avoid_when": "Never.", "install": list(line)}
    changes = {
        "package": "demo",
        "versions": {"affected": "==1.0", "fixed": "2.0"},
        "reproduction": {"exclude_newer": None, "requires": ["demo=={version}", "part==1.0"]},
        "fixes": [fix],
    } | changes
    return Card.model_validate(a_card("import demo\ndemo.go()\n", **changes))


def executed(card: Card, settings: RunSettings):
    evidence = CardRunner(card, settings).evidence()
    runs = {run.others: run for run in evidence.runs if run.role == "install"}
    return runs, install_states(card, evidence), judge(card, evidence, today()).verdict


def offer_parts(index) -> None:
    offer_wheel(index, "part", "1.0", {"part.py": ""}, requires=["leaf"])
    offer_wheel(index, "part", "2.0", {"part.py": "new = True\n"}, requires=["leaf"])
    for version in ("1.0", "3.0"):
        offer_wheel(index, "leaf", version, {"leaf.py": ""})


def test_what_the_line_does_not_name_stays_once_and_is_the_newest_once(local_index, settings):
    offer_parts(local_index)
    offer_wheel(local_index, "demo", "1.0", FAILS, requires=["leaf<3"])
    offer_wheel(local_index, "demo", "2.0", PASSES)
    runs, states, verdict = executed(line_card("demo>=2.0"), settings)
    assert runs["kept"].packages == {"demo": "2.0", "part": "1.0", "leaf": "1.0"}
    assert runs["newest"].packages == {"demo": "2.0", "part": "2.0", "leaf": "3.0"}
    assert {run.repetitions for run in runs.values()} == {("passed",) * 3}
    assert (states, verdict) == ({1: "works"}, "verified")


def test_a_pair_that_no_resolver_gives_is_run_and_the_line_resolves_it(local_index, settings):
    offer_parts(local_index)
    offer_wheel(local_index, "demo", "1.0", FAILS, requires=["part<2"])
    offer_wheel(local_index, "demo", "2.0", PASSES)
    repro = {"exclude_newer": None, "requires": ["demo=={version}", "part==2.0"], "overrides": ["part"]}
    fix = {"title": "Up", "kind": "upgrade", "body": "U.", "avoid_when": "Never.", "install": ["demo>=2.0"]}
    card = line_card(reproduction=repro, fixes=[fix | {"requires": ["demo==2.0", "part==2.0"]}])
    evidence = CardRunner(card, settings).evidence()
    packages = {run.others or run.role: run.packages for run in evidence.runs}
    assert packages["broken"] == {"demo": "1.0", "part": "2.0", "leaf": "3.0"}
    assert packages["kept"] == {"demo": "2.0", "part": "2.0", "leaf": "3.0"}
    assert (install_states(card, evidence), judge(card, evidence, today()).verdict) == ({1: "works"}, "verified")


def test_a_line_that_does_not_help_with_what_the_reader_has_does_not_work(local_index, settings):
    offer_parts(local_index)
    offer_wheel(local_index, "demo", "1.0", FAILS)
    offer_wheel(local_index, "demo", "2.0", NEEDS_NEW_PART)
    fix = {"title": "Up", "kind": "upgrade", "body": "U.", "avoid_when": "Never.", "install": ["demo>=2.0"]}
    fix["requires"] = ["demo==2.0", "part==2.0"]
    runs, states, verdict = executed(line_card(fixes=[fix]), settings)
    assert (runs["kept"].outcome, runs["newest"].outcome) == ("failed-otherwise", "passed")
    assert (states, verdict) == ({1: "fails"}, "partly verified")


def test_where_the_other_packages_can_not_stay_the_newest_decide_and_the_resolver_says_why(local_index, settings):
    offer_parts(local_index)
    offer_wheel(local_index, "demo", "1.0", FAILS)
    offer_wheel(local_index, "demo", "2.0", NEEDS_NEW_PART, requires=["part>=2"])
    fix = {"title": "Up", "kind": "upgrade", "body": "U.", "avoid_when": "Never.", "install": ["demo>=2.0"]}
    fix["requires"] = ["demo==2.0", "part==2.0"]
    runs, states, verdict = executed(line_card(fixes=[fix]), settings)
    assert (runs["kept"].outcome, runs["newest"].outcome) == ("could-not-run", "passed")
    assert "you require part==1.0" in runs["kept"].output
    assert (states, verdict) == ({1: "works"}, "verified")


def test_a_line_that_can_be_resolved_nowhere_does_not_work(local_index, settings):
    offer_parts(local_index)
    offer_wheel(local_index, "demo", "1.0", FAILS)
    offer_wheel(local_index, "demo", "2.0", PASSES)
    runs, states, verdict = executed(line_card("demo>=7"), settings)
    assert {run.outcome for run in runs.values()} == {"could-not-run"}
    assert (states, verdict) == ({1: "fails"}, "partly verified")


def test_the_index_is_asked_once_for_a_page_however_many_cards_need_it(local_index, settings):
    offer_parts(local_index)
    offer_wheel(local_index, "demo", "1.0", FAILS)
    offer_wheel(local_index, "demo", "2.0", PASSES)
    for number in (1, 2):
        assert executed(line_card("demo>=2.0", issue=f"https://example.org/demo/issues/{number}"), settings)[1] == {
            1: "works"
        }
    assert [path for path, _ in local_index.requests].count("/simple/demo/") == 1
