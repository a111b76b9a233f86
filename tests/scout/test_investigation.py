"""What makes the difference is found out from runs; here they are answered by a table instead of a sandbox."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from fixcards.scout import culprit, investigation, replay
from fixcards.scout.finding import Finding, Side
from fixcards.scout.investigation import Unexplained, investigate
from fixcards.scout.probe import Break
from fixcards.scout.probe_runner import Execution
from fixcards.verify.environment import EnvironmentSpec
from fixcards.verify.failure_signature import FailureSignature
from fixcards.verify.interpreters import Interpreter
from fixcards.verify.package_index import ReleaseInfo, ReleaseList
from fixcards.verify.unavailable import EnvironmentUnavailable

DAY = date(2025, 12, 1)
PYTHONS = [
    Interpreter(version, Path("/python"), Path("/python")) for version in ("3.10.1", "3.11.1", "3.12.1", "3.13.1")
]
FAILURE = 'Traceback (most recent call last):\n  File "/repro/repro.py", line 1, in <module>\nRuntimeError: no area\n'
Answer = Callable[[dict[str, str], str], bool | None]
"""Whether the program passes with some releases on an interpreter; None where they can't be installed."""


@dataclass
class TableRunner:
    """Installs exactly what is pinned, and `newest` of everything else."""

    answer: Answer
    newest: dict[str, str]
    offered: dict[str, list[str]] = field(default_factory=dict)
    by_python: dict[str, dict[str, str]] = field(default_factory=dict)
    """Other releases that an interpreter gets unless those of a lock are preferred."""
    environments: int = 0
    failure: Callable[[dict[str, str]], str] = lambda packages: FAILURE

    def lock(self, spec: EnvironmentSpec) -> str:
        packages = {**self.newest, **({} if spec.preferred_lock else self.by_python.get(spec.interpreter.version, {}))}
        for requirement in spec.requires:
            name, _, version = requirement.partition("==")
            if not version:
                name, _, lowest = requirement.partition(">=")
                version = max(self.newest[name], lowest)
            packages[name] = version
        if self.answer(packages, spec.interpreter.version) is None:
            raise EnvironmentUnavailable("resolution", "no solution", "no solution", 1)
        lines = [f"{name}=={version} \\\n    --hash=sha256:{'0' * 64}" for name, version in sorted(packages.items())]
        return "\n".join(lines) + "\n"

    @contextmanager
    def ready(self, spec: EnvironmentSpec, cost: object, lock: str | None = None) -> Iterator[SimpleNamespace]:
        self.environments += 1
        lines = (lock or self.lock(spec)).splitlines()[::2]
        packages = dict(line.removesuffix(" \\").split("==") for line in lines)
        passed = self.answer(packages, spec.interpreter.version)

        def run(code: str, files: object = None) -> Execution:
            return Execution(0 if passed else 1, None, "" if passed else self.failure(packages), packages)

        yield SimpleNamespace(run=run, venv=Path("/nowhere"), packages=packages)

    @property
    def index(self) -> SimpleNamespace:
        def releases(name: str) -> ReleaseList:
            versions = self.offered.get(name, [self.newest.get(name, "1.0")])
            return ReleaseList(name, tuple(ReleaseInfo(version, date(2024, 1, 1 + number), False, None,
                                                       ("py3-none-any",), True, 0)
                                           for number, version in enumerate(versions)))  # fmt: skip

        return SimpleNamespace(releases=releases)


def examine(broken: Break, runner: TableRunner) -> Finding | Unexplained:
    return investigate(broken, runner)[0]


@pytest.fixture(autouse=True)
def pythons(monkeypatch):
    for module in (culprit, replay, investigation):
        monkeypatch.setattr(module, "installed_interpreters", lambda: tuple(PYTHONS))


def broken(axis: str, suspect: Side, control: Side, **more: object) -> Break:
    values = {"step": "import", "package": "walls", "release": "1.0", "program": "import walls\n"} | more
    signature = FailureSignature("RuntimeError: no area", "RuntimeError", innermost="/repro/repro.py:<module>")
    return Break(axis=axis, suspect=suspect, control=control, signature=signature, **values)


def side(packages: dict[str, str], python: str = "3.13.1", *requires: str) -> Side:
    return Side(requires or ("walls==1.0",), DAY, python, packages)


def with_shapes(release: str, walls: str = "1.0") -> tuple[Side, Side]:
    """Return a release of walls with one of shapes, and with shapes 1.0."""
    own, python = f"walls=={walls}", "3.13.1"
    return (
        side({"walls": walls, "shapes": release}, python, own),
        side({"walls": walls, "shapes": "1.0"}, python, own, "shapes==1.0"),
    )


