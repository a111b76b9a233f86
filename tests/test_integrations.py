"""The steps of the GitHub Action and the GitLab template, executed as a runner executes them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.audit.samples import card, write_site
from tests.sites import REPOSITORY

ACTION = REPOSITORY / "integrations" / "github-action" / "action.yml"
GITLAB = REPOSITORY / "integrations" / "gitlab" / "fixcards.gitlab-ci.yml"
FLASK = card("flask-1", ">=2.0,<=2.2.3", needs={"werkzeug": ">=3"}, moment="import", install=["flask>=2.3.3"])
BROKEN, GOOD = "flask==2.2.2\nwerkzeug==3.0.1\n", "flask==2.3.3\nwerkzeug==3.0.1\n"
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the steps are for bash")


@pytest.fixture
def runner(tmp_path: Path) -> Path:
    """A folder with a lock, a log, a site of cards, and stand-ins for the commands that install fixcards."""
    write_site(tmp_path / "site", FLASK)
    (tmp_path / "bad.txt").write_text(BROKEN)
    (tmp_path / "good.txt").write_text(GOOD)
    (tmp_path / "log.txt").write_text("E   RuntimeError: flask is broken\n")
    (tmp_path / "quiet.txt").write_text("all is well\n")
    folder = tmp_path / "bin"
    folder.mkdir()
    program = f"exec {sys.executable} -c 'from fixcards.cli import main; main()'"
    # uvx takes options up to the name of the command.
    write(folder / "uvx", f'while [ "$1" != fixcards ]; do shift; done; shift; {program} "$@"')
    write(folder / "fixcards", f'{program} "$@"')
    write(folder / "python", f'[ "$2" = pip ] || exec {sys.executable} "$@"')
    return tmp_path


def write(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/bash\n{script}\n")
    path.chmod(0o755)


def variables(runner: Path, **more: str) -> dict[str, str]:
    clean = {name: each for name, each in os.environ.items() if not name.startswith("FIXCARDS_")}
    return {
        **clean,
        "PATH": f"{runner / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "FIXCARDS_CACHE": str(runner / "cache"),
        **more,
    }


def act(runner: Path, **inputs: str) -> tuple[subprocess.CompletedProcess[str], str, str]:
    """Run the step of the action with inputs; return how it ended, the summary, and the outputs."""
    action = yaml.safe_load(ACTION.read_text())
    (step,) = [each for each in action["runs"]["steps"] if "run" in each]
    values = {name: each.get("default", "") for name, each in action["inputs"].items()} | inputs
    values["cards"] = str(runner / "site")
    given = {
        name: re.sub(r"\$\{\{ inputs\.(\w+) \}\}", lambda match: values[match[1]], text)
        for name, text in step["env"].items()
    }
    summary, output, script = runner / "summary.md", runner / "output", runner / "step.sh"
    summary.touch()
    output.touch()
    script.write_text(step["run"])
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
        cwd=runner,
        env=variables(runner, GITHUB_STEP_SUMMARY=str(summary), GITHUB_OUTPUT=str(output), **given),
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    return done, summary.read_text(), output.read_text()


def test_a_failed_log_gets_a_notice_and_a_summary(runner: Path) -> None:
    done, summary, output = act(runner, log="log.txt")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("::notice title=")
    assert "flask-1" in done.stdout
    assert "[flask-1](https://cards.example.org/flask/1/)" in summary
    assert "flask\\>=2.3.3" in summary
    assert output == "found=true\n"


def test_a_log_that_no_card_fits_is_no_failure(runner: Path) -> None:
    done, summary, output = act(runner, log="quiet.txt", fail="true")
    assert (done.returncode, done.stdout, summary, output) == (0, "", "", "found=false\n")


@pytest.mark.parametrize(("fail", "status"), [("true", 1), ("false", 0)])
def test_a_lock_is_audited_at_the_line_of_its_package(runner: Path, fail: str, status: int) -> None:
    done, summary, output = act(runner, lock="bad.txt", fail=fail)
    assert done.returncode == status, done.stderr
    assert done.stdout.startswith("::warning file=bad.txt,line=1,title=flask-1::")
    assert "bad.txt: 1 known failure" in summary
    assert output == "found=true\n"


@pytest.mark.parametrize(("base", "lock", "status"), [("good.txt", "bad.txt", 1), ("bad.txt", "good.txt", 0)])
def test_an_update_fails_only_where_it_brings_something_in(runner: Path, base: str, lock: str, status: int) -> None:
    done, summary, _ = act(runner, base=base, lock=lock, fail="true")
    assert done.returncode == status, done.stderr
    assert f"This update brings in {'1 known failure and ends 0' if status else 'no known failures and ends 1'}" in (
        summary
    )


@pytest.mark.parametrize("inputs", [{}, {"log": "missing.txt"}, {"lock": "missing.txt"}])
def test_what_cannot_be_asked_stops_the_step(runner: Path, inputs: dict[str, str]) -> None:
    done, summary, _ = act(runner, **inputs)
    assert done.returncode == 2
    assert summary == ""
    assert done.stderr or "give log, lock, or both" in done.stdout


def test_a_hostile_input_is_data_and_no_command(runner: Path) -> None:
    done, _, _ = act(runner, lock="$(touch pwned); `touch pwned`")
    assert done.returncode == 2
    assert not (runner / "pwned").exists()


def test_the_action_names_others_by_their_commit() -> None:
    used = re.findall(r"uses: (.*)", ACTION.read_text())
    assert used
    for line in used:
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line


def gitlab_job(name: str, part: str) -> list[str]:
    jobs: dict[str, Any] = yaml.safe_load(GITLAB.read_text())
    return jobs[name][part]


def in_gitlab(runner: Path, lines: list[str], **more: str) -> subprocess.CompletedProcess[str]:
    """Run the lines of a job as GitLab's runner does: one script that stops at the first error."""
    return subprocess.run(
        ["bash", "-eo", "pipefail", "-c", "\n".join(lines)],
        cwd=runner,
        env=variables(runner, FIXCARDS_SITES=str(runner / "site"), FIXCARDS_VERSION="0", **more),
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize(("status", "lines"), [("failed", 1), ("success", 0)])
def test_a_failed_job_of_gitlab_prints_the_card_of_its_log(runner: Path, status: str, lines: int) -> None:
    done = in_gitlab(
        runner, gitlab_job(".fixcards-match", "after_script"), CI_JOB_STATUS=status, FIXCARDS_LOG="log.txt"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("https://cards.example.org/flask/1/") == lines


@pytest.mark.parametrize(("lock", "status"), [("bad.txt", 1), ("good.txt", 0)])
def test_a_job_of_gitlab_audits_a_lock_and_leaves_a_report(runner: Path, lock: str, status: int) -> None:
    done = in_gitlab(runner, gitlab_job(".fixcards-audit", "script"), FIXCARDS_LOCK=lock)
    assert done.returncode == status, done.stderr
    assert f'failures="{status}"' in (runner / "fixcards.xml").read_text()
