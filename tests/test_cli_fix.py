"""`fixcards check --fix`, `--diff` and `--ignore` as their users start them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.test_cli_check import EVIDENCE, TEXT, check, without_seconds, write

SCHEMA_LINE, _, REST = TEXT.partition("\n")
REPAIRED = "cards/demo/7.yaml:1:1: FC007 doesn't point editors at the schema (repaired: wrote that line)\n"


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A working directory with one card whose first line is missing."""
    write(tmp_path, {"cards/demo/7.yaml": REST, "cards/demo/7.evidence.json": EVIDENCE})
    return tmp_path


def card(here: Path) -> str:
    return (here / "cards/demo/7.yaml").read_text(encoding="utf-8")


def test_a_repair_is_written_and_listed_and_what_is_left_is_the_result(here: Path) -> None:
    done = check(here, "--fix")
    assert (done.returncode, done.stdout) == (0, "")
    assert without_seconds(done.stderr) == (
        f"{REPAIRED}1 problem repaired in 1 file\n1 card, 1 package, 0 problems, N s\n"
    )
    assert card(here) == TEXT
    again = check(here, "--fix")
    assert (again.returncode, again.stdout) == (0, "")
    assert without_seconds(again.stderr) == "0 problems repaired in 0 files\n1 card, 1 package, 0 problems, N s\n"
    assert card(here) == TEXT


def test_problems_that_take_a_decision_are_left_and_give_status_1(here: Path) -> None:
    write(here, {"cards/demo/7.yaml": REST.replace("category: hang", "category: hung")})
    done = check(here, "--fix", "--format", "json")
    assert done.returncode == 1
    assert [problem["code"] for problem in json.loads(done.stdout)] == ["FC106"]
    assert done.stderr.startswith(REPAIRED)
    assert card(here) == TEXT.replace("category: hang", "category: hung")


def test_only_what_lies_at_the_paths_is_repaired(here: Path) -> None:
    other = REST.replace("issues/7", "issues/8").replace("ids: [", "# ids: [").replace("demo.Stalled", "demo.Other")
    write(here, {"cards/demo/8.yaml": other.replace("Stalled: gave up", "Other: gave up")})
    done = check(here, "--fix", "cards/demo/7.yaml")
    assert (done.returncode, done.stdout) == (0, "")
    assert card(here) == TEXT
    assert not (here / "cards/demo/8.yaml").read_text(encoding="utf-8").startswith("#")


def test_a_diff_is_printed_and_nothing_is_written(here: Path) -> None:
    done = check(here, "--diff")
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "diff --git a/demo/7.yaml b/demo/7.yaml",
        "--- a/demo/7.yaml",
        "+++ b/demo/7.yaml",
        "@@ -1,3 +1,4 @@",
        f"+{SCHEMA_LINE}",
        *(f" {line}" for line in REST.splitlines()[:3]),
    ]
    assert done.stderr == f"{REPAIRED}1 problem could be repaired in 1 file\n"
    assert card(here) == REST


def test_git_applies_the_diff_of_a_moved_card(here: Path) -> None:
    (here / "cards/other").mkdir()
    (here / "cards/demo/7.yaml").rename(here / "cards/other/7.yaml")
    (here / "cards/demo/7.evidence.json").rename(here / "cards/other/7.evidence.json")
    done = check(here, "--diff")
    assert "rename from other/7.yaml" in done.stdout
    for command in (["git", "init", "--quiet"], ["git", "apply", "--directory=cards", "-"]):
        subprocess.run(command, cwd=here, input=done.stdout, text=True, check=True)
    assert card(here) == TEXT


def test_a_diff_without_problems_is_empty_and_clean(here: Path) -> None:
    write(here, {"cards/demo/7.yaml": TEXT})
    done = check(here, "--diff")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "0 problems could be repaired in 0 files\n"


def test_nothing_is_written_through_a_link_to_the_cards(here: Path) -> None:
    (here / "cards").rename(here / "elsewhere")
    (here / "cards").symlink_to("elsewhere")
    done = check(here, "--fix")
    assert done.returncode == 2
    assert "cards: is a link, and nothing is written to where it leads" in done.stderr
    assert (here / "elsewhere/demo/7.yaml").read_text(encoding="utf-8") == REST


def test_a_card_that_was_never_executed_is_a_problem_that_a_draft_can_ignore(here: Path) -> None:
    write(here, {"cards/demo/7.yaml": TEXT})
    (here / "cards/demo/7.evidence.json").unlink()
    done = check(here)
    assert done.returncode == 1
    assert done.stdout == (
        "cards/demo/7.yaml:1:1: FC401 was never executed "
        "(run `fixcards verify demo-7`; where it can't be executed, `reproduction.skip` says why)\n"
    )
    done = check(here, "--ignore", "FC401")
    assert (done.returncode, done.stdout) == (0, "")
    assert check(here, "--ignore", "FC4", "--ignore", "FC1").returncode == 0


def test_a_code_that_no_rule_has_can_not_be_ignored(here: Path) -> None:
    done = check(here, "--ignore", "FC9")
    assert done.returncode == 2
    assert "Invalid value for --ignore: no rule has a code that starts with 'FC9'" in done.stderr
