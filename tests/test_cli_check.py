"""The command `fixcards check` as its users start it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests import commands

COMMAND = Path(sys.executable).with_name("fixcards")
GOOD = Path(__file__).parent / "data" / "good" / "cards" / "demo"
TEXT = (GOOD / "7.yaml").read_text(encoding="utf-8")
EVIDENCE = (GOOD / "7.evidence.json").read_text(encoding="utf-8")
HUNG = TEXT.replace("category: hang", "category: hung")
FINDING = "cards/demo/8.yaml:6:11: FC106 category can't be 'hung' (did you mean 'hang'?)"


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A working directory with one good card and one bad one."""
    write(tmp_path, {"cards/demo/7.yaml": TEXT, "cards/demo/7.evidence.json": EVIDENCE})
    write(tmp_path, {"cards/demo/8.yaml": HUNG.replace("demo/issues/7\npr", "demo/issues/8\npr")})
    return tmp_path


@pytest.fixture
def good(here: Path) -> Path:
    """The same without the bad one."""
    (here / "cards/demo/8.yaml").unlink()
    return here


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def check(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return run(folder, "check", *arguments, **environment)


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if key != "FIXCARDS_CARDS"}
    return commands.run("fixcards", *arguments, cwd=folder, env=clean | environment)


def without_seconds(text: str) -> str:
    return re.sub(r"[0-9.]+ s\n$", "N s\n", text)


def test_good_cards_give_status_0_and_a_summary_on_the_error_stream(good: Path) -> None:
    done = check(good)
    assert (done.returncode, done.stdout) == (0, "")
    assert re.fullmatch(r"1 card, 1 package, 0 problems, [0-9]+\.[0-9]{2} s\n", done.stderr)


def test_a_problem_gives_status_1_and_one_line_on_the_output(here: Path) -> None:
    done = check(here)
    assert (done.returncode, done.stdout) == (1, FINDING + "\n")
    assert without_seconds(done.stderr) == "2 cards, 1 package, 1 problem (FC106 1), N s\n"


def test_json_has_every_field_and_nothing_else_on_the_output(here: Path) -> None:
    done = check(here, "--format", "json")
    assert done.returncode == 1
    assert json.loads(done.stdout) == [
        {
            "path": "cards/demo/8.yaml",
            "line": 6,
            "column": 11,
            "code": "FC106",
            "message": "category can't be 'hung'",
            "hint": "did you mean 'hang'?",
        }
    ]
    assert without_seconds(done.stderr) == "2 cards, 1 package, 1 problem (FC106 1), N s\n"


def test_json_without_problems_is_an_empty_list(good: Path) -> None:
    done = check(good, "--format", "json")
    assert (done.returncode, json.loads(done.stdout)) == (0, [])


def test_github_marks_the_line_of_a_pull_request(here: Path) -> None:
    done = check(here, "--format", "github")
    assert done.returncode == 1
    assert done.stdout == (
        "::error file=cards/demo/8.yaml,line=6,col=11,title=FC106::category can't be 'hung' (did you mean 'hang'?)\n"
    )


def test_another_format_is_refused_with_those_that_there_are(good: Path) -> None:
    done = check(good, "--format", "xml")
    assert (done.returncode, done.stdout) == (2, "")
    assert "'xml' is not one of 'text', 'json', 'github', 'gitlab', 'junit'" in done.stderr


@pytest.mark.parametrize(
    ("paths", "cards", "status"),
    [
        (["cards/demo/7.yaml"], 1, 0),
        (["cards/demo/8.yaml"], 1, 1),
        (["cards/demo/7.yaml", "cards/demo/8.yaml"], 2, 1),
        (["cards/demo"], 2, 1),
        (["cards"], 2, 1),
        (["cards/"], 2, 1),
        (["./cards/demo/../demo/7.yaml"], 1, 0),
        (["cards/demo/7.evidence.json"], 0, 0),
        (["{here}/cards/demo/7.yaml"], 1, 0),
    ],
)
def test_only_what_lies_at_the_paths_is_reported_and_counted(
    here: Path, paths: list[str], cards: int, status: int
) -> None:
    done = check(here, *(path.format(here=here) for path in paths))
    assert done.returncode == status
    assert done.stdout == (FINDING + "\n" if status else "")
    assert done.stderr.startswith(f"{cards} card{'' if cards == 1 else 's'}, ")


def test_a_card_is_held_against_all_others_even_where_it_is_checked_alone(good: Path) -> None:
    write(good, {"cards/demo/7.yaml": TEXT.replace("verify:", "related: [demo-9]\nverify:"), "cards/copy/7.yaml": TEXT})
    assert "FC302 there is no card demo-9" in check(good, "cards/demo/7.yaml").stdout
    assert "FC301 the id demo-7 is already taken by cards/demo/7.yaml" in check(good, "cards/copy").stdout


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("cards/demo/9.yaml", "cards/demo/9.yaml: no such file or folder"),
        ("cards/other", "cards/other: no such file or folder"),
        ("..", "..: is outside cards; give --cards with the folder that holds it"),
        ("elsewhere.yaml", "elsewhere.yaml: is outside cards; give --cards with the folder that holds it"),
        ("cards-too/1.yaml", "cards-too/1.yaml: is outside cards; give --cards with the folder that holds it"),
        ("cards/.notes", "cards/.notes: no card there; a card is cards/<package>/<issue number>.yaml"),
        ("cards/empty", "cards/empty: no card there; a card is cards/<package>/<issue number>.yaml"),
    ],
)
def test_a_path_without_a_card_is_an_error_and_never_a_clean_result(here: Path, path: str, message: str) -> None:
    write(here, {"elsewhere.yaml": TEXT, "cards-too/1.yaml": TEXT, "cards/.notes": "x"})
    (here / "cards" / "empty").mkdir()
    done = check(here, "cards/demo/7.yaml", path)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"fixcards: {message}\n")


