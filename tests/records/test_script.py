from __future__ import annotations

import ast
import os
import re
import subprocess
from datetime import date

import pytest
from uv import find_uv_bin

from fixcards.ecosystems.pypi import end_of_day
from fixcards.errors import FixcardsError
from fixcards.records.card import Card
from fixcards.records.evidence import Evidence
from fixcards.records.script import broken_release, reproduction_script, requirements

CODE = """from __future__ import annotations

import iniconfig

print(open(__file__.replace('reproduction.py', 'data/a.txt')).read())
"""


def a_card(**changes: object) -> Card:
    reproduction = {
        "python": ">=3.8",
        "requires": ["iniconfig=={version}"],
        "exclude_newer": "2024-01-01",
        "code": CODE,
    }
    fix = {"title": "Upgrade", "kind": "upgrade", "body": "Do.", "avoid_when": "Never."}
    return Card.model_validate(
        {
            "package": "iniconfig",
            "issue": "https://example.org/iniconfig/issues/1",
            "pr": "https://example.org/iniconfig/pull/2",
            "title": 'A "card" of the tests',
            "category": "crash",
            "symptom": "It fails.",
            "trigger": "Running it.",
            "mechanism": "It is made to.",
            "versions": {"affected": "<=1.1.1", "fixed": "2.0.0"},
            "signature": {"error": "RuntimeError: x"},
            "reproduction": reproduction | changes.pop("reproduction", {}),
            "fixes": [fix, {**fix, "kind": "code-change", "code": "print('fixed')"}],
            "prevention": ["Test it."],
        }
        | changes
    )


def test_a_script_says_itself_what_it_needs():
    text = reproduction_script(a_card())
    head = text[: text.index("# ///\n", 5)]
    assert '# dependencies = ["iniconfig==1.1.1"]' in head
    assert '# requires-python = ">=3.8"' in head
    assert '# exclude-newer = "2024-01-02T00:00:00Z"' in head
    assert text.endswith(CODE)
    ast.parse(text)


def test_a_fix_takes_its_own_release_requirements_and_code():
    card = a_card()
    upgrade, change = card.fixes
    assert '"iniconfig==2.0.0"' in reproduction_script(card, fix=upgrade)
    assert reproduction_script(card, fix=change).endswith("print('fixed')\n")
    assert '"iniconfig==1.1.1"' in reproduction_script(card, fix=change)
    assert requirements(card, "1.0", change) == ("iniconfig==1.0",)
    assert requirements(card, "1.0", upgrade) == ("iniconfig==2.0.0",)


def test_without_requirements_the_package_alone_is_installed():
    assert requirements(a_card(reproduction={"requires": []})) == ("iniconfig==1.1.1",)


def test_without_a_release_to_run_there_is_no_script():
    with pytest.raises(FixcardsError, match="names no release"):
        requirements(a_card(versions={"affected": "!=1.0"}))


def test_the_release_that_was_run_goes_before_the_one_that_is_named():
    run = {"role": "broken", "outcome": "passed", "seconds": 1}
    run |= {"repetitions": ["passed"], "date": "2026-01-01", "release": "1.1.0"}
    data = {"card": "iniconfig-1", "digest": "0" * 64, "provenance": {"runner": "person"}, "platform": "linux-x86_64"}
    evidence = Evidence.model_validate({**data, "isolation": "bubblewrap", "runs": [run]})
    assert broken_release(a_card()) == "1.1.1"
    assert broken_release(a_card(), evidence) == "1.1.0"


def test_a_day_ends_where_the_next_begins():
    assert end_of_day(date(2023, 12, 31)) == "2024-01-01T00:00:00Z"


def test_uv_runs_a_script_with_its_files(tmp_path):
    uv = find_uv_bin()
    card = a_card(reproduction={"files": {"data/a.txt": "from the file"}})
    script = tmp_path / "reproduction.py"
    script.write_text(reproduction_script(card), encoding="utf-8")
    environment = os.environ | {"UV_CACHE_DIR": str(tmp_path / "cache"), "UV_PYTHON_DOWNLOADS": "never"}
    done = subprocess.run(
        [uv, "run", "--quiet", str(script)], capture_output=True, text=True, env=environment, check=False
    )
    assert done.stdout == "from the file\n", done.stderr
    assert not re.search("Traceback", done.stderr)


def test_uv_installs_what_a_script_overrides(tmp_path):
    uv = find_uv_bin()
    requires = ["importlib-metadata=={version}", "zipp==3.17.0"]
    card = a_card(
        package="importlib-metadata",
        versions={"affected": "==8.6.0", "fixed": "8.6.1"},
        reproduction={
            "requires": requires,
            "overrides": ["zipp"],
            "exclude_newer": "2025-02-01",
            "code": "from importlib.metadata import version\nprint(version('zipp'))\n",
        },
    )
    text = reproduction_script(card)
    assert '# override-dependencies = ["zipp==3.17.0"]' in text
    script = tmp_path / "reproduction.py"
    script.write_text(text, encoding="utf-8")
    environment = os.environ | {"UV_CACHE_DIR": str(tmp_path / "cache"), "UV_PYTHON_DOWNLOADS": "never"}
    done = subprocess.run(
        [uv, "run", "--quiet", str(script)], capture_output=True, text=True, env=environment, check=False
    )
    assert done.stdout == "3.17.0\n", done.stderr
