"""`fixcards scout packages` over a small index with planted breaks: each is reported with its culprit, and no other."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from fixcards.scout.finding import Finding, findings_from
from tests.scout.dated_index import DatedIndex

OLD, NEW, NEWER = "2025-01-10", "2025-06-10", "2025-08-10"
TODAY = "2025-12-31"
DAYS = "330"
"""From TODAY: 2025-02-04, after everything of OLD and before everything of NEW."""
WITH_NAME = "def area(side):\n    return side * side\n\n\ndef edge(side, unit='m'):\n    return side\n"
WITHOUT_NAME = "def edge(side, unit='m'):\n    return side\n"
WITHOUT_ARGUMENT = "def area(side):\n    return side * side\n\n\ndef edge(side):\n    return side\n"


def scout(*words: str, way: str = "packages", today: str = TODAY) -> subprocess.CompletedProcess[str]:
    line = command(*words, way=way, today=today)
    return subprocess.run(line, capture_output=True, text=True, timeout=300, check=False)


def command(*words: str, way: str = "packages", today: str = TODAY) -> list[str]:
    days = ["--days", DAYS] if way == "packages" and "--days" not in words else []
    program = [sys.executable, "-c", "from fixcards.cli import main; main()", "scout", way]
    return [*program, *words, *days, "--today", today, "--output", "out", "--rate", "1000"]


def findings(folder: str = "out") -> list[Finding]:
    return findings_from(Path(folder, "findings.json").read_bytes())


def report(folder: str = "out") -> dict:
    return json.loads(Path(folder, "report.json").read_text())


def offer_shapes(index: DatedIndex, *modules: str) -> None:
    """Offer shapes 1.0 on an old day, and 2.0, 2.1 ... with these modules on later ones."""
    index.offer("shapes", "1.0", OLD, {"shapes.py": WITH_NAME})
    for minor, text in enumerate(modules):
        index.offer("shapes", f"2.{minor}", f"2025-0{5 + minor}-10", {"shapes.py": text})


def offer_app(index: DatedIndex, name: str, code: str, *, version: str = "1.0", day: str = OLD, **more: object) -> None:
    index.offer(name, version, day, {f"{name}/__init__.py": code}, requires=("shapes",), **more)


def test_the_release_that_took_a_name_away_is_the_culprit_and_sound_packages_are_not_broken(index):
    offer_shapes(index, WITH_NAME, WITHOUT_NAME, WITHOUT_NAME)
    offer_app(index, "walls", "from shapes import area\n")
    offer_app(index, "walls", "from shapes import edge\n", version="1.1", day=NEWER)
    offer_app(index, "doors", "from shapes import edge\n")
    done = scout("walls", "doors", "--no-newest")
    assert done.returncode == 1, done.stderr
    (finding,) = findings()
    assert (finding.kind, finding.step, finding.package, finding.release) == ("partner", "import", "walls", "1.0")
    culprit = finding.culprit
    assert (culprit.package, culprit.last_good, culprit.first_bad) == ("shapes", "2.0", "2.1")
    assert (finding.lowest_failing, finding.highest_failing, finding.fixed) == ("1.0", "1.0", "1.1")
    assert finding.signature.error == "ImportError: cannot import name 'area' from 'shapes' ({path})"
    assert (finding.vanished.module, finding.vanished.name) == ("shapes", "area")
    assert finding.program == "import walls\n"
    assert finding.suspect.requires == ("walls==1.0", "shapes==2.1")
    assert finding.control.requires == ("walls==1.0", "shapes==2.0")
    assert finding.suspect.day == finding.control.day
    assert finding.control.exit == 0
    assert "cannot import name 'area'" in finding.suspect.output
    assert report()["outcomes"] == {"broken": 1, "passes": 1}
    assert "shapes 2.1 breaks walls 1.0" in done.stdout


def test_a_name_that_moved_is_named_with_its_new_module(index):
    index.offer("shapes", "1.0", OLD, {"shapes/__init__.py": WITH_NAME, "shapes/other.py": "area = 1\n"})
    moved = {"shapes/__init__.py": "", "shapes/plane.py": WITH_NAME, "shapes/other.py": "area = 1\n"}
    index.offer("shapes", "2.0", NEW, moved)
    offer_app(index, "walls", "from shapes import area\n")
    assert scout("walls", "--no-newest").returncode == 1
    (finding,) = findings()
    assert (finding.vanished.module, finding.vanished.name) == ("shapes", "area")
    assert finding.vanished.moved_to == "shapes.plane"


def test_a_module_that_is_gone_as_a_whole_is_named(index):
    index.offer("shapes", "1.0", OLD, {"shapes.py": "A = 1\n", "old_shapes.py": "A = 1\n"})
    index.offer("shapes", "2.0", NEW, {"shapes.py": "A = 1\n"})
    offer_app(index, "walls", "import old_shapes\n")
    assert scout("walls", "--no-newest").returncode == 1
    (finding,) = findings()
    assert (finding.vanished.kind, finding.vanished.module, finding.vanished.name) == ("module", "old_shapes", None)


def test_one_change_with_several_victims_is_one_finding(index):
    offer_shapes(index, WITHOUT_NAME)
    for name in ("walls", "doors", "roofs"):
        offer_app(index, name, "from shapes import area\n")
    assert scout("walls", "doors", "roofs", "--no-newest").returncode == 1
    (finding,) = findings()
    assert finding.package == "doors"
    assert [victim.package for victim in finding.victims] == ["roofs", "walls"]


def test_of_several_changed_packages_the_one_that_makes_the_difference_is_the_culprit(index):
    offer_shapes(index, WITHOUT_ARGUMENT)
    for name in ("colours", "paints"):
        index.offer(name, "1.0", OLD, {f"{name}.py": "A = 1\n"})
        index.offer(name, "2.0", NEW, {f"{name}.py": "A = 2\n"})
    code = "import colours, paints, shapes\nshapes.edge(1, unit='cm')\n"
    index.offer("walls", "1.0", OLD, {"walls.py": code}, requires=("colours", "paints", "shapes"))
    assert scout("walls", "--no-newest").returncode == 1
    (finding,) = findings()
    assert (finding.culprit.package, finding.culprit.first_bad) == ("shapes", "2.0")
    assert (finding.vanished.kind, finding.vanished.name, finding.vanished.argument) == ("argument", "edge", "unit")
    assert finding.suspect.packages["colours"] == "2.0"


def test_a_package_that_is_held_back_with_another_one_is_not_the_culprit(index):
    offer_shapes(index, WITHOUT_NAME)
    index.offer("frame", "1.0", OLD, {"frame.py": "A = 1\n"}, requires=("shapes<2",))
    index.offer("frame", "2.0", NEW, {"frame.py": "A = 2\n"}, requires=("shapes",))
    code = "import frame\nfrom shapes import area\n"
    index.offer("walls", "1.0", OLD, {"walls.py": code}, requires=("frame", "shapes"))
    assert scout("walls", "--no-newest").returncode == 1
    (finding,) = findings()
    assert (finding.culprit.package, finding.culprit.last_good, finding.culprit.first_bad) == ("shapes", "1.0", "2.0")


def test_where_two_changes_break_a_package_each_has_its_culprit(index):
    offer_shapes(index, WITH_NAME, WITHOUT_NAME)
    index.offer("colours", "1.0", OLD, {"colours.py": "RED = 1\n"})
    index.offer("colours", "2.0", NEW, {"colours.py": "BLUE = 1\n"})
    code = "from shapes import area\nfrom colours import RED\n"
    index.offer("walls", "1.0", OLD, {"walls.py": code}, requires=("colours", "shapes"))
    assert scout("walls", "--no-newest").returncode == 1
    behind, first = findings()
    assert (first.culprit.package, first.culprit.last_good, first.culprit.first_bad) == ("shapes", "2.0", "2.1")
    assert first.suspect.requires == ("walls==1.0", "colours==1.0", "shapes==2.1")
    assert (behind.culprit.package, behind.culprit.first_bad) == ("colours", "2.0")
    assert behind.suspect.packages["shapes"] == "1.0"
    assert (first.control.exit, behind.control.exit) == (0, 0)


def test_a_command_that_fails_is_noticed_though_its_module_can_be_imported(index):
    offer_shapes(index, WITHOUT_NAME)
    code = "def main():\n    import argparse, shapes\n    shapes.area(2)\n    argparse.ArgumentParser().parse_args()\n"
    offer_app(index, "walls", code, scripts={"walls": "walls:main"})
    assert scout("walls", "--no-newest").returncode == 1
    (finding,) = findings()
    assert (finding.step, finding.culprit.package) == ("console-script", "shapes")
    assert finding.signature.error == "AttributeError: module 'shapes' has no attribute 'area'"
    assert "--help" in finding.program


def test_a_newest_release_that_fails_by_itself_is_compared_with_the_one_before(index):
    index.offer("walls", "1.0", OLD, {"walls.py": "A = 1\n"})
    index.offer("walls", "1.1", NEW, {"walls.py": "A = 1\n"})
    index.offer("walls", "1.2", NEWER, {"walls.py": "import bricks\n"})
    assert scout("walls").returncode == 1
    (finding,) = findings()
    assert (finding.kind, finding.culprit.package) == ("release", "walls")
    assert (finding.culprit.last_good, finding.culprit.first_bad) == ("1.1", "1.2")
    assert finding.signature.error == "ModuleNotFoundError: No module named 'bricks'"


BUILDER = """
import pathlib, shutil

