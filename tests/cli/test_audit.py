"""`fixcards audit` as users type it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import jsonschema
import pytest

from fixcards.matching.audit_schema import SCHEMA
from tests.audit.samples import card, write_site
from tests.commands import run

FLASK = card("flask-1", ">=2.0,<=2.2.3", needs={"werkzeug": ">=3"}, moment="import", fixed="2.2.4",
             install=["flask>=2.3.3"])  # fmt: skip
LAMP = card("lamp-1", "<2")
BROKEN = "click==8.1\nflask==2.2.2\nwerkzeug==3.0.1\nlamp==1.0\n"
GOOD = "click==8.1\nflask==2.3.3\nwerkzeug==3.0.1\nlamp==1.0\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a broken lock, and a site of cards beside it."""
    write_site(tmp_path / "site", FLASK, LAMP)
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "requirements.txt").write_text(BROKEN)
    return folder


def audit(project: Path, *words: str, typed: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    clean = {
        name: each for name, each in os.environ.items() if not name.startswith("FIXCARDS_") and name != "VIRTUAL_ENV"
    }
    environment = {**clean, "FIXCARDS_SITES": str(project.parent / "site"), **more}
    return run("fixcards", "audit", *words, cwd=project, env=environment, typed=typed)


def test_the_lock_of_the_project_is_the_default(project: Path) -> None:
    done = audit(project)
    assert done.returncode == 1
    assert done.stderr.startswith("requirements.txt (requirements): 4 packages, Python 3.")
    assert done.stderr.endswith(": 2 known failures\n")
    first, second = done.stdout.split("Can happen when used:")
    assert first.startswith("Fails at import or install:\n")
    assert "flask 2.2.2, werkzeug 3.0.1" in first
    assert "requirements.txt:2" in first
    assert "flask>=2.3.3" in first
    assert "lamp-1" in second


def test_a_clean_lock_prints_nothing_and_ends_with_0(project: Path) -> None:
    (project / "requirements.txt").write_text("click==8.1\n")
    done = audit(project)
    assert (done.returncode, done.stdout) == (0, "")
    assert "no known failures" in done.stderr


def test_standard_input_is_read_as_a_list(project: Path) -> None:
    done = audit(project, "-", "--at-start", typed=BROKEN)
    assert done.returncode == 1
    assert "flask-1" in done.stdout
    assert "lamp-1" not in done.stdout


@pytest.mark.parametrize("word", ["--ignore", "--ignore-until-fixed"])
def test_cards_can_be_ignored(project: Path, word: str) -> None:
    done = audit(project, "--at-start", word, "flask-1")
    assert done.returncode == (0 if word == "--ignore" else 1)


def test_an_id_that_is_ignored_for_nothing_is_named(project: Path) -> None:
    assert "flask-9 is to be ignored, but nothing here is in for it" in audit(project, "--ignore", "flask-9").stderr


def test_a_baseline_leaves_out_what_was_there(project: Path) -> None:
    assert audit(project, "--write-baseline", "baseline.json").returncode == 0
    assert json.loads((project / "baseline.json").read_text())["ignored"] == ["flask-1", "lamp-1"]
    done = audit(project, "--baseline", "baseline.json")
    assert done.returncode == 0
    assert "2 ignored" in done.stderr
    (project / "baseline.json").write_text("[]")
    done = audit(project, "--baseline", "baseline.json")
    assert done.returncode == 2
    assert "is no baseline; write it with --write-baseline" in done.stderr


def test_json_is_as_its_schema_says(project: Path) -> None:
    data = json.loads(audit(project, "--format", "json").stdout)
    jsonschema.validate(data, SCHEMA)
    (report,) = data["audits"]
    assert [(each["id"], each["moment"], each["line"]) for each in report["exposures"]] == [
        ("flask-1", "import", 2),
        ("lamp-1", "use", 4),
    ]


def test_sarif_has_a_rule_for_each_card_and_the_line_of_its_package(project: Path) -> None:
    log = json.loads(audit(project, "--format", "sarif").stdout)
    (results,) = [each["results"] for each in log["runs"]]
    rules = log["runs"][0]["tool"]["driver"]["rules"]
    assert log["version"] == "2.1.0"
    assert [(each["ruleId"], rules[each["ruleIndex"]]["id"], each["level"]) for each in results] == [
        ("flask-1", "flask-1", "warning"),
        ("lamp-1", "lamp-1", "note"),
    ]
    place = results[0]["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("requirements.txt", 2)
    assert len({each["partialFingerprints"]["cardAndLock/v1"] for each in results}) == 2


def test_junit_has_a_failure_for_each_card(project: Path) -> None:
    suite = ET.fromstring(audit(project, "--format", "junit").stdout)  # noqa: S314 - our own
    assert [each.get("name") for each in suite.iter("testcase")] == ["flask-1", "lamp-1"]
    assert suite.get("failures") == "2"


def test_workflow_commands_are_at_most_ten(project: Path) -> None:
    write_site(project.parent / "site", *(card(f"lamp-{number}", "<2") for number in range(1, 14)))
    done = audit(project, "--format", "github")
    assert done.stdout.count("::notice file=requirements.txt,line=4,title=lamp-") == 10
    assert done.stdout.endswith("and 3 more\n")


def test_an_update_is_what_it_brings_in_and_ends(project: Path) -> None:
    (project / "good.txt").write_text(GOOD)
    done = audit(project, "good.txt", "requirements.txt")
    assert done.returncode == 1
    assert done.stdout.startswith("Brought in by the update:\n")
    assert "As before:" in done.stdout
    assert done.stdout.endswith("1 package changes; the update brings in 1 known failure and ends none\n")
    done = audit(project, "requirements.txt", "good.txt", "--format", "markdown")
    assert done.returncode == 0
    assert "- flask 2.2.2 -\\> 2.3.3" in done.stdout
    data = json.loads(audit(project, "requirements.txt", "good.txt", "--format", "json").stdout)
    jsonschema.validate(data, SCHEMA)
    assert [each["id"] for each in data["comparison"]["ends"]] == ["flask-1"]


def test_the_old_lock_may_be_that_of_a_git_revision(project: Path) -> None:
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org"]
    (project / "requirements.txt").write_text(GOOD)
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "x"]):
        subprocess.run([*git, *words], cwd=project, check=True)
    (project / "requirements.txt").write_text(BROKEN)
    done = audit(project, "HEAD:requirements.txt", "requirements.txt")
    assert done.returncode == 1, done.stderr
    assert "flask-1" in done.stdout.partition("As before:")[0]
    done = audit(project, "HEAD:missing.txt", "requirements.txt")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1


