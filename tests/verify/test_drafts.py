"""Cards with problems are run as far as the problems don't touch what is run, and verify says what it replaces."""

from __future__ import annotations

import json

import pytest
import yaml

from fixcards.records.evidence import Evidence, run_digest
from fixcards.records.loader import load
from fixcards.verify.interpreters import installed_interpreters

from .conftest import a_card
from .packages import offer_wheel
from .test_session import SCHEMA, evidence_of, run

FAILS = "import demo\nif demo.broken:\n    demo.fail()\n"
BROKEN = {"demo.py": "broken = True\ndef fail():\n    raise RuntimeError('the frobnicator is out of frobs (3 left)')\n"}
FIXED = {"demo.py": "broken = False\n"}


@pytest.fixture
def cards(local_index, bubblewrap, cache, tmp_path, monkeypatch):
    """An empty folder for cards about a package of the local index."""
    monkeypatch.setenv("UV_DEFAULT_INDEX", local_index.url)
    monkeypatch.setenv("FIXCARDS_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.chdir(tmp_path)
    offer_wheel(local_index, "demo", "1.0", BROKEN)
    offer_wheel(local_index, "demo", "2.0", FIXED)
    root = tmp_path / "cards"
    (root / "demo").mkdir(parents=True)
    return root


def demo_card(**changes) -> dict:
    changes = {
        "package": "demo",
        "issue": "https://example.org/demo/issues/1",
        "versions": {"affected": "==1.0", "fixed": "2.0"},
        "reproduction": {"exclude_newer": "2024-01-01", "code": FAILS},
    } | changes
    return a_card(FAILS, **changes)


def write(root, card: dict):
    path = root / "demo" / "1.yaml"
    path.write_text(SCHEMA + yaml.safe_dump(card, sort_keys=False))
    return path


def without(card: dict, *keys: str) -> dict:
    return {key: value for key, value in card.items() if key not in keys}


def test_a_card_without_prose_is_executed_and_stays_so_when_the_prose_is_written(cards):
    path = write(cards, without(demo_card(), "title", "symptom", "trigger", "mechanism", "prevention"))
    assert run("check").returncode == 1
    assert run("reproduce", "demo-1").returncode == 0
    done = run("verify", "demo-1")
    assert done.returncode == 0, done
    assert "executed in spite of their problems, which fixcards check names: demo-1" in done.stderr
    assert "demo-1: verified" in done.stderr
    write(cards, demo_card())
    (card,) = load(cards).cards.values()
    assert evidence_of(path).digest == run_digest(card)


def test_wrong_and_unknown_keys_that_are_not_run_stop_nothing(cards):
    fix = {"title": "Upgrade", "kind": "upgrade", "boddy": "U.", "avoid_when": 3}
    write(cards, demo_card(category="mishap", surprise=[1], fixes=[fix]))
    assert run("verify", "demo").returncode == 0


def test_a_problem_in_what_is_run_is_named(cards):
    card = demo_card()
    card["reproduction"]["exclude_never"] = "2024-01-01"
    write(cards, without(card, "title"))
    done = run("verify", "demo-1")
    assert done.returncode == 2
    assert "unknown key 'exclude_never'" in done.stderr
    assert "cards/demo/1.yaml:" in done.stderr
    done = run("verify")
    assert "1 card has problems and can't be executed" in done.stderr


def test_a_card_with_hidden_characters_is_not_executed(cards):
    card = demo_card()
    card["reproduction"]["code"] = "# \u202e\n" + FAILS
    write(cards, card)
    done = run("reproduce", "demo-1")
    assert done.returncode == 2
    assert "demo-1: has problems in what is run" in done.stderr


def test_what_a_run_got_instead_is_printed(cards):
    card = demo_card(signature={"error": "RuntimeError: no more {what} in the cupboard"})
    write(cards, card)
    done = run("reproduce", "demo-1")
    assert done.returncode == 1
    last = "the last line that it printed: RuntimeError: the frobnicator is out of frobs (3 left)"
    assert last in done.stderr
    assert f"broken: {last}" in run("verify", "demo-1").stderr
    assert json.loads(run("verify", "demo-1", "--json").stdout)[0]["runs"][0]["printed"] == last


def test_the_reason_of_the_resolver_is_printed_whole(cards):
    card = demo_card()
    card["reproduction"]["exclude_newer"] = "2020-01-01"
    write(cards, card)
    done = run("reproduce", "demo-1")
    assert done.returncode == 2
    assert "hint: `demo` was filtered by `exclude-newer`" in done.stdout


def test_a_worse_result_says_what_it_replaces(cards, local_index):
    path = write(cards, demo_card())
    assert run("verify").returncode == 0
    local_index.pages["demo"]["files"] = [
        each for each in local_index.pages["demo"]["files"] if "2.0" not in each["filename"]
    ]
    offer_wheel(local_index, "demo", "2.0", BROKEN)
    (cards.parent / "cache").rename(cards.parent / "earlier")
    done = run("verify")
    assert done.returncode == 1
    assert "worse: fix 1: failed-as-described now, passed in the evidence that this replaces" in done.stderr
    path.with_name("1.evidence.json").write_text("{}")
    assert "worse: replaces evidence that could not be read" in run("verify").stderr


def test_a_sweep_stays_while_what_it_ran_is_the_same(cards):
    path = write(cards, demo_card())
    assert run("verify", "--sweep").returncode == 0
    swept = evidence_of(path).releases
    assert [(each.version, each.state) for each in swept] == [("1.0", "fails"), ("2.0", "passes")]
    fixes = demo_card()["fixes"]
    write(cards, demo_card(fixes=[fixes[0] | {"install": ["demo>=2.0"]}]))
    done = run("verify")
    assert evidence_of(path).releases == swept
    assert "sweep over" not in done.stderr
    card = demo_card()
    card["reproduction"]["code"] = FAILS + "# another program\n"
    write(cards, card)
    done = run("verify")
    assert not evidence_of(path).releases
    assert "worse: the sweep over 2 releases is gone: it belongs to an earlier form of the card" in done.stderr


def test_the_interpreters_are_listed(cards):
    have = [each.version for each in installed_interpreters()]
    listed = json.loads(run("interpreters", "--json").stdout)
    assert [each["version"] for each in listed] == have
    lines = run("interpreters").stdout.splitlines()
    assert [line.split()[0] for line in lines] == have
    assert lines[0].endswith(listed[0]["executable"])


def test_evidence_of_a_draft_is_as_strict_as_any(cards):
    path = write(cards, without(demo_card(), "title"))
    run("verify")
    assert Evidence.model_validate_json(path.with_name("1.evidence.json").read_bytes()).card == "demo-1"
    assert run("verify", "--stale", "3").stderr.count("0 of 0 cards") == 1


def test_frames_that_the_run_does_not_show_are_named_at_once(cards):
    card = demo_card()
    card["signature"]["frames"] = ["demo/other.py:get"]
    write(cards, card)
    done = run("verify", "demo-1")
    assert done.returncode == 1
    assert "demo-1: verified" in done.stderr
    assert "cards/demo/1.evidence.json:" in done.stdout
    assert "FC321 the broken run did not show the frame demo/other.py:get of the card" in done.stdout