def test_the_interpreter_is_the_culprit_from_the_lowest_one_that_fails():
    runner = TableRunner(lambda packages, python: python < "3.12", {"walls": "1.0", "shapes": "1.0"})
    installed = {"walls": "1.0", "shapes": "1.0"}
    finding = examine(broken("interpreter", side(installed), side(installed, "3.10.1")), runner)
    assert isinstance(finding, Finding)
    assert (finding.kind, finding.culprit.package) == ("interpreter", "python")
    assert (finding.culprit.last_good, finding.culprit.first_bad) == ("3.11", "3.12")
    assert finding.culprit.first_bad_uploaded == date(2023, 10, 2)
    assert finding.suspect.python == "3.12.1"


def test_an_interpreter_is_not_the_culprit_where_another_release_is():
    installed = {"walls": "1.0", "shapes": "2.0"}
    runner = TableRunner(
        lambda packages, python: packages["shapes"] < "2", installed, by_python={"3.10.1": {"shapes": "1.0"}}
    )
    result = examine(broken("interpreter", side(installed), side({"walls": "1.0", "shapes": "1.0"}, "3.10.1")), runner)
    assert isinstance(result, Unexplained)
    assert "on the older interpreter, too" in result.reason


def test_where_releases_have_no_wheel_for_the_interpreter_the_first_bad_one_is_looked_for_on_an_older_one():
    def answer(packages: dict[str, str], python: str) -> bool | None:
        if packages["shapes"] in {"2.0", "2.1"} and python > "3.12":
            return None
        return packages["shapes"] < "2"

    offered = {"walls": ["1.0"], "shapes": ["1.0", "1.1", "2.0", "2.1", "2.2", "2.3"]}
    runner = TableRunner(answer, {"walls": "1.0", "shapes": "2.3"}, offered)
    finding = examine(broken("partner", *with_shapes("2.3")), runner)
    assert isinstance(finding, Finding)
    assert (finding.culprit.last_good, finding.culprit.first_bad) == ("1.1", "2.0")
    assert finding.suspect.python == finding.control.python == "3.11.1"


def test_an_interpreter_is_not_the_culprit_where_the_older_one_takes_other_releases():
    class HoldingBack(TableRunner):
        def lock(self, spec: EnvironmentSpec) -> str:
            old = spec.interpreter.version == "3.10.1"
            return super().lock(spec).replace("shapes==2.0", "shapes==1.0") if old else super().lock(spec)

    runner = HoldingBack(lambda packages, python: packages["shapes"] < "2", {"walls": "1.0", "shapes": "2.0"})
    control = side({"walls": "1.0", "shapes": "1.0"}, "3.10.1")
    result = examine(broken("interpreter", side({"walls": "1.0", "shapes": "2.0"}), control), runner)
    assert isinstance(result, Unexplained)


def test_of_two_that_hold_each_other_back_the_one_that_the_failure_names_is_the_culprit():
    class Entangled(TableRunner):
        def lock(self, spec: EnvironmentSpec) -> str:
            old = any(each in {"shapes==1.0", "paint==1.0"} for each in spec.requires)
            lock = super().lock(spec)
            return lock.replace("shapes==2.0", "shapes==1.0").replace("paint==2.0", "paint==1.0") if old else lock

    new, old = {"walls": "1.0", "paint": "2.0", "shapes": "2.0"}, {"walls": "1.0", "paint": "1.0", "shapes": "1.0"}
    offered = {"walls": ["1.0"], "paint": ["1.0", "2.0"], "shapes": ["1.0", "2.0"]}
    runner = Entangled(lambda packages, python: packages["shapes"] < "2", new, offered)
    runner.failure = lambda packages: "AttributeError: module 'shapes' has no attribute 'area'\n"
    one = broken("partner", side(new), side(old, "3.13.1", "walls==1.0", "paint==1.0"), partner="paint",
                 modules={"shapes": "shapes", "paint": "paint"})  # fmt: skip
    error = "AttributeError: module 'shapes' has no attribute 'area'"
    finding = examine(replace(one, signature=FailureSignature(error, "AttributeError")), runner)
    assert isinstance(finding, Finding)
    assert finding.culprit.package == "shapes"


