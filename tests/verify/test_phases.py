"""Failures before a program is reached: while releases are resolved, built or installed."""

from __future__ import annotations

import contextlib
import shutil

import pytest

from fixcards.records.card import Card
from fixcards.records.verdict import judge
from fixcards.verify.card_runner import CardRunner, RunSettings, today
from fixcards.verify.outcome import classify_refusal
from fixcards.verify.unavailable import EnvironmentUnavailable

from .conftest import a_card
from .packages import offer_source, offer_wheel

BUILD_ERROR = "AttributeError: cython_sources"
FAILS_TO_BUILD = f"import sys\nsys.exit({BUILD_ERROR!r})\n"


@pytest.fixture
def settings(local_index, bubblewrap, tmp_path, monkeypatch):
    monkeypatch.setenv("UV_DEFAULT_INDEX", local_index.url)
    yield RunSettings(tmp_path / "cache", "bubblewrap")
    with contextlib.suppress(OSError):
        shutil.rmtree(tmp_path / "cache")


def phase_card(during: str, error: str, reproduction: dict, **changes) -> Card:
    reproduction = {"exclude_newer": None, "expect": {"during": during}} | reproduction
    changes = {
        "package": "demo",
        "versions": {"affected": "==1.0", "fixed": "2.0"},
        "signature": {"error": error},
        "reproduction": reproduction,
    } | changes
    return Card.model_validate(a_card("import demo\n", **changes))


def evidence_of(card: Card, settings: RunSettings):
    evidence = CardRunner(card, settings).evidence()
    return evidence, {run.name: run for run in evidence.runs}


def test_a_card_about_a_build_that_fails_is_verified(local_index, settings):
    offer_source(local_index, "demo", "1.0", FAILS_TO_BUILD)
    offer_wheel(local_index, "demo", "2.0", {"demo.py": ""})
    fix = {"title": "Upgrade", "kind": "upgrade", "body": "U.", "avoid_when": "Never.", "install": ["demo>=2"]}
    card = phase_card("build", BUILD_ERROR, {"build": ["demo"]}, fixes=[fix])
    evidence, runs = evidence_of(card, settings)
    broken = runs["broken"]
    assert (broken.outcome, broken.repetitions) == ("failed-as-described", ("failed-as-described",) * 3)
    assert (broken.release, broken.packages, broken.matched) == ("1.0", {}, BUILD_ERROR)
    assert broken.exit != 0
    assert broken.python
    assert "Failed to build" in broken.output
    assert str(settings.cache) not in broken.output
    assert [runs[name].outcome for name in ("fix 1", "install 1 (kept)", "install 1 (newest)")] == ["passed"] * 3
    assert not {"stub", "disguised"} & set(runs)
    assert judge(card, evidence, today()).verdict == "verified"


def test_a_build_that_works_passes_and_the_card_is_not_verified(local_index, settings):
    offer_source(local_index, "demo", "1.0", files={"demo.py": ""})
    offer_wheel(local_index, "demo", "2.0", {"demo.py": ""})
    evidence, runs = evidence_of(card := phase_card("build", BUILD_ERROR, {"build": ["demo"]}), settings)
    assert runs["broken"].outcome == "passed"
    assert judge(card, evidence, today()).verdict == "partly verified"


def test_a_build_that_fails_with_another_message_fails_otherwise(local_index, settings):
    offer_source(local_index, "demo", "1.0", "import sys\nsys.exit('no compiler')\n")
    offer_wheel(local_index, "demo", "2.0", {"demo.py": ""})
    _, runs = evidence_of(phase_card("build", BUILD_ERROR, {"build": ["demo"]}), settings)
    assert runs["broken"].outcome == "failed-otherwise"
    assert runs["broken"].reason == "failed during build, without the signature"
    assert "no compiler" in runs["broken"].output


def test_a_card_about_requirements_without_a_solution_is_verified(local_index, settings):
    offer_wheel(local_index, "demo", "1.0", {"demo.py": ""}, requires=["part<2"])
    offer_wheel(local_index, "demo", "2.0", {"demo.py": ""}, requires=["part>=2"])
    for version in ("1.0", "2.0"):
        offer_wheel(local_index, "part", version, {"part.py": ""})
    error = "And because you require part>=2, we can conclude that your requirements are unsatisfiable."
    card = phase_card("resolve", error, {"requires": ["demo=={version}", "part>=2"]})
    evidence, runs = evidence_of(card, settings)
    assert runs["broken"].outcome == "failed-as-described", runs["broken"].output
    assert runs["broken"].output.startswith("error: No solution found when resolving dependencies")
    assert judge(card, evidence, today()).verdict == "verified"


def test_what_uv_printed_reaches_the_evidence_with_its_hint_about_the_day(local_index, settings):
    offer_wheel(local_index, "demo", "1.0", {"demo.py": ""}, requires=["part>=1"])
    offer_wheel(local_index, "part", "1.0", {"part.py": ""})
    card = a_card("import demo", package="demo", versions={"affected": "==1.0"})
    card["reproduction"] |= {"exclude_newer": "2020-01-01"}
    run = CardRunner(Card.model_validate(card), settings).evidence().runs[0]
    assert run.outcome == "could-not-run"
    assert "hint: `demo` was filtered by `exclude-newer`" in run.output


@pytest.mark.parametrize(
    ("reason", "output", "outcome"),
    [
        ("build", f"Failed to build `Demo-1.0.tar.gz`\n{BUILD_ERROR}\n", "failed-as-described"),
        ("build", f"Failed to build `other-1.0.tar.gz`\n{BUILD_ERROR}\n", "failed-otherwise"),
        ("resolution", f"demo {BUILD_ERROR}\n", "could-not-run"),
        ("interpreter", "", "could-not-run"),
        ("timeout in preparing", "", "could-not-run"),
        ("wheel refused", "", "could-not-run"),
    ],
)
def test_only_the_phase_the_signature_and_the_name_of_the_package_together_count(reason, output, outcome):
    card = phase_card("build", BUILD_ERROR, {"build": ["demo"]})
    assert classify_refusal(card, EnvironmentUnavailable(reason, "it failed", output, 1)).outcome == outcome


def test_a_refusal_counts_only_where_the_card_expects_one():
    card = Card.model_validate(a_card("pass", signature={"error": BUILD_ERROR}))
    refusal = EnvironmentUnavailable("build", "it failed", f"iniconfig {BUILD_ERROR}", 1)
    assert classify_refusal(card, refusal).outcome == "could-not-run"
