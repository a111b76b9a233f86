from __future__ import annotations

import shlex

import pytest

from tests.site.card_page import changed, fix_with


def test_the_line_of_the_fix_stands_before_its_prose() -> None:
    fixes = fix_with(install=["lantern>=1.4"], body="Install 1.4 or later.")
    box = changed("lantern-12", fixes=fixes).select_one(".fc-fix")
    assert box.text.index("pip install") < box.text.index("Install 1.4 or later.")


@pytest.mark.parametrize(
    ("fix", "command"),
    [
        (fix_with(install=["lantern>=1.4"]), 'pip install "lantern>=1.4"'),
        (fix_with(install=["lantern==1.2.9", "wick==2.5"]), 'pip install "lantern==1.2.9" "wick==2.5"'),
        (
            fix_with(install=["lantern==1.2.9; python_version < '3.9'"]),
            "pip install \"lantern==1.2.9; python_version < '3.9'\"",
        ),
        (fix_with(requires=["lantern==1.2.9", "wick==2.5"]), None),
        (fix_with(kind="upgrade"), None),
    ],
)
def test_the_line_is_what_the_fix_says_and_never_the_pins_of_its_run(
    fix: list[dict[str, object]], command: str | None
) -> None:
    box = changed("lantern-12", fixes=fix).find(id="fix-command")
    assert (box.text if box else None) == command


def test_the_line_comes_for_each_program_and_for_a_requirements_file() -> None:
    page_of = changed("lantern-12", fixes=fix_with(install=["lantern>=1.4", "wick<3"]))
    boxes = [page_of.find(id=f"fix-command-{number}").text for number in (2, 3, 4)]
    assert boxes == ['uv add "lantern>=1.4" "wick<3"', 'poetry add "lantern>=1.4" "wick<3"', "lantern>=1.4\nwick<3"]


@pytest.mark.parametrize("inside", ["$(touch ran)", "`touch ran`", '" ; touch ran ; "', "%COMSPEC%", "!x", "a\\b"])
def test_nothing_in_a_requirement_acts_in_the_shell_that_it_is_pasted_into(inside: str) -> None:
    quote = '"' if "'" in inside else "'"
    requirement = f"lantern==1.2.9; platform_version == {quote}{inside}{quote}"
    command = changed("lantern-12", fixes=fix_with(install=[requirement])).find(id="fix-command").text
    assert shlex.split(command) == ["pip", "install", requirement]
    assert command.partition("install ")[2].startswith("'")
