"""Cards about Python itself: their releases are interpreters, and another one is the control."""

from __future__ import annotations

import contextlib
import shutil

import pytest

from fixcards.exports.condition_table import condition_table
from fixcards.exports.osv import InexpressibleError, osv_record
from fixcards.matching.index.conditions import LASTING
from fixcards.records.card import Card
from fixcards.records.rules.rule import RULES
from fixcards.records.script import reproduction_script
from fixcards.records.summary import summary
from fixcards.records.verdict import has_control, judge
from fixcards.verify.card_runner import CardRunner, RunSettings, today
from fixcards.verify.interpreters import installed_interpreters
from fixcards.verify.package_index import PackageIndex

from .conftest import a_card
from .packages import offer_wheel

ERROR = "ModuleNotFoundError: No module named 'imp'"


@pytest.fixture
def settings(local_index, bubblewrap, tmp_path, monkeypatch):
    monkeypatch.setenv("UV_DEFAULT_INDEX", local_index.url)
    monkeypatch.delenv("PYENV_ROOT", raising=False)  # here it takes two Pythons
    installed_interpreters.cache_clear()
    yield RunSettings(tmp_path / "cache", "bubblewrap")
    installed_interpreters.cache_clear()
    with contextlib.suppress(OSError):
        shutil.rmtree(tmp_path / "cache")


def card(code: str = "import imp\n\nprint(imp.__name__)\n", **changes) -> Card:
    fix = {"title": "Install", "kind": "workaround", "body": "I.", "avoid_when": "Never."}
    fix |= {"install": ["impagain"], "requires": ["impagain==1.0"]}
    changes = {
        "package": "python",
        "versions": {"affected": ">=3.12"},
        "signature": {"error": ERROR, "exception": "ModuleNotFoundError"},
        "reproduction": {"python": ">=3.11,<3.13", "exclude_newer": None},
        "fixes": [fix],
    } | changes
    return Card.model_validate(a_card(code, **changes))


def test_it_is_verified_with_another_python_as_its_control(local_index, settings):
    offer_wheel(local_index, "impagain", "1.0", {"imp.py": ""})
    evidence = CardRunner(card(), settings).evidence()
    runs = {run.name: run for run in evidence.runs}
    broken = runs["broken"]
    assert (broken.outcome, broken.release, broken.packages) == ("failed-as-described", "3.12", {})
    assert runs["broken"].python.startswith("3.12.")
    assert (runs["control"].outcome, runs["control"].release) == ("passed", "3.11")
    assert runs["control"].python.startswith("3.11.")
    assert [runs[name].outcome for name in ("fix 1", "install 1 (kept)", "install 1 (newest)")] == ["passed"] * 3
    assert not {"stub", "disguised"} & set(runs)
    assert judge(card(), evidence, today()).verdict == "verified"
    assert not list(RULES["FC312"].check(evidence, card()))
    without = tuple(run for run in evidence.runs if run.role != "control")
    assert not has_control(card(), evidence.model_copy(update={"runs": without})), "a fix installs what was missing"


def test_what_fails_on_every_python_is_not_verified(local_index, settings):
    offer_wheel(local_index, "impagain", "1.0", {"imp.py": ""})
    failing = card(f"raise ModuleNotFoundError({ERROR.partition(': ')[2]!r})\n")
    evidence = CardRunner(failing, settings).evidence()
    assert judge(failing, evidence, today()).verdict == "partly verified"


def test_its_releases_come_from_no_index(tmp_path, local_index, monkeypatch):
    monkeypatch.setenv("UV_DEFAULT_INDEX", local_index.url)
    releases = PackageIndex(tmp_path).releases("python")
    assert [each.version for each in releases.releases][:2] == ["3.6", "3.7"]
    assert releases.get("3.12").requires_python == "==3.12.*"
    assert not local_index.requests


def test_it_needs_no_package_of_its_own():
    assert not list(RULES["FC208"].check(card(reproduction={"requires": ["wick==1.0"]}), None))
    assert not list(RULES["FC230"].check(card(), None))
    assert "dependencies = []" in reproduction_script(card())


def test_it_may_be_the_cause_of_a_card_that_names_interpreters():
    def findings(**versions) -> list:
        data = a_card("import demo\n", package="demo", cause="python-1", versions={"affected": "<=1.0"} | versions)
        return list(RULES["FC418"].check(Card.model_validate(data), None))

    assert findings()
    assert not findings(python=">=3.12")


def test_no_list_of_packages_is_in_for_it(local_index, settings):
    offer_wheel(local_index, "impagain", "1.0", {"imp.py": ""})
    evidence = CardRunner(card(), settings).evidence()
    with pytest.raises(InexpressibleError, match="is about Python"):
        osv_record(card(), evidence)
    assert LASTING.encode() in condition_table([summary(card(), evidence)])
