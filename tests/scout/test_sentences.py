from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from fixcards.scout.finding import Culprit, Finding, VanishedName
from fixcards.scout.sentences import Facts, and_list, mechanism, prevention, symptom, time_between, trigger, verify
from fixcards.verify.failure_signature import FailureSignature

from .findings import finding, on_newer_python, side, victim

SCRIPT = 'import sys\n\nfrom demo.main import run\n\nsys.argv = ["demo-serve", "--help"]\nsys.exit(run())\n'
HELPER = VanishedName("attribute", "part", "helper")


def texts(one: Finding, requirement: str | None = None, **owners: str) -> tuple[str, str, str]:
    facts = Facts(one, requirement, {path.replace("__", "/"): name for path, name in owners.items()})
    return symptom(facts), trigger(facts), mechanism(facts)


def test_a_name_that_is_gone_is_told_with_who_imports_it_and_why_both_come_together() -> None:
    what, how, why = texts(finding(vanished=HELPER), "Part>=1.0")
    assert what == (
        "`import demo` stops with an `ImportError`, so nothing of demo can be used. It is raised in `demo/__init__.py`."
    )
    assert how == (
        "demo 1.1 to 1.2 together with part 2.0 or later. demo 1.2 requires `Part>=1.0`, which lets it in. "
        "part 2.0 was uploaded on 6 May 2023, 34 days after demo 1.2."
    )
    assert why == (
        "part 2.0 no longer has `part.helper`; 1.1 still has it. `demo/__init__.py` imports it as soon as the module "
        "is loaded. With part 1.1, and nothing else changed, the program passes."
    )


def test_what_the_metadata_require_decides_on_the_sentence_about_it() -> None:
    assert "requires `Part>=1.0`" in texts(finding(), "Part>=1.0")[1]
    assert "demo 1.2 requires part in any release." in texts(finding(), "")[1]
    assert "requires" not in texts(finding(), None)[1]


@pytest.mark.parametrize(
    ("vanished", "sentences"),
    [
        (replace(HELPER, moved_to="part.helpers"), "1.1 still has it. The name is now in `part.helpers`."),
        (
            VanishedName("module", "part.old", moved_to="part.new"),
            "part 2.0 no longer has the module `part.old`; 1.1 still has it. A module of that name is now `part.new`.",
        ),
        (
            VanishedName("argument", "part.client", "Client.get", "timeout"),
            "`part.client.Client.get()` of part 2.0 takes no argument `timeout` any more; 1.1 still takes it. "
            "`demo/__init__.py` passes it.",
        ),
    ],
)
def test_modules_and_arguments_vanish_in_words_of_their_own(vanished: VanishedName, sentences: str) -> None:
    assert sentences in texts(finding(vanished=vanished))[2]


def test_without_a_vanished_name_it_says_what_is_not_known() -> None:
    why = texts(finding())[2]
    assert why == (
        "With part 1.1, and nothing else changed, the program passes. "
        "Which change of part 2.0 does this, no person has looked up yet."
    )


def test_a_module_that_only_the_control_has_is_that_of_the_culprit() -> None:
    error = "ModuleNotFoundError: No module named 'part_extra'"
    missing = FailureSignature(error, "ModuleNotFoundError", ("demo/__init__.py:<module>",))
    why = texts(finding(signature=missing))[2]
    assert why == (
        "part 2.0 no longer brings the module `part_extra`, which 1.1 does. `demo/__init__.py` imports it as soon as "
        "the module is loaded. With part 1.1, and nothing else changed, the program passes."
    )
    control = side("demo==1.2", "part==1.1", demo="1.2", part="1.1", wick="0.9")
    assert "part_extra" not in texts(finding(signature=missing, control=control))[2]


def test_a_module_of_a_package_that_only_the_culprit_required_is_lost() -> None:
    error = "ModuleNotFoundError: No module named 'wick.core'"
    missing = FailureSignature(error, "ModuleNotFoundError", ("demo/__init__.py:<module>",))
    control = side("demo==1.2", "part==1.1", demo="1.2", part="1.1", wick="0.9")
    why = texts(finding(signature=missing, control=control))[2]
    assert why == (
        "With part 2.0 nothing requires wick any more; 1.1 brought it along. `demo/__init__.py` imports it as soon as "
        "the module is loaded. With part 1.1 and wick 0.9, the program passes."
    )


def test_a_control_that_differs_in_more_says_in_what() -> None:
    control = side("demo==1.2", "part==1.1", demo="1.2", part="1.1", wick="0.9")
    suspect = replace(finding().suspect, packages={"demo": "1.2", "part": "2.0", "wick": "1.0", "wax": "3"})
    why = texts(finding(control=control, suspect=suspect))[2]
    assert "With part 1.1, no wax and wick 0.9, the program passes." in why


def test_a_failure_inside_the_culprit_names_the_caller() -> None:
    frames = ("demo/__init__.py:<module>", "demo/core.py:load", "part/pool.py:take")
    signature = FailureSignature("ValueError: no such size", "ValueError", frames, frames[-1])
    what, _, _ = texts(finding(signature=signature))
    assert what.endswith("It is raised in part's `part/pool.py`, which `demo/core.py` calls.")


