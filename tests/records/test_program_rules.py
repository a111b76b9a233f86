"""Programs that fail without showing anything about the package, and programs that are like them and do."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

import pytest

from fixcards.records.card import Card
from fixcards.records.rules.rule import rules_with_prefix
from fixcards.verify.own_failure import own_failure

PATH = PurePosixPath("cards/demo/7.yaml")
TEXT = "demo.Stalled: no answer from server.test"


def codes(data: dict[str, Any]) -> set[str]:
    card = Card.model_validate(data)
    return {each.code for each in rules_with_prefix("FC23") if list(each.check(card, PATH))}


def with_code(data: dict[str, Any], code: str, **changes: object) -> dict[str, Any]:
    return {**data, "reproduction": {**data["reproduction"], "code": code, **changes}}


REFUSED = {
    "imports nothing": ("FC230", "x = 1\nx()\n"),
    "imports the standard library": ("FC230", "import json\njson.loads('')\n"),
    "raises the signature": ("FC231", "import demo\nraise demo.Stalled('no answer from server.test')\n"),
    "prints the signature": ("FC231", f"import demo\nprint({TEXT!r})\n"),
    "exits by the signature": ("FC231", f"import demo, sys\nsys.exit({TEXT!r})\n"),
    "loops": ("FC232", "import demo\nwhile True:\n    pass\n"),
    "sleeps": ("FC232", "import demo, time\ntime.sleep(60)\n"),
    "decides by the version": ("FC233", "import demo\nif demo.__version__ == '1.10':\n    demo.get()\n"),
    "asks the metadata": ("FC233", "import demo\nfrom importlib import metadata\nmetadata.version('demo')\n"),
    "asks the metadata by another name": ("FC233", "import demo\nimport importlib.metadata as m\nm.version('demo')\n"),
    "puts a module in its place": ("FC234", "import sys\nsys.modules['demo'] = None\nimport demo\n"),
    "the same by another name": ("FC234", "import sys as s\ns.modules['demo'] = None\nimport demo\n"),
    "the same by a name of its own": ("FC234", "from sys import modules\nmodules['demo'] = None\nimport demo\n"),
    "changes the path": ("FC234", "import sys\nsys.path.insert(0, 'x')\nimport demo\n"),
    "replaces a function": ("FC234", "import demo\ndef get(url):\n    1 / 0\ndemo.get = get\ndemo.get('x')\n"),
    "replaces a function by a lambda": ("FC234", "import demo\ndemo.get = lambda url: 1 / 0\ndemo.get('x')\n"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_program_that_shows_nothing_about_the_package_is_a_problem(name: str, data: dict[str, Any]) -> None:
    code, program = REFUSED[name]
    assert code in codes(with_code(data, program))


@pytest.mark.parametrize(
    "program",
    [
        "import demo\ndemo.get('x')\n",
        "import demo\nassert demo.get('x') == 1\n",
        "import demo\nprint(demo.__version__)\ndemo.get('x')\n",
        "import demo\ndemo.timeout = 5\ndemo.get('x')\n",
        "import demo, sys\nsys.argv = ['demo', '--help']\ndemo.main()\n",
        "import subprocess\nsubprocess.run(['demo'], check=True)\n",
        "import demo\nwhile True:\n    if demo.get('x'):\n        break\n",
        "import demo\ntry:\n    demo.get('x')\nexcept demo.Stalled as error:\n    raise\n",
    ],
)
def test_a_program_that_uses_the_package_has_no_problem(program: str, data: dict[str, Any]) -> None:
    assert codes(with_code(data, program)) == set()


@pytest.mark.parametrize("name", ["demo.py", "demo/__init__.py", "transport.py", "sitecustomize.py", "more/x.pth"])
def test_a_file_in_the_place_of_an_installed_package_is_a_problem(name: str, data: dict[str, Any]) -> None:
    assert "FC235" in codes(with_code(data, "import demo\ndemo.get('x')\n", files={name: ""}))


@pytest.mark.parametrize("title", ["TODO", "Fix", "fixme!", "Test", "demo fails"])
def test_a_title_that_says_nothing_is_a_problem(title: str, data: dict[str, Any]) -> None:
    assert "FC236" in codes(data | {"title": title})


@pytest.mark.parametrize("error", ["KeyError: {name}", "ValueError: {a} {b}", "AssertionError"])
def test_a_signature_without_words_of_its_own_is_a_problem(error: str, data: dict[str, Any]) -> None:
    assert "FC237" in codes(data | {"signature": {"error": error}})


def failing(*frames: tuple[str, int]) -> str:
    lines = [f'  File "{path}", line {line}, in f\n    x()\n' for path, line in frames]
    return f"Traceback (most recent call last):\n{''.join(lines)}{TEXT}\n"


@pytest.mark.parametrize(
    "code",
    [
        "import demo\nraise demo.Stalled('x')\n",
        "import demo\nraise demo.Stalled\n",
        "import demo\nprint('x'); raise SystemExit('x')\n",
        "import sys\nsys.exit('x')\n",
    ],
)
def test_a_failure_at_a_statement_of_the_program_itself_is_its_own(code: str) -> None:
    assert own_failure(code, failing(("/repro/repro.py", 2)))


@pytest.mark.parametrize(
    ("code", "frames"),
    [
        ("import demo\nassert demo.get('x') == 1\n", [("/repro/repro.py", 2)]),
        ("import demo\ndemo.get('x')\n", [("/repro/repro.py", 2)]),
        ("import demo\nraise demo.Stalled('x')\n", [("/repro/repro.py", 2), ("/venv/demo/client.py", 9)]),
        ("def f(e):\n    raise\n", [("/repro/repro.py", 2)]),
    ],
)
def test_a_failure_of_a_library_or_of_an_assertion_is_not_the_programs_own(
    code: str, frames: list[tuple[str, int]]
) -> None:
    assert own_failure(code, failing(*frames)) is None
