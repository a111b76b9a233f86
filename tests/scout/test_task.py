"""Of the breaks of a package each failure is followed once."""

from __future__ import annotations

from datetime import date

from fixcards.scout.finding import Side
from fixcards.scout.probe import Break, Probe
from fixcards.scout.task import PackageTask, breaks_to_investigate, task_key
from fixcards.verify.failure_signature import signature_of

DAY = date(2025, 6, 1)


def broken(
    message: str, release: str = "1.0", axis: str = "partner", python: str = "3.11.7", step: str = "import"
) -> Break:
    head = 'Traceback (most recent call last):\n  File "/repro/repro.py", line 1, in <module>\n    import walls\n'
    output = f"{head}{message}\n"
    suspect = Side((f"walls=={release}",), DAY, python, {"walls": release}, 1, None, output)
    control = Side((f"walls=={release}",), DAY, python, {"walls": release}, 0)
    return Break(axis, step, "walls", release, "import walls\n", suspect, control, signature_of(output, {}))


def probe(*breaks: Break) -> Probe:
    return Probe("walls", "1.0", "3.11.7", "partner", "broken", breaks=breaks)


def followed(*breaks: Break) -> list[tuple[str, str, str]]:
    tasks = breaks_to_investigate((probe(*breaks),))
    return [(each.broken.axis, each.broken.release, each.broken.signature.error) for each in tasks]


def test_several_releases_with_one_failure_are_followed_once():
    assert followed(broken("ImportError: no area", "2.0"), broken("ImportError: no area", "1.0")) == [
        ("partner", "2.0", "ImportError: no area")
    ]


def test_a_message_that_is_cut_off_is_the_same_failure_as_the_whole_one():
    cut, whole = (
        "TypeError: area() takes 1 positional argument but 2 were",
        "TypeError: area() takes 1 positional argument but 2 were given",
    )
    assert followed(broken(cut, step="console-script"), broken(whole, step="smoke")) == [("partner", "1.0", whole)]


def test_different_failures_are_followed_each():
    assert len(followed(broken("ImportError: no area"), broken("TypeError: expected a side"))) == 2


def test_of_several_interpreters_the_lowest_is_followed():
    (task,) = breaks_to_investigate(
        (
            probe(broken("ImportError: no imp", axis="interpreter", python="3.13.0")),
            probe(broken("ImportError: no imp", axis="interpreter", python="3.12.1")),
        )
    )
    assert task.broken.suspect.python == "3.12.1"


def test_what_a_partner_explains_is_not_followed_as_a_fault_of_the_newest_release():
    breaks = broken("ImportError: no area"), broken("ImportError: no area", "2.0", axis="release")
    assert [axis for axis, *_ in followed(*breaks)] == ["partner"]


def test_what_an_interpreter_explains_is_not_followed_as_a_fault_of_the_newest_release():
    breaks = broken("ImportError: no imp", axis="release"), broken("ImportError: no imp", axis="interpreter")
    assert [axis for axis, *_ in followed(*breaks)] == ["interpreter"]
    others = broken("ImportError: no area", axis="release"), broken("ImportError: no imp", axis="interpreter")
    assert [axis for axis, *_ in followed(*others)] == ["release", "interpreter"]


def test_a_task_has_the_same_name_in_each_journal_and_another_one_for_other_days():
    assert task_key(PackageTask("walls", (DAY,))) == task_key(PackageTask("walls", (DAY,)))
    assert task_key(PackageTask("walls", (DAY,))) != task_key(PackageTask("walls", ()))