def test_files_belong_to_the_distribution_that_installed_them() -> None:
    frames = ("demo/core.py:load", "google/part/pool.py:take")
    signature = FailureSignature("ValueError: no such size", "ValueError", frames, frames[-1])
    facts = Facts(finding(signature=signature), None, {"google/part/pool.py": "part", "demo/core.py": "demo"})
    assert "It is raised in part's `google/part/pool.py`, which `demo/core.py` calls." in symptom(facts)


def test_a_function_that_looks_names_up_is_not_what_uses_them() -> None:
    frames = ("demo/util.py:<module>", "wax/lazy.py:__getattr__")
    error = "AttributeError: module 'part' has no attribute 'helper'"
    signature = FailureSignature(error, "AttributeError", frames, frames[-1])
    facts = Facts(finding(signature=signature, vanished=HELPER), None, {"demo/util.py": "demo", "wax/lazy.py": "wax"})
    assert "`demo/util.py` uses it" in mechanism(facts)


def test_a_newer_python_is_told_as_the_platform_that_changed() -> None:
    what, how, why = texts(on_newer_python())
    assert what.startswith("`import demo` stops with a `ModuleNotFoundError`")
    assert how == (
        "demo 1.1 to 1.2 on Python 3.12 or later. On Python 3.11 the same releases pass. demo 1.2 is 6 months older "
        "than Python 3.12, and its metadata don't keep it away from there."
    )
    assert why == (
        "`demo/build.py` takes `distutils` from the standard library as it is up to 3.11; that of Python 3.12 differs. "
        "With Python 3.11, and nothing else changed, the program passes. "
        "Which change of Python 3.12 does this, no person has looked up yet."
    )


def test_what_a_newer_python_no_longer_has_is_named() -> None:
    gone = VanishedName("attribute", "asyncio", "coroutine")
    assert texts(on_newer_python(vanished=gone))[2] == (
        "Python 3.12 no longer has `asyncio.coroutine`; 3.11 still has it. `demo/build.py` imports it as soon as the "
        "module is loaded. With Python 3.11, and nothing else changed, the program passes."
    )


def test_a_release_that_breaks_itself_is_told_without_a_second_package() -> None:
    culprit = Culprit("demo", "1.0", "1.1", date(2023, 1, 1), date(2023, 4, 2))
    _, how, _ = texts(finding(kind="release", culprit=culprit))
    assert how == ("demo 1.1 or a later release, up to 1.2. demo 1.1 was uploaded on 2 April 2023, 3 months after 1.0.")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"program": "import demo.extra\n"}, "`import demo.extra` stops with an `ImportError`. "),
        (
            {"program": SCRIPT},
            "The command `demo-serve` stops with an `ImportError`, even when it is only asked for its",
        ),
        (
            {"step": "smoke", "program": "import demo\ndemo.run()\n"},
            "An ordinary use of demo, the program below, stops",
        ),
        ({"step": "resolve"}, "`demo==1.2` can't be installed: the resolver has no solution."),
        ({"step": "build"}, "demo 1.2 can't be installed: its build stops with an `ImportError`."),
        ({"step": "consistency"}, "demo installs, and `pip check` then says that its requirements are not met."),
        ({"victims": (victim("wax", "2.1"),)}, "The same change breaks wax 2.1, too."),
    ],
)
def test_the_symptom_is_that_of_what_was_tried(changes: dict[str, object], sentence: str) -> None:
    assert sentence in texts(finding(**changes))[0]


def test_the_check_of_a_fix_is_the_command_that_failed() -> None:
    assert verify(Facts(finding())) == '`python -c "import demo"` must end without an error.'
    assert verify(Facts(finding(program=SCRIPT))) == "`demo-serve --help` must end without an error."
    assert verify(Facts(finding(program="import demo\ndemo.run()\n"))) is None


def test_prevention_names_the_bound_that_was_missing() -> None:
    [first, second] = prevention(Facts(finding(), "Part>=1.0"))
    assert "the package's own requirement, `Part>=1.0`, lets 2.0 in" in first
    assert '`python -c "import demo"`' in second
    [first, _] = prevention(Facts(on_newer_python()))
    assert first == "Run the tests on Python 3.12 before an image or a machine moves to it."


def test_a_long_list_says_how_many_more_there_are() -> None:
    assert and_list(["a"]) == "a"
    assert and_list(["a", "b"]) == "a and b"
    assert and_list(list("abcdef")) == "a, b, c and 3 more"


def test_times_are_as_exact_as_a_reader_needs_them() -> None:
    first = date(2023, 1, 1)
    days = {
        date(2023, 1, 2): "1 day",
        date(2023, 2, 1): "31 days",
        date(2023, 7, 1): "6 months",
        date(2026, 1, 1): "3 years",
    }
    assert {day: time_between(first, day) for day in days} == days