def test_one_that_holds_back_another_which_the_failure_names_is_no_culprit():
    class Framework(TableRunner):
        def lock(self, spec: EnvironmentSpec) -> str:
            lock = super().lock(spec)
            return lock.replace("shapes==2.0", "shapes==1.0") if "paint==1.0" in spec.requires else lock

    new, old = {"walls": "1.0", "paint": "2.0", "shapes": "2.0"}, {"walls": "1.0", "paint": "1.0", "shapes": "1.0"}
    offered = {"walls": ["1.0"], "paint": ["1.0", "2.0"], "shapes": ["1.0", "2.0"]}
    runner = Framework(lambda packages, python: packages["shapes"] < "2" and packages["paint"] < "2", new, offered)
    error = "AttributeError: module 'shapes' has no attribute 'area'"
    runner.failure = lambda packages: f"{error}\n" if packages["shapes"] == "2.0" else "ImportError: no paint\n"
    one = broken("partner", side(new), side(old, "3.13.1", "walls==1.0", "paint==1.0"), modules={"shapes": "shapes"})
    one = replace(one, suspect=replace(one.suspect, output=f"{error}\n"))
    result = examine(replace(one, signature=FailureSignature(error, "AttributeError")), runner)
    assert isinstance(result, Unexplained)  # paint 1.0 passes, as it brings shapes 1.0, and that may be what helps


def test_the_lowest_and_the_highest_release_that_fails_are_looked_for():
    runner = TableRunner(
        lambda packages, python: packages["shapes"] < "2" or not "1.1" <= packages["walls"] < "1.4",
        {"walls": "1.5", "shapes": "2.0"},
        {"walls": ["1.0", "1.1", "1.2", "1.3", "1.4", "1.5"], "shapes": ["1.0", "1.1", "2.0"]},
    )
    finding = examine(
        broken(
            "partner",
            *with_shapes("2.0", walls="1.2"),
            release="1.2",
        ),
        runner,
    )
    assert isinstance(finding, Finding)
    assert (finding.lowest_failing, finding.highest_failing, finding.fixed) == ("1.1", "1.3", "1.4")
    assert (finding.culprit.last_good, finding.culprit.first_bad) == ("1.1", "2.0")


def test_a_release_that_fails_on_the_older_interpreter_too_is_not_in_the_range():
    def answer(packages: dict[str, str], python: str) -> bool:
        return packages["walls"] == "1.5" or (packages["walls"] != "1.4" and python < "3.12")

    offered = {"walls": ["1.1", "1.2", "1.3", "1.4", "1.5"]}
    runner = TableRunner(answer, {"walls": "1.5"}, offered)
    sides = side({"walls": "1.2"}, "3.13.1", "walls==1.2"), side({"walls": "1.2"}, "3.11.1", "walls==1.2")
    finding = examine(broken("interpreter", *sides, release="1.2"), runner)
    assert isinstance(finding, Finding)
    assert (finding.lowest_failing, finding.highest_failing, finding.fixed) == ("1.1", "1.3", "1.5")


def test_a_release_that_fails_without_the_change_too_is_not_in_the_range():
    def answer(packages: dict[str, str], python: str) -> bool:
        return packages["shapes"] < "2" and packages["walls"] >= "1.2"

    offered = {"walls": ["1.0", "1.1", "1.2", "1.3", "1.4"], "shapes": ["1.0", "2.0"]}
    runner = TableRunner(answer, {"walls": "1.4", "shapes": "2.0"}, offered)
    finding = examine(broken("partner", *with_shapes("2.0", walls="1.4"), release="1.4"), runner)
    assert isinstance(finding, Finding)
    assert (finding.lowest_failing, finding.highest_failing) == ("1.2", "1.4")


def test_a_change_that_was_taken_back_at_once_and_made_again_begins_where_it_was_made_again():
    bad = {"2.0", "3.0"}
    runner = TableRunner(
        lambda packages, python: packages["shapes"] not in bad,
        {"walls": "1.0", "shapes": "3.0"},
        {"walls": ["1.0"], "shapes": ["1.0", "1.1", "2.0", "2.1", "3.0"]},
    )
    finding = examine(broken("partner", *with_shapes("3.0")), runner)
    assert isinstance(finding, Finding)
    assert (finding.culprit.last_good, finding.culprit.first_bad, finding.culprit.fixed) == ("2.1", "3.0", None)


def test_a_culprit_whose_next_release_passes_again_is_fixed_there():
    runner = TableRunner(
        lambda packages, python: packages["shapes"] != "2.0",
        {"walls": "1.0", "shapes": "2.0"},
        {"walls": ["1.0"], "shapes": ["1.0", "2.0", "2.1"]},
    )
    finding = examine(broken("partner", *with_shapes("2.0")), runner)
    assert isinstance(finding, Finding)
    assert (finding.culprit.first_bad, finding.culprit.fixed) == ("2.0", "2.1")


