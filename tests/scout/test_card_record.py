from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from fixcards.authoring.ways_out import MeasuredFix
from fixcards.records.card import Card
from fixcards.records.identity import DISCOVERY_KEY
from fixcards.scout.card_record import MAX_TITLE, card_key, card_record, title
from fixcards.scout.finding import Culprit, Finding, VanishedName
from fixcards.scout.sentences import Facts
from fixcards.scout.ways_out import gone_module
from fixcards.verify.failure_signature import FailureSignature

from .findings import SIGNATURE, finding, on_newer_python, side, victim

TODAY = date(2023, 6, 1)
FIXES = [
    MeasuredFix("upgrade", "demo", "demo>=2.0", ("demo==2.0", "part==2.0")),
    MeasuredFix("pin", "part", "part<2.0", ("demo=={version}", "part==1.1")),
]


def record_of(one: Finding, fixes: list[MeasuredFix] = FIXES) -> dict:
    return card_record(Facts(one, "part>=1.0"), fixes, TODAY)


def test_a_finding_fills_a_whole_card_of_the_program() -> None:
    record = record_of(finding(victims=(victim("wax", "2.1"),)))
    card = Card.model_validate(record)
    assert not card.explained
    assert card.id == f"demo-{card_key(finding())}"
    assert card.title == "demo 1.1 to 1.2 with part 2.0: ImportError: cannot import name 'helper' from 'part'"
    assert card.category == "import-error"
    assert record["versions"] == {"affected": ">=1.1,<=1.2", "fixed": "2.0", "with": {"part": ">=2.0"}}
    assert record["reproduction"] == {
        "python": "==3.11.*",
        "requires": ["demo=={version}", "part==2.0"],
        "exclude_newer": date(2023, 5, 7),
        "code": "import demo\n",
    }
    assert [fix.title for fix in card.fixes] == ["Upgrade demo to 2.0 or later", "Hold part below 2.0"]
    assert [fix.install for fix in card.fixes] == [("demo>=2.0",), ("part<2.0",)]
    assert card.discovery is not None
    assert (card.discovery.culprit, card.discovery.release, card.discovery.last_good) == ("part", "2.0", "1.1")
    assert card.discovery.victims == ("wax==2.1",)
    assert card.discovery.day == TODAY


def test_a_suggestion_that_only_some_pythons_print_is_no_part_of_title_and_error() -> None:
    error = "AttributeError: module 'part' has no attribute 'helper'"
    suggested = replace(SIGNATURE, error=f"{error}. Did you mean: 'helpers'?", exception="AttributeError")
    record = record_of(finding(signature=suggested))
    assert record["signature"]["error"] == error
    assert record["title"] == f"demo 1.1 to 1.2 with part 2.0: {error}"


def test_what_brings_a_module_back_is_a_workaround() -> None:
    gone = on_newer_python(vanished=VanishedName("module", "distutils.version"))
    assert gone_module(gone) == "distutils"
    assert gone_module(on_newer_python(vanished=VanishedName("attribute", "asyncio", "coroutine"))) is None
    fix = MeasuredFix("workaround", "setuptools", "setuptools", ("demo=={version}", "setuptools==80.9.0"))
    (written,) = record_of(gone, [fix])["fixes"]
    assert (written["title"], written["install"]) == ("Install setuptools beside demo", ["setuptools"])
    assert written["body"] == (
        "The program passes on Python 3.12 with setuptools 80.9.0: it brings a module `distutils` of its own. Nothing "
        "else of demo was run with it."
    )


@pytest.mark.parametrize(
    ("fixed", "better"),
    [
        (None, "Your code can move from demo to something that is maintained: "),
        ("2.0", "You can upgrade demo to 2.0 or later: "),
    ],
    ids=["no release without it", "a release without it"],
)
def test_a_module_that_is_brought_back_is_no_better_than_an_upgrade(fixed: str | None, better: str) -> None:
    gone = on_newer_python(vanished=VanishedName("module", "distutils"), fixed=fixed)
    fix = MeasuredFix("workaround", "setuptools", "setuptools", ("demo=={version}", "setuptools==80.9.0"))
    (written,) = record_of(gone, [fix])["fixes"]
    assert written["avoid_when"].startswith(better)


def test_the_key_stays_when_releases_are_corrected_and_differs_for_another_failure() -> None:
    key = card_key(finding())
    assert re.fullmatch(DISCOVERY_KEY, key)
    assert key == "found-" + key.removeprefix("found-")
    corrected = finding(lowest_failing="1.2", fixed=None, culprit=Culprit("part", "1.0", "1.1"))
    assert card_key(corrected) == key
    assert card_key(finding(signature=replace(SIGNATURE, error="ImportError: another"))) != key
    assert card_key(finding(culprit=Culprit("wax", "1.1", "2.0"))) != key
    assert card_key(finding(package="lamp")) != key


