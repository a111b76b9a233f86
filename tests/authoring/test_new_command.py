from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fixcards.verify.card_runner import RunSettings
from tests import commands

from .test_new_card import PR, URL
from .test_report import FORM

FIXCARDS = [sys.executable, "-c", "from fixcards.cli import main; main()", "new"]


@pytest.fixture
def folder(root: Path) -> Path:
    (root.parent / "repro.py").write_text("import demo\n")
    return root.parent


def new(folder: Path, *arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    return commands.run("fixcards", "new", *arguments, cwd=folder, typed=text, timeout=300)


@pytest.mark.parametrize(
    ("arguments", "text", "message"),
    [
        ((), "", "Give what you have: --script, --from-failure, --issue, --from-form or --from-found."),
        (("--script", "nowhere.py"), "", "nowhere.py: can't be read: No such file or directory"),
        (("--script", "repro.py"), "", "which upstream issue is it? Give its address with --issue"),
        (("--from-failure", "-", "--issue", URL), " \n", "there is no text in it; paste the whole output"),
        (("--from-form", "-"), "no form", "the form has no answer for: package, output"),
        (("--script", "repro.py", "--requires", "a b"), "", "'a b' is no requirement"),
        (("--script", "repro.py", "--python", "snake"), "", "'snake' names no Python"),
        (("--script", "repro.py", "--cards", "nowhere"), "", "nowhere: no such folder"),
        (("--from-found", "demo-found-481239057", "--issue", URL), "", "demo-found-481239057: is no found card"),
        (("--from-found", "demo-7", "--script", "repro.py"), "", "--from-found takes everything that was measured"),
    ],
)
def test_what_can_not_work_ends_with_2_and_a_line_that_says_what_to_do(
    folder: Path, arguments: tuple[str, ...], text: str, message: str
) -> None:
    done = new(folder, *arguments, text=text)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback (most recent call last)" not in done.stderr
    assert done.stdout == ""


def test_a_card_is_written_and_what_is_left_is_listed_with_its_lines(folder: Path, settings: RunSettings) -> None:
    arguments = ["--script", "repro.py", "--requires", "demo==1.2", "--requires", "part==2.0"]
    arguments += ["--issue", "https://tracker.example.org/ABC-12", "--pr", PR]
    printed = new(folder, *arguments, "--dry-run")
    assert printed.returncode == 0, printed.stderr
    assert "nothing was written" in printed.stderr
    assert not (folder / "cards" / "demo").exists()
    done = new(folder, *arguments)
    assert done.returncode == 0, done.stderr
    path = folder / "cards" / "demo" / "abc-12.yaml"
    assert path.read_text() == printed.stdout
    assert path.with_name("abc-12.evidence.json").exists()
    assert "12 texts are left to you:" in done.stderr
    symptom = 1 + [line.partition(":")[0] for line in path.read_text().splitlines()].index("symptom")
    assert f"cards/demo/abc-12.yaml:{symptom}:10: FC240 symptom is still to be written (what breaks" in done.stderr
    assert "demo-abc-12: verified; wrote cards/demo/abc-12.yaml; 0 runs in" in done.stderr
    again = new(folder, *arguments)
    assert again.returncode == 1
    assert "there is a card of this issue already; correct that one" in again.stderr


def test_a_filled_form_becomes_a_card(folder: Path, settings: RunSettings) -> None:
    output = (
        'Traceback (most recent call last):\n  File "app.py", line 1, in <module>\n    import demo\n'
        '  File "/x/site-packages/demo/__init__.py", line 1, in <module>\n    from part import helper\n'
        "ImportError: cannot import name 'helper' from 'part' (/x/site-packages/part.py)\n"
    )
    start = FORM[: FORM.index("$ python app.py")].replace("Flask", "demo").replace("1.1.2", "1.2")
    start = start.replace("itsdangerous==2.1.0", "part==2.0").replace("3.9.18 (Debian)", "_No response_")
    form = f"{start}{output}```\n\n### Upstream issue\n\nhttps://bugs.example.org/show_bug.cgi?id=9\n"
    (folder / "form.md").write_text(form)
    done = new(folder, "--from-form", "form.md", "--pr", PR)
    assert done.returncode == 0, done.stderr
    assert "demo-9: verified" in done.stderr
    assert (folder / "cards" / "demo" / "9.yaml").exists()


def test_ctrl_c_leaves_nothing_and_says_that_the_runs_are_in_the_cache(
    folder: Path, settings: RunSettings, tmp_path: Path
) -> None:
    arguments = ["--script", "repro.py", "--requires", "demo==1.2", "--requires", "part==2.0"]
    arguments += ["--issue", "https://tracker.example.org/ABC-13"]
    environment = os.environ | {"FIXCARDS_CACHE": str(tmp_path / "fresh")}
    with subprocess.Popen(
        [*FIXCARDS, *arguments], cwd=folder, stderr=subprocess.PIPE, text=True, env=environment, start_new_session=True
    ) as process:
        lines = []
        assert process.stderr is not None
        for line in process.stderr:
            lines.append(line)
            if line.startswith("looking for"):
                process.send_signal(signal.SIGINT)
                break
        lines += process.stderr.readlines()
        assert process.wait(60) == 130
    assert "nothing was written; the runs so far are in the cache, so the same command goes on" in "".join(lines)
    assert "Traceback" not in "".join(lines)
    assert list((folder / "cards").rglob("*")) == []
