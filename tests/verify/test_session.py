"""Whole cards, from their files to evidence: interrupted, twice at once, on a cluster, twice from an empty cache."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
import yaml

from fixcards.errors import FixcardsError
from fixcards.records.evidence import Evidence, evidence_text
from fixcards.records.loader import load
from fixcards.verify.card_runner import today
from fixcards.verify.selection import Selection, shard
from tests import commands

from .conftest import a_card

DASK_SCHEDULER = ["-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
DASK_WORKER = ["-m", "distributed.cli.dask_worker", "--nthreads", "1", "--no-nanny", "--no-dashboard"]
SCHEMA = "# yaml-language-server: $schema=../card.schema.json\n"
FAILS_UNTIL_FIXED = """
import time
time.sleep({seconds})
import iniconfig.exceptions
"""
"""A module that iniconfig has from 2.0.0 on."""
MISSING = "ModuleNotFoundError: No module named 'iniconfig.{module}'"


def write_cards(root: Path, numbers, seconds: float = 0.0, code: str = FAILS_UNTIL_FIXED, **more) -> list[Path]:
    paths = []
    signature = {"error": MISSING, "exception": "ModuleNotFoundError"}
    for number in numbers:
        issue = f"https://example.org/iniconfig/issues/{number}"
        card = a_card(code.replace("{seconds}", str(seconds)), issue=issue, signature=signature, **more)
        path = root / "iniconfig" / f"{number}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SCHEMA + yaml.safe_dump(card, sort_keys=False))
        paths.append(path)
    return paths


@pytest.fixture
def cards(tmp_path, bubblewrap, cache, monkeypatch):
    """An empty folder for cards, and a cache that other tests have warmed."""
    monkeypatch.setenv("FIXCARDS_CACHE", str(cache / "sessions"))
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.chdir(tmp_path)
    root = tmp_path / "cards"
    root.mkdir()
    return root


def fixcards(*words: str) -> list[str]:
    return [sys.executable, "-c", "from fixcards.cli import main; main()", *words]


def run(*words: str, **more) -> subprocess.CompletedProcess[str]:
    return commands.run("fixcards", *words, **more)


def evidence_of(path: Path) -> Evidence:
    return Evidence.model_validate_json(path.with_name(f"{path.stem}.evidence.json").read_bytes())


def test_a_card_is_executed_and_its_evidence_is_next_to_it(cards):
    (path,) = write_cards(cards, [1])
    done = run("verify", "--jobs", "1")
    assert (done.returncode, done.stdout) == (0, ""), done
    assert "iniconfig-1: verified; broken 1.1.1 failed-as-described 3/3; fix 1 2.0.0 passed 3/3; latest" in done.stderr
    assert "isolation: bubblewrap; limits: " in done.stderr
    assert "system calls: filtered" in done.stderr
    evidence = evidence_of(path)
    broken = evidence.runs[0]
    assert (broken.role, broken.release, broken.exit, evidence.isolation) == ("broken", "1.1.1", 1, "bubblewrap")
    assert broken.matched == MISSING.replace("{module}", "exceptions")
    assert broken.packages == {"iniconfig": "1.1.1"}
    assert broken.output.startswith('Traceback (most recent call last):\n  File "/repro/repro.py", line 4, in <module>')
    assert evidence.distributions.keys() >= {"iniconfig==1.1.1", "iniconfig==2.0.0"}
    stub = next(run for run in evidence.runs if run.role == "stub")
    assert (stub.role, stub.outcome, stub.repetitions) == ("stub", "failed-otherwise", ("failed-otherwise",))
    assert "StubbedPackage" in stub.output
    assert evidence.limits["wall_seconds"] == 30
    assert set(evidence.tools) == {"fixcards", "uv", "bubblewrap", "linux", "limits", "system calls"}
    assert run("check", "--ignore", "FC4").returncode == 0
    assert not list(cards.rglob("*.part"))


def test_on_a_terminal_a_table_is_drawn_while_cards_run(cards):
    write_cards(cards, [1], seconds=0.2)
    reader, terminal = pty.openpty()
    with subprocess.Popen(fixcards("verify"), stderr=terminal, env=os.environ | {"TERM": "xterm"}) as started:
        os.close(terminal)
        output = b""
        with contextlib.suppress(OSError):  # the terminal closes with the program
            while part := os.read(reader, 4096):
                output += part
    os.close(reader)
    assert started.returncode == 0
    assert b"0 of 1 cards" in output
    assert b"iniconfig-1" in output
    assert b"1 of 1 cards: 1 verified; 12 runs" in output


def test_a_second_execution_that_finds_the_same_changes_no_byte_on_the_same_day(cards):
    (path,) = write_cards(cards, [1])
    assert run("verify").returncode == 0
    text = path.with_name("1.evidence.json").read_text()
    assert run("verify").returncode == 0
    assert path.with_name("1.evidence.json").read_text() == text == evidence_text(evidence_of(path))


def test_a_wrong_card_is_partly_verified(cards):
    write_cards(cards, [1], code=FAILS_UNTIL_FIXED.replace("exceptions", "nothing"))
    done = run("verify", "--json")
    assert done.returncode == 1
    (result,) = json.loads(done.stdout)
    assert (result["verdict"], result["runs"][1]["outcome"]) == ("partly verified", "failed-as-described")


def test_repetitions_that_differ_make_a_card_flaky(cards):
    write_cards(cards, [1], code="import os\nos.urandom(1)[0] % 2 and exit(0)" + FAILS_UNTIL_FIXED)
    (result,) = json.loads(run("verify", "--json").stdout)
    differing = {outcome for each in result["runs"] for outcome in each["repetitions"]}
    for _ in range(5):
        if result["flaky"]:
            break
        (result,) = json.loads(run("verify", "--json").stdout)
    assert result["flaky"], differing
    assert result["verdict"] == "partly verified"


def test_a_card_that_cannot_be_executed_says_why_and_is_no_finding(cards):
    write_cards(cards, [1], reproduction={"skip": "it takes a graphics card"})
    done = run("verify")
    assert (done.returncode, done.stderr.splitlines()[0]) == (0, "iniconfig-1: not executed: it takes a graphics card")
    assert not list(cards.rglob("*.evidence.json"))


def test_a_start_after_a_kill_goes_on_where_it_stopped(cards, cache):
    paths = write_cards(cards, range(1, 4), seconds=0.1)
    started = subprocess.Popen(fixcards("verify", "-j", "1"), stderr=subprocess.PIPE, text=True)
    first = started.stderr.readline()
    started.send_signal(signal.SIGKILL)
    started.wait()
    started.stderr.close()
    time.sleep(0.5)
    assert "iniconfig-1: verified" in first
    assert not _sandboxed_below(cards)
    text = paths[0].with_name("1.evidence.json").read_text()
    done = run("verify", "-j", "1")
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("(done before)") in {1, 2}, done.stderr
    assert "iniconfig-1: verified (done before)" in done.stderr
    assert paths[0].with_name("1.evidence.json").read_text() == text
    assert {path.stem: evidence_of(path).card for path in paths} == {str(n): f"iniconfig-{n}" for n in range(1, 4)}
    assert not list((cache / "sessions/verify/journal").iterdir())


def test_two_at_once_share_the_work_and_do_not_disturb_each_other(cards):
    paths = write_cards(cards, range(1, 5))
    pair = [subprocess.Popen(fixcards("verify", "-j", "1"), stderr=subprocess.PIPE, text=True) for _ in range(2)]
    messages = [each.communicate(timeout=90)[1] for each in pair]
    assert [each.returncode for each in pair] == [0, 0], messages
    assert "".join(messages).count("(done before)") == 4, messages
    assert [evidence_of(path).card for path in paths] == [f"iniconfig-{number}" for number in range(1, 5)]
    assert run("check", "--ignore", "FC4").returncode == 0


def test_a_worker_of_a_cluster_may_die_and_nothing_is_lost_or_mixed_up(cards, tmp_path):
    paths = write_cards(cards, range(1, 5), seconds=0.1)
    environment = os.environ | {"DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": "10s"}
    python = [sys.executable, "-W", "ignore"]
    local = tmp_path / "dask"
    file = tmp_path / "scheduler.json"
    scheduler = subprocess.Popen(
        [*python, *DASK_SCHEDULER, "--scheduler-file", str(file)],
        env=environment,
        stderr=subprocess.DEVNULL,
    )
    while not file.exists():
        time.sleep(0.1)
    address = json.loads(file.read_text())["address"]
    workers = [
        subprocess.Popen(
            [*python, *DASK_WORKER, "--local-directory", str(local), address],
            env=environment,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(2)
    ]
    try:
        client = subprocess.Popen(fixcards("verify", "--scheduler", address), stderr=subprocess.PIPE, text=True)
        deadline = time.time() + 60
        while not (runs := _sandboxed_below(workers[0].pid)) and time.time() < deadline:
            time.sleep(0.02)
        assert runs, "the first worker has had no work"  # not asked again: a run is over soon
        workers[0].kill()
        _, messages = client.communicate(timeout=90)
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait()
    assert client.returncode == 0, messages
    assert messages.count(": verified; ") == 4, messages
    for number, path in enumerate(paths, start=1):
        evidence = evidence_of(path)
        assert evidence.card == f"iniconfig-{number}"
        assert [each.outcome for each in evidence.runs] == [
            "failed-as-described",
            "passed",
            "passed",
            "failed-otherwise",
            "failed-as-described",
            "failed-as-described",
        ]


def test_a_scheduler_that_is_not_there_is_an_error_that_names_it(cards):
    write_cards(cards, [1])
    done = run("verify", "--scheduler", "tcp://127.0.0.1:9")
    assert done.returncode == 2
    assert "no Dask scheduler answers at tcp://127.0.0.1:9" in done.stderr


def test_two_executions_from_an_empty_cache_give_the_same_locks_and_outcomes(cards, tmp_path, monkeypatch):
    (path,) = write_cards(
        cards, [1], reproduction={"requires": ["iniconfig=={version}", "jinja2>=3"], "exclude_newer": "2024-01-01"}
    )
    evidence = []
    for name in ("one", "two"):
        monkeypatch.setenv("FIXCARDS_CACHE", str(tmp_path / name))
        assert run("verify").returncode == 0
        evidence.append(evidence_of(path))
        path.with_name("1.evidence.json").unlink()
    one, two = (
        [(each.role, each.lock_digest, each.outcome, each.exit, each.output) for each in e.runs] for e in evidence
    )
    assert one == two
    assert evidence[0].runs[0].packages.keys() == {"iniconfig", "jinja2", "markupsafe"}


def test_a_sweep_shows_each_release(cards):
    (path,) = write_cards(cards, [1])
    assert run("verify", "--sweep").returncode == 0
    states = {each.version: each.state for each in evidence_of(path).releases}
    assert {state for version, state in states.items() if version[0] >= "2"} <= {"passes", "inferred-passes"}
    assert (states["1.0.1"], states["1.1.1"], states["2.0.0"]) == ("fails", "fails", "passes")
    assert states["1.0.0"] == "not-testable"
    swept = evidence_of(path).releases
    assert run("verify").returncode == 0
    assert evidence_of(path).releases == swept


def test_cards_without_isolation_are_refused_by_the_check(cards):
    write_cards(cards, [1])
    assert run("verify", "--isolation", "none").returncode == 1
    done = run("check", "--ignore", "FC4")
    assert done.returncode == 1
    assert "FC306" in done.stdout


def test_a_comparison_writes_nothing_and_says_what_differs_from_the_evidence(cards):
    (path,) = write_cards(cards, [1])
    missing = run("verify", "--compare")
    assert missing.returncode == 1
    assert "differs: there is no evidence that could be compared" in missing.stderr
    assert not list(cards.rglob("*.evidence.json"))
    assert run("verify").returncode == 0
    file = path.with_name("1.evidence.json")
    assert run("verify", "--compare").returncode == 0
    evidence = json.loads(file.read_text())
    evidence["runs"][1] |= {"outcome": "failed-otherwise", "exit": 1, "repetitions": ["failed-otherwise"] * 3}
    file.write_text(json.dumps(evidence))
    typed = file.read_text()
    different = run("verify", "--compare")
    assert different.returncode == 1
    assert "differs: fix 1: outcome passed now, failed-otherwise in the evidence" in different.stderr
    assert file.read_text() == typed


@pytest.mark.parametrize(
    "code",
    [
        "import importlib.metadata as m\nimport iniconfig\nassert m.version('iniconfig')[0] > '1', {error!r}",
        "import iniconfig, os\nos.listdir(os.path.dirname(iniconfig.__file__))\n1 / 0\nprint({error!r})",
        "print({error!r})\nimport iniconfig\nraise SystemExit(1)",
    ],
)
def test_a_program_that_says_the_failure_itself_is_never_verified(cards, code):
    write_cards(cards, [1], code=code.replace("{error!r}", repr(MISSING.replace("{module}", "exceptions"))))
    done = run("verify")
    assert ": verified" not in done.stderr
    assert (done.returncode, run("check", "--ignore", "FC4").returncode) != (0, 0)


def test_a_dry_run_says_what_would_be_run_and_runs_nothing(cards):
    write_cards(cards, [1])
    done = run("verify", "--dry-run")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("iniconfig-1: broken: iniconfig==1.1.1 (Python 3.")
    assert lines[1].endswith("releases up to 2024-01-01)")
    assert len(lines) == 3
    assert not list(cards.rglob("*.evidence.json"))
    assert [each["role"] for each in json.loads(run("verify", "--dry-run", "--json").stdout)[0]["runs"]] == [
        "broken",
        "fix 1",
        "latest",
    ]


def selected(cards: Path, **conditions) -> list[str]:
    return [task.card.id for task in Selection(**conditions).tasks(load(cards), today())]


def test_parts_cover_every_card_once_and_are_the_same_everywhere(cards):
    write_cards(cards, range(1, 13))
    seen = [card_id for part in (1, 2, 3) for card_id in selected(cards, shard=(part, 3))]
    assert sorted(seen) == sorted(f"iniconfig-{number}" for number in range(1, 13))
    assert selected(cards, shard=(1, 3)) == [f"iniconfig-{number}" for number in (2, 5, 7, 8, 12)]
    assert shard("2/4") == (2, 4)
    assert run("verify", "--shard", "3/2").returncode == 2
    for wrong in ("0/2", "3/2", "x", "1"):
        with pytest.raises(ValueError):  # noqa: PT011 - int() has several messages
            shard(wrong)


def test_cards_that_a_branch_changes_are_selected(cards):
    write_cards(cards, [1, 2, 3, 4])
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-C", str(cards)]
    for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-qm", "x"], ["checkout", "-qb", "branch"]):
        subprocess.run([*git, *words], check=True)
    with (cards / "iniconfig" / "1.yaml").open("a") as card:
        card.write("# committed\n")
    subprocess.run([*git, "commit", "-qam", "y"], check=True)
    with (cards / "iniconfig" / "2.yaml").open("a") as card:
        card.write("# not committed\n")
    write_cards(cards, [5])
    (cards / "iniconfig" / "3.evidence.json").write_text("{}")
    changed = [f"iniconfig-{number}" for number in (1, 2, 3, 5)]
    assert selected(cards, changed="main") == changed
    assert selected(cards, changed="") == changed
    with pytest.raises(FixcardsError, match="git merge-base"):
        selected(cards, changed="no-such-branch")


def test_stale_cards_are_those_whose_evidence_is_old_missing_or_of_another_form(cards):
    paths = write_cards(cards, [1, 2, 3])
    assert run("verify", "iniconfig-1", "iniconfig-2").returncode == 0
    write_cards(cards, [2], seconds=0.01)
    # Sorted by the seconds of the last time, which differ.
    assert sorted(selected(cards, stale=30)) == ["iniconfig-2", "iniconfig-3"]
    file = paths[0].with_name("1.evidence.json")
    evidence = json.loads(file.read_text())
    for each in evidence["runs"]:
        each["date"] = "2020-01-01"
    file.write_text(json.dumps(evidence))
    assert sorted(selected(cards, stale=30)) == ["iniconfig-1", "iniconfig-2", "iniconfig-3"]


def test_the_cards_whose_evidence_is_oldest_and_those_that_no_workflow_executed_are_selected(cards):
    paths = write_cards(cards, [1, 2, 3, 4])
    assert run("verify", "iniconfig-1", "iniconfig-2", "iniconfig-3").returncode == 0
    for path, days in zip(paths[:3], (2, 3, 1), strict=True):
        evidence = evidence_of(path)
        runs = tuple(each.model_copy(update={"date": today() - timedelta(days)}) for each in evidence.runs)
        by = {"runner": "ci", "url": "https://host.test/runs/7"} if days == 1 else {"runner": "person"}
        changed = Evidence.model_validate({**evidence.model_dump(), "runs": runs, "provenance": by})
        path.with_name(f"{path.stem}.evidence.json").write_text(evidence_text(changed))
    assert sorted(selected(cards, oldest=1)) == ["iniconfig-4"]  # it has none
    assert sorted(selected(cards, oldest=3)) == ["iniconfig-1", "iniconfig-2", "iniconfig-4"]
    assert len(selected(cards, oldest=9)) == 4
    assert sorted(selected(cards, not_by_ci=True)) == ["iniconfig-1", "iniconfig-2", "iniconfig-4"]
    assert sorted(selected(cards, not_by_ci=True, oldest=2)) == ["iniconfig-2", "iniconfig-4"]
    planned = json.loads(run("verify", "--oldest", "2", "--not-by-ci", "--dry-run", "--json").stdout)
    assert sorted(each["card"] for each in planned) == ["iniconfig-2", "iniconfig-4"]


def test_a_name_of_no_card_is_an_error(cards):
    write_cards(cards, [1])
    done = run("verify", "nothing")
    assert (done.returncode, done.stderr) == (
        2,
        "fixcards: nothing: no such card; give an id such as httpx-271, a package, a file or a folder\n",
    )


def test_reproduce_shows_the_failure_and_each_fix(cards):
    write_cards(cards, [1])
    done = run("reproduce", "iniconfig-1")
    assert done.returncode == 0
    assert done.stdout.endswith("No module named 'iniconfig.exceptions'\n")
    assert done.stderr.splitlines()[-1] == "broken 1.1.1 failed-as-described 1/1"
    assert run("reproduce", "iniconfig-1", "--fix", "1").stderr.splitlines()[-1] == "fix 1 2.0.0 passed 1/1"
    wrong = run("reproduce", "iniconfig-1", "--fix", "2")
    assert (wrong.returncode, wrong.stderr) == (2, "fixcards: iniconfig-1 has no option 2 that can be run (it has 1)\n")
    assert not list(cards.rglob("*.evidence.json"))


def _sandboxed_below(parent) -> list[psutil.Process]:
    """Return programs of cards below a process, or with a path any that have no watcher left."""
    if isinstance(parent, int):
        children = psutil.Process(parent).children(recursive=True)
        return [each for each in children if "/repro/repro.py" in _words(each)]
    return [
        each
        for each in psutil.process_iter()
        if "/repro/repro.py" in _words(each)
        and not any("python" in above.name() or "fixcards" in above.name() for above in each.parents())
    ]


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []
