"""The help of the program lists each command once, in a line that says what it does."""

from __future__ import annotations

import re
import subprocess
import sys

from click.testing import CliRunner

from fixcards.cli.commands import cli


def test_every_command_has_one_whole_line_below_what_it_is_for() -> None:
    text = CliRunner().invoke(cli, ["--help"], terminal_width=80).output
    _, *sections = re.split(r"^\S.*:$", text.partition("--help")[2], flags=re.MULTILINE)
    assert len(sections) == 3, "a command stands in none of the sections"
    listed = [line.split()[0] for section in sections for line in section.splitlines() if line]
    assert sorted(listed) == sorted(cli.commands)
    assert not any("..." in section for section in sections)


def test_a_command_that_no_section_names_is_listed_all_the_same() -> None:
    group = type(cli)("demo", commands={"match": cli.commands["match"]})

    @group.command()
    def other() -> None:
        """Do something else."""

    text = CliRunner().invoke(group, ["--help"], terminal_width=80).output
    assert re.search(r"Find a failure:\n  match  ", text)
    assert re.search(r"Other commands:\n  other  Do something else", text)
    assert "Write a card" not in text


def test_the_package_itself_can_be_run() -> None:
    words = [sys.executable, "-m", "fixcards", "--version"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("fixcards, version ")