def test_several_locks_are_audited_one_by_one_with_each(project: Path) -> None:
    (project / "good.txt").write_text("click==8.1\n")
    done = audit(project, "--each", "requirements.txt", "good.txt")
    assert done.returncode == 1
    assert done.stderr.count("known failure") == 2
    done = audit(project, "a", "b", "c")
    assert done.returncode == 2
    assert "give --each" in done.stderr


def test_what_is_installed_is_read_without_running_it(project: Path) -> None:
    folder = project / "env"
    packages = folder / "lib" / "python3.12" / "site-packages"
    for name in ("flask-2.2.2.dist-info", "Werkzeug-3.0.1.dist-info", "lamp-1.0-py3.12.egg-info", "flask"):
        (packages / name).mkdir(parents=True)
    (folder / "pyvenv.cfg").write_text("home = /nowhere\nversion = 3.12.4\n")
    done = audit(project, "--python", "env")
    assert done.returncode == 1
    assert "env (installed): 3 packages, Python 3.12.4" in done.stderr
    (project / "requirements.txt").unlink()
    folder.rename(project / ".venv")
    assert ".venv (installed): 3 packages" in audit(project).stderr


def test_the_packages_of_an_interpreter_are_those_that_it_imports(project: Path) -> None:
    done = audit(project, "--python", sys.executable, "--format", "json")
    assert done.returncode == 0, done.stderr
    (report,) = json.loads(done.stdout)["audits"]
    assert report["packages"] > 10


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("missing.lock",), "no such file; give a lock"),
        (("--python", "missing"), "no such interpreter"),
        (("--python", "requirements.txt"), "can't be run"),
        (("--python-version", "three"), "write it as 3.12"),
        (("--fix", "--format", "sarif"), "--fix prints requirements"),
        (("requirements.txt", "requirements.txt", "--format", "junit"), "text, json or markdown"),
    ],
)
def test_what_cannot_be_audited_says_why(project: Path, words: tuple[str, ...], message: str) -> None:
    done = audit(project, *words)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_without_uv_a_change_is_the_line_of_the_card_and_says_that_it_is_not_checked(
    project: Path, tmp_path: Path
) -> None:
    from fixcards.audit.auditor import audit as audited
    from fixcards.audit.lock_change import lock_changes
    from tests.audit.samples import finder, listed

    cards = finder(FLASK)
    (change,) = lock_changes(audited(cards, listed(*BROKEN.split())), cards, None, tmp_path)
    assert change.requirements == ("flask>=2.3.3",)
    assert change.reason == "not checked: uv is not installed"
