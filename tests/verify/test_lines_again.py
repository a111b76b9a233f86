"""Lines to copy, run again by themselves with the releases of today."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fixcards.records.evidence import Evidence, evidence_text
from fixcards.verify.card_runner import today

from .conftest import LocalIndex
from .packages import offer_wheel
from .test_review import BROKEN, FIXED, tea, write
from .test_session import evidence_of, run


@pytest.fixture
def index(tmp_path, monkeypatch, bubblewrap, cache):
    index = LocalIndex()
    for version, code in (("1.0", BROKEN), ("1.1", FIXED)):
        offer_wheel(index, "teapot", version, {"teapot.py": code})
    monkeypatch.setenv("UV_DEFAULT_INDEX", index.url)
    monkeypatch.setenv("FIXCARDS_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    yield index
    index.server.shutdown()
    index.server.server_close()


def outcomes(evidence: Evidence) -> dict[str, str]:
    return {each.name: each.outcome for each in evidence.runs}


def test_a_line_that_no_longer_works_is_noticed_and_everything_else_stays(index, tmp_path):
    fixes = [{**tea()["fixes"][0], "install": ["teapot>=1.1"]}]
    path = write(tmp_path / "cards", tea(fixes=fixes))
    write(tmp_path / "cards", tea(2, "coffee"))  # has no line
    assert run("verify").returncode == 0
    file = path.with_name("1.evidence.json")
    evidence = evidence_of(path)
    assert outcomes(evidence)["install 1 (newest)"] == "passed"
    days = {each.name: today() - timedelta(2) for each in evidence.runs}
    runs = tuple(each.model_copy(update={"date": days[each.name]}) for each in evidence.runs)
    stored = evidence.model_copy(update={"runs": runs})
    file.write_text(evidence_text(stored))
    offer_wheel(index, "teapot", "1.2", {"teapot.py": BROKEN})
    done = run("verify", "--lines")
    assert done.returncode == 1
    assert "1 of 1 cards: 1 partly verified" in done.stderr, done.stderr
    again = evidence_of(path)
    assert outcomes(again) == {**outcomes(stored), "install 1 (newest)": "failed-as-described"} | (
        {"install 1 (kept)": outcomes(again)["install 1 (kept)"]}
    )
    assert [each.name for each in again.runs] == [each.name for each in stored.runs]
    assert {each.date for each in again.runs if each.role == "install"} == {today()}
    assert [each for each in again.runs if each.role != "install"] == [
        each for each in stored.runs if each.role != "install"
    ]
    assert (again.provenance, again.last_verified) == (stored.provenance, today() - timedelta(2))
    assert again.distributions.keys() == stored.distributions.keys() | {"teapot==1.2"}
    assert "FC3" not in run("check").stdout  # the evidence agrees with itself


def test_lines_are_run_for_cards_alone_that_have_some_and_evidence_of_their_present_form(index, tmp_path):
    fixes = [{**tea()["fixes"][0], "install": ["teapot>=1.1"]}]
    write(tmp_path / "cards", tea(fixes=fixes))
    assert "0 of 0 cards" in run("verify", "--lines").stderr
    assert run("verify").returncode == 0
    assert "1 of 1 cards: 1 verified" in run("verify", "--lines").stderr
    write(tmp_path / "cards", tea(drink="broth", fixes=fixes))
    assert "0 of 0 cards" in run("verify", "--lines").stderr


def test_lines_and_a_sweep_exclude_each_other(index, tmp_path):
    write(tmp_path / "cards", tea())
    done = run("verify", "--lines", "--sweep")
    assert done.returncode == 2
    assert "--lines runs nothing but the lines to copy" in done.stderr
