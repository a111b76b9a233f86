from __future__ import annotations

import shlex

import pytest

from tests.site.card_page import changed, fix_with
from tests.sites import page


def test_the_command_of_the_fix_stands_before_its_prose() -> None:
    box = page("lantern/12").select_one(".fc-fix")
    assert box.text.index("pip install") < box.text.index("Install 1.4 or later.")


@pytest.mark.parametrize(
    ("fix", "command"),
    [
        (fix_with(requires=["lantern==1.2.9", "wick==2.5"]), 'pip install "lantern==1.2.9" "wick==2.5"'),
        (fix_with(requires=["lantern=={version}", "wick==2.0"]), 'pip install "wick==2.0"'),
        (fix_with(requires=["lantern=={version}"]), None),
        (fix_with(kind="workaround"), None),
        (fix_with(kind="upgrade"), 'pip install "lantern~=1.4"'),
        (fix_with(kind="upgrade", requires=["lantern==1.5.2", "wick==2.5"]), 'pip install "lantern~=1.5.2"'),
        (fix_with(kind="upgrade", requires=["lantern==2"]), 'pip install "lantern>=2"'),
        (fix_with(kind="upgrade", requires=["lantern==1.5+cu12"]), 'pip install "lantern==1.5+cu12"'),
        (
            fix_with(requires=["lantern==1.2.9; python_version < '3.9'"]),
            "pip install \"lantern==1.2.9; python_version < '3.9'\"",
        ),
    ],
)
def test_the_command_carries_out_the_first_fix(fix: list[dict[str, object]], command: str | None) -> None:
    box = changed("lantern-12", fixes=fix).find(id="fix-command")
    assert (box.text if box else None) == command


@pytest.mark.parametrize("inside", ["$(touch ran)", "`touch ran`", '" ; touch ran ; "', "%COMSPEC%", "!x", "a\\b"])
def test_nothing_in_a_requirement_acts_in_the_shell_that_it_is_pasted_into(inside: str) -> None:
    quote = '"' if "'" in inside else "'"
    requirement = f"lantern==1.2.9; platform_version == {quote}{inside}{quote}"
    command = changed("lantern-12", fixes=fix_with(requires=[requirement])).find(id="fix-command").text
    assert shlex.split(command) == ["pip", "install", requirement]
    assert command.partition("install ")[2].startswith("'")
