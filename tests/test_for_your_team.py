"""The example on the page *For your team*, followed word by word from a wheel in an empty folder."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.sites import page, served, tree
from tests.verify.private_index import PASSWORD, PrivateIndex, private_index

NO_FUEL = "class NoFuel(Exception):\n    pass\n\n\n"
ROCKET = """
class Rocket:
    def __init__(self, litres):
        self.tank, self.seen = litres, 0

    def gauge(self):
        self.seen = self.tank
        return self.seen

    def lift(self):
        {before}
        if self.seen < 10:
            raise NoFuel(f"{{self.seen}} litres left, 10 needed")
"""
BROKEN, FIXED = (NO_FUEL + ROCKET.format(before=before) for before in ("pass", "self.gauge()"))


@dataclass
class Team:
    """What a team has after it has followed the page: a folder, the program in an environment, and its index."""

    folder: Path
    scripts: Path
    index: PrivateIndex
    environment: Mapping[str, str]

    def run(self, line: str, *, typed: str = "") -> subprocess.CompletedProcess[str]:
        """Run a line of a shell, with the commands of the environment."""
        return subprocess.run(
            ["/bin/sh", "-c", line],
            cwd=self.folder,
            env={**self.environment, "PATH": f"{self.scripts}{os.pathsep}{os.environ['PATH']}"},
            input=typed,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )


def boxes() -> dict[str, str]:
    """Return the texts that the page offers to copy, by their names."""
    names = {
        box.select_one(".fc-bar span").text: box.select_one("code").text
        for box in page("about/for-your-team").select(".fc-box")
    }
    assert {"mkdocs.yml", "cards/acme-rocket/abc-12.yaml", ".gitlab-ci.yml", ".github/workflows/cards.yml"} <= set(
        names
    )
    return names


@pytest.fixture(scope="module")
def team(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    """The page, followed up to the commands."""
    home = tmp_path_factory.mktemp("team")
    venv.create(home / "venv", with_pip=False)
    scripts = home / "venv" / "bin"
    pip = [sys.executable, "-m", "pip", "--python", str(scripts / "python"), "install", "--quiet", "--no-deps"]
    subprocess.run([*pip, str(wheel)], check=True, timeout=120)
    # What the wheel depends on comes from the environment of the tests: no test asks an index that isn't its own.
    (site_packages,) = (home / "venv" / "lib").glob("python*/site-packages")
    (site_packages / "dependencies.pth").write_text(f"{sysconfig.get_paths()['purelib']}\n", encoding="utf-8")
    (scripts / "mkdocs").write_text(
        f"#!{scripts / 'python'}\nfrom mkdocs.__main__ import cli\ncli()\n", encoding="utf-8"
    )
    (scripts / "mkdocs").chmod(0o755)
    folder = home / "empty"
    folder.mkdir()
    for name, text in boxes().items():
        if re.fullmatch(r"[\w./-]+\.ya?ml", name):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
    with private_index() as index:
        index.offer("acme-rocket", "1.0", BROKEN)
        index.offer("acme-rocket", "2.0", FIXED)
        clean = {
            name: value for name, value in os.environ.items() if not name.startswith(("FIXCARDS", "PYTHON", "UV_"))
        }
        environment = {
            **clean,
            "ACME_INDEX": index.url,
            "UV_DEFAULT_INDEX": "http://127.0.0.1:9/simple/",  # no public index: the card needs none
            "UV_HTTP_RETRIES": "0",
            "FIXCARDS_CACHE": str(home / "cache"),
            "FIXCARDS_PYTHONS": str(Path(sys.base_prefix, "bin")),
            "NO_MKDOCS_2_WARNING": "1",
        }
        yield Team(folder, scripts, index, environment)


@pytest.fixture(scope="module")
def verified(team: Team) -> Team:
    """The same after the commands of the page, but for the installation."""
    lines = [line for line in boxes()["Commands"].splitlines() if not line.startswith(("pip ", "export "))]
    assert [line.split()[1] for line in lines] == ["schema", "verify", "check", "build"]
    for line in lines:
        done = team.run(line)
        assert done.returncode == 0, f"{line}: {done.stdout}{done.stderr}"
    return team


def test_the_program_is_the_one_of_the_wheel(team: Team) -> None:
    done = team.run("python -c 'import fixcards; print(fixcards.__file__)'")
    assert done.stdout.startswith(str(team.scripts.parent)), done.stderr


def test_the_card_is_verified_from_the_private_index_and_its_evidence_says_what_held(verified: Team) -> None:
    evidence = json.loads((verified.folder / "cards/acme-rocket/abc-12.evidence.json").read_text(encoding="utf-8"))
    outcomes = [(run["role"], run.get("release"), run["outcome"]) for run in evidence["runs"]]
    assert ("broken", "1.0", "failed-as-described") in outcomes
    assert ("fix", "2.0", "passed") in outcomes
    assert ("latest", "2.0", "passed") in outcomes
    assert any("has no days of upload for acme-rocket" in note for note in evidence["notes"])
    done = verified.run("fixcards verify --compare")
    assert done.returncode == 0, done.stderr
    assert "acme-rocket-abc-12: verified" in done.stderr
    assert "note: The package index has no days of upload for acme-rocket" in done.stderr


def test_no_file_has_the_password_and_no_request_came_without_it(verified: Team) -> None:
    assert verified.index.refused == []
    for root in (verified.folder, Path(verified.environment["FIXCARDS_CACHE"])):
        for path in root.rglob("*"):
            assert not path.is_file() or PASSWORD.encode() not in path.read_bytes(), path


def test_the_site_has_the_card_with_its_tracker_and_the_links_of_its_host(verified: Team) -> None:
    html = (verified.folder / "site/acme-rocket/abc-12/index.html").read_text(encoding="utf-8")
    assert 'href="http://jira.example.com/browse/ABC-12"' in html
    assert "https://gitlab.example.com/platform/cards/-/issues/new?" in html
    assert "https://gitlab.example.com/platform/cards/-/edit/main/cards/acme-rocket/abc-12.yaml" in html


def test_the_failure_is_matched_in_the_folder_and_on_the_published_site(verified: Team, tmp_path: Path) -> None:
    failure = 'Traceback (most recent call last):\n  File "app.py", line 3, in <module>\n    rocket.lift()\n'
    failure += "acme_rocket.NoFuel: 0 litres left, 10 needed\n"
    assert "acme-rocket-abc-12 (verified)" in verified.run("fixcards match", typed=failure).stdout
    with served(verified.folder / "site") as address:
        line = boxes()["One search"].strip().replace("failure.log", "-")
        assert "--cards" in line
        assert "--site" in line
        done = verified.run(re.sub(r"https://\S+", address, line) + " --json", typed=failure)
        assert done.returncode == 0, done.stderr
        (match,) = json.loads(done.stdout)["matches"]
        assert match["sources"] == ["cards", address]
        alone = json.loads(verified.run(f"fixcards match --site {address} --json", typed=failure).stdout)
        assert alone["matches"][0]["url"] == f"{address}acme-rocket/abc-12/"


def steps(workflow: Any) -> Iterator[str]:
    """Yield the commands of a job of GitHub, or of all jobs of GitLab."""
    for value in workflow.values() if isinstance(workflow, dict) else workflow if isinstance(workflow, list) else ():
        yield from steps(value)
    if isinstance(workflow, dict):
        yield from workflow.get("script", [])
        if isinstance(workflow.get("run"), str):
            yield workflow["run"]


@pytest.mark.parametrize("name", [".gitlab-ci.yml", ".github/workflows/cards.yml"])
def test_the_jobs_on_the_code_host_run_as_they_stand_there(name: str, verified: Team) -> None:
    git = "git -c user.name=team -c user.email=team@example.com"
    verified.run(f"rm -rf .git && git init -q -b main && git add cards && {git} commit -qm cards && git branch base")
    verified.run("git update-ref refs/remotes/origin/main main && git checkout -q -b change")
    card = verified.folder / "cards/acme-rocket/abc-12.yaml"
    text = card.read_text(encoding="utf-8")
    card.write_text(f"{text}# Looked at again on the branch of {name}.\n", encoding="utf-8")
    lines = list(steps(yaml.safe_load((verified.folder / name).read_text(encoding="utf-8"))))
    ours = [line for line in lines if line.startswith(("fixcards ", "mkdocs "))]
    assert [line.split()[1] for line in ours] in (["check", "verify", "build"], ["check", "build", "verify"])
    for line in ours:
        done = verified.run(line.replace("$CI_MERGE_REQUEST_DIFF_BASE_SHA", "base"))
        assert done.returncode == 0, f"{line}: {done.stdout}{done.stderr}"
        if " verify " in line:
            assert "1 of 1 cards: 1 verified" in done.stderr
    if "gitlab" in name:
        assert json.loads((verified.folder / "code-quality.json").read_text(encoding="utf-8")) == []
        assert "acme-rocket/abc-12/index.html" in tree(verified.folder / "public")


def test_a_pull_request_that_breaks_a_card_is_marked_in_the_report_of_gitlab(verified: Team) -> None:
    bad = verified.folder / "cards/acme-rocket/abc-13.yaml"
    bad.write_text((verified.folder / "cards/acme-rocket/abc-12.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    done = verified.run("fixcards check --format gitlab --output code-quality.json")
    bad.unlink()
    assert done.returncode == 1
    entries = json.loads((verified.folder / "code-quality.json").read_text(encoding="utf-8"))
    assert {entry["location"]["path"] for entry in entries} == {"cards/acme-rocket/abc-13.yaml"}
    assert {"FC203", "FC301"} >= {entry["check_name"] for entry in entries} != set()


def test_without_the_address_of_the_index_verify_says_what_to_export(verified: Team) -> None:
    done = verified.run("unset ACME_INDEX; fixcards verify --compare")
    assert done.returncode == 2
    assert "ACME_INDEX is not set, and mkdocs.yml says that it holds the index of acme-*" in done.stderr