def test_the_key_of_a_failure_is_the_same_for_ever() -> None:
    assert card_key(finding()) == "found-997687904"  # addresses depend on it


def test_a_long_title_keeps_the_releases_and_cuts_the_message() -> None:
    long = replace(SIGNATURE, error=f"ImportError: cannot import name '{'x' * 90}' from 'part' ({{path}})")
    text = title(Facts(finding(signature=long)))
    assert len(text) <= MAX_TITLE
    assert text.startswith("demo 1.2 with part 2.0: cannot import name 'xxx")
    assert text.endswith("x …")
    words = replace(SIGNATURE, error="ValueError: " + "many words " * 12, exception="ValueError")
    assert title(Facts(finding(signature=words))).endswith(" many words many …")


def test_without_a_release_to_upgrade_to_the_pin_says_so() -> None:
    alone = finding(fixed=None, fixed_uploaded=None)
    [pin] = card_record(Facts(alone, newest="1.2"), FIXES[1:], TODAY)["fixes"]
    assert pin["use_when"] == "demo 1.2 is the newest release, so there is none to upgrade to."
    [pin] = card_record(Facts(alone, newest="1.3"), FIXES[1:], TODAY)["fixes"]
    assert pin["use_when"] == (
        "No later release of demo passes with part 2.0, as far as they have wheels and were run."
    )


def test_a_newer_python_is_in_title_versions_and_program() -> None:
    record = record_of(on_newer_python(), [])
    assert record["title"] == "demo 1.1 to 1.2 on Python 3.12: ModuleNotFoundError: No module named 'distutils'"
    assert record["versions"] == {"affected": ">=1.1,<=1.2", "python": ">=3.12"}
    assert record["reproduction"]["python"] == "==3.12.*"
    assert record["reproduction"]["requires"] == ["demo=={version}"]
    assert record["fixes"][0]["title"] == "Stay on Python 3.11"
    assert record["status"]["state"] == "published"
    assert Card.model_validate(record).fixes[0].kind == "configuration"


def test_a_culprit_that_works_again_ends_the_range_of_the_second_package() -> None:
    culprit = Culprit("part", "1.1", "2.0", fixed="2.1")
    upgrade = MeasuredFix("upgrade", "part", "part>=2.1", ("demo=={version}", "part==2.1"))
    record = record_of(finding(culprit=culprit, fixed=None, fixed_uploaded=None), [upgrade])
    assert record["versions"]["with"] == {"part": ">=2.0,<2.1"}
    assert record["fixes"][0]["title"] == "Upgrade part to 2.1 or later"
    assert record["fixes"][0]["body"] == (
        "The program passes with part 2.1. Of the releases that were run it is the first after 2.0."
    )


def test_an_upgrade_that_refuses_the_change_says_so() -> None:
    bound = MeasuredFix("upgrade", "demo", "demo>=2.0", ("demo==2.0",))
    body = record_of(finding(), [bound])["fixes"][0]["body"]
    assert body.startswith("The program passes with demo 2.0, which keeps part 2.0 out and brings a release that it")


@pytest.mark.parametrize("step", ["build", "resolve"])
def test_a_failure_before_the_program_says_during_what_and_has_no_frames(step: str) -> None:
    suspect = side("demo==1.2", "part==2.0", exit_status=1, output="no solution")
    error = FailureSignature("demo==1.2 depends on part<2.0", None, (), None)
    record = record_of(finding(kind=step, step=step, suspect=suspect, signature=error))
    assert record["reproduction"]["expect"] == {"during": step}
    assert record["category"] == "packaging"
    assert "frames" not in record["signature"]


def test_a_pin_stays_at_the_last_good_release_where_others_lie_between() -> None:
    culprit = Culprit("part", "1.1", "2.1")
    pin = MeasuredFix("pin", "part", "part<=1.1", ("demo=={version}", "part==1.1"))
    [fix] = record_of(finding(culprit=culprit, fixed=None, fixed_uploaded=None), [pin])["fixes"]
    assert fix["title"] == "Hold part at 1.1"
    assert fix["body"].endswith("1.1 is the last release before 2.1 with which the program passes.")
    assert fix["avoid_when"].startswith("Another package requires part above 1.1")


def test_without_a_day_of_a_release_none_is_stated() -> None:
    record = record_of(finding(culprit=Culprit("part", None, "2.0"), uploaded=None))
    assert "uploaded" not in record["discovery"]
    assert "last_good" not in record["discovery"]
    assert Card.model_validate(record)


def test_an_assertion_of_the_program_is_a_wrong_result_and_one_of_the_library_a_crash() -> None:
    own = FailureSignature("AssertionError", "AssertionError", (), "/repro/repro.py:<module>")
    assert record_of(finding(step="smoke", signature=own))["category"] == "wrong-result"
    library = FailureSignature("AssertionError: no pool", "AssertionError", ("demo/core.py:load",), "demo/core.py:load")
    assert record_of(finding(step="smoke", signature=library))["category"] == "crash"
