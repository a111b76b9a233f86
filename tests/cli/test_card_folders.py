"""Which folders of cards the commands read, and what the project's mkdocs.yml says to them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import commands

COMMAND = Path(sys.executable).with_name("fixcards")
GOOD = Path(__file__).parents[1] / "data" / "good" / "cards" / "demo"
TEXT = (GOOD / "7.yaml").read_text(encoding="utf-8")
LINE = "demo.Stalled: no answer from lamp"
"""The message of the cards here."""


def card(number: int, text: str = TEXT) -> str:
    return text.replace("demo/issues/7\npr", f"demo/issues/{number}\npr")


BAD = card(8).replace("category: hang", "category: hung")


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def run(folder: Path, *arguments: str, typed: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if key != "FIXCARDS_CARDS"}
    # The cards are copies of one, which were never executed.
    quality = ["--ignore", "FC4"] if arguments[0] == "check" else []
    return commands.run("fixcards", *arguments, *quality, cwd=folder, env=clean | environment, typed=typed)


def checked(done: subprocess.CompletedProcess[str]) -> list[str]:
    """Return the files with a problem, of a check that ran."""
    assert done.returncode in {0, 1}, done.stderr
    return [line.partition(":")[0] for line in done.stdout.splitlines()]


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A project whose mkdocs.yml names a folder with a bad card, and a second one with a good card."""
    settings = "docs_dir: kb/own\nplugins:\n  - fixcards:\n      more_cards: kb/shared\n"
    write(tmp_path, {"mkdocs.yml": settings, "kb/own/demo/8.yaml": BAD, "kb/shared/demo/7.yaml": TEXT})
    write(tmp_path, {"cards/demo/8.yaml": BAD, "elsewhere/demo/8.yaml": BAD})
    return tmp_path


def test_an_option_goes_before_the_environment_which_goes_before_the_file_which_goes_before_cards(here: Path) -> None:
    assert checked(run(here, "check", "--cards", "cards", FIXCARDS_CARDS="elsewhere")) == ["cards/demo/8.yaml"]
    assert checked(run(here, "check", FIXCARDS_CARDS="elsewhere")) == ["elsewhere/demo/8.yaml"]
    assert checked(run(here, "check")) == ["kb/own/demo/8.yaml"]
    (here / "mkdocs.yml").unlink()
    assert checked(run(here, "check")) == ["cards/demo/8.yaml"]


def test_several_folders_are_checked_together(here: Path) -> None:
    for arguments, more in (
        (["--cards", "kb/shared", "--cards", "cards"], {}),
        ([], {"FIXCARDS_CARDS": os.pathsep.join(["kb/shared", "cards"])}),
    ):
        done = run(here, "check", *arguments, **more)
        assert checked(done) == ["cards/demo/8.yaml"]
        assert done.stderr.startswith("2 cards, 1 package, 1 problem (FC106 1)")
    assert run(here, "check").stderr.startswith("2 cards, ")


def test_an_id_in_two_folders_is_a_problem(here: Path) -> None:
    write(here, {"cards/demo/8.yaml": card(8), "kb/shared/demo/8.yaml": card(8)})
    done = run(here, "check", "--cards", "kb/shared", "--cards", "cards")
    assert "cards/demo/8.yaml:3:8: FC301 the id demo-8 is already taken by kb/shared/demo/8.yaml" in done.stdout


def test_a_folder_of_the_project_is_checked_against_its_others(here: Path) -> None:
    write(here, {"kb/own/demo/8.yaml": card(8, TEXT.replace("verify:", "related: [demo-7]\nverify:"))})
    write(here, {"kb/shared/demo/9.yaml": BAD})
    done = run(here, "check", "--cards", "kb/own")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("1 card, ")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            "docs_dir: nowhere\nplugins: [fixcards]\n",
            "nowhere: no such folder; mkdocs.yml names it; correct `docs_dir`",
        ),
        ("docs_dir: cards\nplugins: [fixcards: {more_cards: gone}]\n", "gone: no such folder; mkdocs.yml names it"),
        ("plugins: [search]\n", ""),
        ("plugins: [fixcards\n", "mkdocs.yml:"),
        ("plugins: [fixcards: {tracker_hosts: 'a b'}]\n", "mkdocs.yml: `tracker_hosts`: 'a b' is not a host"),
    ],
)
def test_a_file_that_leads_nowhere_is_an_error_that_says_what_to_correct(
    settings: str, message: str, here: Path
) -> None:
    write(here, {"mkdocs.yml": settings})
    for command in (["check"], ["match"], ["reproduce", "demo-7"]):
        done = run(here, *command, typed=LINE)
        assert "Traceback" not in done.stderr
        if message:
            assert done.returncode == 2
            assert message in done.stderr
    assert not message or run(here, "check", "--cards", "elsewhere").returncode in {1, 2}


def test_without_any_of_these_the_error_says_where_to_start(tmp_path: Path) -> None:
    done = run(tmp_path, "check")
    assert done.returncode == 2
    assert done.stderr == ("fixcards: cards: no such folder; start in the folder that has the cards, or give --cards\n")


def test_what_is_counted_or_written_belongs_to_one_folder(here: Path) -> None:
    for command in (["tally"], ["schema", "--write"]):
        done = run(here, *command, "--cards", "cards", "--cards", "elsewhere", typed="[]")
        assert done.returncode == 2
        assert "2 folders of cards; give --cards with the one that is meant" in done.stderr
        assert run(here, *command, typed="[]").returncode == 0
    assert (here / "kb/own/tally.json").is_file()
    assert (here / "kb/own/card.schema.json").is_file()
    assert not (here / "kb/shared/card.schema.json").exists()


def test_verify_is_about_the_cards_of_the_project_and_not_about_those_it_takes_in(here: Path) -> None:
    done = run(here, "verify", "--compare", "demo-7")
    assert done.returncode == 2
    assert "demo-7 lies in kb/shared; give --cards kb/shared to execute it" in done.stderr


def test_match_searches_all_folders_of_the_project(here: Path) -> None:
    done = run(here, "match", "--json", typed=LINE)
    assert [each["id"] for each in json.loads(done.stdout)["matches"]] == ["demo-7"]
    assert "kb/own: 1 card has problems and can't be found" in done.stderr


def test_hosts_that_the_project_allows_count_in_every_command(here: Path) -> None:
    http = TEXT.replace("https://github.com/example/demo/issues/7\n", "http://jira.corp.example/browse/ABC-7\n", 1)
    write(here, {"kb/own/demo/abc-7.yaml": http})
    (here / "kb/own/demo/8.yaml").unlink()
    assert "FC130 issue: 'http://jira.corp.example/browse/ABC-7' is not an https URL" in run(here, "check").stdout
    assert "demo-abc-7" not in run(here, "match", typed=LINE).stdout
    settings = (here / "mkdocs.yml").read_text(encoding="utf-8") + "      tracker_hosts: jira.corp.example\n"
    write(here, {"mkdocs.yml": settings})
    assert run(here, "check").returncode == 0
    assert "demo-abc-7" in run(here, "match", typed=LINE).stdout
