"""The command `fixcards match` as its users start it."""

from __future__ import annotations

import gzip
import json
import os
import random
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests import commands, sites

COMMAND = Path(sys.executable).with_name("fixcards")
LINE = "AttributeError: module 'numpy' has no attribute 'float'"


def match(*arguments: str, text: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    return commands.run(
        "fixcards", "match", *arguments, cwd=sites.SNAPSHOT.parent, env={**os.environ, **more}, typed=text
    )


def at_a_terminal(*arguments: str, typed: str = "", **more: str) -> str:
    """Return what is on the screen of somebody who starts the command and types."""
    pty = pytest.importorskip("pty", reason="terminals of this kind are Unix's")
    ours, theirs = pty.openpty()
    program = subprocess.Popen(
        [COMMAND, "match", *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=sites.SNAPSHOT.parent,
        env={**os.environ, "TERM": "xterm", **more},
    )
    os.close(theirs)
    os.write(ours, typed.encode())
    output = b""
    with suppress(OSError), os.fdopen(ours, "rb", buffering=0) as screen:  # Linux ends it with an error
        while part := screen.read(4096):
            output += part
    program.wait()
    return output.decode().replace("\r\n", "\n")


def test_a_line_on_standard_input_is_answered_with_fix_and_link() -> None:
    ended = match(text=LINE)
    assert ended.returncode == 0
    assert ended.stdout.startswith("possible  import transforms3d fails")
    assert "  fix     Upgrade transforms3d" in ended.stdout
    assert "https://fixcards.github.io/fixcards/transforms3d/56/" in ended.stdout


def test_a_file_is_answered_alike(tmp_path: Path) -> None:
    log = tmp_path / "ci.log"
    log.write_text(LINE, encoding="utf-8")
    assert match(str(log)).stdout == match(text=LINE).stdout


def test_nothing_found_says_what_was_understood_and_ends_with_1() -> None:
    ended = match(text="ZeroDivisionError: division by zero")
    assert ended.returncode == 1
    assert ended.stdout == "No known failure fits this text.\n  read    ZeroDivisionError: division by zero\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["nosuchfile"],
        ["--site", "/nonexistent"],
        ["--site", "http://a b/"],
        ["--site", "http://[::1"],
        ["--cards", "/nonexistent"],
        ["--limit", "0"],
    ],
)
def test_what_cannot_be_run_ends_with_2_and_one_line(arguments: list[str]) -> None:
    ended = match(*arguments, text=LINE)
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr
    assert ended.stderr


def test_nothing_read_is_said_too() -> None:
    assert match(text="").stdout == "No known failure fits this text.\n  read    nothing\n"


def test_library_frames_that_lost_their_exception_are_shown_as_read() -> None:
    text = 'Traceback (most recent call last):\n  File "/v/site-packages/zorb/a.py", line 1, in go\n    x\n'
    assert match(text=text).stdout.endswith("\n  read    zorb/a.py:go\n")


@pytest.mark.parametrize("seed", range(3))
def test_what_is_no_text_is_not_taken_for_a_log_without_failures(seed: int, tmp_path: Path) -> None:
    log = tmp_path / "build.bin"
    log.write_bytes(b"\x78\x9c" + random.Random(seed).randbytes(2_000))  # noqa: S311 - the same each time
    ended = match(str(log))
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == f"fixcards: {log}: is no text; if it is compressed, unpack it first\n"


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "gbk", "shift_jis", "utf-16"])
def test_a_text_in_another_encoding_is_a_text(encoding: str, tmp_path: Path) -> None:
    log = tmp_path / "ci.log"
    words = {"latin-1": "Größe übergeben: später ", "shift_jis": "日本語のログ", "gbk": "日志文件错误"}
    log.write_bytes(f"{words.get(encoding, 'log')}\x1b[31m\nValueError: nothing of ours\n".encode(encoding) * 40)
    assert match(str(log)).returncode == 1


def test_a_compressed_log_is_not_taken_for_one_without_failures(tmp_path: Path) -> None:
    log = tmp_path / "ci.log.gz"
    log.write_bytes(gzip.compress(LINE.encode()))
    ended = match(str(log))
    assert ended.returncode == 2
    assert ended.stderr == f"fixcards: {log}: is compressed; unpack it first (gzip -d)\n"


def test_cards_that_cannot_be_found_for_their_problems_are_counted_every_time(tmp_path: Path) -> None:
    cards = tmp_path / "cards"
    shutil.copytree(sites.SNAPSHOT / "httpx", cards / "httpx")
    (cards / "httpx" / "271.yaml").write_text("package: [", encoding="utf-8")
    for _ in range(2):
        ended = match("--cards", str(cards), text=LINE)
        assert ended.stderr == "fixcards: 1 card has problems and can't be found; fixcards check names them\n"
    assert match(text=LINE).stderr == ""


def test_a_start_without_a_text_asks_for_it() -> None:
    screen_text = at_a_terminal(typed=f"{LINE}\n\x04")
    assert "Paste the failure, then press Ctrl-D.\n" in screen_text
    assert "transforms3d-56" in screen_text


def test_a_narrow_terminal_keeps_the_columns_apart(tmp_path: Path) -> None:
    log = tmp_path / "ci.log"
    log.write_text(LINE, encoding="utf-8")
    lines = at_a_terminal(str(log), COLUMNS="50", NO_COLOR="1").splitlines()
    assert max(len(line) for line in lines if "://" not in line) <= 50
    assert lines[0].startswith("possible  import transforms3d")
    assert lines[1].startswith(" " * 10)


def test_who_wants_no_colours_gets_none(tmp_path: Path) -> None:
    log = tmp_path / "ci.log"
    log.write_text(LINE, encoding="utf-8")
    assert "\x1b[" in at_a_terminal(str(log), NO_COLOR="")
    assert "\x1b" not in at_a_terminal(str(log), NO_COLOR="1")


def test_json_is_for_programs() -> None:
    answer = json.loads(match("--json", text=LINE).stdout)
    assert answer["failure"]["exceptions"][0]["name"] == "AttributeError"
    assert [each["id"] for each in answer["matches"]] == ["transforms3d-56"]


def test_limit_says_how_many_more_there_are() -> None:
    text = "\n\n".join(
        sites.library(sites.SNAPSHOT).cards[name].signature.traceback or "" for name in ("httpx-271", "docker-3256")
    )
    assert match("--limit", "1", text=text).stdout.endswith("1 more; --limit shows them\n")


@pytest.mark.parametrize("arguments", [["--help"], ["match"]])
def test_a_search_starts_without_what_only_building_and_checking_need(arguments: list[str]) -> None:
    program = (
        "import sys; from fixcards.cli import main\ntry:\n    main()\nfinally:\n    print(*sys.modules, sep='\\n')"
    )
    command = [sys.executable, "-c", program, *arguments]
    for _ in range(3):  # the first may have to make the folder for the index, the second the index
        ended = subprocess.run(
            command, input=LINE, capture_output=True, text=True, check=True, cwd=sites.SNAPSHOT.parent
        )
    loaded = set(ended.stdout.splitlines())
    assert "fixcards.cli.commands" in loaded
    assert loaded.isdisjoint(
        {"pydantic", "yaml", "jinja2", "pygments", "markdown_it", "rich", "requests", "multiprocessing", "tempfile"}
        | {"importlib.metadata", "urllib.request", "fixcards.records", "fixcards.site", "fixcards.verify"}
    )
