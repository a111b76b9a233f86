"""Nothing steers the terminal: hostile text in every place from which the commands print, looked at as raw bytes."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from fixcards.characters import hidden_characters
from tests.foreign_index import changed, files, write
from tests.search.test_hostile_server import hostile_reason, redirect_to, server
from tests.sites import REPOSITORY, SNAPSHOT

COMMAND = Path(sys.executable).with_name("fixcards")
HOSTILE = (
    "\x1b[2J\x1b[31m\x1b]0;owned\x07\x9b2J\x9d0;x\x9c\u202eback\u2066\u200b\u2060\xad\u3164\ufe0f\U000e0041\x08\x7f"
)
LINE = "AttributeError: module 'numpy' has no attribute 'float'"


def screen(*arguments: str, typed: str = "", cwd: Path = SNAPSHOT.parent) -> tuple[str, int]:
    """Return the bytes that a command sends to a terminal without colours, as text, and its exit status."""
    pty = pytest.importorskip("pty", reason="terminals of this kind are Unix's")
    ours, theirs = pty.openpty()
    program = subprocess.Popen(
        [COMMAND, *arguments],
        stdin=subprocess.PIPE,
        stdout=theirs,
        stderr=theirs,
        cwd=cwd,
        env={**os.environ, "TERM": "xterm", "NO_COLOR": "1"},
    )
    os.close(theirs)
    assert program.stdin is not None
    with suppress(BrokenPipeError), program.stdin:
        program.stdin.write(typed.encode())
    output = b""
    with suppress(OSError), os.fdopen(ours, "rb", buffering=0) as terminal:  # Linux ends it with an error
        while part := terminal.read(4096):
            output += part
    return output.decode().replace("\r\n", "\n"), program.wait()


def assert_harmless(text: str) -> None:
    assert text
    assert [ascii(text[at]) for at in hidden_characters(text)] == []


def test_a_pasted_log() -> None:
    for typed in (f"{HOSTILE} {LINE}{HOSTILE}\n", f"zorb{HOSTILE}.Error: {HOSTILE}\n", HOSTILE):
        for options in ((), ("--json",)):
            text, _ = screen("match", *options, typed=typed)
            assert_harmless(text)


def test_every_text_of_a_foreign_index(tmp_path: Path) -> None:
    for name, value in (
        ("title", HOSTILE),
        ("package", f"numpy{HOSTILE}"),
        ("affected", HOSTILE),
        ("fixed", HOSTILE),
        ("requirements", {HOSTILE: HOSTILE}),
        ("display", {"path": "a/1/", "fix": HOSTILE, "verdict": HOSTILE}),
    ):
        site = write(tmp_path / name, files(changed({"file": "cards/*", "path": ["*", name], "value": value})))
        for options in ((), ("--json",)):
            text, status = screen("match", "--site", str(site), *options, typed=f"numpy 1.24\n{LINE}")
            assert status == 0, text
            assert_harmless(text)


def test_a_file_of_a_foreign_index_that_is_refused(tmp_path: Path) -> None:
    site = write(tmp_path, {"index.json": b"{" + HOSTILE.encode()})
    text, status = screen("match", "--site", str(site), typed=LINE)
    assert (status, text.count("\n")) == (2, 1)
    assert_harmless(text)


def test_the_words_of_a_server() -> None:
    for reply in (hostile_reason, redirect_to("http://elsewhere.invalid/\x9b2J")):
        with server(reply) as address:
            text, status = screen("match", "--site", address, typed=LINE)
        assert (status, text.count("\n")) == (2, 1)
        assert_harmless(text)


@pytest.mark.parametrize("style", ["text", "json", "github"])
def test_names_and_contents_of_files(style: str, tmp_path: Path) -> None:
    cards = tmp_path / "cards"
    (cards / f"d{HOSTILE}").mkdir(parents=True)
    (cards / f"d{HOSTILE}" / f"1{HOSTILE}.yaml").write_text("a: [", encoding="utf-8")
    (cards / "demo").mkdir()
    (cards / "demo" / "1.yaml").write_text(f"{HOSTILE}: {HOSTILE}", encoding="utf-8")
    (cards / "demo" / "2.yaml").write_text('"\\u00e9\\u3042": &x 1', encoding="utf-8")
    text, status = screen("check", "--format", style, cwd=tmp_path)
    assert status == 1
    assert_harmless(text)


@pytest.mark.parametrize(
    "arguments",
    [
        [f"match{HOSTILE}"],
        ["match", f"--{HOSTILE}"],
        ["match", "--limit", HOSTILE],
        ["match", HOSTILE],
        ["match", "--site", HOSTILE],
        ["match", "--site", f"http://{HOSTILE}/"],
        ["match", "--cards", HOSTILE],
        ["check", HOSTILE],
        ["check", "--format", HOSTILE],
        ["tally", HOSTILE],
        ["schema", HOSTILE],
        ["verify", "--shard", HOSTILE],
        ["verify", "--dry-run", HOSTILE],
        ["reproduce", HOSTILE],
    ],
    ids=lambda arguments: arguments[0][:8],
)
def test_arguments(arguments: list[str]) -> None:
    text, status = screen(*arguments, typed=LINE)
    assert status == 2
    assert_harmless(text)


def test_the_commands_print_nothing_past_the_module_that_escapes() -> None:
    for path in sorted((REPOSITORY / "builder" / "fixcards" / "cli").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and path.name != "terminal.py":
                called = ast.unparse(node.func)
                assert called not in {"print", "click.echo", "click.secho", "click.style", "error.show"}, path
                assert not called.startswith(("sys.stdout.write", "sys.stderr.write")), path