@pytest.mark.parametrize(
    ("start", "cards", "displayed"),
    [
        ("elsewhere", "../cards", "../cards/demo/8.yaml"),
        ("cards", ".", "demo/8.yaml"),
        ("cards/demo", "..", "8.yaml"),
        (".", "{here}/cards", "cards/demo/8.yaml"),
        ("elsewhere", "{here}/cards", "{here}/cards/demo/8.yaml"),
        ("elsewhere", "link", "link/demo/8.yaml"),
    ],
)
def test_it_works_from_any_folder(here: Path, start: str, cards: str, displayed: str) -> None:
    (here / "elsewhere").mkdir()
    (here / "elsewhere" / "link").symlink_to("../cards")
    done = check(here / start, "--cards", cards.format(here=here))
    assert done.returncode == 1
    assert done.stdout.split(":6:11: ")[0] == displayed.format(here=here)


def test_a_path_may_name_the_cards_by_another_way_than_the_option_does(here: Path) -> None:
    (here / "link").symlink_to("cards")
    for cards, path in (
        ("link", "cards/demo/8.yaml"),
        ("cards", "link/demo/8.yaml"),
        ("link", "cards"),
        ("cards", "link"),
    ):
        done = check(here, "--cards", cards, path)
        assert done.returncode == 1, done.stderr
        assert done.stdout.endswith(FINDING.removeprefix("cards/") + "\n")


def test_the_folder_may_come_from_the_environment(here: Path) -> None:
    (here / "elsewhere").mkdir()
    assert check(here / "elsewhere", FIXCARDS_CARDS="../cards").returncode == 1


@pytest.mark.parametrize("cards", ["nowhere", "file"])
def test_without_a_folder_of_cards_it_says_what_to_do(tmp_path: Path, cards: str) -> None:
    write(tmp_path, {"file": ""})
    done = check(tmp_path, "--cards", cards)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"fixcards: {cards}: no such folder; start in the folder that has the cards, or give --cards\n"
    )


def test_an_empty_folder_of_cards_is_clean(tmp_path: Path) -> None:
    (tmp_path / "cards").mkdir()
    done = check(tmp_path)
    assert done.returncode == 0
    assert without_seconds(done.stderr) == "0 cards, 0 packages, 0 problems, N s\n"


def test_files_that_cannot_be_read_are_problems_and_an_unreadable_folder_of_cards_is_an_error(here: Path) -> None:
    give_up = """
        import ctypes, os, sys
        if os.geteuid() == 0:  # root reads everything, unless it gives that up
            for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
                assert ctypes.CDLL(None).prctl(24, capability, 0, 0, 0) == 0
        os.execv(sys.argv[1], sys.argv[1:])
    """

    def without_privilege() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", textwrap.dedent(give_up), COMMAND, "check"],
            cwd=here, capture_output=True, encoding="utf-8", check=False,
        )  # fmt: skip

    (here / "cards/demo/8.yaml").chmod(0)
    one = without_privilege()
    (here / "cards").chmod(0)
    try:
        all_of_them = without_privilege()
    finally:
        (here / "cards").chmod(0o755)
    assert one.returncode == 1
    assert one.stdout == "cards/demo/8.yaml:1:1: FC001 can't be read: Permission denied (correct its permissions)\n"
    assert all_of_them.returncode == 2
    assert all_of_them.stderr == "fixcards: cards: the cards can't be read: Permission denied\n"