def test_a_release_of_the_victim_that_refuses_the_culprit_is_a_way_out():
    def answer(packages: dict[str, str], python: str) -> bool | None:
        if packages["walls"] == "1.1" and packages["shapes"] == "2.0":
            return None
        return packages["shapes"] < "2"

    runner = TableRunner(answer, {"walls": "1.0", "shapes": "2.0"}, {"walls": ["1.0", "1.1"], "shapes": ["1.0", "2.0"]})
    ordinary = runner.lock

    def lock(spec: EnvironmentSpec) -> str:
        alone = spec.requires == ("walls==1.1",)
        return ordinary(EnvironmentSpec(("walls==1.1", "shapes==1.0"), spec.interpreter, DAY) if alone else spec)

    runner.lock = lock
    finding = examine(
        broken(
            "partner",
            side({"walls": "1.0", "shapes": "2.0"}),
            side({"walls": "1.0", "shapes": "1.0"}, "3.13.1", "walls==1.0", "shapes==1.0"),
        ),
        runner,
    )
    assert isinstance(finding, Finding)
    assert finding.fixed == "1.1"


def test_a_release_of_the_victim_that_only_a_later_one_of_the_culprit_helps_is_no_way_out():
    def answer(packages: dict[str, str], python: str) -> bool:
        return packages["shapes"] < "2" or packages["walls"] >= ("1.1" if packages["shapes"] == "2.1" else "1.2")

    offered = {"walls": ["1.0", "1.1", "1.2"], "shapes": ["1.0", "2.0", "2.1"]}
    finding = examine(
        broken(
            "partner",
            side({"walls": "1.0", "shapes": "2.1"}),
            side({"walls": "1.0", "shapes": "1.0"}, "3.13.1", "walls==1.0", "shapes==1.0"),
        ),
        TableRunner(answer, {"walls": "1.0", "shapes": "2.1"}, offered),
    )
    assert isinstance(finding, Finding)
    assert (finding.culprit.first_bad, finding.highest_failing, finding.fixed) == ("2.0", "1.1", "1.2")


def test_a_change_that_nothing_undoes_has_no_culprit():
    runner = TableRunner(lambda packages, python: False, {"walls": "1.0", "shapes": "2.0", "colours": "2.0"},
                         {"shapes": ["1.0", "2.0"]})  # fmt: skip
    installed = {"walls": "1.0", "shapes": "2.0", "colours": "2.0"}
    before = {"walls": "1.0", "shapes": "1.0", "colours": "1.0"}
    pins = ("walls==1.0", "shapes==1.0", "colours==1.0")
    result = examine(broken("partner", side(installed), side(before, "3.13.1", *pins)), runner)
    assert isinstance(result, Unexplained)


def test_an_environment_with_the_same_releases_is_run_once():
    runner = TableRunner(lambda packages, python: packages["shapes"] < "2", {"walls": "1.0", "shapes": "2.0"},
                         {"walls": ["1.0"], "shapes": ["1.0", "2.0"]})  # fmt: skip
    finding = examine(
        broken(
            "partner",
            side({"walls": "1.0", "shapes": "2.0"}),
            side({"walls": "1.0", "shapes": "1.0"}, "3.13.1", "walls==1.0", "shapes==1.0"),
        ),
        runner,
    )
    assert isinstance(finding, Finding)
    assert runner.environments == 0  # the probe had run both


def test_a_failure_below_this_one_is_a_break_of_its_own():
    runner = TableRunner(
        lambda packages, python: packages["shapes"] < "2",
        {"walls": "1.0", "shapes": "4.0"},
        {"walls": ["1.0"], "shapes": ["1.0", "1.1", "2.0", "2.1", "3.0", "4.0"]},
        failure=lambda packages: FAILURE if packages["shapes"] >= "3" else FAILURE.replace("area", "edge"),
    )
    suspect = side({"walls": "1.0", "shapes": "4.0"})
    control = side({"walls": "1.0", "shapes": "1.0"}, "3.13.1", "walls==1.0", "shapes==1.0")
    finding, others = investigate(broken("partner", suspect, control), runner)
    assert isinstance(finding, Finding)
    assert (finding.culprit.last_good, finding.culprit.first_bad) == ("1.1", "3.0")
    (other,) = others
    assert (other.signature.error, other.suspect.packages["shapes"]) == ("RuntimeError: no edge", "2.0")
    second, nothing = investigate(other, runner)
    assert (second.culprit.last_good, second.culprit.first_bad) == ("1.1", "2.0")
    assert nothing == []