def build_wheel(folder, settings=None, metadata=None):
    (wheel,) = pathlib.Path().glob("*.whl")
    shutil.copy(wheel, folder)
    return wheel.name
"""
REFUSES = "def build_wheel(folder, settings=None, metadata=None):\n    raise RuntimeError('use_hammer is gone')\n"


def test_a_build_that_fails_since_an_upload_is_found_where_builds_are_allowed(index):
    index.offer("hammer", "1.0", OLD, {"hammer.py": BUILDER})
    index.offer("hammer", "1.1", NEW, {"hammer.py": BUILDER})
    index.offer("hammer", "2.0", NEWER, {"hammer.py": REFUSES})
    index.offer("walls", "1.0", OLD, {"walls.py": "A = 1\n"}, builder="hammer")
    assert scout("walls", "--no-newest").returncode == 0
    Path("out/journal.jsonl").unlink()
    done = scout("walls", "--no-newest", "--build")
    assert done.returncode == 1, done.stderr
    (finding,) = findings()
    assert (finding.kind, finding.step, finding.build) == ("build", "build", ("walls",))
    assert (finding.culprit.package, finding.culprit.last_good, finding.culprit.first_bad) == ("hammer", "1.1", "2.0")
    assert (finding.suspect.day.isoformat(), finding.control.exit) == (NEWER, 0)
    assert "use_hammer is gone" in finding.suspect.output


def test_what_fails_with_the_releases_of_its_day_too_is_not_broken(index):
    offer_shapes(index, WITHOUT_NAME)
    offer_app(index, "walls", "from shapes import volume\n")
    done = scout("walls", "--no-newest")
    assert done.returncode == 0, done.stderr
    assert report()["outcomes"] == {"fails": 1}
    assert findings() == []


def test_what_fails_only_now_and_then_is_dropped(index):
    offer_shapes(index, WITHOUT_NAME)
    # The probe tries it in one process with others, the smallest program alone.
    offer_app(index, "walls", "import sys\nif 'json' in sys.modules:\n    from shapes import area\n")
    assert scout("walls", "--no-newest").returncode == 0
    assert report()["outcomes"] == {"flaky": 1}


def test_nothing_is_run_where_nothing_has_changed(index):
    index.offer("shapes", "1.0", OLD, {"shapes.py": WITH_NAME})
    offer_app(index, "walls", "from shapes import area\n")
    assert scout("walls", "--no-newest").returncode == 0
    (probe,) = [line for line in map(json.loads, Path("out/journal.jsonl").read_text().splitlines()) if "task" in line]
    assert probe["probes"][0]["outcome"] == "unchanged"
    assert not any(path.endswith(".whl") for path in index.requests)


def test_a_finding_that_a_card_answers_is_nothing_new(index, data):
    offer_shapes(index, WITHOUT_NAME)
    offer_app(index, "walls", "from shapes import area\n")
    data |= {"package": "walls", "issue": "https://example.org/walls/issues/7"}
    data["versions"] = {"affected": "<=1.0", "with": {"shapes": ">=2"}}
    data["signature"] = {"error": "ImportError: cannot import name 'area' from 'shapes' ({path})"}
    data["reproduction"]["requires"] = ["walls=={version}", "shapes==2.0"]
    for key in ("ids", "related", "cause", "discussion"):
        data.pop(key, None)
    card = Path("cards/walls/7.yaml")
    card.parent.mkdir(parents=True)
    card.write_text(f"# yaml-language-server: $schema=../card.schema.json\n{yaml.safe_dump(data)}")
    done = scout("walls", "--no-newest")
    assert done.returncode == 0, done.stderr
    (finding,) = findings()
    assert finding.answer.id == "walls-7"
    assert report()["new"] == 0
    assert "answered by walls-7" in done.stdout


def test_the_report_is_the_same_for_one_worker_and_for_two_and_twice(index):
    offer_shapes(index, WITH_NAME, WITHOUT_NAME)
    for number in range(6):
        offer_app(index, f"app{number}", f"from shapes import {'area' if number % 2 else 'edge'}\n")
    names = [f"app{number}" for number in range(6)]
    reports = []
    for jobs, order in (("1", names), ("2", names[::-1]), ("2", names)):
        assert scout(*order, "--no-newest", "-j", jobs).returncode == 1
        reports.append([Path("out", name).read_bytes() for name in ("report.json", "report.md", "findings.json")])
        Path("out/journal.jsonl").unlink()
    assert reports[0] == reports[1] == reports[2]


def test_a_start_after_a_kill_goes_on_where_it_stopped(index):
    offer_shapes(index, WITHOUT_NAME)
    for number in range(5):
        offer_app(index, f"app{number}", "import time\ntime.sleep(1)\nfrom shapes import area\n")
    names = [f"app{number}" for number in range(5)]
    first = subprocess.Popen(
        command(*names, "--no-newest", "-j", "1"), start_new_session=True, stderr=subprocess.DEVNULL
    )
    journal = Path("out/journal.jsonl")
    deadline = time.monotonic() + 120
    while not (journal.exists() and journal.read_text().count("\n") >= 3):
        assert first.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.1)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    with journal.open("a") as file:
        file.write('{"task": "cut o')
    before = journal.read_text().count("\n")
    done = scout(*names, "--no-newest", "-j", "1")
    assert done.returncode == 1, done.stderr
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    keys = [line["task"] for line in lines if "task" in line]
    assert len(keys) == len(set(keys)) == 10
    assert len(lines) > before
    assert [finding.package for finding in findings()] == ["app0"]
    assert len(findings()[0].victims) == 4


def test_a_journal_of_other_settings_is_refused(index):
    offer_shapes(index, WITHOUT_NAME)
    offer_app(index, "walls", "from shapes import area\n")
    scout("walls", "--no-newest")
    done = scout("walls")
    assert done.returncode == 2
    assert "another run with other settings (newest)" in done.stderr.replace("is of a run", "another run")
    assert "--output" in done.stderr


def test_the_budget_ends_a_run_that_the_next_start_goes_on_with(index):
    offer_shapes(index, WITHOUT_NAME)
    for number in range(4):
        offer_app(index, f"app{number}", "from shapes import area\n")
    names = [f"app{number}" for number in range(4)]
    done = scout(*names, "--no-newest", "-j", "1", "--max-packages", "3")
    assert done.returncode == 2
    assert "the budget of 3 packages is used up" in done.stderr
    assert "goes on" in done.stderr
    assert scout(*names, "--no-newest", "-j", "1").returncode == 1
    assert len(findings()[0].victims) == 3


def test_a_page_is_asked_for_once_and_later_only_whether_it_has_changed(index):
    offer_shapes(index, WITHOUT_NAME)
    offer_app(index, "walls", "from shapes import area\n")
    scout("walls", "--no-newest")
    assert index.requests["/simple/shapes/"] == index.requests["/simple/walls/"] == 1
    for page in Path("cache/verify/pages").rglob("*.json"):
        data = json.loads(page.read_text())
        page.write_text(json.dumps(data | {"fetched": data["fetched"] - 7 * 3600}))
    for page in Path("cache/verify/index").rglob("*.json"):
        page.unlink()
    Path("out/journal.jsonl").unlink()
    scout("walls", "--no-newest")
    assert index.requests["/simple/walls/"] == 2
    assert index.requests["304"] == index.requests["/simple/walls/"] + index.requests["/simple/shapes/"] - 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "name packages, or give --list"),
        (("not a name",), "is no name of a package"),
        (("walls", "--days", "soon"), "write whole numbers"),
    ],
)
def test_what_is_typed_wrong_is_said(index, words, message):
    done = scout(*words)
    assert done.returncode == 2
    assert message in done.stderr
