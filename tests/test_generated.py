"""What is generated from the code and committed. `UPDATE=1` writes it (`make generate`)."""

from __future__ import annotations

import json
import os
import re
import sys

import pytest

from fixcards.records.schema import SCHEMAS, schema_text
from tests import commands, golden
from tests.sites import REPOSITORY

README = REPOSITORY / "README.md"
COMMANDS = ("fixcards --help", "fixcards check --help")


def _help(command: str) -> str:
    program, *arguments = command.split()
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1"}
    done = commands.run(program, *arguments, env=environment)
    assert (done.returncode, done.stderr) == (0, "")
    return f"$ {command}\n{done.stdout}"


def test_the_readme_shows_the_help_of_the_commands_as_they_print_it() -> None:
    text = README.read_text(encoding="utf-8")
    helps = "\n".join(_help(command) for command in COMMANDS)
    whole = re.compile("(?<=<!-- help -->\n).*(?=<!-- /help -->)", re.DOTALL)
    assert len(whole.findall(text)) == 1, "README.md needs one pair of help markers"
    golden.check(README, whole.sub(lambda _: f"```console\n{helps}```\n", text))


def test_every_command_of_the_readme_exists() -> None:
    blocks = re.findall(
        r"(?:^```console\n(.*?)^```)|`([^`\n]+)`", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    typed = [line for block, word in blocks for line in (block or word).splitlines()]
    named = {match[1] for line in typed if (match := re.match(r"(?:\$ )?(?:\.venv/bin/)?fixcards ([a-z]+)", line))}
    commands = set(re.findall(r"^  ([a-z]+) ", _help("fixcards --help").partition("Find a failure:")[2], re.MULTILINE))
    assert "check" in named
    assert named <= commands


def test_every_target_of_the_readme_is_in_the_makefile() -> None:
    named = set(re.findall(r"(?:`|^)make ([a-z-]+)", README.read_text(encoding="utf-8"), re.MULTILINE))
    targets = set(re.findall(r"^([a-z-]+):.*## ", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert {"site", "test"} <= named <= targets


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_committed_schema_is_the_one_of_the_model(name: str) -> None:
    committed = (REPOSITORY / "cards" / f"{name}.schema.json").read_text(encoding="utf-8")
    assert committed == schema_text(name), "run `fixcards schema --write`"


@pytest.mark.parametrize("path", ["constraints.txt", "tests/package-lock.json", "tests/package.json"])
def test_pins_name_no_index(path: str) -> None:
    text = (REPOSITORY / path).read_text(encoding="utf-8")
    assert "://" not in text  # names of packages have "http"
    assert "index-url" not in text


def test_every_dependency_has_one_pin_for_this_interpreter() -> None:
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    lines = (REPOSITORY / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [Requirement(line) for line in lines if line and not line.startswith("#")]
    mine = [canonicalize_name(pin.name) for pin in pins if pin.marker is None or pin.marker.evaluate()]
    assert len(mine) == len(set(mine))
    assert all(len(pin.specifier) == 1 and next(iter(pin.specifier)).operator == "==" for pin in pins)
    assert _declared() <= set(mine)


def test_the_lock_file_of_npm_fits_its_package_file() -> None:
    package = json.loads((REPOSITORY / "tests" / "package.json").read_text(encoding="utf-8"))
    lock = json.loads((REPOSITORY / "tests" / "package-lock.json").read_text(encoding="utf-8"))
    assert lock["packages"][""]["devDependencies"] == package["devDependencies"]
    assert all("integrity" in entry for name, entry in lock["packages"].items() if name)
    assert all("resolved" not in entry for entry in lock["packages"].values())


def _declared() -> set[str]:
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    texts = [*project["dependencies"], *(text for name in extras for text in extras[name])]
    requirements = [Requirement(text) for text in texts]
    names = {canonicalize_name(each.name) for each in requirements if each.marker is None or each.marker.evaluate()}
    return names - {"fixcards"}  # in its extras, by which one takes another in