def test_a_terminal_that_cannot_show_a_character_gets_an_escape(good: Path) -> None:
    write(good, {"cards/demo/7.yaml": TEXT.replace("category: hang", "category: größe😀")})
    done = subprocess.run(
        [COMMAND, "check"],
        cwd=good, capture_output=True, encoding="cp1252", check=False,
        env=os.environ | {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"},
    )  # fmt: skip
    assert done.returncode == 1
    assert r"category can't be 'größe\U0001f600'" in done.stdout


def test_a_card_cannot_steer_the_terminal_or_the_workflow(good: Path) -> None:
    write(
        good,
        {"cards/demo/\x1b[2J\n::error::x.yaml": TEXT, "cards/demo/7.yaml": TEXT.replace("hang\n", r'"\x1b[2J"' + "\n")},
    )
    for style in ("text", "github", "json"):
        done = check(good, "--format", style)
        assert done.returncode == 1
        assert "\x1b" not in done.stdout
        assert not any(line.startswith("::error::") for line in done.stdout.splitlines())


def test_a_reader_that_goes_away_gets_no_traceback(good: Path) -> None:
    write(good, {f"cards/demo/{number}.yaml": "" for number in range(100, 2000)})
    command = f"'{COMMAND}' check | head -1"
    done = subprocess.run(["bash", "-c", command], cwd=good, capture_output=True, encoding="utf-8", check=False)
    assert done.stdout.count("\n") == 1
    assert "Traceback" not in done.stderr
    assert "BrokenPipeError" not in done.stderr


def test_output_that_cannot_be_written_is_an_error_in_one_line(here: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [COMMAND, "check"], cwd=here, stdout=full, stderr=subprocess.PIPE, encoding="utf-8", check=False
        )
    assert done.returncode == 2
    assert done.stderr == "fixcards: No space left on device\n"


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["check", "--help"]])
def test_help_says_what_the_statuses_and_formats_are(tmp_path: Path, arguments: list[str]) -> None:
    done = run(tmp_path, *arguments)
    assert done.returncode == 0
    assert (
        "path:line:column: CODE message (hint)" if "check" in arguments else "0 clean, 1 findings, 2 could not run"
    ) in (done.stdout)


@pytest.mark.parametrize("arguments", [["chekc"], ["check", "--fromat", "json"]])
def test_a_mistyped_command_is_an_error(tmp_path: Path, arguments: list[str]) -> None:
    done = run(tmp_path, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "No such" in done.stderr


@pytest.mark.parametrize("name", ["card", "evidence"])
def test_the_schema_of_a_record_is_printed_and_written(tmp_path: Path, name: str) -> None:
    cards = tmp_path / "cards"
    cards.mkdir()
    printed = run(tmp_path, "schema", name).stdout
    assert json.loads(printed)["title"] == f"fixcards {name}"
    assert run(tmp_path, "schema", "--write").returncode == 0
    assert (cards / f"{name}.schema.json").read_text(encoding="utf-8") == printed


def test_a_schema_is_written_into_no_folder_that_does_not_exist(tmp_path: Path) -> None:
    done = run(tmp_path, "schema", "--write")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("fixcards: cards: no such folder; ")


@pytest.mark.parametrize(
    ("reports", "message"),
    [
        ("", "is empty; an export without issues is []"),
        ("{}", "not a JSON list of issues"),
        ("[1]", "not a JSON list of issues that have a `title`"),
        ("[{}]", "not a JSON list of issues that have a `title`"),
        ('[{"title": "x"}]', "an issue has no `state`, open or closed; export `title`, `state` and `url`"),
        ("\xff", "not UTF-8"),
    ],
)
def test_reports_that_are_none_are_refused(good: Path, reports: str, message: str) -> None:
    (good / "reports").write_bytes(reports.encode("latin-1"))
    done = run(good, "tally", "reports")
    assert (done.returncode, done.stderr) == (2, f"fixcards: reports: {message}\n")
    assert not (good / "cards" / "tally.json").exists()


def test_counted_reports_name_the_cards_that_are_disputed(good: Path) -> None:
    url = "https://code.example.org/cards/issues/4"
    issues = [
        {"title": "[demo-7] fix 1 worked", "state": "CLOSED", "url": f"{url}0"},
        {"title": "[demo-7] fix 1 failed", "state": "OPEN", "url": url},
        {"title": "A question", "state": "OPEN", "url": f"{url}1"},
    ]
    (good / "reports").write_text(json.dumps(issues), encoding="utf-8")
    done = run(good, "tally", "reports")
    assert done.returncode == 0
    assert done.stderr.splitlines() == [
        "2 of 3 issues are reports, about 1 card",
        f"demo-7: disputed until its reports are answered: {url}",
    ]
    assert json.loads((good / "cards" / "tally.json").read_text(encoding="utf-8")) == {
        "demo-7": {
            "worked": {"1": 1},
            "failed_fixes": {"1": 1},
            "failed": 0,
            "unanswered": [{"fix": 1, "url": url}],
        }
    }
    assert run(good, "check").returncode == 0


def test_a_report_goes_into_a_file_and_the_problems_to_the_log_as_well(here: Path) -> None:
    done = check(here, "--format", "gitlab", "--output", "report.json")
    assert (done.returncode, done.stdout) == (1, FINDING + "\n")
    (entry,) = json.loads((here / "report.json").read_text(encoding="utf-8"))
    assert entry["location"] == {"path": "cards/demo/8.yaml", "lines": {"begin": 6}}


def test_junit_names_every_file_that_was_checked(here: Path) -> None:
    done = check(here, "--format", "junit", "cards/demo/7.yaml")
    assert done.returncode == 0
    assert re.findall('file="([^"]*)"', done.stdout) == ["cards/demo/7.yaml"]
    assert 'tests="3" failures="1"' in check(here, "--format", "junit").stdout


def test_a_report_that_cant_be_written_is_an_error_with_the_reason(here: Path) -> None:
    done = check(here, "--format", "junit", "--output", "cards")
    assert done.returncode == 2
    assert "cards" in done.stderr
    assert "Traceback" not in done.stderr
