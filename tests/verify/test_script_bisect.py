"""A script is bisected over releases of a local index, from the command line and from Python."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fixcards.errors import FixcardsError
from fixcards.verify.script_bisect import bisect_script
from fixcards.verify.script_runner import Script
from tests import commands

from .packages import offer_source, offer_wheel

GOOD = "def area(side):\n    return side * side\n"
BAD = "def area(side):\n    raise ValueError(f'no area of {side!r} in shapes VERSION')\n"
REWORDED = "def area(side):\n    raise ValueError('areas are gone')\n"
OTHER = "raise ImportError('shapes needs another interpreter')\n"
SCRIPT = "import shapes\nassert shapes.area(2) == 4\n"


@pytest.fixture
def index(local_index, bubblewrap, monkeypatch, tmp_path):
    """A package index with nothing on it, and a folder to work in."""
    monkeypatch.setenv("UV_DEFAULT_INDEX", local_index.url)
    monkeypatch.delenv("UV_INDEX", raising=False)
    monkeypatch.setenv("FIXCARDS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("FIXCARDS_PYTHONS", str(Path(sys.base_prefix, "bin")))
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.chdir(tmp_path)
    return local_index


def offer_shapes(index, *modules: str, name: str = "shapes", requires: tuple[str, ...] = ()) -> None:
    """Offer releases 1.0, 1.1 ... with these modules."""
    for minor, text in enumerate(modules):
        version = f"1.{minor}"
        offer_wheel(index, name, version, {f"{name}.py": text.replace("VERSION", version)}, requires=requires)


def bisect(script: str = SCRIPT, package: str = "shapes", cache: str = "verify", **more):
    requires = more.pop("requires", ())
    return bisect_script(Script(script, package, requires, timeout=more.pop("timeout", None)), Path(cache), **more)


def command(*words: str) -> list[str]:
    return [sys.executable, "-c", "from fixcards.cli import main; main()", "bisect", *words]


def run(*words: str) -> subprocess.CompletedProcess[str]:
    Path("script.py").write_text(SCRIPT)
    return commands.run("fixcards", "bisect", "script.py", *words, timeout=240)


def test_the_end_of_a_failure_is_between_two_neighbours(index):
    offer_shapes(index, BAD, BAD, BAD, GOOD, GOOD)
    result = bisect()
    assert result.is_settled
    assert (result.last_failing.version, result.first_passing.version) == ("1.2", "1.3")
    assert (result.affected, result.fixed) == (("<1.3",), "1.3")
    assert result.signature.exception == "ValueError"
    assert result.signature.error == "ValueError: no area of 2 in shapes {shapes}"
    assert result.signature.frames == ("shapes.py:area",)


def test_a_failure_that_began_and_goes_on_has_no_release_that_passes_after_it(index):
    offer_shapes(index, GOOD, GOOD, BAD, BAD)
    result = bisect()
    assert (result.last_passing.version, result.first_failing.version) == ("1.1", "1.2")
    assert (result.last_failing.version, result.first_passing, result.affected) == ("1.3", None, (">=1.2",))


def test_a_release_that_fails_otherwise_is_not_a_release_that_fails(index):
    offer_shapes(index, OTHER, OTHER, GOOD, BAD, BAD, GOOD)
    result = bisect()
    assert (result.last_failing.version, result.first_passing.version, result.last_passing.version) == (
        "1.4",
        "1.5",
        "1.2",
    )
    assert result.affected == (">=1.3,<1.5",)


def test_the_newest_failure_is_the_one_that_is_bisected(index):
    offer_shapes(index, OTHER, OTHER, OTHER, OTHER, OTHER, OTHER, BAD, GOOD)
    result = bisect()
    assert result.signature.exception == "ValueError"
    assert (result.first_failing.version, result.last_failing.version) == ("1.6", "1.6")
    assert {each.state for each in result.tested if each.release.version != "1.6"} == {"differs", "passes"}


def test_a_text_that_is_given_decides_which_failure_it_is(index):
    offer_shapes(index, OTHER, OTHER, OTHER, GOOD, BAD, GOOD)
    result = bisect(error="shapes needs another interpreter")
    assert (result.last_failing.version, result.first_passing.version) == ("1.2", "1.3")
    assert result.signature.exception == "ImportError"


def test_other_words_of_the_same_failure_are_proposed_as_an_alias(index):
    offer_shapes(index, GOOD, REWORDED, REWORDED, BAD, BAD)
    result = bisect()
    assert [(alias.error, alias.releases[-1]) for alias in result.aliases] == [("ValueError: areas are gone", "1.2")]
    assert (result.last_passing.version, result.affected) == ("1.0", (">=1.1",))


def test_a_program_that_hangs_is_bisected_by_that(index):
    hangs = "def area(side):\n    while True:\n        pass\n"
    offer_shapes(index, hangs, hangs, GOOD)
    result = bisect(timeout=1.0)
    assert (result.last_failing.version, result.first_passing.version) == ("1.1", "1.2")
    assert result.signature.hangs


def test_an_assertion_without_a_text_is_recognised_by_its_place(index):
    wrong = "def area(side):\n    return 5\n"
    inside = "def area(side):\n    assert side == 3\n"
    offer_shapes(index, inside, wrong, wrong, GOOD)
    result = bisect()
    assert (result.signature.error, result.affected) == ("AssertionError", (">=1.1,<1.3",))


def test_a_script_that_raises_the_exception_itself_is_bisected_and_said(index):
    offer_shapes(index, "def area(side):\n    return 5\n", GOOD)
    result = bisect("import shapes\nif shapes.area(2) != 4:\n    raise ValueError('a wrong area')\n")
    assert result.affected == ("<1.1",)
    assert result.notes == ("the script raises the exception itself; a card needs the library to fail, or an assert",)


def test_the_partner_is_bisected_while_the_package_stays(index):
    offer_wheel(index, "drawing", "2.0", {"drawing.py": "import shapes\n"}, requires=("shapes",))
    offer_shapes(index, GOOD, GOOD, BAD)
    result = bisect("import drawing\ndrawing.shapes.area(2)\n", requires=("drawing==2.0",))
    assert (result.last_passing.version, result.first_failing.version) == ("1.1", "1.2")
    assert all(each.run.packages["drawing"] == "2.0" for each in result.tested)


def test_a_release_that_cannot_be_installed_is_set_aside_with_its_reason(index):
    offer_shapes(index, BAD, BAD)
    offer_source(index, "shapes", "1.2")
    offer_wheel(index, "shapes", "1.3", {"shapes.py": BAD}, requires=("nowhere",))
    offer_wheel(index, "shapes", "1.4rc1", {"shapes.py": BAD})
    offer_wheel(index, "shapes", "1.4", {"shapes.py": GOOD})
    result = bisect()
    assert "only a source distribution" in result.set_aside["1.2"]
    assert "pre-release" in result.set_aside["1.4rc1"]
    assert "nowhere" in result.tested_release("1.3").run.reason
    (point,) = result.turning_points
    assert (point.below.version, point.not_testable, point.above.version) == ("1.1", ("1.3",), "1.4")
    assert bisect(prereleases=True).affected == ("<1.4",)


def test_a_yanked_release_is_run_and_named(index):
    offer_shapes(index, BAD, BAD, GOOD)
    index.pages["shapes"]["files"][1]["yanked"] = "broken"
    assert run("--package", "shapes").stdout.count("yanked") == 2


def test_a_second_bisection_executes_nothing(index):
    offer_shapes(index, BAD, BAD, BAD, GOOD)
    first, second = bisect(), bisect()
    assert not any(each.run.stored for each in first.tested)
    assert all(each.run.stored for each in second.tested)
    assert [each.run.output for each in first.tested] == [each.run.output for each in second.tested]
    assert not any(each.run.stored for each in bisect(fresh=True).tested)


def test_another_program_is_another_run(index):
    offer_shapes(index, BAD, GOOD)
    bisect()
    assert not any(each.run.stored for each in bisect(SCRIPT + "print(1)\n").tested)


def test_runs_that_are_used_up_leave_the_rest_open_and_more_go_on(index):
    offer_shapes(index, *[BAD] * 9, *[GOOD] * 9)
    first = bisect(max_runs=4)
    assert not first.is_settled
    assert first.affected == (">=1.8,<=1.8",)  # no more than was run
    assert any(point.untested for point in first.turning_points)
    second = bisect(max_runs=12)
    assert second.affected == ("<1.9",)
    assert sum(each.run.stored for each in second.tested) == 4


def test_the_requirements_bound_the_releases_of_the_package_and_name_its_extras(index):
    offer_shapes(index, BAD, BAD, GOOD, GOOD)
    result = bisect(requires=("shapes[big]>=1.1",))
    assert [each.version for each in result.releases] == ["1.1", "1.2", "1.3"]
    assert result.script.requirements("1.2") == ("shapes[big]==1.2",)


def test_the_report_names_the_answer_and_how_to_repeat_each_run(index):
    offer_shapes(index, BAD, BAD, GOOD)
    done = run("--package", "shapes")
    assert done.returncode == 0, done
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert "last that fails: 1.1 (2023-05-06)" in lines
    assert "first that passes: 1.2 (2023-05-06)" in lines
    assert "affected: <1.2" in lines
    repeated = [line for line in lines if line.startswith("1.1 fails as described")]
    assert "uv run --no-project --isolated --python " in repeated[0]
    assert repeated[0].endswith("--with shapes==1.1 script.py")
    assert "shapes 1.2  passes on Python" in done.stderr
    assert "isolation: bubblewrap" in done.stderr


def test_the_report_as_json_has_every_run(index):
    offer_shapes(index, BAD, BAD, GOOD)
    data = json.loads(run("--package", "shapes", "--json").stdout)
    assert (data["settled"], data["last_failing"], data["first_passing"]) == (True, "1.1", "1.2")
    assert {each["release"]: each["state"] for each in data["runs"]} == {
        "1.0": "fails",
        "1.1": "fails",
        "1.2": "passes",
    }
    assert data["signature"]["error"] == "ValueError: no area of 2 in shapes {shapes}"


def test_a_script_that_never_fails_is_a_finding(index):
    offer_shapes(index, GOOD, GOOD)
    done = run("--package", "shapes")
    assert done.returncode == 1
    assert "no release failed" in done.stdout
    assert "--start" in done.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--package", "absent"], "the package index has no absent"),
        (["--package", "shapes==1.0"], "a release to begin at goes to --start"),
        (["--package", "shapes", "--start", "9.9"], "shapes 9.9 can't be run: not on the index"),
        (["--package", "shapes", "--requires", "shapes==1.0"], "give --start"),
        (["--package", "shapes", "--requires", "other=1"], "write it as pip does"),
        (["--package", "shapes", "--requires", "drawing==9"], "the index offers no drawing 9"),
        (["--package", "shapes", "--python", "3.x"], "write it as a specifier"),
        (["--package", "shapes", "--python", "<3"], "needs Python <3"),
    ],
)
def test_what_cannot_be_run_says_what_to_do(words, message, index):
    offer_shapes(index, BAD, GOOD)
    done = run(*words)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_an_index_that_names_no_days_is_used_as_it_is(index):
    offer_shapes(index, BAD, GOOD)
    for file in index.pages["shapes"]["files"]:
        del file["upload-time"]
    result = bisect()
    assert result.affected == ("<1.1",)
    assert {each.run.exclude_newer for each in result.tested} == {None}


def test_a_bisection_that_is_interrupted_goes_on_with_the_same_command(index):
    offer_shapes(index, *[BAD] * 6, *[GOOD] * 6)
    slow = "import time\ntime.sleep(1)\n" + SCRIPT
    Path("slow.py").write_text(slow)
    with subprocess.Popen(command("slow.py", "--package", "shapes"), stderr=subprocess.PIPE, text=True) as started:
        assert "1/12" in started.stderr.readline()
        started.send_signal(signal.SIGINT)
        rest = started.stderr.read()
    assert started.returncode == 130
    assert "the same command goes on from there" in rest
    result = bisect(slow, cache=os.environ["FIXCARDS_CACHE"] + "/verify")
    assert result.affected == ("<1.6",)
    assert result.tested[0].run.stored
    assert not result.tested[-1].run.stored


def test_a_package_that_is_not_there_is_an_error_for_python_too(index):
    with pytest.raises(FixcardsError, match="no shapes"):
        bisect()


def test_nothing_is_left_of_the_environments(index):
    offer_shapes(index, BAD, GOOD)
    bisect()
    assert list(Path("verify/work").iterdir()) == []
    assert time.time() - Path("verify/runs").stat().st_mtime < 600
