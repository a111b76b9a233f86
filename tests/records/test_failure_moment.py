"""When a failure happens follows from a card and its evidence."""

from __future__ import annotations

from typing import Any

import pytest

from fixcards.records.card import Card
from fixcards.records.failure_moment import failure_moment
from tests.sites import LIBRARY, library

TRACEBACK = """\
Traceback (most recent call last):
  File "/repro/repro.py", line {line}, in <module>
    {source}
  File "/venv/lib/python3.12/site-packages/lantern/__init__.py", line 1, in <module>
    import wick
ImportError: no wick
"""


def card(**changes: Any) -> Card:
    """Return a card of the tests' library with other values: of `versions`, `signature` and `reproduction`."""
    record = library(LIBRARY).cards["lantern-12"].model_dump(mode="json", by_alias=True, exclude_none=True)
    record.pop("id", None)
    for part, values in changes.items():
        record[part] = {**record[part], **values}
        record[part] = {key: value for key, value in record[part].items() if value is not None}
    return Card.model_validate(record)


def raised_at(line: int, code: str, frames: list[str]) -> Card:
    text = TRACEBACK.format(line=line, source=code.splitlines()[line - 1].strip())
    return card(signature={"traceback": text, "frames": frames}, reproduction={"code": code})


@pytest.mark.parametrize("phase", ["resolve", "build", "install"])
def test_what_fails_before_the_program_is_reached_fails_at_installation(phase: str) -> None:
    assert failure_moment(card(reproduction={"expect": {"during": phase}}), None) == "install"


def test_a_program_that_does_nothing_but_import_fails_at_import() -> None:
    assert failure_moment(card(reproduction={"code": '"""Text."""\nimport lantern\n'}), None) == "import"


def test_a_traceback_that_enters_the_package_by_an_import_of_the_program_fails_at_import() -> None:
    code = "import lantern\n\nlantern.trim()\n"
    assert failure_moment(raised_at(1, code, ["lantern/__init__.py:<module>"]), None) == "import"


def test_an_import_within_a_call_takes_that_call() -> None:
    code = "import lantern\n\nlantern.trim()\n"
    assert failure_moment(raised_at(3, code, ["lantern/lamp.py:trim", "wick/__init__.py:<module>"]), None) == "use"
    assert failure_moment(raised_at(3, code, ["wick/__init__.py:<module>"]), None) == "use"


@pytest.mark.parametrize(
    ("versions", "expected"),
    [
        ({"affected": ">=1.0", "fixed": None, "with": None, "python": None}, "lasting"),
        ({"affected": ">=1.0,!=1.2.9", "fixed": None, "with": None, "python": None}, "lasting"),
        ({"affected": ["==0.9", ">=1.0"], "fixed": None, "with": None, "python": None}, "lasting"),
        ({"affected": ">=1.0", "fixed": None, "python": None}, "use"),
        ({"affected": ">=1.0", "fixed": None, "with": None}, "use"),
        ({"affected": ">=1.0,<=1.3", "with": None, "python": None}, "use"),
    ],
)
def test_what_every_newer_release_has_whatever_else_is_installed_is_lasting(
    versions: dict[str, Any], expected: str
) -> None:
    assert failure_moment(card(versions=versions), None) == expected


def test_beside_a_second_package_a_failure_is_lasting_where_only_own_code_can_be_changed() -> None:
    other = card(versions={"affected": ">=1.0", "fixed": None, "python": None})
    assert failure_moment(other, None) == "use"
    fixes = tuple(fix.model_copy(update={"kind": "code-change", "install": None}) for fix in other.fixes)
    assert failure_moment(other.model_copy(update={"fixes": fixes}), None) == "lasting"
